package egress

import (
	"net/http"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A LimitKey is what Amazon's throttling is remembered by. The zero key is never limited: token calls have one limit a
// security profile, which the broker keeps, so that a storm of API calls cannot block the consent that would heal a grant.
type LimitKey struct {
	Grant  id.Grant
	Region canon.Region
	Queue  string // of the operation, where Amazon limits it by a queue of its own; such a call waits for its queue and for the region
}

// Waits for a 429 that does not say how long: 2, 4, 8 seconds and so on to one minute (ads-lwa 7). They start anew after an
// answer that is no 429.
const (
	firstWait = 2 * time.Second
	mostWait  = time.Minute
	mostAsked = time.Hour // of what Retry-After asks for
)

type limit struct {
	until time.Time
	wait  time.Duration // the last wait that we chose ourselves
}

// limits remembers throttling. Entries exist only for keys that were throttled last time, so it stays small.
type limits struct {
	now func() time.Time

	mu   sync.RWMutex
	keys map[LimitKey]limit
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, keys: map[LimitKey]limit{}}
}

// until returns when the key may be used again; zero if now.
func (l *limits) until(k LimitKey) time.Time {
	l.mu.RLock()
	until := l.keys[k].until
	if k.Queue != "" {
		if all := l.keys[LimitKey{k.Grant, k.Region, ""}].until; all.After(until) {
			until = all
		}
	}
	l.mu.RUnlock()
	if !until.After(l.now()) {
		return time.Time{}
	}
	return until
}

// note books an answer for its key.
func (l *limits) note(k LimitKey, status int, h http.Header) {
	if k.Grant == "" {
		return
	}
	l.mu.RLock()
	e, known := l.keys[k]
	l.mu.RUnlock()
	if status != http.StatusTooManyRequests {
		// An answer that was on its way before the 429 came is no sign that the wait is over.
		if known && !e.until.After(l.now()) {
			l.mu.Lock()
			if l.keys[k] == e {
				delete(l.keys, k)
			}
			l.mu.Unlock()
		}
		return
	}
	now := l.now()
	wait, said := amazon.RetryAfter(h, now)
	wait = min(wait, mostAsked)
	l.mu.Lock()
	defer l.mu.Unlock()
	e = l.keys[k]
	switch {
	case said:
	case e.until.After(now):
		return // one of several that were under way together: counted once
	default:
		e.wait = min(max(2*e.wait, firstWait), mostWait)
		wait = e.wait
	}
	if until := now.Add(wait); until.After(e.until) {
		e.until = until
	}
	l.keys[k] = e
}

// hold sets until when a key is left alone.
func (l *limits) hold(k LimitKey, until time.Time) {
	if k.Grant == "" || until.After(l.now().Add(mostAsked)) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.keys[k]
	e.until, e.wait = until, 0
	l.keys[k] = e
}
