package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Errors of a Store that the broker tells apart.
var (
	ErrNameTaken = errors.New("adding a grant: the name is taken")
	ErrNoConsent = errors.New("looking for a consent: there is none of that state")
	ErrNoGrant   = errors.New("looking for a grant: there is none of that id")
)

// consentLife is how long a person has to consent.
const consentLife = 10 * time.Minute

// Labels of keyed fingerprints: they bind a fingerprint to what it is of.
const (
	stateLabel   = "consent-state"
	bindingLabel = "consent-binding"
)

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// Connect asks for a person's consent.
type Connect struct {
	Name      string       // of the grant to be. The name of a grant of the same app asks for a new consent for it.
	App       id.App       // No default.
	Program   string       // Defaults to the app's.
	Region    canon.Region // Whose hosts the person signs in at. Defaults to the app's.
	Scopes    []string     // No default.
	ReturnURL string       // Defaults to the app's.
}

// A Consent is what a person needs to consent. Binding goes into a Lax cookie of the browser that is sent to URL (or stays
// with the command line, where the person pastes the returned address), and comes back with the callback.
type Consent struct {
	State   string
	URL     string
	Binding secret.Value
	Expires time.Time
}

// Begin starts a consent: a state that is single use and lives 10 minutes, bound to the browser, and PKCE S256.
func (b *Broker) Begin(ctx context.Context, by audit.Actor, in Connect) (Consent, error) {
	app, err := b.cfg.Apps.App(ctx, in.App)
	if err != nil {
		return Consent{}, err
	}
	in = b.whereBefore(in).withDefaults(app)
	again, err := b.nameFor(in.Name, in.App, in.Program)
	if err != nil {
		return Consent{}, err
	}
	now := b.now()
	state, binding, verifier := rand.Text()+rand.Text(), secret.New(rand.Text()+rand.Text()), lwa.NewVerifier()
	p := PendingConsent{
		State:   b.cfg.Sealer.Fingerprint(stateLabel, secret.New(state)),
		Binding: b.cfg.Sealer.Fingerprint(bindingLabel, binding),
		ID:      string(id.New[id.Attempt](now)), Name: in.Name, Grant: again, App: in.App, Program: in.Program, Region: in.Region, Scopes: in.Scopes,
		Return: in.ReturnURL, By: by.Name, Created: now, Expires: now.Add(consentLife),
	}
	if p.Verifier, err = b.cfg.Sealer.Seal(verifierPlace(p.ID, string(app.Realm)), verifier); err != nil {
		return Consent{}, fmt.Errorf("beginning a consent: %w", err)
	}
	if err := b.cfg.Store.AddConsent(ctx, p); err != nil {
		return Consent{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	if err := b.cfg.Audit.Record(ctx, audit.Entry{At: now, Actor: by, Action: "consent.begin", Object: string(in.App), Outcome: audit.Started, Detail: in.Name}); err != nil {
		return Consent{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	return Consent{State: state, Binding: binding, Expires: p.Expires, URL: lwa.AuthorizeURL(lwa.Authorize{
		Region: in.Region, ClientID: app.ClientID, Scopes: in.Scopes, ReturnURL: in.ReturnURL, State: state,
		Challenge: lwa.Challenge(verifier), Base: b.cfg.Authorize(app.Realm, in.Region),
	})}, nil
}

// whereBefore has a new consent for a grant that exists given where the last one was, unless it says otherwise.
func (b *Broker) whereBefore(in Connect) Connect {
	if g, ok := b.GrantNamed(in.Name); ok && in.Region == "" {
		in.Region = g.Region
	}
	return in
}

func (in Connect) withDefaults(app vault.App) Connect {
	if in.Program == "" {
		in.Program = app.Program
	}
	if in.Region == "" {
		in.Region = app.Region
	}
	if in.ReturnURL == "" {
		in.ReturnURL = app.ReturnURL
	}
	return in
}

// nameFor checks the name of a grant to be. The name of one that exists asks for a new consent for it, which only the same
// app and program may.
func (b *Broker) nameFor(name string, app id.App, program string) (id.Grant, error) {
	if !nameForm.MatchString(name) {
		return "", problem.New(problem.BrokerBadName).With("%q", name)
	}
	if g, ok := b.GrantNamed(name); ok {
		if g.App != app || g.Program != program || g.Kind != Consented {
			return "", problem.New(problem.BrokerNameTaken).With("%s", name)
		}
		return g.ID, nil
	}
	return "", nil
}

func verifierPlace(id, realm string) seal.Place {
	return seal.Place{Label: seal.Consent, ID: id, Version: 1, Realm: realm}
}
