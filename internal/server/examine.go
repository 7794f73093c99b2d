package server

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/console"
	"github.com/lockkeeper-dev/lockkeeper/internal/doctor"
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
	if name == "" {
		found = s.examineStore(ctx)
	}
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
	if s.ownAuthority(a.Program) && len(secrets) > 0 {
		newest := secrets[0]
		for _, c := range s.doctor().OwnApp(ctx, s.programs[a.Program], lwa.App{
			ClientID: cmp.Or(newest.ClientID, a.ClientID), Secret: newest.Value, Realm: a.Realm, Region: a.Region, Program: a.Program,
			Version: cmp.Or(newest.AmazonVersion, a.Version), Created: newest.Created,
		}, len(secrets) > 1) {
			found = append(found, finding("app.", a.Name, c))
		}
		return found, nil
	}
	for _, v := range secrets[:min(1, len(secrets))] {
		for _, c := range s.doctor().App(ctx, doctor.App{
			App:       lwa.App{ClientID: a.ClientID, Secret: v.Value, Realm: a.Realm, Region: a.Region},
			ReturnURL: s.consoleURL() + "/oauth/callback",
			Scopes:    s.scopes(a.Program),
		}) {
			found = append(found, finding("app.", a.Name, c))
		}
	}
	return found, nil
}

// examineGrant tells what is known of a grant's health, and asks Amazon where it should work. What Amazon lists is kept.
func (s *Server) examineGrant(ctx context.Context, g broker.Grant) []api.Finding {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	if g.Kind == broker.KeyPair {
		return s.examineKey(ctx, g)
	}
	p, ok := s.programs[g.Program]
	if !ok {
		return []api.Finding{{Check: "grant.health", Object: g.Name, OK: g.Problem == "", Detail: string(g.Health)}}
	}
	token, _ := s.snapshot.Token(g.ID)
	health, why, since := g.Standing()
	checks := s.doctor().Grant(ctx, doctor.Grant{
		Program: p, App: lwa.App{ClientID: g.ClientID, Realm: g.Realm, Region: g.Region},
		Health: string(health), Problem: why, Since: since,
		Access: token.Access, Expires: token.Expires,
		Known: g.Accounts, Asker: s.asker(ctx, g, p),
		Keep: func(now []canon.Account) error {
			for i := range now {
				now[i].VerifiedAt = s.opt.Now()
			}
			return s.broker.SetAccounts(ctx, g.ID, now)
		},
	})
	var found []api.Finding
	for _, c := range checks {
		found = append(found, finding("grant.", g.Name, c))
	}
	return found
}

func (s *Server) doctor() doctor.Doctor { return doctor.Doctor{LWA: s.login(), Now: s.opt.Now} }

// finding is a check as the control API tells it. A note is well, but says what it found.
func finding(prefix, object string, c doctor.Check) api.Finding {
	detail := c.Detail
	if detail == "" {
		detail = string(c.Result)
	}
	return api.Finding{Check: prefix + c.Name, Object: object, OK: c.Fine(), Detail: detail, Problem: c.Problem}
}

// look is examine for the console, of one grant.
func (s *Server) look(ctx context.Context, grant string) ([]console.Finding, error) {
	found, err := s.examine(ctx, grant)
	out := make([]console.Finding, 0, len(found))
	for _, f := range found {
		out = append(out, console.Finding{Check: f.Check, OK: f.OK, Detail: f.Detail, Problem: f.Problem})
	}
	return out, err
}
