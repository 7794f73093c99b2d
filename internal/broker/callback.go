package broker

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Callback is what the browser brought back from the consent page, and the binding of its cookie. All of it is foreign.
type Callback struct {
	State            string
	Code             secret.Value
	Error            string
	ErrorDescription string // looked at to name the problem, never shown
	Binding          secret.Value
	ISS              string // RFC 9207; Amazon sends none today
}

// issuer is Login with Amazon's, as tokeninfo names it (ads-lwa 1.9).
const issuer = "https://www.amazon.com"

// Finish ends a consent: it exchanges the code at the token host of the grant's own region and stores the grant. The state
// is used up before the exchange, so a callback that comes twice exchanges nothing the second time. What comes from another
// browser uses nothing up, or it could spoil another person's consent.
func (b *Broker) Finish(ctx context.Context, in Callback) (Grant, error) {
	p, app, err := b.admitCallback(ctx, in)
	if err != nil {
		return Grant{}, err
	}
	if refused, is := lwa.Callback(in.Error, in.ErrorDescription); is {
		return Grant{}, b.failedConsent(ctx, p, refused)
	}
	if in.Code.IsZero() {
		return Grant{}, b.failedConsent(ctx, p, problem.New(problem.BrokerNoCode))
	}
	verifier, err := b.cfg.Sealer.Open(verifierPlace(p.ID, string(app.Realm)), p.Verifier)
	if err != nil {
		return Grant{}, b.failedConsent(ctx, p, problem.New(problem.BrokerUnreadable).Because(err))
	}
	code := lwa.Code{Code: in.Code, ReturnURL: p.Return, Verifier: verifier}

	// From here on the code may be consumed, so the person's leaving ends nothing.
	type end struct {
		g   Grant
		err error
	}
	done := make(chan end, 1)
	if !b.enter() {
		return Grant{}, problem.New(problem.BrokerShuttingDown)
	}
	go func() {
		defer b.others.Done()
		g, err := b.consented(p, app, code)
		done <- end{g, err}
	}()
	select {
	case e := <-done:
		return e.g, e.err
	case <-ctx.Done():
		return Grant{}, fmt.Errorf("waiting for an exchange that goes on: %w", context.Cause(ctx))
	}
}

// admitCallback checks state, browser and issuer, and uses the state up.
func (b *Broker) admitCallback(ctx context.Context, in Callback) (PendingConsent, vault.App, error) {
	if in.State == "" {
		return PendingConsent{}, vault.App{}, problem.New(problem.BrokerStateMissing)
	}
	p, err := b.cfg.Store.PeekConsent(ctx, b.cfg.Sealer.Fingerprint(stateLabel, secret.New(in.State)))
	if errors.Is(err, ErrNoConsent) {
		return p, vault.App{}, problem.New(problem.BrokerStateUnknown)
	} else if err != nil {
		return p, vault.App{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	binding := b.cfg.Sealer.Fingerprint(bindingLabel, in.Binding)
	if in.Binding.IsZero() || subtle.ConstantTimeCompare([]byte(binding), []byte(p.Binding)) != 1 {
		return p, vault.App{}, problem.New(problem.BrokerOtherBrowser)
	}
	now := b.now()
	switch {
	case !p.Used.IsZero():
		return p, vault.App{}, problem.New(problem.BrokerStateUsed)
	case !now.Before(p.Expires):
		return p, vault.App{}, problem.New(problem.BrokerStateExpired)
	}
	app, err := b.cfg.Apps.App(ctx, p.App)
	if err != nil {
		return p, app, err
	}
	// Mix-up (RFC 9700 section 4.4): an answer that names its sender must name the one that was asked.
	if in.ISS != "" && strings.TrimSuffix(in.ISS, "/") != issuer {
		return p, app, problem.New(problem.BrokerOtherIssuer)
	}
	used, err := b.cfg.Store.UseConsent(ctx, p.State, now)
	if err != nil {
		return p, app, problem.New(problem.BrokerStoreFails).Because(err)
	}
	if !used {
		return p, app, problem.New(problem.BrokerStateUsed)
	}
	return p, app, nil
}

func (b *Broker) failedConsent(ctx context.Context, p PendingConsent, why problem.Problem) error {
	b.record(ctx, "consent.finish", string(p.App), p.By, audit.Failed, string(why.Code))
	return why
}

func (b *Broker) record(ctx context.Context, action, object, by, outcome, detail string) {
	e := audit.Entry{At: b.now(), Actor: audit.Actor{Kind: audit.Operator, Name: by}, Action: action, Object: object, Outcome: outcome, Detail: detail}
	if err := b.cfg.Audit.Record(context.WithoutCancel(ctx), e); err != nil {
		b.log.Error("recording in the audit log failed", "action", action, "error", err)
	}
}

// consented exchanges the code and stores what it gave. A code exchange passes the app's breakers: a refused secret must not
// keep the person from the login that shows it to be mended (R19).
func (b *Broker) consented(p PendingConsent, app vault.App, code lwa.Code) (Grant, error) {
	now := b.now()
	g := Grant{
		ID: p.Grant, Name: p.Name, Program: p.Program, Kind: Consented, Realm: app.Realm, App: p.App, ClientID: app.ClientID, Region: p.Region,
		Scopes: p.Scopes, Created: now,
	}
	began, r, err := b.exchangeCode(&g, app, func(ctx context.Context, a lwa.App) lwa.Result { return b.cfg.LWA.Exchange(ctx, a, code) })
	if err != nil {
		return Grant{}, b.failedConsent(b.base, p, problem.New(problem.BrokerNoSecret).Because(err))
	}
	if r.Class != lwa.Granted {
		return Grant{}, b.failedConsent(b.base, p, r.Problem)
	}
	if r.Tokens.Refresh.IsZero() {
		return Grant{}, b.failedConsent(b.base, p, problem.New(problem.BrokerNoRefreshToken))
	}
	g, err = b.keep(g, r, began, "consent")
	if err != nil {
		var why problem.Problem
		if !errors.As(err, &why) {
			why = problem.New(problem.BrokerStoreFails).Because(err)
		}
		return Grant{}, b.failedConsent(b.base, p, why)
	}
	b.record(b.base, "consent.finish", string(g.ID), p.By, audit.Done, "")
	if b.cfg.Connected != nil {
		b.cfg.Connected(b.base, g)
		g = b.grantOr(g.ID)
	}
	return g, nil
}

// exchangeCode tries the app's secrets in order, newest first. It asks no breaker but tells them what it saw.
func (b *Broker) exchangeCode(g *Grant, app vault.App, call func(context.Context, lwa.App) lwa.Result) (time.Time, lwa.Result, error) {
	secrets, err := b.cfg.Apps.AppSecrets(b.base, app.ID, vault.Use{Region: g.Region, Program: g.Program})
	if err != nil {
		return time.Time{}, lwa.Result{}, err
	}
	var began time.Time
	r := lwa.Result{Class: lwa.BadClient, Problem: problem.New(problem.BrokerNoSecret)}
	for _, s := range secrets {
		began = b.now()
		ctx, cancel := context.WithTimeout(b.base, b.cfg.Timeout)
		r = call(ctx, asApp(app, s, g))
		cancel()
		b.learn(g, s.Version, r)
		if r.Class == lwa.Granted {
			g.ClientID, g.AmazonVersion = cmp.Or(s.ClientID, app.ClientID), cmp.Or(s.AmazonVersion, app.Version)
		}
		if r.Class != lwa.BadClient && r.Class != lwa.Pending {
			break
		}
	}
	return began, r, nil
}

// keep stores the first tokens of a grant, or the tokens of a new consent for one that exists.
func (b *Broker) keep(g Grant, r lwa.Result, began time.Time, kind string) (Grant, error) {
	again := g.ID != ""
	if again {
		old, ok := b.Grant(g.ID)
		if !ok {
			return Grant{}, noGrant(g.Name)
		}
		g.State, g.Accounts, g.Created, g.Credential = old.State, old.Accounts, old.Created, old.Credential
	} else {
		g.ID = id.New[id.Grant](began)
		if g.Kind == Consented {
			g.Credential = id.New[id.Credential](began)
		}
	}
	a := Attempt{
		ID: id.New[id.Attempt](began), Grant: g.ID, At: began, Kind: kind, Outcome: Granted, Status: r.Status, Took: b.now().Sub(began),
		Rotated: g.Kind == Consented, Sent: g.Generation,
	}
	for try := 0; ; try++ {
		stored, t, err := b.keepOnce(g, again, r, began, a)
		if err == nil {
			token := snapshot.Token{Access: r.Tokens.Access, Generation: stored.Generation, Obtained: t.Obtained, Expires: t.Expires}
			b.entered(stored, again, token)
			b.cfg.Observer.Exchanged(stored, a)
			return stored, nil
		}
		if errors.Is(err, ErrNameTaken) {
			return Grant{}, problem.New(problem.BrokerNameTaken).With("%s", g.Name)
		}
		if again {
			if now, ok := b.Grant(g.ID); ok {
				g.State = now.State // a refresh may have moved it on, and with it the seal's version
			}
		}
		b.log.Error("storing a new consent failed; it is kept and tried again", "grant", g.Name, "error", err)
		if try >= 8 {
			return Grant{}, err
		}
		timer := time.NewTimer(firstPause << try) // 50 ms ... 6.4 s: 13 s in all
		select {
		case <-timer.C:
		case <-b.base.Done():
			timer.Stop()
			return Grant{}, err
		}
	}
}

func (b *Broker) keepOnce(g Grant, again bool, r lwa.Result, began time.Time, a Attempt) (Grant, *SealedTokens, error) {
	t, err := b.sealTokens(&g, r.Tokens, began)
	if err != nil {
		return g, nil, err
	}
	g.Health, g.Problem, g.Since = snapshot.OK, "", began
	ctx := context.WithoutCancel(b.base)
	if again {
		g.State, err = b.cfg.Store.ReplaceTokens(ctx, g, *t, a)
		return g, t, err
	}
	g.Generation, g.Obtained, g.Expires, g.RefreshAt = t.Generation, t.Obtained, t.Expires, t.RefreshAt
	g.Version, g.Presented, g.LastGood, g.Attempts, g.Rev = t.Version, t.Fingerprint, a.ID, 1, 1
	return g, t, b.cfg.Store.AddGrant(ctx, g, *t, a)
}

// entered brings memory up to a stored consent.
func (b *Broker) entered(g Grant, again bool, t snapshot.Token) {
	if !again {
		b.insert(g, t)
		return
	}
	b.mu.Lock()
	c := b.cells[g.ID]
	b.mu.Unlock()
	if c == nil {
		return
	}
	b.adopt(c, g.State, &t)
	b.change(g.ID, func(known *Grant) { known.Region, known.Scopes = g.Region, g.Scopes })
	b.mu.Lock()
	if c.flight == nil {
		b.schedule(c, b.dueOf(&c.grant))
	}
	b.mu.Unlock()
}
