package server

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// What a grant opens changes without a word from Amazon: a profile is added, somebody loses a role. So the list is asked for again each
// day, and an hour after a question that learned nothing.
const (
	recheckPause = 24 * time.Hour
	recheckRetry = time.Hour
)

// rechecks remember questions that learned nothing; what was learned stands with the accounts themselves.
type rechecks struct {
	mu     sync.Mutex
	failed map[id.Grant]time.Time
}

// recheck is the durable work of listing the accounts of consents again.
func (s *Server) recheck() jobs.Kind {
	return jobs.Kind{Name: "grant.accounts", Limit: 2, Work: s.askAccounts, Due: func(_ context.Context, now time.Time) ([]string, time.Time, error) {
		var due []string
		next := now.Add(recheckRetry) // for grants that there are not yet
		for _, g := range s.broker.Grants() {
			at, ok := s.recheckAt(g)
			switch {
			case !ok:
			case !at.After(now):
				due = append(due, string(g.ID))
			case at.Before(next):
				next = at
			}
		}
		return due, next, nil
	}}
}

// recheckAt is when a grant's accounts are to be listed again.
func (s *Server) recheckAt(g broker.Grant) (time.Time, bool) {
	if _, ok := s.programs[g.Program].(amazon.AccountLister); !ok || g.Kind != broker.Consented || g.Health != snapshot.OK {
		return time.Time{}, false
	}
	at := g.Created
	for i := range g.Accounts {
		if v := g.Accounts[i].VerifiedAt; i == 0 || v.Before(at) {
			at = v
		}
	}
	at = at.Add(recheckPause)
	s.rechecks.mu.Lock()
	defer s.rechecks.mu.Unlock()
	if again := s.rechecks.failed[g.ID].Add(recheckRetry); again.After(at) {
		at = again
	}
	return at, true
}

// askAccounts lists the accounts of one grant. What is known stays where Amazon does not answer.
func (s *Server) askAccounts(ctx context.Context, subject string) error {
	g := id.Grant(subject)
	err := s.verify(ctx, g)
	now, known := s.opt.Now(), false
	if got, ok := s.broker.Grant(g); ok && err == nil {
		at, wanted := s.recheckAt(got)
		known = !wanted || at.After(now)
	}
	s.rechecks.mu.Lock()
	defer s.rechecks.mu.Unlock()
	if known {
		delete(s.rechecks.failed, g)
		return nil
	}
	if s.rechecks.failed == nil {
		s.rechecks.failed = map[id.Grant]time.Time{}
	}
	s.rechecks.failed[g] = now
	if err != nil {
		s.log.Warn("listing a grant's accounts again", "grant", subject, "error", err)
	}
	return nil
}
