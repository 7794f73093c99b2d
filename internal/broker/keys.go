package broker

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// KeyPair is the kind of a grant that is an access key: it signs, has nothing to refresh, and lasts until somebody ends it.
const KeyPair Kind = "key"

// A NewKey is a key pair to be kept. Whose it is was asked before.
type NewKey struct {
	Name     string
	Program  string // "aws"
	Realm    amazon.Realm
	Region   canon.Region // nearest to what it signs for
	KeyID    string
	Secret   secret.Value
	Signs    amazon.Signs
	Accounts []canon.Account
}

// AddKey makes a grant of a key pair.
func (b *Broker) AddKey(ctx context.Context, by audit.Actor, in NewKey) (Grant, error) {
	if !nameForm.MatchString(in.Name) {
		return Grant{}, problem.New(problem.BrokerBadName).With("%q", in.Name)
	}
	if _, taken := b.GrantNamed(in.Name); taken {
		return Grant{}, problem.New(problem.BrokerNameTaken).With("%s", in.Name)
	}
	now := b.now()
	g := Grant{
		ID: id.New[id.Grant](now), Name: in.Name, Program: in.Program, Kind: KeyPair, Realm: in.Realm, ClientID: in.KeyID, Region: in.Region,
		Signs: in.Signs, Scopes: []string{}, Created: now, Credential: id.New[id.Credential](now),
	}
	g.Health, g.Since, g.Rev, g.Attempts = snapshot.OK, now, 1, 1
	t, err := b.sealKey(&g, in.Secret, now)
	if err != nil {
		return Grant{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	a := Attempt{ID: id.New[id.Attempt](now), Grant: g.ID, At: now, Kind: string(KeyPair), Outcome: Granted, Rotated: true}
	g.Generation, g.Obtained, g.Version, g.Presented, g.LastGood = t.Generation, now, t.Version, t.Fingerprint, a.ID
	err = b.cfg.Store.AddGrant(context.WithoutCancel(ctx), g, *t, a)
	if errors.Is(err, ErrNameTaken) {
		return Grant{}, problem.New(problem.BrokerNameTaken).With("%s", g.Name)
	}
	if err != nil {
		return Grant{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	b.insert(g, keyToken(&g, in.Secret))
	b.record(ctx, "grant.key", string(g.ID), by.Name, audit.Done, in.KeyID)
	if len(in.Accounts) > 0 {
		if err := b.SetAccounts(ctx, g.ID, in.Accounts); err != nil {
			return g, err
		}
	}
	return b.grantOr(g.ID), nil
}

// ReplaceKey makes another key pair of the same user the grant's. It is durable when it returns, and may be asked again with the same
// attempt after a crash, of which nobody knows whether it was before or after.
func (b *Broker) ReplaceKey(ctx context.Context, g id.Grant, attempt id.Attempt, keyID string, s secret.Value) error {
	b.mu.Lock()
	c, ok := b.cells[g]
	b.mu.Unlock()
	if !ok {
		return noGrant(string(g))
	}
	now := *b.copyOf(c)
	if now.Kind != KeyPair {
		return problem.New(problem.BrokerNoKeyPair).With("%s", now.Name)
	}
	if now.ClientID == keyID {
		return nil
	}
	at := b.now()
	now.ClientID = keyID
	t, err := b.sealKey(&now, s, at)
	if err != nil {
		return problem.New(problem.BrokerStoreFails).Because(err)
	}
	a := Attempt{ID: attempt, Grant: g, At: at, Kind: string(KeyPair), Outcome: Granted, Rotated: true, Sent: now.Generation}
	state, err := b.cfg.Store.ReplaceTokens(context.WithoutCancel(ctx), now, *t, a)
	if err != nil {
		return problem.New(problem.BrokerStoreFails).Because(err)
	}
	now.State = state
	token := keyToken(&now, s)
	b.adopt(c, state, &token)
	b.change(g, func(known *Grant) { known.ClientID = keyID })
	return nil
}

// KeyOf returns a key grant's pair as it is in use.
func (b *Broker) KeyOf(g id.Grant) (Grant, snapshot.Token, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.cells[g]
	switch {
	case !ok:
		return Grant{}, snapshot.Token{}, noGrant(string(g))
	case c.grant.Kind != KeyPair:
		return c.grant, snapshot.Token{}, problem.New(problem.BrokerNoKeyPair).With("%s", c.grant.Name)
	case c.token.Access.IsZero():
		return c.grant, snapshot.Token{}, problem.New(problem.BrokerNoToken).With("%s", c.grant.Name)
	}
	return c.grant, c.token, nil
}

// sealKey seals a secret twice: as the credential that the vault has, and as what the gateway signs with.
func (b *Broker) sealKey(g *Grant, s secret.Value, at time.Time) (*SealedTokens, error) {
	t := &SealedTokens{Generation: g.Generation + 1, Obtained: at, Version: g.Version + 1, Credential: g.Credential, Use: vault.Use{Region: g.Region, Program: g.Program}}
	t.Fingerprint = b.cfg.Sealer.Fingerprint(string(seal.GrantKey), s)
	var err error
	if t.Access, err = b.cfg.Sealer.Seal(accessPlace(g, t.Generation), s); err != nil {
		return nil, err
	}
	t.Refresh, err = b.cfg.Sealer.Seal(seal.Place{Label: seal.GrantKey, ID: string(g.Credential), Version: t.Version, Realm: string(g.Realm)}, s)
	return t, err
}

// keyToken is what the gateway signs with: id and secret together, so that nobody ever pairs one key's id with another's secret.
func keyToken(g *Grant, s secret.Value) snapshot.Token {
	return snapshot.Token{Access: s, KeyID: g.ClientID, Generation: g.Generation, Obtained: g.Obtained}
}

// nothingToRefresh refuses for key pairs what is for tokens.
func nothingToRefresh(g *Grant) error {
	if g.Kind != KeyPair {
		return nil
	}
	return problem.New(problem.BrokerNothingToRefresh).With("%s", g.Name)
}
