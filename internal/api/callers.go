package api

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

func (a *API) callerRoutes(h huma.API) {
	add(h, route{id: "list-callers", method: "GET", path: "/callers", summary: "List the callers", tag: "callers"},
		func(ctx context.Context, _ *none) (*body[[]Caller], error) {
			all, err := a.cfg.Callers.List(ctx)
			out := make([]Caller, 0, len(all))
			for _, c := range all {
				out = append(out, a.caller(c))
			}
			return answer(out, err)
		})
	add(h, route{id: "add-caller", method: "POST", path: "/callers", summary: "Let software in; the answer holds its pass, once", tag: "callers"},
		func(ctx context.Context, in *with[NewCaller]) (*body[Caller], error) {
			return answer(a.addCaller(ctx, in.Body))
		})
	add(h, route{id: "revoke-caller", method: "DELETE", path: "/callers/{name}", summary: "Shut a caller out", tag: "callers"},
		func(ctx context.Context, in *named) (*none, error) {
			all, err := a.cfg.Callers.List(ctx)
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(all, func(c policy.Caller) bool { return c.Name == in.Name && c.Revoked.IsZero() })
			if i < 0 {
				return nil, problem.New(problem.APIUnknown).With("caller %s", in.Name)
			}
			return nil, a.cfg.Callers.Revoke(ctx, actor(ctx), all[i].ID)
		})
}

// addCaller makes one rule of what was asked for. A caller without grants could do nothing, so it must name some.
func (a *API) addCaller(ctx context.Context, in NewCaller) (Caller, error) {
	rule := policy.Rule{Accounts: in.Accounts, Effects: in.Effects}
	for _, name := range in.Grants {
		g, err := a.grantNamed(name)
		if err != nil {
			return Caller{}, err
		}
		rule.Grants = append(rule.Grants, g.ID)
	}
	if len(rule.Grants) == 0 {
		return Caller{}, problem.New(problem.APIBadRequest).With("a caller must name at least one grant")
	}
	for _, e := range in.Effects {
		if e != "read" && e != "write" && e != "spend" {
			return Caller{}, problem.New(problem.APIBadRequest).With("an effect is read, write or spend")
		}
	}
	n := policy.NewCaller{Name: in.Name, Rules: []policy.Rule{rule}, Kind: policy.PassKind(in.Kind), Vend: in.Vend}
	if in.Lifetime > 0 {
		n.Expires = a.cfg.Status().Now.Add(in.Lifetime)
	}
	c, pass, err := a.cfg.Callers.Add(ctx, actor(ctx), n)
	if err != nil {
		return Caller{}, err
	}
	out := a.caller(c)
	out.Pass, out.KeyID = pass.Reveal(), c.Passes[0].KeyID
	return out, nil
}

func (a *API) caller(c policy.Caller) Caller {
	out := Caller{ID: string(c.ID), Name: c.Name, Created: c.Created, Revoked: c.Revoked, Grants: []string{}, Passes: []Pass{}}
	for _, r := range c.Rules {
		if r.Deny {
			continue
		}
		for _, g := range r.Grants {
			out.Grants = append(out.Grants, a.grantName(g))
		}
		out.Effects = append(out.Effects, r.Effects...)
	}
	for _, p := range c.Passes {
		out.Passes = append(out.Passes, Pass{ID: string(p.ID), Kind: string(p.Kind), KeyID: p.KeyID, Created: p.Created, Expires: p.Expires, Revoked: p.Revoked})
	}
	return out
}

// grantName is a grant's name, or its id where the grant is gone.
func (a *API) grantName(g id.Grant) string {
	for _, known := range a.cfg.Broker.Grants() {
		if known.ID == g {
			return known.Name
		}
	}
	return string(g)
}
