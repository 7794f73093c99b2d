package kit_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestOneWinner: of many who present the same refresh token at once, a strict server gives exactly one a new one.
func TestOneWinner(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]int64{"strict": 1, "grace": 1, "static": 0} {
		w := kit.DefaultWorld(1, nil)
		if err := w.Tokens.Policy.Set(policy); err != nil {
			t.Fatal(err)
		}
		c := w.Tokens.Consent(w.Profile(kit.Shop), w.User(kit.Advertiser), []string{"profile"}, "NA")
		refresh := c.RefreshToken()
		var rotated, issued atomic.Int64
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() {
				got, _, err := w.Tokens.Refresh(c.Profile, refresh, "NA")
				if err == nil {
					issued.Add(1)
				}
				if got.Rotated {
					rotated.Add(1)
				}
			})
		}
		all.Wait()
		if rotated.Load() != want || (policy == "strict" && issued.Load() != 1) || (policy != "strict" && issued.Load() != 32) {
			t.Errorf("%s: %d rotated, %d issued", policy, rotated.Load(), issued.Load())
		}
	}
}

// TestStrictHistory: whatever is presented in whatever order, under strict only the newest works, and family-revoke ends with the
// first dead one. A second sandbox of the same seed may take over at any moment without changing that.
func TestStrictHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := rapid.SampledFrom([]string{"strict", "family-revoke"}).Draw(t, "policy")
		clock := kit.FrozenClock(time.Unix(1_795_000_000, 0))
		world := func() *kit.World {
			w := kit.DefaultWorld(1, clock)
			if err := w.Tokens.Policy.Set(policy); err != nil {
				t.Fatal(err)
			}
			return w
		}
		w := world()
		given := []string{w.Tokens.Consent(w.Profile(kit.Shop), w.User(kit.Advertiser), []string{"profile"}, "NA").RefreshToken()}
		dead := false
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			n := rapid.IntRange(0, len(given)-1).Draw(t, "generation")
			got, claims, err := w.Tokens.Refresh(w.Profile(kit.Shop), given[n], "NA")
			newest := n == len(given)-1
			if (err == nil) != (newest && !dead) || claims.Generation != int64(n+1) {
				t.Fatalf("generation %d of %d, dead %v: %v", n+1, len(given), dead, err)
			}
			if err == nil {
				given = append(given, got.Refresh)
			}
			dead = dead || (policy == "family-revoke" && !newest)
			if newest && !dead && rapid.Bool().Draw(t, "restart") {
				clock.Advance(time.Hour)
				w = world()
				if _, err := w.Tokens.Check(got.Access); err != kit.ErrExpired {
					t.Fatalf("an access token outlived its hour: %v", err)
				}
				after, _, err := w.Tokens.Refresh(w.Profile(kit.Shop), given[len(given)-1], "NA")
				if err != nil {
					t.Fatalf("after a restart: %v", err)
				}
				given = append(given, after.Refresh)
			}
		}
	})
}
