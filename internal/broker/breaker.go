package broker

import (
	"sync"
	"time"
)

// A breaker keeps many grants from repeating what one of them has just learned. It is closed at first; open until a time
// after a failure; then half-open: one exchange may try, and its outcome closes or re-opens it.
type breaker struct {
	failures int // in a row
	until    time.Time
	trying   bool // the half-open exchange is under way
}

// admit asks whether an exchange may be sent at now. Where it may not, retry says when to ask again.
func (b *breaker) admit(now time.Time) (ok bool, retry time.Time) {
	if b == nil || b.until.IsZero() {
		return true, time.Time{}
	}
	if now.Before(b.until) {
		return false, b.until
	}
	if b.trying {
		return false, now.Add(halfOpenPause)
	}
	b.trying = true
	return true, time.Time{}
}

const halfOpenPause = time.Second // how soon those ask again who found another's half-open exchange under way

// Breakers are kept for two things, under one lock that is never held for long:
// token endpoints by (app, region), opened by 429 and by an endpoint that cannot be reached or fails for several in a row;
// app secrets by (app, version), opened by invalid_client.
type breakers struct {
	mu  sync.Mutex
	all map[breakerKey]*breaker
}

type breakerKey struct {
	app    string
	region string // empty for a secret's
	secret int64
}

func newBreakers() *breakers { return &breakers{all: map[breakerKey]*breaker{}} }

func (s *breakers) admit(k breakerKey, now time.Time) (bool, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[k].admit(now)
}

// fail counts a failure. From the threshold-th in a row on, the breaker is open for the given pause.
func (s *breakers) fail(k breakerKey, now time.Time, threshold int, pause time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.all[k]
	if b == nil {
		b = &breaker{}
		s.all[k] = b
	}
	b.failures++
	b.trying = false
	if b.failures >= threshold {
		if until := now.Add(pause); until.After(b.until) {
			b.until = until
		}
	}
}

// pass closes the breaker: what it guards works.
func (s *breakers) pass(k breakerKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, k)
}

// letGo ends a half-open exchange that told nothing about what the breaker guards.
func (s *breakers) letGo(k breakerKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.all[k]; b != nil {
		b.trying = false
	}
}

// failures is how often in a row k has failed.
func (s *breakers) failures(k breakerKey) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.all[k]; b != nil {
		return b.failures
	}
	return 0
}

// Pauses of the breakers.
const (
	endpointFailures = 5                // failures in a row that mean the endpoint, not one grant
	mostEndpointRest = 15 * time.Second // well inside the margin, so that nobody's token ends for the pause's sake
	secretRest       = 2 * time.Minute  // between two tries of a secret that Amazon refused, by one grant
	pendingRest      = 15 * time.Minute // between two tries of a credential that Amazon may not know yet
	noSecretRest     = 40 * time.Second // before an app whose secret does not open is looked at again
	defaultThrottle  = 10 * time.Second // for a 429 without Retry-After
	mostThrottle     = 15 * time.Minute // a Retry-After beyond this is not believed
)

// endpointRest is how long an endpoint rests after n failures in a row: 1, 2, 4, 8 s, then 15 s.
func endpointRest(n int) time.Duration {
	return min(time.Second<<min(max(n-endpointFailures, 0), 4), mostEndpointRest)
}
