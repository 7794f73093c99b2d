package adm_test

import (
	cmp2 "cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A world is a sandbox with a grant of its shop profile.
type world struct {
	*sandbox.Server
	t     *testing.T
	asker amazon.Asker
	scope string
}

func start(t *testing.T, switches map[string]string) *world {
	t.Helper()
	amz, err := sandbox.New(sandbox.Options{Switches: switches, Clock: kit.FrozenClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amz.Close() })
	door, err := egress.New(egress.Config{Programs: []amazon.Program{adm.New()}, SandboxURL: "http://" + amz.Addr(), Now: amz.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	w := &world{Server: amz, t: t, scope: "messaging:push"}
	profile := amz.World().Profile(kit.Shop)
	grant := snapshot.Grant{ID: "01JD0000000000000000000GRA", Name: "g", Program: "adm", Realm: amazon.Sandbox, ClientID: profile.ClientID, Region: canon.NA}
	w.asker = door.For(grant, adm.New(), func() (snapshot.Token, bool) {
		token, life := amz.World().Tokens.ClientCredentials(profile, w.scope, "NA")
		return snapshot.Token{Access: secret.New(token), Generation: 1, Obtained: amz.Now(), Expires: amz.Now().Add(life)}, true
	})
	return w
}

func (w *world) do(name string, in, out any) {
	w.t.Helper()
	if err := w.Do("adm", name, in, out); err != nil {
		w.t.Fatal(err)
	}
}

// device is one of the default world's.
func (w *world) device(key string) admfake.Device {
	w.t.Helper()
	var r admfake.Receipts
	w.do("receipts", map[string]any{"prefix": key, "each": true}, &r)
	if len(r.Each) != 1 {
		w.t.Fatalf("%d devices called %s", len(r.Each), key)
	}
	return r.Each[0]
}

func (w *world) send(registration string, m adm.Message) adm.Result {
	w.t.Helper()
	body, err := m.Body()
	if err != nil {
		w.t.Fatal(err)
	}
	each := adm.New().Sender(w.asker, body)
	defer each.End()
	return each.Send(w.t.Context(), registration, w.Now())
}

var hello = adm.Message{Data: map[string]string{"kind": "sync", "n": "7"}}

// TestSidesAgree holds that what the fake serves is listed in program.toml under the same name, on the same host.
func TestSidesAgree(t *testing.T) {
	t.Parallel()
	d := adm.New().Descriptor()
	w := kit.DefaultWorld(1, nil)
	fake := admfake.New(w)
	for _, h := range fake.Hosts {
		if got := d.Hosts[canon.Region(h.Region)]; got != h.Name {
			t.Errorf("host of %s: program.toml has %q, the fake %q", h.Region, got, h.Name)
		}
	}
	for _, r := range fake.Routes {
		if op := d.Match(r.Method, r.Pattern); op.ID != r.Operation || op.Path != r.Pattern || !d.Owns(r.Pattern) || op.Scoped {
			t.Errorf("the fake serves %s %s as %s, program.toml has it as %+v", r.Method, r.Pattern, r.Operation, op)
		}
	}
	if len(fake.Routes) != len(d.Operations) {
		t.Errorf("the fake serves %d operations, program.toml has %d", len(fake.Routes), len(d.Operations))
	}
}

// TestEveryStateOfARegistration sends to each device of the default world.
func TestEveryStateOfARegistration(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, c := range []struct {
		device  string
		want    []adm.Outcome // of one send after the other
		problem problem.Code
	}{
		{"fire-tv-1", []adm.Outcome{adm.Accepted, adm.Accepted}, ""},
		{"tablet-moved", []adm.Outcome{adm.Accepted, adm.Accepted}, ""},
		{"tablet-gone", []adm.Outcome{adm.Unregistered, adm.Unregistered}, problem.ADMUnregistered},
		{"agency-tv", []adm.Outcome{adm.Invalid}, problem.ADMInvalidRegistration},
		{"stick-flaky", []adm.Outcome{adm.Busy, adm.Accepted}, problem.ADMUnavailable},
		{"stick-reset", []adm.Outcome{adm.Lost, adm.Accepted}, problem.ADMAnswerLost},
		{"stick-throttled", []adm.Outcome{adm.Throttled, adm.Throttled}, problem.ADMThrottled}, // the second is not even sent
	} {
		d := w.device(c.device)
		for i, want := range c.want {
			r := w.send(d.ID, hello)
			if r.Outcome != want {
				t.Errorf("%s, send %d: %s, want %s (%v)", c.device, i+1, r.Outcome, want, r.Problem)
			}
			if i == 0 && r.Problem.Code != c.problem {
				t.Errorf("%s: problem %q, want %q", c.device, r.Problem.Code, c.problem)
			}
			if good := cmp2.Or(d.NewID, d.ID); r.Outcome == adm.Accepted && r.ID != good {
				t.Errorf("%s: the good registration id was not told", c.device)
			}
		}
	}
	if d := w.device("stick-reset"); d.Accepted != 2 || d.Answered != 1 {
		t.Errorf("stick-reset took %d and told of %d, want 2 and 1", d.Accepted, d.Answered)
	}
	w.Advance(2 * time.Second)
	if r := w.send(w.device("stick-throttled").ID, hello); r.Outcome != adm.Accepted {
		t.Errorf("after Retry-After: %s", r.Outcome)
	}
}

// TestInboxExpiresAndConsolidates sees on the device's side what the fields of a message do.
func TestInboxExpiresAndConsolidates(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	id := w.device("fire-tv-1").ID
	for _, m := range []adm.Message{
		{Data: map[string]string{"n": "1"}, ConsolidationKey: "shelf"},
		{Data: map[string]string{"n": "2"}, ConsolidationKey: "shelf"},
		{Data: map[string]string{"n": "3"}, ExpiresAfter: 60},
		{Notification: &adm.Notification{Title: "New chapter", Body: "Tap to read"}, Priority: "high"},
	} {
		if r := w.send(id, m); r.Outcome != adm.Accepted {
			t.Fatalf("%+v: %v", m, r.Problem)
		}
	}
	type inboxed struct {
		Data     map[string]string `json:"data"`
		Priority string            `json:"priority"`
	}
	see := func() (seen []string) {
		var all []inboxed
		w.do("inbox", map[string]string{"registration_id": id}, &all)
		for _, m := range all {
			seen = append(seen, m.Data["n"]+m.Priority)
		}
		return seen
	}
	if d := cmp.Diff([]string{"2normal", "3normal", "high"}, see()); d != "" {
		t.Error(d)
	}
	w.Advance(time.Minute)
	if d := cmp.Diff([]string{"2normal", "high"}, see()); d != "" {
		t.Error(d)
	}
	w.do("collect", map[string]string{"registration_id": id}, nil)
	if got := see(); len(got) != 0 {
		t.Errorf("after the device connected there wait %v", got)
	}
}

// TestRefusalsAreNamed holds each refusal of the fake, sent by a client that checks nothing, to its name.
func TestRefusalsAreNamed(t *testing.T) {
	t.Parallel()
	big := `{"data":{"t":"` + strings.Repeat("x", 6200) + `"}}`
	for _, c := range []struct {
		name, body, scope string
		header            http.Header
		switches          map[string]string
		want              problem.Code
	}{
		{name: "no data", body: `{}`, want: problem.ADMInvalidData},
		{name: "a number", body: `{"data":{"n":7}}`, want: problem.ADMInvalidData},
		{name: "no JSON", body: `data`, want: problem.ADMInvalidData},
		{name: "notification is a text", body: `{"notification":"hello"}`, want: problem.ADMInvalidData},
		{name: "key too long", body: `{"data":{},"consolidationKey":"` + strings.Repeat("k", 65) + `"}`, want: problem.ADMInvalidConsolidationKey},
		{name: "expires too soon", body: `{"data":{},"expiresAfter":59}`, want: problem.ADMInvalidExpiration},
		{name: "expires too late", body: `{"data":{},"expiresAfter":2678401}`, want: problem.ADMInvalidExpiration},
		{name: "expires as text", body: `{"data":{},"expiresAfter":"60"}`, want: problem.ADMInvalidExpiration},
		{name: "checksum", body: `{"data":{},"md5":"AAAAAAAAAAAAAAAAAAAAAA=="}`, want: problem.ADMInvalidChecksum},
		{name: "too large", body: big, want: problem.ADMMessageTooLarge},
		{name: "too large, data counted", body: big, switches: map[string]string{"adm.size": "data"}, want: problem.ADMMessageTooLarge},
		{name: "no type headers", body: `{"data":{}}`, header: http.Header{"Content-Type": {"application/json"}}, want: problem.ADMInvalidType},
		{name: "token of another scope", body: `{"data":{}}`, scope: "creatorsapi::default", want: problem.ADMTokenRefused},
		{name: "token of another scope, silent", body: `{"data":{}}`, scope: "creatorsapi::default", switches: map[string]string{"adm.bad_token": "silent"}, want: problem.ADMTokenRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, c.switches)
			if c.scope != "" {
				w.scope = c.scope
			}
			call := amazon.Call{Method: "POST", Path: "/messaging/registrations/" + w.device("fire-tv-1").ID + "/messages", Body: []byte(c.body), Header: c.header}
			if call.Header == nil {
				call.Header = http.Header{
					"Content-Type": {"application/json"}, "X-Amzn-Type-Version": {"com.amazon.device.messaging.ADMMessage@1.0"},
					"X-Amzn-Accept-Type": {"com.amazon.device.messaging.ADMSendResult@1.0"},
				}
			}
			answer, err := w.asker.Ask(t.Context(), canon.NA, call)
			if err != nil {
				t.Fatal(err)
			}
			p, refused := adm.New().Classify(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Now: w.Now()})
			if !refused || p.Code != c.want {
				t.Errorf("%d %s: %q, want %q", answer.Status, answer.Body, p.Code, c.want)
			}
			if answer.Header.Get("X-Amzn-Requestid") == "" {
				t.Error("the answer has no request id")
			}
			if got := w.device("fire-tv-1").Accepted; got != 0 {
				t.Errorf("%d messages were taken", got)
			}
		})
	}
}

// TestGroupsAndTopics goes through adm 3.4 and 3.5.
func TestGroupsAndTopics(t *testing.T) {
	t.Parallel()
	w, p := start(t, nil), adm.New()
	one, gone, foreign := w.device("fire-tv-1").ID, w.device("tablet-gone").ID, w.device("agency-tv").ID
	change := func(operation string, ids ...string) adm.GroupChange {
		return p.ChangeGroup(t.Context(), w.asker, operation, "shelf42", ids, w.Now())
	}
	if g := change("create", gone); g.Success != 0 || !slices.Equal(g.Failed, []string{gone}) {
		t.Errorf("%+v", g)
	}
	if r := p.SendGroup(t.Context(), w.asker, "shelf42", hello, w.Now()); r.Outcome != adm.Refused {
		t.Errorf("a group without members was made: %+v", r)
	}
	if g := change("create", one, foreign); g.Success != 1 || g.Failure != 1 {
		t.Errorf("%+v", g)
	}
	if g := change("add", w.device("fire-tv-2").ID); g.Success != 1 || g.Failed != nil {
		t.Errorf("%+v", g)
	}
	if r := p.SendGroup(t.Context(), w.asker, "shelf42", hello, w.Now()); r.Outcome != adm.Accepted {
		t.Errorf("%+v", r)
	}
	if a, b := w.device("fire-tv-1").Accepted, w.device("fire-tv-2").Accepted; a != 1 || b != 1 {
		t.Errorf("they took %d and %d", a, b)
	}
	w.do("subscribe", map[string]string{"key": "tablet-1", "topic": "news"}, nil)
	if r := p.SendTopic(t.Context(), w.asker, "news", hello, w.Now()); r.Outcome != adm.Refused {
		t.Errorf("before the profile is registered: %+v", r)
	}
	if r := p.RegisterTopics(t.Context(), w.asker, secret.New("amzn1.oa2-cs.v1.EXAMPLE"), w.Now()); r.Problem.Code != problem.ADMTopicSecretRefused {
		t.Errorf("%+v", r)
	}
	right := w.World().Profile(kit.Shop).Secret()
	if r := p.RegisterTopics(t.Context(), w.asker, secret.New(right), w.Now()); r.Outcome != adm.Accepted {
		t.Errorf("%+v", r)
	}
	if r := p.SendTopic(t.Context(), w.asker, "news", hello, w.Now()); r.Outcome != adm.Accepted || w.device("tablet-1").Accepted != 1 {
		t.Errorf("%+v", r)
	}
	for _, e := range w.Journal().Entries(kit.Filter{}) {
		for _, n := range e.Notes {
			if strings.Contains(n.Value, right) {
				t.Error("the client secret stands in the journal")
			}
		}
	}
}

// TestRetryAfterForms holds both forms and none.
func TestRetryAfterForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]time.Duration{"seconds": 3 * time.Second, "date": 3 * time.Second, "none": 0} {
		w := start(t, map[string]string{"adm.retry_after": form})
		w.do("device", map[string]any{"key": "fire-tv-1", "state": "flaky", "retry_after": "3s"}, nil)
		if r := w.send(w.device("fire-tv-1").ID, hello); r.Outcome != adm.Busy || r.Wait != want {
			t.Errorf("%s: %s after %s, want %s", form, r.Outcome, r.Wait, want)
		}
	}
}
