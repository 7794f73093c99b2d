package server

import (
	"context"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// How often Amazon is asked whether it answers for an account. Lost eligibility comes back within about two days of shipped sales
// (creators-paapi-aws 2.6), and calls under way notice both at once.
const (
	askIneligible = 6 * time.Hour
	askEligible   = 24 * time.Hour
)

// A standing is what an answer showed of a grant.
type standing struct {
	grant id.Grant
	why   problem.Code
}

// standings takes what the gateway sees and keeps it, off the path of the calls. What does not fit is seen again by the next call.
type standings struct {
	server *Server
	seen   chan standing
}

func newStandings(s *Server) *standings { return &standings{server: s, seen: make(chan standing, 256)} }

func (e *standings) note(g id.Grant, why problem.Code) {
	select {
	case e.seen <- standing{g, why}:
	default:
	}
}

// run keeps what was seen until ctx ends.
func (e *standings) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case x := <-e.seen:
			if g, ok := e.server.broker.Grant(x.grant); ok && g.Eligibility.Problem != x.why {
				e.server.keepStanding(ctx, x.grant, x.why)
			}
		}
	}
}

// keepStanding writes down what Amazon said, and tells the log where it changed.
func (s *Server) keepStanding(ctx context.Context, g id.Grant, why problem.Code) {
	changed, err := s.broker.SetEligibility(ctx, g, why)
	s.jobs.Poke() // when to ask next is another time now
	switch {
	case err != nil:
		s.log.Error("keeping whether Amazon answers for a grant", "grant", string(g), "error", err)
	case changed && why != "":
		s.log.Warn("Amazon no longer answers for a grant's account", "grant", string(g), "problem", string(why))
	case changed:
		s.log.Info("Amazon answers for a grant's account again", "grant", string(g))
	}
}

// eligibility is the durable work of asking again: what is due stands with the grants.
func (s *Server) eligibility() jobs.Kind {
	return jobs.Kind{Name: "grant.eligibility", Limit: 4, Work: s.askEligibility, Due: func(_ context.Context, now time.Time) ([]string, time.Time, error) {
		var due []string
		var next time.Time
		for _, g := range s.broker.Grants() {
			at, ok := s.askAt(g)
			switch {
			case !ok:
			case !at.After(now):
				due = append(due, string(g.ID))
			case next.IsZero() || at.Before(next):
				next = at
			}
		}
		return due, next, nil
	}}
}

// askAt is when a grant's eligibility is to be asked. Where it has no token, or its program has no conditions, it never is.
func (s *Server) askAt(g broker.Grant) (time.Time, bool) {
	if _, ok := s.programs[g.Program].(amazon.EligibilityChecker); !ok || g.Health != snapshot.OK {
		return time.Time{}, false
	}
	if g.Eligibility.Problem != "" {
		return g.Eligibility.Checked.Add(askIneligible), true
	}
	return g.Eligibility.Checked.Add(askEligible), true
}

// askEligibility asks for one grant. Where nothing could be learned the runner asks again, after growing pauses of up to a minute.
func (s *Server) askEligibility(ctx context.Context, subject string) error {
	g, ok := s.broker.Grant(id.Grant(subject))
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	p := s.programs[g.Program]
	why, err := p.(amazon.EligibilityChecker).Eligible(ctx, s.asker(ctx, g, p), g.Region)
	if err != nil {
		return fmt.Errorf("asking whether Amazon answers for a grant's account: %w", err)
	}
	code := problem.Code("")
	if why != nil {
		code = why.Code
	}
	s.keepStanding(ctx, g.ID, code)
	return nil
}
