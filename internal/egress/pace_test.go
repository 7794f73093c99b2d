package egress

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// An account whose calls were throttled goes on at one a second, is given one a second more every ten seconds, and goes free past ten.
func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &paces{now: time.Now, keys: map[LimitKey]*pace{}}
		k, p := LimitKey{Grant: "g"}, amazon.Pace{Slow: 1, Fast: 10}
		calls := func(within time.Duration) int {
			n, end := 0, time.Now().Add(within)
			for time.Now().Before(end) {
				if err := s.turn(t.Context(), k, p); err != nil {
					t.Fatal(err)
				}
				if n++; n > 10_000 {
					return n
				}
			}
			return n
		}
		if n := calls(time.Second); n <= 10_000 {
			t.Errorf("%d calls in a second before anything was throttled", n)
		}
		s.slow(k, p)
		if n := calls(10 * time.Second); n < 9 || n > 12 {
			t.Errorf("%d calls in the first ten seconds after a 429, want about 10", n)
		}
		if n := calls(10 * time.Second); n < 18 || n > 23 {
			t.Errorf("%d calls in the next ten, want about 20", n)
		}
		s.slow(k, p)
		if n := calls(9 * time.Second); n < 8 || n > 15 {
			t.Errorf("%d calls in nine seconds after another 429, want about 9 to 14", n)
		}
		time.Sleep(2 * time.Minute)
		if n := calls(time.Second); n <= 10_000 {
			t.Errorf("%d calls in a second, two minutes later", n)
		}
	})
}

// Who would have to wait too long is told when to come again, and takes nobody's turn.
func TestPaceRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &paces{now: time.Now, keys: map[LimitKey]*pace{}}
		k, p := LimitKey{Grant: "g"}, amazon.Pace{Slow: 1, Fast: 10}
		s.slow(k, p)
		waits := []time.Duration{}
		for range 6 {
			waits = append(waits, s.reserve(k, p))
		}
		if waits[0] != 0 || waits[2] != 2*time.Second || waits[3] != 3*time.Second || waits[5] != 3*time.Second {
			t.Errorf("waits %v", waits)
		}
		err := s.turn(t.Context(), k, p)
		refused, ok := problem.Of(err)
		if !ok || refused.Code != problem.EgressThrottled || !refused.RetryAt.Equal(time.Now().Add(3*time.Second)) {
			t.Errorf("%v", err)
		}
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.turn(ctx, k, p); err == nil {
			t.Error("who has gone still waits")
		}
		for _, free := range []LimitKey{{}, {Grant: "other"}} {
			if w := s.reserve(free, p); w != 0 {
				t.Errorf("another key waits %s", w)
			}
		}
	})
}
