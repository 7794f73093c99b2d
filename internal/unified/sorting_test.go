package unified_test

import (
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// sorted reads a list page by page; between pages is called before each but the first.
func (w *world) sorted(t *testing.T, u *unified.Ads, v url.Values, between func()) (ids []string, anew int) {
	t.Helper()
	for range 200 {
		r := w.ask(t, u, "/-/campaign", v)
		ids = append(ids, objects(t, r)...)
		if r.Header().Get(unified.HeaderAnew) != "" {
			anew++
		}
		next := r.Header().Get(unified.HeaderNext)
		if next == "" {
			return ids, anew
		}
		v = url.Values{"sort": v["sort"], "order": v["order"], "limit": v["limit"], "cursor": {next}}
		between()
	}
	t.Fatal("the list does not end")
	return nil, 0
}

// A sorted list is read once for all its pages, by cursor and by offset; and again where it is too old.
func TestSortedListIsReadOnce(t *testing.T) {
	t.Parallel()
	w, now := small(), noon
	w.clock = func() time.Time { return now }
	u := w.ads(t)
	v := url.Values{"sort": {"name"}, "order": {"desc"}, "limit": {"4"}}
	want := objects(t, w.ask(t, w.ads(t), "/-/campaign", url.Values{"sort": {"name"}, "order": {"desc"}}))
	w.calls.Store(0)
	var calls []int64
	got, anew := w.sorted(t, u, v, func() { calls = append(calls, w.calls.Load()) })
	if diff := cmp.Diff(want, got); diff != "" || anew != 0 {
		t.Errorf("%d pages anew, %s", anew, diff)
	}
	if calls = append(calls, w.calls.Load()); len(calls) != 3 || calls[2] != calls[0] {
		t.Errorf("calls before each page: %v", calls)
	}
	page := url.Values{"sort": {"name"}, "order": {"desc"}, "limit": {"4"}, "offset": {"4"}}
	if ids := objects(t, w.ask(t, u, "/-/campaign", page)); !slices.Equal(ids, want[4:8]) || w.calls.Load() != calls[0] {
		t.Errorf("by offset: %v by %d calls more", ids, w.calls.Load()-calls[0])
	}
	now = now.Add(3 * time.Minute)
	if ids := objects(t, w.ask(t, u, "/-/campaign", page)); !slices.Equal(ids, want[4:8]) || w.calls.Load() == calls[0] {
		t.Errorf("too old: %v by no call", ids)
	}
	again, anew := w.sorted(t, u, v, func() { now = now.Add(3 * time.Minute) })
	if diff := cmp.Diff(want, again); diff != "" || anew != 2 {
		t.Errorf("%d pages anew, %s", anew, diff)
	}
}

// One asker's reading is not another's, and one that lost an account's permission is read again.
func TestSortedListsAreTheirAskers(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	v := url.Values{"sort": {"id"}, "limit": {"4"}}
	w.ask(t, u, "/-/campaign", v)
	w.grants[0].Accounts = w.grants[0].Accounts[:1] // no more of the other
	got := objects(t, w.ask(t, u, "/-/campaign", url.Values{"sort": {"id"}, "limit": {"100"}, "offset": {"4"}}))
	if want := objects(t, w.ask(t, w.ads(t), "/-/campaign", url.Values{"sort": {"id"}}))[4:]; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	calls := w.calls.Load()
	w.by = "somebody else"
	if w.ask(t, u, "/-/campaign", url.Values{"sort": {"id"}, "limit": {"4"}, "offset": {"4"}}); w.calls.Load() == calls {
		t.Error("one asker was told another's reading")
	}
}

// Where the reading is gone and the world changed meanwhile, nothing that stayed as it was is lost or told twice.
func TestSortedListsGoOnWithoutTheirReading(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		w.account("g0", "9999", canon.NA, 20, 20) // many that are equal but for their names and ids
		v := url.Values{
			"sort": {rapid.SampledFrom([]string{"name", "id", "status", "created_at", "updated_at"}).Draw(r, "sort")}, "status": {"ACTIVE,PAUSED,ARCHIVED"},
			"order": {rapid.SampledFrom([]string{"asc", "desc"}).Draw(r, "order")}, "limit": {strconv.Itoa(rapid.IntRange(12, 30).Draw(r, "limit"))},
		}
		stayed := brute(w, unified.All, url.Values{"status": {""}})
		stayed = append(stayed, brute(w, unified.All, url.Values{"status": {"ARCHIVED"}})...)
		seen := map[string]int{}
		for range 200 {
			got := w.ask(t, w.ads(t), "/-/campaign", v) // a new one, which knows of no reading
			for _, id := range objects(t, got) {
				seen[id]++
			}
			next := got.Header().Get(unified.HeaderNext)
			if (got.Header().Get(unified.HeaderAnew) != "") != (v.Get("cursor") != "") {
				r.Fatal("a page that was read again does not say so")
			}
			if next == "" {
				break
			}
			v.Set("cursor", next)
			if changed := w.change(r); changed != "" {
				stayed = slices.DeleteFunc(stayed, func(id string) bool { return id == changed })
			}
		}
		for _, id := range stayed {
			if seen[id] != 1 {
				r.Fatalf("%s was told %d times", id, seen[id])
			}
		}
	})
}
