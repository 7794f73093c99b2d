package server

import (
	"context"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// asker makes a grant's calls of Lockkeeper's own. Its token is the one in the snapshot, or a fresh one where that has ended.
func (s *Server) asker(ctx context.Context, g broker.Grant, p amazon.Program) amazon.Asker {
	return s.egress.For(g.Published(), p, func() (snapshot.Token, bool) {
		if t, ok := s.snapshot.Token(g.ID); ok && t.Good(s.opt.Now()) {
			return t, true
		}
		t, err := s.broker.Token(ctx, g.ID)
		return t, err == nil
	})
}

// verify asks Amazon which accounts a grant opens, and keeps the answer. What is known stays where nothing could be learned.
func (s *Server) verify(ctx context.Context, gid id.Grant) error {
	g, ok := s.broker.Grant(gid)
	if !ok {
		return problem.New(problem.BrokerNoGrant)
	}
	p := s.programs[g.Program]
	lister, ok := p.(amazon.AccountLister)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	accounts, problems, err := lister.Accounts(ctx, s.asker(ctx, g, p), regionsOf(p, g))
	if err != nil {
		return err
	}
	if len(accounts) == 0 && len(problems) > 0 {
		return problems[0]
	}
	if _, ok := p.(amazon.EligibilityChecker); ok {
		if i := slices.IndexFunc(problems, func(p problem.Problem) bool { return amazon.NotEligible(p.Code) }); i >= 0 {
			s.keepStanding(ctx, gid, problems[i].Code)
			problems = nil // it says nothing against what is listed
		} else if len(problems) == 0 {
			s.keepStanding(ctx, gid, "")
		}
	}
	now := s.opt.Now()
	for i := range accounts {
		accounts[i].VerifiedAt = now
	}
	if len(problems) > 0 {
		accounts = append(accounts, unseen(g.Accounts, accounts)...)
	}
	return s.broker.SetAccounts(ctx, gid, accounts)
}

// regionsOf are those that a grant can open something in: an app's own authority is good in its own region alone.
func regionsOf(p amazon.Program, g broker.Grant) []canon.Region {
	if p.Descriptor().Auth == "client_credentials" && g.Region != "" {
		return []canon.Region{g.Region}
	}
	return canon.Regions()
}

// unseen are the accounts known before that are not in the new list. Where a region refused to answer they stay: a throttled host says
// nothing of whether they are still open.
func unseen(before, now []canon.Account) []canon.Account {
	var out []canon.Account
	for _, a := range before {
		if !slices.ContainsFunc(now, func(b canon.Account) bool { return a.ID == b.ID && a.Region == b.Region }) {
			out = append(out, a)
		}
	}
	return out
}

// connected is told of each grant that was consented to, before the person hears of it: the accounts are what he came for. A
// failure is no failure of the consent; the doctor names it.
func (s *Server) connected(ctx context.Context, g broker.Grant) {
	if err := s.verify(ctx, g.ID); err != nil {
		s.log.Warn("listing the accounts of a new grant", "grant", g.Name, "error", err)
	}
}
