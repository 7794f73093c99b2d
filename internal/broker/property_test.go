package broker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// D5: whatever the lifetime and the configured margin, a token is not due the moment it came, and is due before it ends.
func TestMarginHoldsForEveryLifetime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		life := time.Duration(rapid.Int64Range(int64(20*time.Second), int64(24*time.Hour)).Draw(t, "life"))
		configured := time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "configured"))
		jitter := rapid.Float64Range(0, 0.999).Draw(t, "jitter")
		now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		end := now.Add(life)
		at := broker.RefreshAt(now, end, configured, jitter)
		if !at.After(now.Add(life/4)) || !at.Before(end) {
			t.Fatalf("life %s, configured %s: refreshed after %s", life, configured, at.Sub(now))
		}
		if broker.NeedsRefresh(now, end, now, configured) || !broker.NeedsRefresh(now, end, end, configured) {
			t.Fatal("needed at once, or not at its end")
		}
		if m := broker.Margin(life, 0); m > 5*time.Minute || m != min(5*time.Minute, life/10) {
			t.Fatalf("margin %s of %s", m, life)
		}
	})
	hour := time.Hour
	now := time.Now()
	if at := broker.RefreshAt(now, now.Add(hour), 0, 0); at.Sub(now) != 55*time.Minute {
		t.Errorf("an hour's token is refreshed after %s", at.Sub(now))
	}
	for _, life := range []time.Duration{-time.Hour, 0, time.Second} {
		if at := broker.RefreshAt(now, now.Add(life), 0, 0.9); at.Sub(now) < 5*time.Second {
			t.Errorf("a token of %s is refreshed after %s", life, at.Sub(now))
		}
	}
}

// The totals in the comment of the retry table.
func TestRetryTotals(t *testing.T) {
	t.Parallel()
	want := map[int]time.Duration{4: 17 * time.Second, 6: 77 * time.Second, 8: 317 * time.Second, 10: 917 * time.Second}
	total := time.Duration(0)
	for n := 1; n <= 10; n++ {
		total += broker.Pause(n, 0.5)
		if w, ok := want[n]; ok && total != w {
			t.Errorf("after %d failures %s, want %s", n, total, w)
		}
	}
	if broker.Pause(1000, 0.999) > 6*time.Minute || broker.Pause(0, 0) < 500*time.Millisecond {
		t.Error("a pause out of bounds")
	}
}

// The plan: nothing is sent for a grant that rests; a static server is asked freely; another one at most twice with the fate
// unknown; and no grant is given up without proof that an exchange left.
func TestPlan(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		g := broker.Grant{Kind: broker.Consented}
		g.Health = rapid.SampledFrom([]snapshot.Health{snapshot.OK, snapshot.Retrying, snapshot.Blocked, snapshot.Disabled}).Draw(t, "health")
		g.Sends = rapid.IntRange(0, 9).Draw(t, "sends")
		g.Wrote = rapid.IntRange(0, g.Sends).Draw(t, "wrote")
		if rapid.Bool().Draw(t, "leased") {
			g.Lease = broker.Lease{Owner: "peer", Until: now.Add(time.Minute)}
		}
		shared := rapid.Bool().Draw(t, "shared")
		policy := rapid.SampledFrom([]broker.ServerPolicy{broker.Static, broker.Grace, broker.Strict, broker.Unknown}).Draw(t, "policy")
		got := broker.Next(policy, shared, g, now)
		switch {
		case g.Health == snapshot.Blocked || g.Health == snapshot.Disabled:
			if got != broker.Rest {
				t.Fatal("sent for a grant that rests")
			}
		case shared && g.Lease.Owner != "":
			if got != broker.Wait {
				t.Fatal("another's lease was not waited for")
			}
		case policy == broker.Static || g.Sends == 0:
			if got != broker.Send {
				t.Fatal("held back for nothing")
			}
		case got == broker.GiveUp && (g.Wrote == 0 || g.Sends < 2):
			t.Fatal("given up without an exchange")
		case got == broker.Send:
			t.Fatal("a second unknown exchange that is no check")
		}
	})
}

// Against a strict server, whatever is lost, and whenever the process ends: at most one dead presentation, no overlap, and the
// store is never behind what was published.
func TestStrictServerRandomLosses(t *testing.T) {
	t.Parallel()
	began, checks := time.Now(), 0
	rapid.Check(t, func(rt *rapid.T) {
		// Each check opens real stores. What a slow machine does not reach in time is left to the next run, which draws others.
		if checks++; checks > 25 && time.Since(began) > 10*time.Second {
			return
		}
		steps := rapid.SliceOfN(rapid.IntRange(0, 6), 1, 12).Draw(rt, "steps")
		bubble(t, broker.Strict, func(t *testing.T, h *house) {
			g := h.connect("shop")
			for _, s := range steps {
				switch s {
				case 0:
					h.login.fail(fault{result: lostAnswer})
				case 1:
					h.login.fail(fault{before: true, result: lostAnswer})
				case 2:
					h.login.fail(fault{before: true, result: unreachable()})
				case 3:
					h.end()
					h.start()
				case 4:
					h.breakStore(func() error { return errDisk })
					_, _ = h.broker.Refresh(expired(), g.ID)
					synctest.Wait()
					h.breakStore(nil)
				default:
					_, _ = h.broker.Refresh(expired(), g.ID)
				}
				time.Sleep(20 * time.Second)
				token, ok := h.snap.Token(g.ID)
				stored, _, err := h.store.GrantByID(context.Background(), g.ID)
				if err != nil || !ok || token.Generation > stored.Generation {
					t.Fatalf("published %d, stored %d, %v", token.Generation, stored.Generation, err)
				}
			}
			if h.login.dead() > 1 || h.login.overlap {
				t.Errorf("%d dead presentations, overlap %v", h.login.dead(), h.login.overlap)
			}
			if now := h.grant(g.ID); now.Health == snapshot.Blocked && h.login.refreshes() == 0 {
				t.Error("blocked without an exchange")
			}
		})
	})
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
