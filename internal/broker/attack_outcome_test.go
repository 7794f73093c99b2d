package broker_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// wire answers every token request with one text, as egress would.
type wire struct {
	mu     sync.Mutex
	answer amazon.Answer
	calls  int
}

func (w *wire) Send(ctx context.Context, _ amazon.Call) (*amazon.Answer, error) {
	wrote(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	a := w.answer
	return &a, nil
}

// D7, R21: what is no token answer has a named outcome, is tried again by a static server's client, and makes one check of a
// strict server's; it never takes the stored token away.
func TestD7_MalformedAnswers_R21(t *testing.T) {
	t.Parallel()
	bodies := map[string]amazon.Answer{
		"empty":            {Status: 200},
		"HTML":             {Status: 200, Body: []byte("<html>sorry</html>")},
		"error inside":     {Status: 200, Body: []byte(`{"error":"server_error","access_token":"Atza|sbxx"}`)},
		"truncated JSON":   {Status: 200, Body: []byte(`{"access_token":"Atza|sbx`), Truncated: true},
		"wrong token type": {Status: 200, Body: []byte(`{"access_token":"Atza|sbxx","token_type":"mac","expires_in":3600}`)},
		"CR and LF":        {Status: 200, Body: []byte(`{"access_token":"Atza|sbx\r\nX: y","token_type":"bearer","expires_in":3600}`)},
		"huge":             {Status: 200, Body: []byte(strings.Repeat(" ", 64<<10)), Truncated: true},
		"a redirect":       {Status: 307, Header: map[string][]string{"Location": {"https://example.test/"}}},
		"forbidden":        {Status: 403},
		"gateway":          {Status: 502, Body: []byte("<html>bad gateway</html>")},
	}
	for name, answer := range bodies {
		for _, policy := range []broker.ServerPolicy{broker.Static, broker.Strict} {
			t.Run(name+"/"+string(policy), func(t *testing.T) {
				w := &wire{answer: amazon.Answer{Status: 200, Body: []byte(`{"access_token":"Atza|sbx1","refresh_token":"Atzr|sbx-1-shop","token_type":"bearer","expires_in":3600}`)}}
				bubbleWith(t, policy, lwa.Client{Sender: w}, func(t *testing.T, h *house) {
					g := h.connect("shop")
					w.mu.Lock()
					w.answer, w.calls = answer, 0
					w.mu.Unlock()
					_, err := h.broker.Refresh(context.Background(), g.ID)
					if codeOf(err) == "" {
						t.Errorf("no named outcome: %v", err)
					}
					if a := h.lastAttempt(g.ID); a.Outcome != broker.Ambiguous || a.Status != answer.Status || a.Problem == "" {
						t.Errorf("attempt %+v", a)
					}
					if _, err := h.broker.Token(context.Background(), g.ID); err != nil {
						t.Errorf("the old token was not served: %v", err)
					}
					time.Sleep(2 * time.Hour)
					w.mu.Lock()
					calls := w.calls
					w.mu.Unlock()
					now := h.grant(g.ID)
					switch policy {
					case broker.Strict:
						if calls != 2 || now.Health != snapshot.Blocked || now.Problem != problem.BrokerAnswerLost {
							t.Errorf("strict: %d calls, %s %s", calls, now.Health, now.Problem)
						}
					default:
						if calls < 5 || calls > 40 || now.Health != snapshot.Retrying {
							t.Errorf("static: %d calls, %s", calls, now.Health)
						}
					}
				})
			})
		}
	}
}

// D8: invalid_grant by a race, by revocation, and a wrong secret are three states.
func TestD8_ThreeStates(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		raced, revoked, refused := h.connect("raced"), h.connect("revoked"), h.connect("refused")

		// R18: while an exchange is under way, a new consent makes its token an old one.
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold, result: lwa.Result{Class: lwa.BadGrant, Status: 400, AmazonError: "invalid_grant", Wrote: true, Problem: problem.New(problem.LWAConsentWithdrawn)}})
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = h.broker.Refresh(gone, raced.ID)
		synctest.Wait()
		h.connect("raced")
		close(hold)
		synctest.Wait()
		if now := h.grant(raced.ID); now.Health != snapshot.OK || now.Generation != 2 {
			t.Errorf("the loser of a race is %s with %s", now.Health, now.Problem)
		}
		if a := h.lastAttempt(raced.ID); a.Outcome != broker.Superseded {
			t.Errorf("its attempt is %s", a.Outcome)
		}

		h.login.set(func(l *login) { l.users["revoked"].revoked = true })
		_, err := h.broker.Refresh(context.Background(), revoked.ID)
		wantCode(t, err, problem.LWAConsentWithdrawn)
		if now := h.grant(revoked.ID); now.Health != snapshot.Blocked || now.Problem != problem.LWAConsentWithdrawn {
			t.Errorf("revoked: %s %s", now.Health, now.Problem)
		}

		h.login.set(func(l *login) { l.good = map[string]bool{} })
		_, err = h.broker.Refresh(context.Background(), refused.ID)
		wantCode(t, err, problem.LWAInvalidClient)
		if now := h.grant(refused.ID); now.Health != snapshot.Retrying || now.Sends != 0 {
			t.Errorf("refused: %s, %d sends counted", now.Health, now.Sends)
		}
	})
}

// R18 by itself, as it is told: a raced invalid_grant marks nothing dead.
func TestR18_RacedInvalidGrantBlocksNothing(t *testing.T) { TestD8_ThreeStates(t) }

// D9: the secret is rotated at Amazon: both are tried in order, and the old one is retired once the new one works.
func TestD9_TwoSecretsInOrder(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.apps.rotate(2, "sbx-secret-2")
		time.Sleep(2 * time.Second)
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil { // Amazon does not know the new one yet
			t.Fatal(err)
		}
		x := h.login.exchanges()
		if x[1].secret != "sbx-secret-2" || x[2].secret != "sbx-secret-1" || len(x) != 3 {
			t.Errorf("tried %+v", x)
		}
		h.login.set(func(l *login) { l.good = map[string]bool{"sbx-secret-2": true} })
		time.Sleep(3 * time.Minute)
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if now := h.grant(g.ID); now.Generation != 3 {
			t.Errorf("generation %d", now.Generation)
		}
		h.apps.mu.Lock()
		defer h.apps.mu.Unlock()
		if len(h.apps.retired) != 1 || h.apps.retired[0] != 1 {
			t.Errorf("retired %v", h.apps.retired)
		}
	})
}

// The circuit of a refused secret: one grant tries at a time, a new version closes it, and a code exchange passes it (R19).
func TestR19_RefusedSecretBlocksNoConnect(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			h.connect(name)
		}
		h.login.set(func(l *login) { l.good = map[string]bool{"sbx-secret-2": true} })
		time.Sleep(70 * time.Minute)
		n := h.login.refreshes()
		if n < 2 || n > 20 { // about one try in two minutes for all five
			t.Errorf("%d tries of a refused secret", n)
		}
		h.apps.rotate(2, "sbx-secret-2")
		time.Sleep(2 * time.Second)
		h.connect("f")
		time.Sleep(3 * time.Minute)
		for _, g := range h.broker.Grants() {
			if g.Health != snapshot.OK {
				t.Errorf("%s is %s (%s)", g.Name, g.Health, g.Problem)
			}
		}
	})
}

// R17: a refresh token that is absent, empty or null leaves the stored one; the same makes no new version; another one does.
func TestR17_AbsentRefreshTokenKeepsTheStoredOne(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		versions := func() int64 { return h.grant(g.ID).Version }
		for _, c := range []struct {
			answer func(*lwa.Tokens)
			want   int64
		}{
			{func(t *lwa.Tokens) { t.Refresh = secret.Value{} }, 1},
			{func(*lwa.Tokens) {}, 1},
			{func(t *lwa.Tokens) { t.Refresh = secret.New("Atzr|sbx-9-shop") }, 2},
			{func(t *lwa.Tokens) { t.Refresh = secret.Value{} }, 2},
		} {
			h.login.fail(fault{answer: c.answer})
			if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil {
				t.Fatal(err)
			}
			if v := versions(); v != c.want {
				t.Errorf("version %d, want %d", v, c.want)
			}
		}
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil {
			t.Fatal(err)
		}
		x := h.login.exchanges()
		if got := x[len(x)-1].gen; got != 9 {
			t.Errorf("presented %d", got)
		}
	})
}
