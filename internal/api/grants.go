package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// shownAttempts is how many exchanges of a grant are told.
const shownAttempts = 20

func (a *API) grantRoutes(h huma.API) {
	add(h, route{id: "list-grants", method: "GET", path: "/grants", summary: "List the grants", tag: "grants"},
		func(ctx context.Context, _ *none) (*body[[]Grant], error) {
			names := a.appNames(ctx)
			out := []Grant{}
			for _, g := range a.cfg.Broker.Grants() {
				out = append(out, a.grant(g, names))
			}
			return &body[[]Grant]{out}, nil
		})
	add(h, route{id: "get-grant", method: "GET", path: "/grants/{name}", summary: "Show a grant and its last exchanges", tag: "grants"},
		func(ctx context.Context, in *named) (*body[Grant], error) { return answer(a.wholeGrant(ctx, in.Name)) })
	add(h, route{id: "refresh-grant", method: "POST", path: "/grants/{name}/refresh", summary: "Get a new access token now", tag: "grants"},
		func(ctx context.Context, in *named) (*body[Grant], error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			if _, err := a.cfg.Broker.Refresh(ctx, g.ID); err != nil {
				return nil, err
			}
			return answer(a.wholeGrant(ctx, in.Name))
		})
	add(h, route{id: "verify-grant", method: "POST", path: "/grants/{name}/verify", summary: "Ask Amazon which accounts a grant opens", tag: "grants"},
		func(ctx context.Context, in *named) (*body[Grant], error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			if err := a.cfg.Verify(ctx, g.ID); err != nil {
				return nil, err
			}
			return answer(a.wholeGrant(ctx, in.Name))
		})
	add(h, route{id: "revoke-grant", method: "DELETE", path: "/grants/{name}", summary: "Stop using a grant and destroy its tokens", tag: "grants"},
		func(ctx context.Context, in *named) (*none, error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			_, err = a.cfg.Broker.Revoke(ctx, actor(ctx), g.ID)
			return nil, err
		})
}

func (a *API) grantNamed(name string) (broker.Grant, error) {
	if g, ok := a.cfg.Broker.GrantNamed(name); ok {
		return g, nil
	}
	return broker.Grant{}, problem.New(problem.BrokerNoGrant).With("%s", name)
}

func (a *API) wholeGrant(ctx context.Context, name string) (Grant, error) {
	g, err := a.grantNamed(name)
	if err != nil {
		return Grant{}, err
	}
	out := a.grant(g, a.appNames(ctx))
	attempts, err := a.cfg.Broker.Attempts(ctx, g.ID, shownAttempts)
	for _, t := range attempts {
		out.Attempts = append(out.Attempts, Attempt{
			At: t.At, Kind: t.Kind, Outcome: string(t.Outcome), Status: t.Status, AmazonError: t.AmazonError,
			Problem: string(t.Problem), Took: float64(t.Took) / float64(time.Millisecond), Rotated: t.Rotated,
		})
	}
	return out, err
}

func (a *API) grant(g broker.Grant, apps map[string]string) Grant {
	health, why, since := g.Standing()
	out := Grant{
		ID: string(g.ID), Name: g.Name, Program: g.Program, Realm: string(g.Realm), App: apps[string(g.App)], Region: string(g.Region),
		Scopes: g.Scopes, Health: string(health), Since: since, Generation: g.Generation, Expires: g.Expires, RefreshAt: g.RefreshAt,
		Accounts: g.Accounts, ClientID: g.ClientID, Version: g.AmazonVersion, AskedAt: g.Eligibility.Checked,
	}
	if out.Accounts == nil {
		out.Accounts = []canon.Account{}
	}
	if p, ok := problem.Known(why); ok {
		out.Problem = &p
	}
	return out
}

// appNames maps apps' ids to their names. A name that cannot be had is left empty: it is there for people.
func (a *API) appNames(ctx context.Context) map[string]string {
	names := map[string]string{}
	apps, err := a.cfg.Vault.Apps(ctx)
	if err != nil {
		return names
	}
	for _, v := range apps {
		names[string(v.ID)] = v.Name
	}
	return names
}
