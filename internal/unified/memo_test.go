package unified_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
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
