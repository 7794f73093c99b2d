package broker_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

func begin(t *testing.T, h *house, name string) broker.Consent {
	t.Helper()
	c, err := h.broker.Begin(context.Background(), operator, broker.Connect{Name: name, App: theApp, Scopes: []string{"profile", "advertising::campaign_management"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// E1: every way of bringing back what was not asked for, or asked for elsewhere.
func TestE1_CallbackIsBoundToItsConsent(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		mine, other := begin(t, h, "mine"), begin(t, h, "other")
		code := h.login.consent("mine")
		for name, c := range map[string]struct {
			in   broker.Callback
			want problem.Code
		}{
			"no state":                {broker.Callback{Binding: mine.Binding, Code: code}, problem.BrokerStateMissing},
			"forged state":            {broker.Callback{State: "forged", Binding: mine.Binding, Code: code}, problem.BrokerStateUnknown},
			"no cookie":               {broker.Callback{State: mine.State, Code: code}, problem.BrokerOtherBrowser},
			"another browser":         {broker.Callback{State: mine.State, Binding: other.Binding, Code: code}, problem.BrokerOtherBrowser},
			"state used as a binding": {broker.Callback{State: mine.State, Binding: secret.New(mine.State), Code: code}, problem.BrokerOtherBrowser},
			"another issuer":          {broker.Callback{State: mine.State, Binding: mine.Binding, Code: code, ISS: "https://www.amazon.com.example.test"}, problem.BrokerOtherIssuer},
		} {
			_, err := h.broker.Finish(context.Background(), c.in)
			if codeOf(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if n := len(h.login.exchanges()); n != 0 {
			t.Errorf("%d exchanges", n)
		}
		// None of that has used the consent up.
		good := broker.Callback{State: mine.State, Binding: mine.Binding, Code: code, ISS: "https://www.amazon.com"}
		if _, err := h.broker.Finish(context.Background(), good); err != nil {
			t.Fatal(err)
		}
		_, err := h.broker.Finish(context.Background(), good) // twice
		wantCode(t, err, problem.BrokerStateUsed)
		time.Sleep(10 * time.Minute)
		_, err = h.broker.Finish(context.Background(), broker.Callback{State: other.State, Binding: other.Binding, Code: h.login.consent("other")})
		wantCode(t, err, problem.BrokerStateExpired)
		if n := len(h.login.exchanges()); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// E1: the code is sent with the verifier of its own consent, to the return URL of its own consent (code injection).
func TestE1_CodeGoesWithItsOwnVerifier(t *testing.T) {
	x := &codes{}
	bubbleWith(t, broker.Static, x, func(t *testing.T, h *house) {
		c := begin(t, h, "shop")
		u, err := url.Parse(c.URL)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if u.Host != "www.amazon.com" || q.Get("code_challenge_method") != "S256" || q.Get("state") != c.State || q.Get("scope") != "profile advertising::campaign_management" {
			t.Errorf("%s", c.URL)
		}
		if strings.Contains(c.URL, c.Binding.Reveal()) {
			t.Error("the binding stands in the address")
		}
		if _, err := h.broker.Finish(context.Background(), broker.Callback{State: c.State, Binding: c.Binding, Code: secret.New("ANsbx")}); err != nil {
			t.Fatal(err)
		}
		if lwa.Challenge(x.code.Verifier) != q.Get("code_challenge") || x.code.ReturnURL != q.Get("redirect_uri") {
			t.Error("verifier or return URL is another consent's")
		}
	})
}

// E3: what the page says is matched, never shown.
func TestE3_ProviderTextIsNotTrusted(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		c := begin(t, h, "shop")
		_, err := h.broker.Finish(context.Background(), broker.Callback{State: c.State, Binding: c.Binding, Error: "access_denied", ErrorDescription: "<script>alert(1)</script>"})
		wantCode(t, err, problem.LWAConsentDenied)
		if strings.Contains(err.Error(), "script") {
			t.Errorf("%v", err)
		}
	})
}

// A new consent for a grant may be given elsewhere and for something else: that is where it is refreshed from then on, and what is shown.
func TestANewConsentMovesItsGrant(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		first := h.connect("shop")
		c, err := h.broker.Begin(context.Background(), operator, broker.Connect{Name: "shop", App: theApp, Region: canon.EU, Scopes: []string{"profile", "x"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.broker.Finish(context.Background(), broker.Callback{State: c.State, Binding: c.Binding, Code: h.login.consent("shop")}); err != nil {
			t.Fatal(err)
		}
		for range 2 { // in memory, then as stored
			g := h.grantNamed("shop")
			if g.ID != first.ID || g.Generation != 2 || g.Region != canon.EU || len(g.Scopes) != 2 {
				t.Errorf("%s, token %d, region %s, scopes %v", g.ID, g.Generation, g.Region, g.Scopes)
			}
			if published, ok := h.snap.Grant(g.ID); !ok || published.Region != canon.EU {
				t.Error("the gateway was not told")
			}
			h.end()
			h.start()
		}
		if again := begin(t, h, "shop"); !strings.HasPrefix(again.URL, "https://eu.account.amazon.com/") {
			t.Errorf("the next one is asked for at %s", again.URL)
		}
	})
}

// A person who leaves while the code is exchanged still has a grant; a name is checked before anybody signs in.
func TestConsentOutlivesItsBrowser(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		for _, name := range []string{"", "Shop", "-shop", "sh op", strings.Repeat("a", 64), "../shop"} {
			_, err := h.broker.Begin(context.Background(), operator, broker.Connect{Name: name, App: theApp})
			wantCode(t, err, problem.BrokerBadName)
		}
		h.login.set(func(l *login) { l.delay = 3 * time.Second })
		c := begin(t, h, "shop")
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := h.broker.Finish(ctx, broker.Callback{State: c.State, Binding: c.Binding, Code: h.login.consent("shop")}); err == nil {
			t.Fatal("the browser waited on")
		}
		time.Sleep(5 * time.Second)
		if _, ok := h.broker.GrantNamed("shop"); !ok {
			t.Error("the grant is lost with its browser")
		}
	})
}

// D10: a revocation here says what is left to do at Amazon, which has no way to revoke from outside. A name is not used again after it,
// and nothing of the grant stays but its row.
func TestD10_RevokeForgets(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		told, err := h.broker.Revoke(context.Background(), operator, g.ID)
		if err != nil || told.Code != problem.BrokerWithdrawAtAmazon {
			t.Fatal(told, err)
		}
		if _, ok := h.snap.Token(g.ID); ok {
			t.Error("its token is still published")
		}
		if _, err := h.broker.Token(context.Background(), g.ID); codeOf(err) != problem.BrokerNoGrant {
			t.Errorf("%v", err)
		}
		c := begin(t, h, "shop")
		_, err = h.broker.Finish(context.Background(), broker.Callback{State: c.State, Binding: c.Binding, Code: h.login.consent("shop")})
		wantCode(t, err, problem.BrokerNameTaken)
		stored, access, err := h.store.GrantByID(context.Background(), g.ID)
		if err != nil || stored.Revoked.IsZero() || access != nil {
			t.Errorf("%+v %v", stored, err)
		}
		time.Sleep(2 * time.Hour)
		if n := h.login.refreshes(); n != 0 {
			t.Errorf("%d refreshes of a revoked grant", n)
		}
	})
}

// A grant of the app's own authority is kept alive without a refresh token.
func TestClientCredentials(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g, err := h.broker.ConnectCredentials(context.Background(), operator, broker.Connect{Name: "own", App: theApp, Scopes: []string{"appstore::apps:readwrite"}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(56 * time.Minute)
		synctest.Wait()
		if now := h.grant(g.ID); now.Generation != 2 || now.Kind != broker.ClientCredentials {
			t.Errorf("%+v", now)
		}
		if a := h.lastAttempt(g.ID); a.Kind != "client_credentials" || a.Rotated {
			t.Errorf("%+v", a)
		}
	})
}

// codes is a token endpoint that remembers the last code.
type codes struct{ code lwa.Code }

func (c *codes) Exchange(_ context.Context, _ lwa.App, code lwa.Code) lwa.Result {
	c.code = code
	return lwa.Result{Class: lwa.Granted, Status: 200, Wrote: true, Tokens: &lwa.Tokens{Access: secret.New("Atza|sbx"), Refresh: secret.New("Atzr|sbx-1-shop"), ExpiresIn: time.Hour}}
}

func (c *codes) Refresh(context.Context, lwa.App, secret.Value) lwa.Result { return lostAnswer }

func (c *codes) ClientCredentials(context.Context, lwa.App, ...string) lwa.Result { return lostAnswer }
