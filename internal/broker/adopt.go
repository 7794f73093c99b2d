package broker

import (
	"context"
	"errors"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Adopt makes a grant of a refresh token that somebody already has, from a consent that was given to other software with the same
// app. The token proves itself by one exchange, whose answer is kept at once; a token that Amazon refuses leaves nothing here.
// Where the token endpoint rotates, the exchange uses the pasted token up, so that the other software must stop using it.
func (b *Broker) Adopt(ctx context.Context, by audit.Actor, in Connect, refresh secret.Value) (Grant, error) {
	app, err := b.cfg.Apps.App(ctx, in.App)
	if err != nil {
		return Grant{}, err
	}
	in = b.whereBefore(in).withDefaults(app)
	again, err := b.nameFor(in.Name, in.App, in.Program)
	if err != nil {
		return Grant{}, err
	}
	g := Grant{
		ID: again, Name: in.Name, Program: in.Program, Kind: Consented, Realm: app.Realm, App: in.App, ClientID: app.ClientID, Region: in.Region,
		Scopes: in.Scopes, Created: b.now(),
	}
	type end struct {
		g   Grant
		err error
	}
	done := make(chan end, 1)
	if !b.enter() {
		return Grant{}, problem.New(problem.BrokerShuttingDown)
	}
	go func() { // the token may be consumed from here on, so the person's leaving ends nothing
		defer b.others.Done()
		began, r, err := b.exchangeCode(&g, app, func(ctx context.Context, a lwa.App) lwa.Result { return b.cfg.LWA.Refresh(ctx, a, refresh) })
		switch {
		case err != nil:
			err = problem.New(problem.BrokerNoSecret).Because(err)
		case r.Class != lwa.Granted:
			err = r.Problem
		default:
			if r.Tokens.Refresh.IsZero() {
				r.Tokens.Refresh = refresh // absent means unchanged (refresh-protocol)
			}
			g, err = b.keep(g, r, began, "adopt")
		}
		done <- end{g, err}
	}()
	select {
	case e := <-done:
		return b.adopted(e.g, by, e.err)
	case <-ctx.Done():
		return Grant{}, context.Cause(ctx)
	}
}

// adopted writes down how an adoption ended and lists the accounts.
func (b *Broker) adopted(g Grant, by audit.Actor, err error) (Grant, error) {
	if err != nil {
		var why problem.Problem
		if !errors.As(err, &why) {
			why = problem.New(problem.BrokerStoreFails).Because(err)
		}
		b.record(b.base, "grant.adopt", string(g.App), by.Name, audit.Failed, string(why.Code))
		return Grant{}, why
	}
	b.record(b.base, "grant.adopt", string(g.ID), by.Name, audit.Done, "")
	if b.cfg.Connected != nil {
		b.cfg.Connected(b.base, g)
		g = b.grantOr(g.ID)
	}
	return g, nil
}
