package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
)

// running starts a runner and returns what stops it and waits.
func running(t *testing.T, cfg jobs.Config) (*jobs.Runner, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := jobs.New(cfg)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	return r, func() { cancel(); <-done }
}

func TestWorksWhatIsDueOnceAndUpToTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		left := map[string]bool{"a": true, "b": true, "c": true}
		release := make(chan struct{})
		var at, most, worked atomic.Int64
		kind := jobs.Kind{
			Name: "test", Limit: 2,
			Due: func(context.Context, time.Time) ([]string, time.Time, error) {
				var due []string
				for _, s := range []string{"a", "b", "c"} {
					if left[s] {
						due = append(due, s)
					}
				}
				return due, time.Time{}, nil
			},
			Work: func(_ context.Context, s string) error {
				if n := at.Add(1); n > most.Load() {
					most.Store(n)
				}
				<-release
				at.Add(-1)
				worked.Add(1)
				return nil
			},
		}
		_, stop := running(t, jobs.Config{Kinds: []jobs.Kind{kind}})
		synctest.Wait()
		if at.Load() != 2 {
			t.Errorf("%d at work, want 2", at.Load())
		}
		left = map[string]bool{"c": true} // what is at work is done before anybody asks again
		release <- struct{}{}
		synctest.Wait()
		if at.Load() != 2 {
			t.Errorf("%d at work after one ended, want 2", at.Load())
		}
		left = nil
		close(release)
		synctest.Wait()
		stop()
		if worked.Load() != 3 || most.Load() != 2 {
			t.Errorf("%d worked, at most %d at once, want 3 and 2", worked.Load(), most.Load())
		}
	})
}

func TestAVirtualClockThatJumpsIsSeenWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var virtual atomic.Int64
		due := time.Unix(1000, 0)
		worked := make(chan struct{}, 1)
		var done atomic.Bool
		kind := jobs.Kind{
			Due: func(_ context.Context, now time.Time) ([]string, time.Time, error) {
				switch {
				case done.Load():
					return nil, time.Time{}, nil
				case now.Before(due):
					return nil, due, nil
				}
				return []string{"x"}, time.Time{}, nil
			},
			Work: func(context.Context, string) error {
				done.Store(true)
				worked <- struct{}{}
				return nil
			},
		}
		_, stop := running(t, jobs.Config{Kinds: []jobs.Kind{kind}, Now: func() time.Time { return time.Unix(virtual.Load(), 0) }})
		defer stop()
		time.Sleep(10 * time.Second)
		if done.Load() {
			t.Fatal("worked before it was due")
		}
		virtual.Store(1000)
		began := time.Now()
		<-worked
		if d := time.Since(began); d > time.Second {
			t.Errorf("seen after %s", d)
		}
	})
}

func TestAFailureRestsLongerEachTimeAndAPanicIsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Time
		kind := jobs.Kind{
			Due: func(context.Context, time.Time) ([]string, time.Time, error) { return []string{"x"}, time.Time{}, nil },
			Work: func(context.Context, string) error {
				tries = append(tries, time.Now())
				if len(tries) == 2 {
					panic("a bug")
				}
				return errors.New("no luck")
			},
		}
		_, stop := running(t, jobs.Config{Kinds: []jobs.Kind{kind}})
		time.Sleep(8500 * time.Millisecond)
		stop()
		if len(tries) != 4 { // at 0, 1, 3 and 7 seconds
			t.Fatalf("%d tries, want 4", len(tries))
		}
		for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if got := tries[i+1].Sub(tries[i]); got < want || got > want+time.Second {
				t.Errorf("rest %d was %s, want about %s", i+1, got, want)
			}
		}
	})
}

func TestPokeAsksAtOnceAndRunWaitsForWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var due, ended atomic.Bool
		begun := make(chan struct{})
		kind := jobs.Kind{
			Due: func(context.Context, time.Time) ([]string, time.Time, error) {
				if due.Load() {
					return []string{"x"}, time.Time{}, nil
				}
				return nil, time.Time{}, nil
			},
			Work: func(ctx context.Context, _ string) error {
				close(begun)
				<-ctx.Done()
				time.Sleep(time.Second) // what must still be written down
				ended.Store(true)
				return ctx.Err()
			},
		}
		r, stop := running(t, jobs.Config{Kinds: []jobs.Kind{kind}})
		synctest.Wait()
		due.Store(true)
		before := time.Now()
		r.Poke()
		<-begun
		if d := time.Since(before); d != 0 {
			t.Errorf("begun after %s", d)
		}
		stop()
		if !ended.Load() {
			t.Error("Run returned while work was under way")
		}
	})
}
