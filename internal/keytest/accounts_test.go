package keytest_test

import (
	"context"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// What a grant opens is asked for again each day, though nobody asks, and not sooner.
func TestAccountsAreListedAgainEachDay(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	k := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Clock: kit.FrozenClock(began)}})
	k.Grant("acme")
	lists := kit.Filter{Match: kit.Match{Program: "ads", Operation: "profiles.list"}}
	first := len(k.Sandbox.Journal().Entries(lists))
	if first == 0 {
		t.Fatal("nothing was listed at the consent")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	k.Sandbox.Advance(23 * time.Hour)
	if _, err := k.Client.RefreshGrant(ctx, "acme"); err != nil { // by now the runner has looked at the clock
		t.Fatal(err)
	}
	if n := len(k.Sandbox.Journal().Entries(lists)); n > 2*first { // a refresh by hand lists them too
		t.Errorf("%d lists within a day", n)
	}
	before := k.Sandbox.Journal().Last()
	k.Sandbox.Advance(25 * time.Hour)
	lists.After = before
	if err := k.Sandbox.Journal().Await(ctx, 1, lists); err != nil {
		t.Fatalf("nothing was listed a day later: %v", err)
	}
	for _, e := range k.Sandbox.Journal().Entries(lists) {
		if e.Status != 200 || e.At.Before(began.Add(48*time.Hour)) {
			t.Errorf("%+v", e)
		}
	}
}
