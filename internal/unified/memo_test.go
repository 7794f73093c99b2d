package unified_test

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// A page that did not change is asked for and not read, and says when it was told last; a changed one is read.
func TestUnchangedPagesAreNotReadAgain(t *testing.T) {
	t.Parallel()
	w, now := small(), noon
	w.clock = func() time.Time { return now }
	u := w.ads(t)
	list := func() string { return w.ask(t, u, "/shop/campaign", nil).Body.String() }
	first := list()
	calls, reads := w.calls.Load(), w.reads.Load()
	now = noon.Add(90 * time.Second)
	if got, want := list(), strings.ReplaceAll(first, "2026-11-22T12:00:00Z", "2026-11-22T12:01:30Z"); got != want || got == first {
		t.Errorf("again:\n%s\nwant:\n%s", got, want)
	}
	if w.calls.Load() != 2*calls || w.reads.Load() != reads {
		t.Errorf("%d calls and %d reads after %d and %d", w.calls.Load(), w.reads.Load(), calls, reads)
	}
	changed := *w.campaigns["1001"][canon.SponsoredProducts][0]
	changed.Name = "renamed"
	w.campaigns["1001"][canon.SponsoredProducts][0] = &changed
	if got := list(); !strings.Contains(got, `"name":"renamed"`) || w.reads.Load() != reads+1 {
		t.Errorf("changed: %d reads, %s", w.reads.Load(), got)
	}
	if w.ask(t, u, "/shop/campaign", url.Values{"query": {"lock"}}); w.reads.Load() == reads+1 {
		t.Error("another question was answered by what an earlier one had kept")
	}
}

// What is remembered is of no more bytes than are allowed, and the oldest goes first.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	w := small()
	const most = 20 << 10
	u := w.remembering(t, most)
	for i := range 200 {
		w.ask(t, u, "/shop/campaign", url.Values{"query": {fmt.Sprintf("lock %d", i)}})
		if got := u.Remembered(); got > most || i == 0 && got == 0 {
			t.Fatalf("%d bytes of %d are remembered", got, most)
		}
	}
	reads := w.reads.Load()
	if w.ask(t, u, "/shop/campaign", url.Values{"query": {"lock 199"}}); w.reads.Load() != reads {
		t.Error("the last one was forgotten")
	}
	if w.ask(t, u, "/shop/campaign", url.Values{"query": {"lock 0"}}); w.reads.Load() == reads {
		t.Error("the first one was not")
	}
	if none := w.remembering(t, -1); none.Remembered() != 0 {
		t.Error("one that remembers nothing does")
	}
}

// TestOnlyItsOwnTimeIsTold holds that a page that comes again tells anew when it was read, and touches nothing that its owner named likewise.
func TestOnlyItsOwnTimeIsTold(t *testing.T) {
	t.Parallel()
	w, now := small(), noon
	w.clock = func() time.Time { return now }
	tagged := *w.campaigns["1001"][canon.SponsoredProducts][0]
	tagged.Tags = map[string]string{"fetched_at": "by hand"}
	tagged.Ext = map[string]any{"fetched_at": "elsewhere"}
	w.campaigns["1001"][canon.SponsoredProducts][0] = &tagged
	for _, fields := range []string{"", "tags", "ext,fetched_at", "name"} {
		u := w.ads(t)
		ask := func() string {
			q := url.Values{"org_id": {"1001"}, "channel": {string(canon.SponsoredProducts)}}
			if fields != "" {
				q.Set("fields", fields)
			}
			return w.ask(t, u, "/shop/campaign", q).Body.String()
		}
		now = noon
		first, reads := ask(), w.reads.Load()
		now = noon.Add(time.Hour)
		if got, want := ask(), strings.ReplaceAll(first, "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"); got != want || w.reads.Load() != reads {
			t.Errorf("fields %q again:\n%s\nwant:\n%s", fields, got, want)
		}
	}
}

// A thrifty model tells pages whose next token is a part of them, as the programs do.
type thrifty struct {
	*world
	mu    sync.Mutex
	pages []weak.Pointer[byte]
}

func (m *thrifty) AdsList(_ context.Context, _ amazon.Asker, _ canon.Account, q amazon.AdsQuery) (amazon.AdsPage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := fmt.Appendf(make([]byte, 0, 1<<20), "page %d", len(m.pages))
	m.pages = append(m.pages, weak.Make(&text[0]))
	if _, known := q.Taker.Page("campaigns", text); !known {
		q.Taker.Take(&canon.AdsCampaign{}, amazon.AdsOrigin{})
		q.Taker.End(unsafe.String(&text[0], len(text)))
	}
	return amazon.AdsPage{}, nil
}

// TestNoPageIsHeldByItsRows holds that what is remembered of a page is no part of Amazon's answer, all of which would stay with it.
func TestNoPageIsHeldByItsRows(t *testing.T) {
	t.Parallel()
	w := small()
	m := &thrifty{world: w}
	u, err := unified.New(unified.Config{Model: m, Asker: func(*snapshot.Grant) amazon.Asker { return nil }, Width: 1})
	if err != nil {
		t.Fatal(err)
	}
	if w.ask(t, u, "/shop/campaign", url.Values{"sort": {"name"}}); u.Remembered() == 0 {
		t.Fatal("nothing is remembered")
	}
	runtime.GC()
	runtime.GC() // room for pages is kept for the next one, until two collections came
	for i, page := range m.pages {
		if page.Value() != nil {
			t.Errorf("page %d of %d is still there", i, len(m.pages))
		}
	}
}
