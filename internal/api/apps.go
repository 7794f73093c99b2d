package api

import (
	"cmp"
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

func (a *API) appRoutes(h huma.API) {
	add(h, route{id: "list-apps", method: "GET", path: "/apps", summary: "List the apps", tag: "apps"},
		func(ctx context.Context, _ *none) (*body[[]App], error) {
			apps, err := a.cfg.Vault.Apps(ctx)
			out := make([]App, 0, len(apps))
			for _, v := range apps {
				out = append(out, a.app(v))
			}
			return answer(out, err)
		})
	add(h, route{id: "add-app", method: "POST", path: "/apps", summary: "Keep an app and its client secret", tag: "apps"},
		func(ctx context.Context, in *with[NewApp]) (*body[App], error) { return answer(a.addApp(ctx, in.Body)) })
	add(h, route{id: "get-app", method: "GET", path: "/apps/{name}", summary: "Show an app", tag: "apps"},
		func(ctx context.Context, in *named) (*body[App], error) {
			v, err := a.cfg.Vault.AppNamed(ctx, in.Name)
			return answer(a.app(v), err)
		})
	add(h, route{id: "rotate-app", method: "POST", path: "/apps/{name}/rotate", summary: "Replace an app's client secret", tag: "apps"},
		func(ctx context.Context, in *namedWith[NewSecret]) (*body[App], error) {
			v, err := a.cfg.Vault.AppNamed(ctx, in.Name)
			if err != nil {
				return nil, err
			}
			return answer(a.replace(ctx, v, in.Body))
		})
	add(h, route{id: "remove-app", method: "DELETE", path: "/apps/{name}", summary: "Forget an app that no grant uses", tag: "apps"},
		func(ctx context.Context, in *named) (*none, error) {
			v, err := a.cfg.Vault.AppNamed(ctx, in.Name)
			if err != nil {
				return nil, err
			}
			return nil, a.cfg.Vault.RemoveApp(ctx, actor(ctx), v.ID)
		})
}

func (a *API) addApp(ctx context.Context, in NewApp) (App, error) {
	if in.Program == "" {
		in.Program = "ads"
	}
	if in.Name == "" {
		in.Name = in.Program
	}
	if in.Realm == "" {
		in.Realm = string(amazon.Real)
	}
	var region canon.Region
	if in.Region != "" {
		var err error
		if region, err = canon.ParseRegion(in.Region); err != nil {
			return App{}, problem.New(problem.APIUnknownRegion).With("%q", in.Region)
		}
	}
	status := a.cfg.Status()
	if in.Realm != string(amazon.Real) && in.Realm != string(amazon.Sandbox) {
		return App{}, problem.New(problem.APIBadRequest).With("the realm is amazon or sandbox")
	}
	if in.Realm == string(amazon.Sandbox) && status.Sandbox == "" {
		return App{}, problem.New(problem.ServerNoSandbox)
	}
	var notes, more []string
	in.ClientID, notes = tidy("client id", in.ClientID)
	in.ClientSecret, more = tidy("client secret", in.ClientSecret)
	notes = append(notes, more...)
	in.SecurityProfileID, more = tidy("security profile id", in.SecurityProfileID)
	notes = append(notes, more...)
	found, err := a.cfg.Find(ctx, lwa.App{
		Program: in.Program, Realm: amazon.Realm(in.Realm), Region: region, ClientID: in.ClientID, Secret: secret.New(in.ClientSecret), Version: in.Version,
	})
	if err != nil {
		return App{}, err
	}
	v, err := a.cfg.Vault.AddApp(ctx, actor(ctx), vault.NewApp{
		Name: in.Name, Program: in.Program, Realm: amazon.Realm(in.Realm), Region: cmp.Or(found.Region, canon.NA), ClientID: in.ClientID, Version: found.Version,
		Secret: found.Secret, SecurityProfileID: in.SecurityProfileID, ReturnURL: status.ReturnURL,
	})
	if err != nil {
		return App{}, err
	}
	out := a.app(v)
	out.Notes = notes
	return out, nil
}

// replace keeps a new secret, and where Amazon gave a new id with it, that. The one before is used as long as the new one is refused.
func (a *API) replace(ctx context.Context, v vault.App, in NewSecret) (App, error) {
	var notes, more []string
	in.ClientSecret, notes = tidy("client secret", in.ClientSecret)
	in.ClientID, more = tidy("client id", in.ClientID)
	n := vault.NewSecret{Secret: secret.New(in.ClientSecret), ClientID: in.ClientID, Version: in.Version}
	if in.ClientID != "" && in.ClientID != v.ClientID {
		found, err := a.cfg.Find(ctx, lwa.App{Program: v.Program, Realm: v.Realm, Region: v.Region, ClientID: in.ClientID, Secret: n.Secret, Version: in.Version})
		if err != nil {
			return App{}, err
		}
		if found.Region != "" && found.Region != v.Region {
			return App{}, problem.New(problem.APIOtherRegion).With("%s is of region %s, the new credential of %s", v.Name, v.Region, found.Region)
		}
		n.Version = found.Version
	}
	if _, err := a.cfg.Vault.ReplaceApp(ctx, actor(ctx), v.ID, n); err != nil {
		return App{}, err
	}
	now, err := a.cfg.Vault.AppNamed(ctx, v.Name)
	if err != nil {
		return App{}, err
	}
	out := a.app(now)
	out.Notes = append(notes, more...)
	return out, nil
}

func (a *API) app(v vault.App) App {
	out := App{
		ID: string(v.ID), Name: v.Name, Program: v.Program, Realm: string(v.Realm), Region: string(v.Region), ClientID: v.ClientID, Version: v.Version,
		SecurityProfileID: v.SecurityProfileID, ReturnURL: a.cfg.Status().ReturnURL, Created: v.Created, Grants: []string{},
	}
	for _, g := range a.cfg.Broker.Grants() {
		if g.App == v.ID {
			out.Grants = append(out.Grants, g.Name)
		}
	}
	return out
}
