package kit

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A Clock is the sandbox's time. It runs with real time, stands still, or runs faster, and can be moved at any moment.
// Reading it takes no lock.
type Clock struct {
	mu    sync.Mutex // held by those who move it
	state atomic.Pointer[clockState]
}

type clockState struct {
	base   time.Time // the clock's time at the moment real
	real   time.Time
	factor float64 // how many of its seconds pass in one real second; 0 stands still
}

// RealClock returns a clock that tells the real time until it is moved.
func RealClock() *Clock {
	now := time.Now()
	return newClock(clockState{base: now, real: now, factor: 1})
}

// FrozenClock returns a clock that stands at t until it is moved.
func FrozenClock(t time.Time) *Clock {
	return newClock(clockState{base: t, real: time.Now()})
}

// ScaledClock returns a clock that starts at t and runs factor times as fast as real time.
func ScaledClock(t time.Time, factor float64) *Clock {
	return newClock(clockState{base: t, real: time.Now(), factor: factor})
}

// ParseClock makes a clock from what people write: "real", "frozen", a factor such as "60", or a time such as
// "2026-11-21T12:00:00Z" at which it is to stand.
func ParseClock(text string) (*Clock, error) {
	if factor, err := strconv.ParseFloat(text, 64); err == nil && factor >= 0 && factor <= 1e6 {
		return ScaledClock(time.Now(), factor), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return FrozenClock(at), nil
	}
	switch text {
	case "", "real":
		return RealClock(), nil
	case "frozen":
		return FrozenClock(time.Now()), nil
	}
	return nil, fmt.Errorf("making the sandbox's clock: %q is none of real, frozen, a factor such as 60, a time such as 2026-11-21T12:00:00Z", text)
}

func newClock(s clockState) *Clock {
	c := &Clock{}
	c.state.Store(&s)
	return c
}

// Now tells the clock's time, in UTC.
func (c *Clock) Now() time.Time { return c.state.Load().now().UTC() }

func (s *clockState) now() time.Time {
	switch s.factor {
	case 0:
		return s.base
	case 1:
		return s.base.Add(time.Since(s.real))
	}
	return s.base.Add(time.Duration(float64(time.Since(s.real)) * s.factor))
}

// Advance moves the clock by d and returns its new time. It keeps running, or standing, as before.
func (c *Clock) Advance(d time.Duration) time.Time {
	return c.change(func(s *clockState) { s.base = s.base.Add(d) })
}

// Set moves the clock to t.
func (c *Clock) Set(t time.Time) time.Time {
	return c.change(func(s *clockState) { s.base = t })
}

// Scale makes the clock run factor times as fast as real time from now on: 1 is real speed, 0 stands still.
func (c *Clock) Scale(factor float64) time.Time {
	return c.change(func(s *clockState) { s.factor = max(0, factor) })
}

// Freeze stops the clock where it is.
func (c *Clock) Freeze() time.Time { return c.Scale(0) }

// Factor tells how many of the clock's seconds pass in a real one.
func (c *Clock) Factor() float64 { return c.state.Load().factor }

func (c *Clock) change(f func(*clockState)) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	real := time.Now()
	next := clockState{base: c.state.Load().now(), real: real, factor: c.state.Load().factor}
	f(&next)
	c.state.Store(&next)
	return next.base.UTC()
}
