package unified

import (
	"context"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A lane is what Amazon counts calls by: a grant in a region, however many accounts are read.
type lane struct {
	grant  id.Grant
	region canon.Region
}

// lanes let a few calls of a lane be under way at once, whichever requests they are of. Who waits gets in by turns, in the order of coming.
// It is safe for concurrent use.
type lanes struct {
	width int
	mu    sync.Mutex
	all   map[lane]*queue // of those that are in use
}

type queue struct {
	slots chan struct{}
	users int
}

func newLanes(width int) *lanes { return &lanes{width: width, all: map[lane]*queue{}} }

func (l *lanes) enter(ctx context.Context, at lane) error {
	l.mu.Lock()
	q := l.all[at]
	if q == nil {
		q = &queue{slots: make(chan struct{}, l.width)}
		l.all[at] = q
	}
	q.users++
	l.mu.Unlock()
	select {
	case q.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		l.done(at, q)
		return ctx.Err()
	}
}

func (l *lanes) leave(at lane) {
	l.mu.Lock()
	q := l.all[at]
	l.mu.Unlock()
	<-q.slots
	l.done(at, q)
}

func (l *lanes) done(at lane, q *queue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(l.all, at)
	}
}

// A limiter is one request's way into the lanes. It has no more of its calls wait for a lane than may be under way there, so that a request over
// hundreds of accounts does not stand before another one hundreds of times.
type limiter struct {
	shared *lanes
	own    map[lane]chan struct{}
}

func (l *lanes) limiter(sources []source) *limiter {
	m := &limiter{l, map[lane]chan struct{}{}}
	for i := range sources {
		if at := sources[i].lane(); m.own[at] == nil {
			m.own[at] = make(chan struct{}, l.width)
		}
	}
	return m
}

// most is how many calls of the request may be under way altogether.
func (m *limiter) most() int { return max(1, m.shared.width*len(m.own)) }

func (m *limiter) enter(ctx context.Context, s *source) error {
	at := s.lane()
	select {
	case m.own[at] <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := m.shared.enter(ctx, at); err != nil {
		<-m.own[at]
		return err
	}
	return nil
}

func (m *limiter) leave(s *source) {
	m.shared.leave(s.lane())
	<-m.own[s.lane()]
}

func (s *source) lane() lane { return lane{s.Grant.ID, s.Account.Region} }
