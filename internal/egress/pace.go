package egress

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// How a throttled key finds its pace again: each step, one call a second more; past the program's fastest it goes free. A call waits for its
// turn as long as this at most, and is then told when to come again.
const (
	paceStep = 10 * time.Second
	paceWait = 2 * time.Second
)

// paces keep the calls of accounts whose allowance Amazon does not tell, but counts in calls a second (creators-paapi-aws 3.6). Nothing is
// held back until the first 429: then the account's calls leave one after the other, slowly at first.
type paces struct {
	now func() time.Time

	mu   sync.Mutex
	keys map[LimitKey]*pace
}

// A pace is that of one throttled key.
type pace struct {
	rate   float64 // calls a second
	next   time.Time
	raised time.Time
}

// slow sets the pace after a 429: half of what it was, or the slowest.
func (s *paces) slow(k LimitKey, p amazon.Pace) {
	if k.Grant == "" || p.Slow <= 0 {
		return
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.keys[k]; known != nil {
		known.rate, known.raised = max(known.rate/2, p.Slow), now
		return
	}
	s.keys[k] = &pace{rate: p.Slow, next: now, raised: now}
}

// turn waits for the key's turn. It refuses where that is too far off, without taking it.
func (s *paces) turn(ctx context.Context, k LimitKey, p amazon.Pace) error {
	if k.Grant == "" || p.Slow <= 0 {
		return nil
	}
	wait := s.reserve(k, p)
	if wait <= 0 {
		return nil
	}
	if wait > paceWait {
		refused := problem.New(problem.EgressThrottled).With("the account's calls leave at the pace that Amazon allows it")
		refused.RetryAt = s.now().Add(wait)
		return refused
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reserve tells how long to wait, and takes the turn unless that is too long.
func (s *paces) reserve(k LimitKey, p amazon.Pace) time.Duration {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.keys[k]
	if known == nil {
		return 0
	}
	for now.Sub(known.raised) >= paceStep {
		known.rate++
		known.raised = known.raised.Add(paceStep)
		if known.rate > p.Fast {
			delete(s.keys, k)
			return 0
		}
	}
	if known.next.Before(now) {
		known.next = now
	}
	wait := known.next.Sub(now)
	if wait <= paceWait {
		known.next = known.next.Add(time.Duration(float64(time.Second) / known.rate))
	}
	return wait
}
