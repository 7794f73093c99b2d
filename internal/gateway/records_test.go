package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

// lines are the access log's lines so far.
func (h *house) lines() []map[string]any {
	h.t.Helper()
	h.gate.Flush(context.Background())
	var out []map[string]any
	for line := range strings.Lines(h.access.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			h.t.Fatalf("%q: %v", line, err)
		}
		out = append(out, m)
	}
	return out
}

// G4: one line a request, with the operation and never a path, a query or a secret.
func TestG4_AccessLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.want(h.send("POST", "/sp/campaigns/list?token=canary-in-query", "{}", scope(profileDE)...), 200, "")
	h.call("GET", "/nothing/canary-in-path?canary-in-query", "Authorization", "Bearer lkp_canary")
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"shop"}, "client_id": {"reporter"}, "client_secret": {h.pass}}
	h.send("POST", "/auth/o2/token?"+form.Encode(), "", "Authorization", "")
	lines := h.lines()
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	got := lines[0]
	for _, changing := range []string{"time", "request", "us", "amazon_us"} {
		if _, ok := got[changing]; !ok {
			t.Errorf("no %s", changing)
		}
		delete(got, changing)
	}
	want := map[string]any{
		"msg": "request", "caller": string(h.caller.ID), "pass": string(h.caller.Passes[0].ID), "grant": string(h.shop), "account": profileDE,
		"region": "EU", "method": "POST", "operation": "ads.sp.campaigns.list", "status": 200.0, "problem": "", "in": 2.0, "out": 2.0, "tries": 1.0, "cut": false,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if lines[1]["problem"] != "gateway.pass_malformed" || lines[2]["operation"] != "lockkeeper.token" || lines[2]["grant"] != string(h.shop) {
		t.Errorf("%v\n%v", lines[1], lines[2])
	}
	if text := h.access.String(); strings.Contains(text, "canary") || strings.Contains(text, h.pass) || strings.Contains(text, accessNA) {
		t.Errorf("the log holds what it must not: %s", text)
	}
}

// What cannot be written is named as soon as something can be; meanwhile reads go on and writes do not.
func TestAFullLogIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *gateway.Config) { c.LogBuffer = 2000 })
	h.access.failing(true)
	h.gate.Flush(context.Background())
	for range 20 {
		h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	}
	h.gate.Flush(context.Background())
	h.want(h.send("POST", "/sp/campaigns", "{}", scope(profileUS)...), 503, "gateway.record_full")
	if _, a := h.tokenFor("reporter", h.pass, "shop"); a.status != 503 || a.code() != "gateway.record_full" {
		t.Errorf("a token was given: %d %s", a.status, a.code())
	}
	h.want(h.send("POST", "/sp/campaigns/list", "{}", scope(profileUS)...), 200, "")
	h.access.failing(false)
	h.gate.Flush(context.Background())
	h.want(h.send("POST", "/sp/campaigns", "{}", scope(profileUS)...), 200, "")
	kept, lost := 0, 0.0
	for _, line := range h.lines() {
		if n, ok := line["lost"].(float64); ok {
			lost += n
			continue
		}
		kept++
	}
	if kept+int(lost) != 24 || lost == 0 {
		t.Errorf("%d lines kept and %v named as lost, of 24", kept, lost)
	}
	if got := h.metric("lockkeeper_gateway_records_lost_total", "access"); got != lost {
		t.Errorf("the metric says %v were lost, the log %v", got, lost)
	}
}

// Counts go to the store by minute, pass, grant, operation and status; a store that fails gets them later.
func TestUsage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.usage.err = errors.New("database is locked")
	for range 3 {
		h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	}
	h.gate.Flush(context.Background())
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "XX"), 400, "gateway.region_unknown")
	h.usage.mu.Lock()
	h.usage.err = nil
	h.usage.mu.Unlock()
	h.gate.Flush(context.Background())
	h.advance(time.Minute)
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	h.gate.Flush(context.Background())
	counts := map[string]int64{}
	for _, r := range h.usage.rows {
		if r.Pass != h.caller.Passes[0].ID || r.Operation != "ads.profiles.list" || r.Grant != h.shop {
			t.Errorf("%+v", r)
		}
		counts[r.Minute.Format("15:04 ")+map[int]string{200: "ok", 400: "bad"}[r.Status]] += r.Count
	}
	if d := cmp.Diff(map[string]int64{"12:00 ok": 3, "12:00 bad": 1, "12:01 ok": 1}, counts); d != "" {
		t.Error(d)
	}
}

// Every request is counted, by a bounded set of labels.
func TestMetrics(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	h.call("GET", "/v2/canary-in-path", "Lockkeeper-Region", "NA")
	h.call("GET", "/v2/profiles", "Authorization", "Bearer lkp_canary")
	h.tokenFor("reporter", h.pass, "shop")
	for _, c := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"lockkeeper_gateway_requests_total", []string{"ads.profiles.list", "2xx"}, 1},
		{"lockkeeper_gateway_requests_total", []string{"none", "4xx"}, 2},
		{"lockkeeper_gateway_requests_total", []string{"lockkeeper.token", "2xx"}, 1},
		{"lockkeeper_gateway_refused_total", []string{"gateway.pass_malformed"}, 1},
		{"lockkeeper_gateway_refused_total", []string{"gateway.route_unknown"}, 1},
		{"lockkeeper_gateway_tokens_total", []string{"granted"}, 1},
	} {
		if got := h.metric(c.name, c.labels...); got != c.want {
			t.Errorf("%s%v is %v, want %v", c.name, c.labels, got, c.want)
		}
	}
	families, err := h.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.Contains(f.String(), "canary") || strings.Contains(f.String(), string(h.shop)) {
			t.Errorf("%s holds what it must not", f.GetName())
		}
	}
}

// H2: what policy denies is refused, named, and audited once a minute.
func TestH2_DenialsAreAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, pass := h.add("reader", policy.Rule{Grants: []id.Grant{h.shop}, Effects: []string{"read"}, Accounts: []string{profileUS}})
	auth := []string{"Authorization", "Bearer " + pass}
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(auth, scope(profileUS)...)...), 200, "")
	for range 5 {
		h.want(h.send("POST", "/sp/campaigns", "{}", append(auth, scope(profileUS)...)...), 403, "policy.denied")
	}
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(auth, scope(profileDE)...)...), 404, "gateway.grant_unknown")
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(auth, scope("1234")...)...), 404, "gateway.grant_unknown")
	h.want(h.send("POST", "/sp/unheardOf", "{}", append(auth, scope(profileUS)...)...), 403, "policy.denied")
	h.want(h.call("GET", "/v2/profiles", append(auth, "Lockkeeper-Region", "NA")...), 403, "policy.denied")
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(append(auth, scope(profileUS)...), "Amazon-Ads-AccountId", "amzn1.ads-account.g.other")...), 403, "policy.denied")
	if n := len(h.amazon()); n != 1 {
		t.Errorf("%d calls reached Amazon", n)
	}
	h.gate.Flush(context.Background())
	seen := map[string]int{}
	for _, e := range h.audit.entries {
		if e.Actor.Kind != audit.Caller || e.Actor.ID != string(c.ID) || e.Outcome != audit.Denied || e.Object != string(h.shop) {
			t.Errorf("%+v", e)
		}
		op, _, _ := strings.Cut(e.Detail, ":")
		seen[op]++
	}
	want := map[string]int{"ads.sp.campaigns.create": 1, "ads.sp.campaigns.list": 1, "ads.unlisted": 1, "ads.profiles.list": 1}
	if d := cmp.Diff(want, seen); d != "" {
		t.Error(d)
	}
}

// F5: a mistake of ours is answered by name, and the log says where it was made, with nothing of what it was about.
func TestF5_AMistakeOfOursIsFound(t *testing.T) {
	t.Parallel()
	log := &syncBuffer{}
	h := newHouse(t, func(c *gateway.Config) {
		c.Log = slog.New(slog.NewTextHandler(log, nil))
		c.Door = panicking{c.Door}
	})
	w := newRecorder()
	func() {
		defer func() { _ = recover() }() // the connection is cut
		h.gate.ServeHTTP(w, h.request("GET", "/v2/profiles", "Lockkeeper-Region", "NA"))
	}()
	if got := w.Header().Get("Lockkeeper-Problem"); w.status != 500 || got != "gateway.internal" {
		t.Errorf("%d %s", w.status, got)
	}
	if text := log.String(); !strings.Contains(text, "gateway_test.panicking.Stream") || strings.Contains(text, "canary") {
		t.Errorf("%s", text)
	}
}

type panicking struct{ gateway.Door }

func (panicking) Stream(context.Context, egress.Stream) (*egress.Reply, error) {
	panic("canary-secret-in-a-panic")
}
