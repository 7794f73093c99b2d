package egress_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// clock is a time that moves when told.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(c.at.Load(), 0).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d / time.Second)) }

func newClock() *clock {
	c := &clock{}
	c.at.Store(1_800_000_000)
	return c
}

func grantOf(name string) snapshot.Grant {
	return snapshot.Grant{ID: id.Grant("01EXAMPLE" + name), Name: name, Program: "prog", Realm: amazon.Sandbox, ClientID: "amzn1.application-oa2-client.EXAMPLE"}
}

// TestThrottling: after a 429 a grant's own work leaves that region alone for as long as Amazon asks; other regions, other grants and
// token calls go on (R19).
func TestR19_Throttling(t *testing.T) {
	t.Parallel()
	c := newClock()
	var sent atomic.Int32
	refuse := map[string]bool{adsHost: true}
	var retryAfter atomic.Value
	retryAfter.Store("")
	s := func(rw http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		if refuse[r.Host] || r.Host == apiHost {
			if v := retryAfter.Load().(string); v != "" {
				rw.Header().Set("Retry-After", v)
			}
			rw.Header().Set("Content-Type", "text/html")
			rw.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(rw, "<html>Too Many Requests</html>")
		}
	}
	w := clocked(t, c, s)
	token := func() (snapshot.Token, bool) {
		return snapshot.Token{Access: secret.New(canaryAccess), Expires: c.now().Add(time.Hour)}, true
	}
	for _, v := range []struct {
		name, header string
		wait         time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"date", "in 90 seconds", 90 * time.Second},
		{"missing", "", 2 * time.Second},
		{"text", "later", 2 * time.Second},
		{"absurd", "999999999", time.Hour},
	} {
		if v.name == "date" {
			v.header = c.now().Add(v.wait).Format(http.TimeFormat)
		}
		retryAfter.Store(v.header)
		g := grantOf(v.name)
		asker, other := w.For(g, program{}, token), w.For(grantOf(v.name+"2"), program{}, token)
		ask := func(a amazon.Asker, region canon.Region) (*amazon.Answer, error) {
			return a.Ask(t.Context(), region, amazon.Call{Path: "/v2/profiles"})
		}
		before := sent.Load()
		if a, err := ask(asker, canon.NA); err != nil || a.Status != 429 {
			t.Fatalf("%s: %+v, %v", v.name, a, err)
		}
		until := c.now().Add(v.wait)
		if got := w.Throttled(egress.LimitKey{Grant: g.ID, Region: canon.NA}); !got.Equal(until) {
			t.Errorf("%s: throttled until %v, want %v", v.name, got, until)
		}
		_, err := ask(asker, canon.NA)
		p, _ := problem.Of(err)
		if e, code := sendError(t, err); code != "egress.throttled" || e.Wrote || !p.RetryAt.Equal(until) {
			t.Errorf("%s: %v, %v", v.name, err, p.RetryAt)
		}
		if a, err := ask(asker, canon.EU); err != nil || a.Status != 200 {
			t.Errorf("%s: another region: %+v, %v", v.name, a, err)
		}
		if a, err := ask(other, canon.NA); err != nil || a.Status != 429 {
			t.Errorf("%s: another grant: %+v, %v", v.name, a, err)
		}
		for range 2 {
			if a, err := w.Send(t.Context(), tokenCall()); err != nil || a.Status != 429 {
				t.Errorf("%s: a token call: %+v, %v", v.name, a, err)
			}
		}
		if n := sent.Load() - before; n != 5 {
			t.Errorf("%s: %d requests were sent, want 5", v.name, n)
		}
		c.advance(v.wait)
		if got := w.Throttled(egress.LimitKey{Grant: g.ID, Region: canon.NA}); !got.IsZero() {
			t.Errorf("%s: still throttled when the time is over", v.name)
		}
		if a, err := ask(asker, canon.NA); err != nil || a.Status != 429 {
			t.Errorf("%s: after the wait: %+v, %v", v.name, a, err)
		}
		c.advance(2 * time.Hour)
	}
}

// TestAQueueIsLimitedApart: Amazon's refusal of one thing more in a queue holds back what goes there, and its refusal of any other call all of them.
func TestAQueueIsLimitedApart(t *testing.T) {
	t.Parallel()
	c := newClock()
	full, busy := false, false
	w := clocked(t, c, func(rw http.ResponseWriter, r *http.Request) {
		if busy || full && r.Method == http.MethodPost && r.URL.Path == "/reports" {
			rw.Header().Set("Retry-After", "60")
			rw.WriteHeader(http.StatusTooManyRequests)
		}
	})
	g := grantOf("QUEUE")
	asker := w.For(g, program{}, func() (snapshot.Token, bool) {
		return snapshot.Token{Access: secret.New(canaryAccess), Expires: c.now().Add(time.Hour)}, true
	})
	ask := func(method, path string) string {
		t.Helper()
		a, err := asker.Ask(t.Context(), canon.NA, amazon.Call{Method: method, Path: path})
		if err != nil {
			_, code := sendError(t, err)
			return string(code)
		}
		return http.StatusText(a.Status)
	}
	for i, step := range []struct {
		full, busy   bool
		method, path string
		want         string
		later        time.Duration
	}{
		{true, false, "POST", "/reports", "Too Many Requests", 0},
		{true, false, "POST", "/reports", "egress.throttled", 0},
		{true, false, "GET", "/reports", "OK", 0},                          // another operation, though the path is the same
		{true, false, "POST", "/reports/1", "OK", 0},                       // and the other way round
		{true, false, "POST", "/reports", "egress.throttled", time.Minute}, // what succeeds elsewhere says nothing of the queue
		{false, false, "POST", "/reports", "OK", 0},
		{false, true, "GET", "/reports", "Too Many Requests", 0},
		{false, false, "POST", "/reports", "egress.throttled", 0},
		{false, false, "GET", "/other", "egress.throttled", time.Minute},
		{false, false, "POST", "/reports", "OK", 0},
	} {
		full, busy = step.full, step.busy
		if got := ask(step.method, step.path); got != step.want {
			t.Errorf("step %d, %s %s: %s, want %s", i, step.method, step.path, got, step.want)
		}
		c.advance(step.later)
	}
}

// TestWaitsGrow: without a Retry-After each further 429 doubles the wait, up to a minute, and a good answer starts anew.
func TestWaitsGrow(t *testing.T) {
	t.Parallel()
	c := newClock()
	var good atomic.Bool
	w := clocked(t, c, func(rw http.ResponseWriter, _ *http.Request) {
		if !good.Load() {
			rw.WriteHeader(http.StatusTooManyRequests)
		}
	})
	key := egress.LimitKey{Grant: "01EXAMPLEG", Region: canon.NA}
	call := func() {
		t.Helper()
		r, err := w.Stream(t.Context(), egress.Stream{Call: apiCall(), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
	}
	for _, want := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
		call()
		call() // one more that was under way is counted once
		until := w.Throttled(key)
		if got := until.Sub(c.now()); got != want*time.Second {
			t.Errorf("wait %v, want %v", got, want*time.Second)
		}
		good.Store(true)
		call() // an answer that was under way before the 429 does not end the wait
		if !w.Throttled(key).Equal(until) {
			t.Error("a late answer ended the wait")
		}
		good.Store(false)
		c.advance(want * time.Second)
	}
	good.Store(true)
	call()
	good.Store(false)
	call()
	if got := w.Throttled(key).Sub(c.now()); got != 2*time.Second {
		t.Errorf("after a good answer the wait is %v, want it anew", got)
	}
}

// TestAsk: a grant's call goes to its region's host with its token; without a good token, host or region nothing is sent.
func TestAsk(t *testing.T) {
	t.Parallel()
	c := newClock()
	var got http.Header
	var host string
	w := clocked(t, c, func(_ http.ResponseWriter, r *http.Request) { got, host = r.Header, r.Host })
	token, ok := snapshot.Token{Access: secret.New(canaryAccess), Expires: c.now().Add(time.Minute)}, true
	asker := w.For(grantOf("g"), program{}, func() (snapshot.Token, bool) { return token, ok })
	call := amazon.Call{Path: "/v2/profiles", Header: http.Header{"Authorization": {"theirs"}, "Prog-Scope": {"theirs"}}}
	a, err := asker.Ask(t.Context(), canon.EU, call, amazon.Plain("Prog-Scope", "123"))
	if err != nil || a.Status != 200 || host != adsEUHost || got.Get("Authorization") != "Bearer "+canaryAccess || got.Get("Prog-Scope") != "123" {
		t.Errorf("%+v, %v: %s %v", a, err, host, got)
	}
	ask := func(region canon.Region, host string) problem.Code {
		_, err := asker.Ask(t.Context(), region, amazon.Call{Path: "/", Host: host})
		_, code := sendError(t, err)
		return code
	}
	if code := ask(canon.FE, ""); code != "egress.request" {
		t.Errorf("a region without a host: %s", code)
	}
	if code := ask(canon.NA, adsEUHost); code != "egress.host" {
		t.Errorf("another region's host: %s", code)
	}
	c.advance(time.Minute)
	if code := ask(canon.NA, ""); code != "egress.no_token" {
		t.Errorf("an expired token: %s", code)
	}
	ok = false
	if code := ask(canon.NA, ""); code != "egress.no_token" {
		t.Errorf("no token: %s", code)
	}
}
