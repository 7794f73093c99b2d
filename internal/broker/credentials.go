package broker

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
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
		Name: in.Name, Program: in.Program, Kind: ClientCredentials, Realm: app.Realm, App: in.App, ClientID: app.ClientID, AmazonVersion: app.Version,
		Region: in.Region, Scopes: in.Scopes, Created: b.now(),
	}
	began, r, err := b.exchangeCode(&g, app, func(ctx context.Context, a lwa.App) lwa.Result {
		return b.cfg.LWA.ClientCredentials(ctx, a, in.Scopes...)
	})
	if err != nil {
		return Grant{}, problem.New(problem.BrokerNoSecret).Because(err)
	}
	if r.Class == lwa.Pending {
		return b.keepPending(ctx, by, g, r, began)
	}
	if r.Class != lwa.Granted {
		return Grant{}, r.Problem
	}
	if g, err = b.keep(g, r, began, "client_credentials"); err != nil {
		return Grant{}, err
	}
	b.record(ctx, "grant.connect", string(g.ID), by.Name, audit.Done, "client credentials")
	if b.cfg.Connected != nil {
		b.cfg.Connected(b.base, g)
		g = b.grantOr(g.ID)
	}
	return g, nil
}

// keepPending keeps a grant whose app Amazon may not know yet. It has no token; the sweep tries again until it has one.
func (b *Broker) keepPending(ctx context.Context, by audit.Actor, g Grant, r lwa.Result, began time.Time) (Grant, error) {
	g.ID = id.New[id.Grant](began)
	g.Health, g.Problem, g.Since, g.Rev, g.Attempts = snapshot.Pending, r.Problem.Code, began, 1, 1
	g.RefreshAt = b.spread(began.Add(pendingRest), began)
	a := Attempt{
		ID: id.New[id.Attempt](began), Grant: g.ID, At: began, Kind: g.attemptKind(), Outcome: Pending, Status: r.Status, AmazonError: r.AmazonError,
		Problem: r.Problem.Code, Took: b.now().Sub(began),
	}
	err := b.cfg.Store.AddGrant(context.WithoutCancel(ctx), g, SealedTokens{RefreshAt: g.RefreshAt}, a)
	if errors.Is(err, ErrNameTaken) {
		return Grant{}, problem.New(problem.BrokerNameTaken).With("%s", g.Name)
	}
	if err != nil {
		return Grant{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	b.insert(g, snapshot.Token{})
	b.cfg.Observer.Exchanged(g, a)
	b.record(ctx, "grant.connect", string(g.ID), by.Name, audit.Done, "pending")
	return g, nil
}
