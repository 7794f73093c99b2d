package broker

import (
	"cmp"
	"context"
	"net/http/httptrace"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// exchange sends one claimed refresh and hands its result to the committer. No transaction is open meanwhile.
func (b *Broker) exchange(t ticket, claimed Claimed, at time.Time) {
	f := t.flight
	for n := 0; b.now().Sub(at) > claimFresh && n < mostRetakes; n++ {
		again := t.claim
		again.Retake, again.Rev, again.At = true, claimed.State.Rev, b.now()
		again.Deadline, again.Until = again.At.Add(t.claim.Deadline.Sub(t.claim.At)), again.At.Add(t.claim.Until.Sub(t.claim.At))
		results, err := b.cfg.Store.Claim(b.base, []Claim{again})
		if err != nil || !results[0].Won {
			b.releaseBreakers(b.copyOf(f.cell), t.secrets)
			b.mu.Lock()
			f.cell.neverSent(t.claim.Attempt)
			b.mu.Unlock()
			if err != nil {
				b.mu.Lock()
				b.end(f, problem.New(problem.BrokerStoreFails).Because(err), b.now().Add(pause(1, b.cfg.Jitter())))
				b.mu.Unlock()
				return
			}
			b.overtaken(f, results[0].State)
			return
		}
		claimed, at = results[0], b.now()
		b.adopt(f.cell, claimed.State, nil)
	}
	g := b.copyOf(f.cell)
	g.State = claimed.State
	refresh, p := b.openRefresh(g, claimed.Refresh)
	if p != nil {
		b.releaseBreakers(g, t.secrets)
		b.settleFailure(t, g, claimed, lwa.Result{Class: lwa.NotConsumed, Problem: *p}, b.now())
		return
	}
	began := b.now()
	result := b.try(t, g, claimed, refresh, &began)
	crashPoint("P6")
	if result.Class == lwa.Granted {
		b.settleTokens(t, g, claimed, result, began)
		return
	}
	b.settleFailure(t, g, claimed, result, began)
}

// try sends with each secret that may be good, newest first, until one is not refused: after a rotation at Amazon the old
// one works for a while (D9). A refused secret consumes nothing, so the intent stays as it is.
func (b *Broker) try(t ticket, g *Grant, claimed Claimed, refresh secret.Value, began *time.Time) lwa.Result {
	var r, pending lwa.Result
	for i, s := range t.secrets.secrets {
		*began = b.now()
		r = b.send(t.flight.ctx, t, g, s, refresh)
		b.learn(g, s.Version, r)
		if r.Class == lwa.Granted {
			b.proved(g, t.secrets, s.Version)
			b.noteClient(g, t.secrets.app, s)
		}
		if r.Class != lwa.BadClient && r.Class != lwa.Pending {
			for _, unused := range t.secrets.secrets[i+1:] {
				b.breakers.letGo(secretKey(g.App, unused.Version))
			}
			return r
		}
		if r.Class == lwa.Pending && pending.Class == "" {
			pending = r
		}
		b.secrets.forget(g.App)
		if i+1 < len(t.secrets.secrets) {
			a := b.attempt(t, g, r, *began)
			a.ID = ""
			b.mu.Lock()
			b.hand(&landing{settlement: Settlement{Grant: g.ID, Sent: g.Generation, Attempt: a, Only: true}})
			b.mu.Unlock()
		}
	}
	if pending.Class != "" {
		return pending // an older credential that is refused for good says nothing of the newer one
	}
	return r
}

// send makes one exchange on the broker's own context, and notes when its request begins to leave and when it has left whole.
func (b *Broker) send(ctx context.Context, t ticket, g *Grant, s vault.AppSecret, refresh secret.Value) lwa.Result {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timeout)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { b.sent.mark(t.claim.Attempt, begunMark) },
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				crashPoint("P3b")
				b.sent.mark(t.claim.Attempt, sentMark)
			}
		},
	})
	app := asApp(t.secrets.app, s, g)
	if g.Kind == ClientCredentials {
		return b.cfg.LWA.ClientCredentials(ctx, app, g.Scopes...)
	}
	return b.cfg.LWA.Refresh(ctx, app, refresh)
}

// asApp is one of an app's credentials as the token endpoint is shown it.
func asApp(app vault.App, s vault.AppSecret, g *Grant) lwa.App {
	return lwa.App{
		ClientID: cmp.Or(s.ClientID, app.ClientID), Secret: s.Value, Realm: app.Realm, Region: g.Region, Program: g.Program,
		Version: cmp.Or(s.AmazonVersion, app.Version), Created: s.Created,
	}
}

// noteClient keeps which of its app's credentials gave a grant's token, where each has an id of its own.
func (b *Broker) noteClient(g *Grant, app vault.App, s vault.AppSecret) {
	client, version := cmp.Or(s.ClientID, app.ClientID), cmp.Or(s.AmazonVersion, app.Version)
	if g.ClientID == client && g.AmazonVersion == version {
		return
	}
	if err := b.cfg.Store.SetClient(context.WithoutCancel(b.base), g.ID, client, version); err != nil {
		b.log.Warn("noting which credential gave a token failed", "grant", g.Name, "error", err)
		return
	}
	b.change(g.ID, func(known *Grant) { known.ClientID, known.AmazonVersion = client, version })
}

// learn tells the breakers what an exchange says about the endpoint and about the secret.
func (b *Broker) learn(g *Grant, version int64, r lwa.Result) {
	now := b.now()
	endpoint, key := endpointKey(g), secretKey(g.App, version)
	switch {
	case r.Class == lwa.Throttled:
		rest := defaultThrottle
		if r.RetryAfter > 0 {
			rest = min(r.RetryAfter, mostThrottle)
		}
		b.breakers.fail(endpoint, now, 1, rest)
	case r.Class == lwa.NotConsumed, r.Class == lwa.Ambiguous && (r.Status == 0 || r.Status >= 500):
		b.breakers.fail(endpoint, now, endpointFailures, endpointRest(b.breakers.failures(endpoint)+1))
	default:
		b.breakers.pass(endpoint)
	}
	switch r.Class {
	case lwa.BadClient:
		b.breakers.fail(key, now, 1, secretRest)
	case lwa.Pending:
		b.breakers.fail(key, now, 1, pendingRest)
	case lwa.Granted, lwa.BadGrant, lwa.WrongClient:
		b.breakers.pass(key)
	default:
		b.breakers.letGo(key)
	}
}

func (g *Grant) attemptKind() string {
	if g.Kind == ClientCredentials {
		return "client_credentials"
	}
	return "refresh"
}

func (b *Broker) attempt(t ticket, g *Grant, r lwa.Result, began time.Time) Attempt {
	return Attempt{
		ID: t.claim.Attempt, Grant: g.ID, At: began, Kind: g.attemptKind(), Outcome: Outcome(r.Class), Status: r.Status,
		AmazonError: r.AmazonError, Problem: r.Problem.Code, Took: b.now().Sub(began), Check: t.check, Sent: g.Generation,
	}
}

// settleTokens hands a whole 200 to the committer.
func (b *Broker) settleTokens(t ticket, g *Grant, claimed Claimed, r lwa.Result, began time.Time) {
	a := b.attempt(t, g, r, began)
	sealed, err := b.sealTokens(g, r.Tokens, began)
	if err != nil { // a keyset that no longer seals: nothing can be kept, and the answer counts as lost
		b.log.Error("sealing new tokens failed", "grant", g.Name, "error", err)
		b.settleFailure(t, g, claimed, lwa.Result{Class: lwa.Ambiguous, Status: r.Status, Wrote: true, Problem: problem.New(problem.BrokerUnreadable).Because(err)}, began)
		return
	}
	a.Rotated = sealed.Refresh != nil
	l := &landing{
		flight: t.flight, access: r.Tokens.Access, began: began,
		settlement: Settlement{Grant: g.ID, Owner: b.cfg.Owner, Epoch: claimed.State.Lease.Epoch, Sent: g.Generation, Attempt: a, Tokens: sealed},
	}
	if mutantPublishBeforeCommit {
		b.cfg.Publisher.PublishToken(g.ID, l.token())
	}
	b.mu.Lock()
	b.hand(l)
	b.mu.Unlock()
}

// settleFailure hands the outcome of an exchange without tokens to the committer.
func (b *Broker) settleFailure(t ticket, g *Grant, claimed Claimed, r lwa.Result, began time.Time) {
	now := b.now()
	v := judge(b.cfg.Policy, g, r, now)
	failures := g.Failures + 1
	due := now.Add(pause(failures, b.cfg.Jitter()))
	if r.RetryAfter > 0 && r.Class == lwa.Throttled {
		due = b.spread(now.Add(min(r.RetryAfter, mostThrottle)), now)
	}
	switch r.Class {
	case lwa.BadClient:
		due = b.spread(now.Add(secretRest), now)
	case lwa.Pending:
		due = b.spread(now.Add(pendingRest), now)
	}
	s := Settlement{
		Grant: g.ID, Owner: b.cfg.Owner, Epoch: claimed.State.Lease.Epoch, Sent: g.Generation, Attempt: b.attempt(t, g, r, began),
		Refund: v.refund, Wrote: v.lost && r.Wrote, Health: v.health, Problem: v.problem.Code, Failures: failures, RefreshAt: due,
	}
	s.Attempt.Problem = v.problem.Code
	if v.lost {
		if s.LostAt = g.LostAt; s.LostAt.IsZero() {
			s.LostAt = began
		}
	}
	err := v.problem
	if v.health != snapshot.Blocked {
		err.RetryAt = due
	}
	b.mu.Lock()
	b.hand(&landing{flight: t.flight, err: err, settlement: s})
	b.mu.Unlock()
}

// openRefresh opens the refresh token of a claimed row.
func (b *Broker) openRefresh(g *Grant, sealed []byte) (secret.Value, *problem.Problem) {
	if g.Kind == ClientCredentials {
		return secret.Value{}, nil
	}
	v, err := b.cfg.Sealer.Open(refreshPlace(g, g.Version), sealed)
	if err != nil {
		p := problem.New(problem.BrokerUnreadable).Because(err)
		return v, &p
	}
	return v, nil
}

// sealTokens makes the row of an answer. A refresh token that is absent or the same leaves the stored one alone.
func (b *Broker) sealTokens(g *Grant, t *lwa.Tokens, began time.Time) (*SealedTokens, error) {
	s := &SealedTokens{Generation: g.Generation + 1, Obtained: began, Expires: expiry(began, t.ExpiresIn)}
	s.RefreshAt = refreshAt(began, s.Expires, b.cfg.Margin, b.cfg.Jitter())
	var err error
	if s.Access, err = b.cfg.Sealer.Seal(accessPlace(g, s.Generation), t.Access); err != nil {
		return nil, err
	}
	if t.Refresh.IsZero() || g.Kind == ClientCredentials {
		return s, nil
	}
	s.Fingerprint = b.cfg.Sealer.Fingerprint(string(seal.GrantRefresh), t.Refresh)
	if s.Fingerprint == g.Presented {
		return s, nil
	}
	s.Version, s.Credential, s.Use = g.Version+1, g.Credential, vault.Use{Region: g.Region, Program: g.Program}
	s.Refresh, err = b.cfg.Sealer.Seal(refreshPlace(g, s.Version), t.Refresh)
	return s, err
}

// The refresh token is a credential, sealed as the vault's tables have it, so that one sealed text serves both places.
func refreshPlace(g *Grant, version int64) seal.Place {
	return seal.Place{Label: seal.GrantRefresh, ID: string(g.Credential), Version: version, Realm: string(g.Realm)}
}

func accessPlace(g *Grant, generation int64) seal.Place {
	return seal.Place{Label: seal.GrantAccess, ID: string(g.ID), Version: generation, Realm: string(g.Realm)}
}
