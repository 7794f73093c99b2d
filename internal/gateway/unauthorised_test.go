package gateway_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

const (
	bodyToken   = `{"code":"401","details":"Authentication failed","requestId":"K144VZX9J0CCDG4229C5"}`
	bodyForeign = `{"code":"UNAUTHORIZED","details":"Not authorized to access scope 9999999999999999"}`
)

// saying answers with a status and a body.
func saying(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// onlyToken answers 401 to every access token but one.
func onlyToken(access string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+access {
			saying(200, `[{"ok":true}]`)(w, r)
			return
		}
		saying(401, bodyToken)(w, r)
	}
}

func (h *house) tokenOf(generation int64, text string) snapshot.Token {
	now := h.now()
	return snapshot.Token{Access: secret.New(text), Generation: generation, Obtained: now, Expires: now.Add(time.Hour)}
}

// A read whose token Amazon calls invalid is repeated once with the token that a forced refresh gives.
func TestAnInvalidTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(onlyToken("Atza|sbxNEWER"))
	h.refresh.next = func() (snapshot.Token, error) { return h.tokenOf(2, "Atza|sbxNEWER"), nil }
	h.want(h.send("POST", "/sp/campaigns/list", `{"a":1}`, scope(profileUS)...), 200, "")
	calls := h.amazon()
	if len(calls) != 2 || calls[1].body != `{"a":1}` {
		t.Errorf("%d calls reached Amazon, the last with %q", len(calls), calls[len(calls)-1].body)
	}

	// The snapshot still has the old token; the next refresh may be forced only after five minutes.
	h.want(h.send("POST", "/sp/campaigns/list", `{}`, scope(profileUS)...), 401, "ads.token_refused")
	if _, invalid := h.refresh.counts(); invalid != 1 {
		t.Errorf("%d refreshes were forced", invalid)
	}
	h.advance(5 * time.Minute)
	h.want(h.send("POST", "/sp/campaigns/list", `{}`, scope(profileUS)...), 200, "")
	if _, invalid := h.refresh.counts(); invalid != 2 {
		t.Errorf("%d refreshes were forced", invalid)
	}
}

// A newer token that is there already is used without a refresh.
func TestANewerTokenNeedsNoRefresh(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		h.token(h.shop, 2, "Atza|sbxNEWER") // a refresh ends while the call is under way
		onlyToken("Atza|sbxNEWER")(w, r)
	})
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	if _, invalid := h.refresh.counts(); invalid != 0 {
		t.Errorf("%d refreshes were forced", invalid)
	}
}

// A write went out: it is never repeated, but the refresh it shows to be due is made.
func TestAWriteIsNotRepeatedAfterA401(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(onlyToken("Atza|sbxNEWER"))
	h.refresh.next = func() (snapshot.Token, error) { return h.tokenOf(2, "Atza|sbxNEWER"), nil }
	a := h.send("POST", "/sp/campaigns", `{}`, scope(profileUS)...)
	h.want(a, 401, "ads.token_refused")
	if a.body != bodyToken || len(h.amazon()) != 1 {
		t.Errorf("%d calls, answered %s", len(h.amazon()), a.body)
	}
	if _, invalid := h.refresh.counts(); invalid != 1 {
		t.Errorf("%d refreshes were forced", invalid)
	}
}

// No refresh is forced for a token younger than a minute, or for a grant that is blocked.
func TestWhenNoRefreshIsForced(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h *house){
		"fresh":   func(h *house) { h.snap.PublishToken(h.shop, h.tokenOf(2, accessNA)) },
		"blocked": func(h *house) { h.change(h.shop, func(g *snapshot.Grant) { g.Health = snapshot.Blocked }) },
	} {
		h := newHouse(t)
		change(h)
		h.answers(saying(401, bodyToken))
		if a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"); a.status != 401 || a.body != bodyToken {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if _, invalid := h.refresh.counts(); invalid != 0 || len(h.amazon()) != 1 {
			t.Errorf("%s: %d refreshes were forced, %d calls", name, invalid, len(h.amazon()))
		}
	}
}

// D11, R10: 10,000 calls with a foreign scope cause no exchange, and soon do not even reach Amazon.
func TestD11_ForeignScopesCauseNoExchange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(saying(401, bodyForeign))
	server := h.gate
	for i := range 10_000 {
		w := newRecorder()
		r := h.request("POST", "/sp/campaigns/list", append(scope("9999999999999999"), "Lockkeeper-Region", "NA")...)
		server.ServeHTTP(w, r)
		if w.status != 401 || w.Header().Get("Lockkeeper-Problem") != "ads.foreign_scope" {
			t.Fatalf("call %d: %d %s", i, w.status, w.Header().Get("Lockkeeper-Problem"))
		}
	}
	tokens, invalid := h.refresh.counts()
	if tokens+invalid != 0 || len(h.amazon()) > 10 {
		t.Errorf("%d exchanges, %d calls reached Amazon", tokens+invalid, len(h.amazon()))
	}
	h.advance(3 * time.Second)
	h.answers(nil)
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(scope("9999999999999999"), "Lockkeeper-Region", "NA")...), 200, "")
}

// Amazon's refusals go on unchanged, large and packed ones too, with the problem's name beside them.
func TestRefusalsPassUnchanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, bodyForeign)
	_ = z.Close()
	large := strings.Replace(bodyForeign, "}", `,"more":"`+strings.Repeat("x", 200<<10)+`"}`, 1)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		body   string
		code   string
	}{
		"small": {saying(401, bodyForeign), bodyForeign, "ads.access_lost"},
		"large": {saying(401, large), large, "ads.access_lost"},
		"empty": {saying(401, ""), "", "ads.unrecognised"},
		"packed": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			saying(401, packed.String())(w, r)
		}, packed.String(), "ads.access_lost"},
	} {
		h.answers(c.answer)
		a := h.send("POST", "/sp/campaigns/list", "{}", append(scope(profileUS), "Accept-Encoding", "gzip")...)
		h.advance(time.Minute)
		if a.status != 401 || a.body != c.body {
			t.Errorf("%s: %d, %d bytes", name, a.status, len(a.body))
		}
		if a.code() != c.code && name != "empty" {
			t.Errorf("%s: %s", name, a.code())
		}
	}
}

// A gzip bomb in a refusal is not unpacked beyond what is looked at (B6).
func TestB6_GzipBomb(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 64<<20))
	_ = z.Close()
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		saying(401, bomb.String())(w, r)
	})
	a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA", "Accept-Encoding", "gzip")
	if a.status != 401 || a.body != bomb.String() {
		t.Errorf("%d, %d bytes of %d", a.status, len(a.body), bomb.Len())
	}
}

// R4, X3: a dead grant is answered at once, by its own problem, without asking anybody.
func TestADeadGrantAsksNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.change(h.shop, func(g *snapshot.Grant) { g.Health, g.Problem = snapshot.Blocked, "lwa.consent_withdrawn" })
	a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA")
	h.want(a, 200, "")
	if a.header.Get("Lockkeeper-Token-Age") != "600" {
		t.Errorf("says nothing of the token's age: %v", a.header)
	}
	h.advance(time.Hour)
	for range 100 {
		h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 424, "lwa.consent_withdrawn")
	}
	if tokens, invalid := h.refresh.counts(); tokens+invalid != 0 || len(h.amazon()) != 1 {
		t.Errorf("%d exchanges, %d calls", tokens+invalid, len(h.amazon()))
	}
	h.change(h.shop, func(g *snapshot.Grant) { g.Health = snapshot.Disabled })
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 403, "gateway.grant_disabled")
}

// A token that the snapshot does not have is waited for.
func TestAMissingTokenIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.advance(2 * time.Hour)
	h.refresh.next = func() (snapshot.Token, error) { return h.tokenOf(2, "Atza|sbxNEWER"), nil }
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	if got := h.amazon()[0].header.Get("Authorization"); got != "Bearer Atza|sbxNEWER" {
		t.Errorf("sent %s", got)
	}
	h.refresh.next = nil
	a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA")
	h.want(a, 503, "gateway.grant_not_ready")
	if a.header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
}

// What Amazon throttles, Lockkeeper keeps back, for that grant and region only.
func TestThrottledGrantsWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "30")
		saying(429, `{"code":"429","details":"Too Many Requests"}`)(w, r)
	})
	a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA")
	h.want(a, 429, "ads.throttled")
	a = h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA")
	h.want(a, 429, "gateway.throttled")
	if a.header.Get("Retry-After") != "30" || len(h.amazon()) != 1 {
		t.Errorf("Retry-After %q, %d calls", a.header.Get("Retry-After"), len(h.amazon()))
	}
	h.answers(nil)
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "EU"), 200, "")
	h.advance(31 * time.Second)
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
}

// A caller's report that finds Amazon's queue of reports full keeps back other reports, and nothing else.
func TestAFullQueueHoldsBackWhatGoesThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Retry-After", "60")
			saying(429, `{"code":"429","detail":"Too Many Requests"}`)(w, r)
			return
		}
		saying(200, `[]`)(w, r)
	})
	scope := append(scope(profileUS), "Content-Type", "application/vnd.createasyncreportrequest.v3+json")
	h.want(h.call("POST", "/reporting/reports", scope...), 429, "ads.throttled")
	h.want(h.call("POST", "/reporting/reports", scope...), 429, "gateway.throttled")
	h.want(h.call("GET", "/reporting/reports/1", scope...), 200, "")
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	if n := len(h.amazon()); n != 3 {
		t.Errorf("%d calls reached Amazon, want 3", n)
	}
}

// All regions merged: the caller's choice, for lists that belong to no account.
func TestMergingAllRegions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var calls atomic.Int32
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		switch r.Host {
		case "advertising-api.amazon.com":
			saying(200, ` [{"profileId":1},{"profileId":2}] `)(w, r)
		case "advertising-api-eu.amazon.com":
			saying(200, `[]`)(w, r)
		default:
			saying(200, `[{"profileId":3}]`)(w, r)
		}
	})
	a := h.call("GET", "/v2/profiles?x=1", "Lockkeeper-Region", "all")
	h.want(a, 200, "")
	if a.body != `[{"profileId":1},{"profileId":2},{"profileId":3}]` || a.header.Get("Lockkeeper-Regions") != "NA, EU, FE" || calls.Load() != 3 {
		t.Errorf("%s %v", a.body, a.header)
	}
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Host, "-eu") {
			saying(500, `oops`)(w, r)
			return
		}
		saying(200, fmt.Sprintf(`[%d]`, len(r.Host)))(w, r)
	})
	a = h.call("GET", "/v2/profiles", "Lockkeeper-Region", "all")
	h.want(a, 200, "ads.server_error")
	if a.header.Get("Lockkeeper-Regions") != "NA, FE" {
		t.Errorf("%s %v", a.body, a.header)
	}
	h.answers(saying(403, `{"message":"x"}`))
	if a = h.call("GET", "/v2/profiles", "Lockkeeper-Region", "all"); a.status != 403 || a.body != `{"message":"x"}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.want(h.send("POST", "/sp/campaigns/list", "{}", "Lockkeeper-Region", "all"), 400, "gateway.region_all_refused")
	h.want(h.send("PUT", "/v2/profiles", "[]", "Lockkeeper-Region", "all"), 400, "gateway.region_all_refused")
}

// A merged list that is too long for memory is an error, never a part.
func TestMergeLimit(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *gateway.Config) { c.MergeLimit = 100 })
	h.answers(saying(200, `["`+strings.Repeat("x", 200)+`"]`))
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "all"), 502, "gateway.amazon_failed")
}
