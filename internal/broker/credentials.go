package broker

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// ConnectCredentials makes a grant of the app's own authority (client credentials): no person consents, and what keeps it
// alive is the app's secret alone.
func (b *Broker) ConnectCredentials(ctx context.Context, by audit.Actor, in Connect) (Grant, error) {
	app, err := b.cfg.Apps.App(ctx, in.App)
	if err != nil {
		return Grant{}, err
	}
	in = in.withDefaults(app)
	if !nameForm.MatchString(in.Name) {
		return Grant{}, problem.New(problem.BrokerBadName).With("%q", in.Name)
	}
	if _, taken := b.GrantNamed(in.Name); taken {
		return Grant{}, problem.New(problem.BrokerNameTaken).With("%s", in.Name)
	}
	g := Grant{
		Name: in.Name, Program: in.Program, Kind: ClientCredentials, Realm: app.Realm, App: in.App, ClientID: app.ClientID, Region: in.Region,
		Scopes: in.Scopes, Created: b.now(),
	}
	began, r, err := b.exchangeCode(&g, app, func(ctx context.Context, a lwa.App) lwa.Result {
		return b.cfg.LWA.ClientCredentials(ctx, a, in.Scopes...)
	})
	if err != nil {
		return Grant{}, problem.New(problem.BrokerNoSecret).Because(err)
	}
	if r.Class != lwa.Granted {
		return Grant{}, r.Problem
	}
	if g, err = b.keep(g, r, began, "client_credentials"); err != nil {
		return Grant{}, err
	}
	b.record(ctx, "grant.connect", string(g.ID), by.Name, audit.Done, "client credentials")
	return g, nil
}
