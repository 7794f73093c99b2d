package server

import (
	"context"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// examine looks at an app, a grant, or everything, and tells each check with its outcome.
func (s *Server) examine(ctx context.Context, name string) ([]api.Finding, error) {
	apps, err := s.vault.Apps(ctx)
	if err != nil {
		return nil, err
	}
	grants := s.broker.Grants()
	if name != "" {
		apps = slices.DeleteFunc(apps, func(a vault.App) bool { return a.Name != name })
		grants = slices.DeleteFunc(grants, func(g broker.Grant) bool { return g.Name != name })
		if len(apps) == 0 && len(grants) == 0 {
			return nil, problem.New(problem.APIUnknown).With("an app or grant called %s", name)
		}
	}
	var found []api.Finding
	for _, a := range apps {
		checks, err := s.examineApp(ctx, a)
		if err != nil {
			return nil, err
		}
		found = append(found, checks...)
	}
	for _, g := range grants {
		found = append(found, s.examineGrant(ctx, g)...)
	}
	return found, nil
}

// examineApp checks a security profile without any person signing in (ads-lwa 1.3).
func (s *Server) examineApp(ctx context.Context, a vault.App) ([]api.Finding, error) {
	secrets, err := s.vault.AppSecrets(ctx, a.ID, vault.Use{Region: a.Region, Program: a.Program})
	if err != nil {
		return nil, err
	}
	var found []api.Finding
	for _, v := range secrets[:min(1, len(secrets))] {
		app := lwa.App{ClientID: a.ClientID, Secret: v.Value, Realm: a.Realm, Region: a.Region}
		fresh := lwa.Fresh{ReturnURL: s.consoleURL() + "/oauth/callback", Scopes: s.scopes(a.Program)}
		for _, c := range s.login().CheckFresh(ctx, app, fresh) {
			f := api.Finding{Check: "app." + c.Name, Object: a.Name, OK: c.State == lwa.Passed, Detail: string(c.State)}
			if c.State != lwa.Passed && c.Problem.Code != "" {
				p := c.Problem
				f.Problem = &p
			}
			found = append(found, f)
		}
	}
	return found, nil
}

// examineGrant tells what is known of a grant's health, and asks Amazon where it should work.
func (s *Server) examineGrant(ctx context.Context, g broker.Grant) []api.Finding {
	health := api.Finding{Check: "grant.health", Object: g.Name, OK: g.Problem == "", Detail: string(g.Health)}
	if p, ok := problem.Known(g.Problem); ok {
		health.Problem = &p
	}
	if !health.OK {
		return []api.Finding{health}
	}
	accounts := api.Finding{Check: "grant.accounts", Object: g.Name, OK: true}
	if err := s.verify(ctx, g.ID); err != nil {
		p, ok := problem.Of(err)
		if !ok {
			p = problem.New(problem.APIInternal).Because(err)
		}
		accounts.OK, accounts.Problem = false, &p
	} else if now, ok := s.broker.Grant(g.ID); ok {
		accounts.Detail = countAccounts(now)
	}
	return []api.Finding{health, accounts}
}
