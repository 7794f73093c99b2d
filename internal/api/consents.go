package api

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/console"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

func (a *API) consentRoutes(h huma.API) {
	add(h, route{id: "begin-consent", method: "POST", path: "/consents", summary: "Begin a consent", tag: "grants"},
		func(ctx context.Context, in *with[Connect]) (*body[Consent], error) {
			return answer(a.connect(ctx, in.Body))
		})
	add(h, route{id: "adopt-grant", method: "POST", path: "/grants", summary: "Make a grant of a refresh token that you have", tag: "grants"},
		func(ctx context.Context, in *with[Adopt]) (*body[Grant], error) { return answer(a.adopt(ctx, in.Body)) })
	add(h, route{id: "get-consent", method: "GET", path: "/consents/{name}", summary: "How a consent fares", tag: "grants"},
		func(ctx context.Context, in *named) (*body[ConsentState], error) {
			s, ok := a.cfg.Consents.Consent(in.Name)
			if !ok {
				return nil, problem.New(problem.APIUnknown).With("this consent")
			}
			out := ConsentState{State: s.State, Problem: s.Problem}
			if s.Grant == nil {
				return &body[ConsentState]{out}, nil
			}
			g, err := a.wholeGrant(ctx, s.Grant.Name)
			out.Grant = &g
			return answer(out, err)
		})
	add(h, route{id: "finish-consent", method: "POST", path: "/consents/{name}/finish", summary: "Bring back the address that Amazon sent a browser to", tag: "grants"},
		func(ctx context.Context, in *namedWith[Returned]) (*body[Grant], error) {
			call, err := returned(in.Body)
			if err != nil {
				return nil, err
			}
			g, err := a.cfg.Consents.Finish(ctx, call)
			if err != nil {
				return nil, err
			}
			return answer(a.wholeGrant(ctx, g.Name))
		})
}

// connection fills in what was left out.
func (a *API) connection(ctx context.Context, in Connect) (broker.Connect, error) {
	app, err := a.appFor(ctx, in)
	if err != nil {
		return broker.Connect{}, err
	}
	c := broker.Connect{Name: cmp.Or(in.Name, app.Name), App: app.ID, Program: app.Program, Scopes: in.Scopes, ReturnURL: a.cfg.Status().ReturnURL}
	if in.Region != "" {
		if c.Region, err = canon.ParseRegion(in.Region); err != nil {
			return c, problem.New(problem.APIUnknownRegion).With("%q", in.Region)
		}
	}
	if len(c.Scopes) == 0 {
		c.Scopes = a.cfg.Scopes(app.Program)
	}
	return c, nil
}

func (a *API) connect(ctx context.Context, in Connect) (Consent, error) {
	c, err := a.connection(ctx, in)
	if err != nil {
		return Consent{}, err
	}
	if a.cfg.OwnAuthority(c.Program) {
		g, err := a.cfg.Broker.ConnectCredentials(ctx, actor(ctx), c)
		if err != nil {
			return Consent{}, err
		}
		out, err := a.wholeGrant(ctx, g.Name)
		return Consent{Grant: &out}, err
	}
	begun, err := a.cfg.Broker.Begin(ctx, actor(ctx), c)
	if err != nil {
		return Consent{}, err
	}
	ticket := a.cfg.Consents.Begin(begun)
	return Consent{
		ID: ticket, Start: a.cfg.Status().Console + "/oauth/start/" + ticket, URL: begun.URL, Binding: begun.Binding.Reveal(), Expires: begun.Expires,
	}, nil
}

// adopt checks the form of what was pasted before it is sent anywhere: an access token in its place is told from a refresh token.
func (a *API) adopt(ctx context.Context, in Adopt) (Grant, error) {
	c, err := a.connection(ctx, Connect{Name: in.Name, App: in.App, Region: in.Region, Scopes: in.Scopes})
	if err != nil {
		return Grant{}, err
	}
	clean, notes := tidy("refresh token", in.RefreshToken)
	refresh := secret.New(clean)
	if err := vault.CheckRefreshToken(refresh); err != nil {
		return Grant{}, err
	}
	g, err := a.cfg.Broker.Adopt(ctx, actor(ctx), c, refresh)
	if err != nil {
		return Grant{}, err
	}
	out, err := a.wholeGrant(ctx, g.Name)
	out.Notes = notes
	return out, err
}

// appFor finds the app: by name; for an existing grant its own; else the only one that somebody can consent to, or the only one.
func (a *API) appFor(ctx context.Context, in Connect) (vault.App, error) {
	if in.App != "" {
		return a.cfg.Vault.AppNamed(ctx, in.App)
	}
	apps, err := a.cfg.Vault.Apps(ctx)
	if err != nil {
		return vault.App{}, err
	}
	if g, ok := a.cfg.Broker.GrantNamed(in.Name); ok {
		for _, v := range apps {
			if v.ID == g.App {
				return v, nil
			}
		}
	}
	if len(apps) == 0 {
		return vault.App{}, problem.New(problem.APINoApp)
	}
	if asks := slices.DeleteFunc(slices.Clone(apps), func(v vault.App) bool { return a.cfg.OwnAuthority(v.Program) }); len(asks) == 1 {
		return asks[0], nil
	}
	if len(apps) == 1 {
		return apps[0], nil
	}
	var names []string
	for _, v := range apps {
		names = append(names, v.Name)
	}
	return vault.App{}, problem.New(problem.APIWhichApp).With("%s", strings.Join(names, ", "))
}

// returned reads the address that a person copied out of a browser: the whole of it, or what comes after its question mark.
func returned(in Returned) (broker.Callback, error) {
	clean, _ := tidy("address", in.URL)
	query := clean
	if _, after, ok := strings.Cut(clean, "?"); ok {
		query = after
	}
	query, _, _ = strings.Cut(query, "#")
	q, err := url.ParseQuery(strings.ReplaceAll(query, " ", ""))
	if err != nil || q.Get("state") == "" || q.Get("code") == "" && q.Get("error") == "" {
		return broker.Callback{}, problem.New(problem.ConsentReturnedForm)
	}
	call := console.CallbackOf(q)
	call.Binding = secret.New(in.Binding)
	return call, nil
}
