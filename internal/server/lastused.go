package server

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
)

// When AWS last saw a key is copied each day, and an hour after the key was kept or this process started: AWS itself lags by hours
// (creators-paapi-aws 5.3), and the answer tells which keys nobody would miss.
const (
	lastUsedPause = 24 * time.Hour
	lastUsedFirst = time.Hour
)

// copies remember when each key's use was last asked for by itself.
type copies struct {
	began time.Time
	mu    sync.Mutex
	asked map[id.Grant]time.Time
}

// lastUses is the durable work of copying when keys were last used.
func (s *Server) lastUses() jobs.Kind {
	s.copies.began, s.copies.asked = s.opt.Now(), map[id.Grant]time.Time{}
	return jobs.Kind{Name: "key.last_used", Limit: 2, Work: s.copyLastUse, Due: func(_ context.Context, now time.Time) ([]string, time.Time, error) {
		var due []string
		next := now.Add(lastUsedFirst) // for keys that there are not yet
		for _, g := range s.broker.Grants() {
			if g.Kind != broker.KeyPair || !g.Revoked.IsZero() {
				continue
			}
			if at := s.copies.due(g); !at.After(now) {
				due = append(due, string(g.ID))
			} else if at.Before(next) {
				next = at
			}
		}
		return due, next, nil
	}}
}

// due is when a key's use is to be asked for.
func (c *copies) due(g broker.Grant) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.asked[g.ID]; ok {
		return at.Add(lastUsedPause)
	}
	if g.Created.After(c.began) {
		return g.Created.Add(lastUsedFirst)
	}
	return c.began.Add(lastUsedFirst)
}

// copyLastUse asks AWS for the keys of one grant's user. A user who may not look is asked again a day later, like any other.
func (s *Server) copyLastUse(ctx context.Context, subject string) error {
	g := id.Grant(subject)
	s.copies.mu.Lock()
	s.copies.asked[g] = s.opt.Now()
	s.copies.mu.Unlock()
	if _, err := s.keys.Sync(ctx, g); err != nil {
		s.log.Warn("asking when a key was last used", "grant", subject, "error", err)
	}
	return nil
}
