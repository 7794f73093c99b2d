package push_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// A slow store writes the first part of a list down, and the others when it is let.
type slow struct {
	*store.Store
	first bool
	let   chan struct{}
}

func (s *slow) ListTargets(ctx context.Context, b id.Broadcast, _ int) (push.Broadcast, error) {
	if !s.first {
		<-s.let
	}
	s.first = false
	return s.Store.ListTargets(ctx, b, 5000)
}

// TestMessagesLeaveWhileTheListIsMade holds that nobody waits for the end of a long list, and that a stop before that end leaves nobody out and
// has nobody told twice.
func TestMessagesLeaveWhileTheListIsMade(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.devices(7000, nil)
	held := &slow{Store: w.store, first: true, let: make(chan struct{})}
	w.config.Store = held
	w.load()
	stop := w.run()
	b := w.begin(push.NewBroadcast{})
	w.await(b, func(p push.Progress) bool { return p.State == push.Listing && p.Counts["accepted"] >= 4000 })
	close(held.let)
	stop()
	w.config.Store = w.store
	w.load()
	w.run()
	p := w.await(b, ended)
	if d := cmp.Diff(map[string]int{"": 0, "accepted": 7000}, p.Counts); p.State != push.Done || d != "" {
		t.Errorf("%s: %s", p.State, d)
	}
	if got := w.receipts(false); got.Accepted != 7000 || len(got.Twice) > 0 {
		t.Errorf("%d were taken, %d twice", got.Accepted, len(got.Twice))
	}
}

// TestDevicesKeepTheOrderOfTheirList holds that registrations stand in the order in which they were given, however many were given at one time.
func TestDevicesKeepTheOrderOfTheirList(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	made := w.devices(100, nil)
	kept, err := w.Registrations(t.Context(), "fire", push.Filter{})
	if err != nil || len(kept) != len(made) {
		t.Fatal(len(kept), err)
	}
	for i, r := range kept {
		if r.Name != made[i].Key {
			t.Fatalf("number %d is %s, want %s", i, r.Name, made[i].Key)
		}
	}
}
