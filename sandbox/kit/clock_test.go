package kit_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestClock moves each kind of clock while the bubble's time goes on by a minute at a time.
func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		real, frozen, scaled := kit.RealClock(), kit.FrozenClock(begin), kit.ScaledClock(begin, 60)
		realBegin := real.Now()
		want := func(when string, r, f, s time.Duration) {
			t.Helper()
			if got := real.Now().Sub(realBegin); got != r {
				t.Errorf("%s: real clock went on by %v, want %v", when, got, r)
			}
			if got := frozen.Now().Sub(begin); got != f {
				t.Errorf("%s: frozen clock went on by %v, want %v", when, got, f)
			}
			if got := scaled.Now().Sub(begin); got != s {
				t.Errorf("%s: scaled clock went on by %v, want %v", when, got, s)
			}
		}
		time.Sleep(time.Minute)
		want("a minute later", time.Minute, 0, time.Hour)
		for _, c := range []*kit.Clock{real, frozen, scaled} {
			c.Advance(time.Hour)
		}
		want("advanced", time.Hour+time.Minute, time.Hour, 2*time.Hour)
		time.Sleep(time.Minute)
		want("two minutes later", time.Hour+2*time.Minute, time.Hour, 3*time.Hour)
		real.Freeze()
		frozen.Scale(1)
		scaled.Set(begin)
		time.Sleep(time.Minute)
		want("changed", time.Hour+2*time.Minute, time.Hour+time.Minute, time.Hour)
		if real.Factor() != 0 || frozen.Factor() != 1 || scaled.Factor() != 60 || real.Now().Location() != time.UTC {
			t.Error("factors or zone are wrong")
		}
	})
}

// TestParseClock holds what people may write for a clock.
func TestParseClock(t *testing.T) {
	t.Parallel()
	for text, factor := range map[string]float64{"": 1, "real": 1, "frozen": 0, "60": 60, "0": 0, "2026-11-21T12:00:00Z": 0} {
		c, err := kit.ParseClock(text)
		if err != nil || c.Factor() != factor {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	for _, bad := range []string{"fast", "-1", "1e9", "2026-11-21"} {
		if _, err := kit.ParseClock(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
