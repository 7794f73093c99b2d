package unified_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

func query(t testing.TB, text string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCursorLeadsThroughAllAccounts(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	var got []string
	cursor := ""
	for range 20 {
		v := url.Values{"limit": {"2"}}
		if cursor != "" {
			v.Set("cursor", cursor)
		}
		r := w.ask(t, u, "/shop/campaign", v)
		got = append(got, objects(t, r)...)
		if cursor = r.Header().Get(unified.HeaderNext); cursor == "" {
			break
		}
		if link := r.Header().Get("Link"); !strings.HasPrefix(link, "</lk/v1/ads/shop/campaign?") || !strings.HasSuffix(link, `>; rel="next"`) {
			t.Fatalf("Link: %s", link)
		}
	}
	want := objects(t, w.ask(t, u, "/shop/campaign", nil))
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 11 {
		t.Error(diff)
	}
}

func TestOnePageAsksOnce(t *testing.T) {
	t.Parallel()
	w := small()
	w.page = 100
	if got := objects(t, w.ask(t, w.ads(t), "/shop/campaign", query(t, "limit=5"))); len(got) != 5 || w.calls.Load() != 1 {
		t.Errorf("%d campaigns by %d calls", len(got), w.calls.Load())
	}
}

// TestStatusesThatNothingHas holds that Unified's words for what Amazon never has narrow a list to nothing, and are no mistake of the asker's.
func TestStatusesThatNothingHas(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	all := objects(t, w.ask(t, u, "/shop/campaign", query(t, "status=ACTIVE")))
	for text, want := range map[string][]string{"processing,unspecified": {}, "SCHEDULED_FOR_DELETION": {}, "PROCESSING,ACTIVE": all} {
		if diff := cmp.Diff(want, objects(t, w.ask(t, u, "/shop/campaign", query(t, "status="+text)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestRefusedParameters(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	for _, text := range []string{
		"limit=0", "limit=10001", "limit=ten", "offset=-1", "sort=colour", "order=up", "stauts=ACTIVE", "updated_gte=yesterday", "channel=TV", "cursor=x",
		"cursor=e30", "raw=%25zz", "raw=colour%3Dred", "envelope=perhaps", "campaign_id=1",
	} {
		r := w.ask(t, u, "/shop/campaign", query(t, text))
		var f unified.Failure
		if err := json.Unmarshal(r.Body.Bytes(), &f); err != nil || r.Code != 400 || f.Code != string(problem.UnifiedBadParameter) || f.Cause != "you" || f.Fix == "" {
			t.Errorf("%s: %d %s", text, r.Code, r.Body)
		}
	}
	for _, path := range []string{"/shop", "/shop/colour", "/shop/campaign/1/2", "/", "", "/shop//campaign", "/shop/campaign/"} {
		if r := w.ask(t, u, path, nil); r.Code != 404 {
			t.Errorf("%s: %d %s", path, r.Code, r.Body)
		}
	}
	if r := w.ask(t, u, "/other/campaign", nil); r.Code != 404 || r.Header().Get("Lockkeeper-Problem") != "gateway.grant_unknown" {
		t.Errorf("another grant: %d %s", r.Code, r.Body)
	}
}

// A list of which a part is missing is no success.
func TestPartOfAListIsMissing(t *testing.T) {
	t.Parallel()
	w := small()
	w.broken["1002"] = problem.New(problem.AdsUnreachable)
	u := w.ads(t)
	r := w.ask(t, u, "/-/campaign", query(t, "envelope=true"))
	var got struct {
		Objects  []told
		Failures []unified.SourceFailure
	}
	if err := json.Unmarshal(r.Body.Bytes(), &got); err != nil || r.Code != 207 || len(got.Objects) != 7 || len(got.Failures) != 3 {
		t.Fatalf("%d %s", r.Code, r.Body)
	}
	if f := got.Failures[0]; f.OrganizationID != "1002" || f.Channel != canon.SponsoredProducts || f.Error.Code != "ads.unreachable" {
		t.Errorf("%+v", f)
	}
	if r := w.ask(t, u, "/shop/campaign", nil); r.Code != 207 || r.Header().Get(unified.HeaderMissing) != "3 of 6" {
		t.Errorf("%d %s", r.Code, r.Header())
	}
	if r := w.ask(t, u, "/shop/campaign", query(t, "sort=name")); r.Code != 207 || len(objects(t, r)) != 7 {
		t.Errorf("sorted: %d %s", r.Code, r.Header())
	}
	if r := w.ask(t, u, "/shop/campaign", query(t, "org_id=1002")); r.Code != 503 {
		t.Errorf("all of it is missing: %d", r.Code)
	}
	if r := w.ask(t, u, "/shop/campaign/10021000", nil); r.Code != 503 {
		t.Errorf("it may be where nobody could look: %d", r.Code)
	}
}

func TestPolicyLeavesChannelsOut(t *testing.T) {
	t.Parallel()
	w := small()
	w.denied[canon.SponsoredBrands] = true
	u := w.ads(t)
	r := w.ask(t, u, "/shop/campaign", nil)
	if got := objects(t, r); len(got) != 9 || r.Header().Get(unified.HeaderLeftOut) != "SPONSORED_BRANDS" {
		t.Errorf("%d, %s", len(got), r.Header())
	}
	if r := w.ask(t, u, "/shop/campaign", query(t, "channel=SPONSORED_BRANDS")); r.Code != 403 || r.Header().Get("Lockkeeper-Problem") != "policy.denied" {
		t.Errorf("%d %s", r.Code, r.Body)
	}
}

func TestFieldsEnvelopeAndETag(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	r := w.ask(t, u, "/shop/campaign", query(t, "fields=name,status&limit=1"))
	if got, want := strings.TrimSpace(r.Body.String()), `[{"id":"10011000","name":"lock 0 of 1001","status":"ACTIVE"}]`; got != want {
		t.Error(got)
	}
	one := w.ask(t, u, "/shop/campaign/10011000", nil)
	mark := one.Header().Get("ETag")
	if one.Code != 200 || len(mark) < 4 {
		t.Fatalf("%d %s", one.Code, mark)
	}
	if again := w.ask(t, u, "/shop/campaign/10011000", nil, "If-None-Match", mark); again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("%d %s", again.Code, again.Body)
	}
	w.campaigns["1001"][canon.SponsoredProducts][0].Name = "another"
	if again := w.ask(t, u, "/shop/campaign/10011000", nil, "If-None-Match", mark); again.Code != 200 || again.Header().Get("ETag") == mark {
		t.Errorf("changed: %d", again.Code)
	}
	if r := w.ask(t, u, "/shop/campaign/99", nil); r.Code != 404 || r.Header().Get("Lockkeeper-Problem") != "unified.object_unknown" {
		t.Errorf("%d %s", r.Code, r.Body)
	}
}

// What was found once is not looked for in all accounts again.
func TestWhereAnObjectIsIsRemembered(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	w.ask(t, u, "/shop/campaign/10021003", nil)
	before := w.calls.Load()
	if r := w.ask(t, u, "/shop/campaign/10021003", nil); r.Code != 200 || w.calls.Load()-before > 2 {
		t.Errorf("%d by %d calls", r.Code, w.calls.Load()-before)
	}
}

func TestLinesWithProgress(t *testing.T) {
	t.Parallel()
	w := small()
	w.broken["1001"] = problem.New(problem.AdsUnreachable)
	r := w.ask(t, w.ads(t), "/-/campaign", nil, "Accept", "application/x-ndjson")
	seen := map[string]int{}
	var last string
	for line := range strings.Lines(r.Body.String()) {
		var one map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &one); err != nil || len(one) != 1 {
			t.Fatalf("%q: %v", line, err)
		}
		for name, v := range one {
			seen[name]++
			last = name + string(v)
		}
	}
	if diff := cmp.Diff(map[string]int{"object": 4, "failure": 3, "progress": 6, "end": 1}, seen); diff != "" {
		t.Error(diff)
	}
	if last != `end{"lists":6,"missing":3,"next":""}` {
		t.Error(last)
	}
}

// Unified's clients can say what they have no parameter for: raw holds a query of its own.
func TestRawHoldsFurtherParameters(t *testing.T) {
	t.Parallel()
	w := small()
	got := objects(t, w.ask(t, w.ads(t), "/shop/campaign", url.Values{"raw": {"channel=SPONSORED_BRANDS&org_id=1001"}}))
	if diff := cmp.Diff([]string{"10012000", "10012001"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestRawIsOneWithTheRest holds that what raw says stands behind what is said outside, each time, and that the next page passes nothing over anew.
func TestRawIsOneWithTheRest(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	both := w.ask(t, u, "/shop/campaign", url.Values{"channel": {"SPONSORED_PRODUCTS,SPONSORED_BRANDS"}}).Body.String()
	for range 20 { // maps have no order
		if got := w.ask(t, u, "/shop/campaign", url.Values{"channel": {"SPONSORED_PRODUCTS"}, "raw": {"channel=SPONSORED_BRANDS"}}).Body.String(); got != both {
			t.Fatalf("got %s\nwant %s", got, both)
		}
	}
	all := objects(t, w.ask(t, u, "/shop/campaign", nil))
	r := w.ask(t, u, "/shop/campaign", url.Values{"raw": {"offset=2&limit=3&sort=id"}})
	got := objects(t, r)
	for r.Header().Get("Link") != "" {
		link, _, _ := strings.Cut(strings.TrimPrefix(r.Header().Get("Link"), "<"), ">")
		next, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		r = w.ask(t, u, "/shop/campaign", next.Query())
		got = append(got, objects(t, r)...)
	}
	slices.Sort(all)
	if diff := cmp.Diff(all[2:], got); diff != "" {
		t.Errorf("by links (-want +got):\n%s", diff)
	}
}

// TestWhoeverWentAwayIsNoMistake holds that a request whose asker went away is neither told nor logged as a mistake of ours.
func TestWhoeverWentAwayIsNoMistake(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := small()
	u, err := unified.New(unified.Config{Model: w, Asker: func(*snapshot.Grant) amazon.Asker { return nil }, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, query := range []url.Values{nil, {"sort": {"name"}}} {
		a := u.Serve(ctx, unified.Ask{Method: "GET", Path: "/shop/campaign", Query: query, Header: http.Header{}, Access: w})
		if f, _ := a.Body.(unified.Failure); a.Status != 499 || f.Code != "egress.cancelled" || log.Len() > 0 {
			t.Errorf("%v: %d %+v, logged %q", query, a.Status, a.Body, &log)
		}
	}
}
