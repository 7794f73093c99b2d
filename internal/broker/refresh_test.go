package broker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

func TestRefreshAt55MinutesOf60WithoutAnybodyCalling(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		began := time.Now()
		time.Sleep(53 * time.Minute)
		if n := h.login.refreshes(); n != 0 {
			t.Fatalf("refreshed %d times before its time", n)
		}
		time.Sleep(2*time.Minute + 2*time.Second)
		synctest.Wait()
		x := h.login.exchanges()
		if len(x) != 2 {
			t.Fatalf("%d exchanges", len(x))
		}
		if at := x[1].at.Sub(began); at < 54*time.Minute || at > 55*time.Minute+time.Second {
			t.Errorf("refreshed after %s", at)
		}
		now := h.grant(g.ID)
		if now.Generation != 2 || now.Health != snapshot.OK {
			t.Errorf("generation %d, health %s", now.Generation, now.Health)
		}
		token, ok := h.snap.Token(g.ID)
		if !ok || token.Generation != 2 {
			t.Errorf("published generation %d", token.Generation)
		}
	})
}

// R1: the rotated token is the one used after a restart. X1: a caller that leaves loses nothing.
func TestX1_CallerLeavesAndNothingIsLost_R1(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.login.set(func(l *login) { l.delay = 1500 * time.Millisecond })
		ctx, cancel := context.WithTimeout(context.Background(), 400*time.Millisecond)
		defer cancel()
		if _, err := h.broker.Refresh(ctx, g.ID); err == nil {
			t.Fatal("the caller waited on")
		}
		time.Sleep(2 * time.Second)
		if now := h.grant(g.ID); now.Generation != 2 {
			t.Fatalf("generation %d: the refresh ended with its caller", now.Generation)
		}
		h.end()
		h.start()
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil {
			t.Fatal(err)
		}
		if n := h.login.dead(); n != 0 {
			t.Errorf("%d dead tokens presented", n)
		}
	})
}
