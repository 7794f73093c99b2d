package kit

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An Issuer hands out the world's tokens and reads them. It keeps one small record a consent and none a token: what a
// token says is sealed into it. A refresh token of an earlier sandbox with the same seed therefore still works, its
// consent being revived at the generation that the token tells.
type Issuer struct {
	Auth            *Switch // whether what is presented must be true; see lax.go
	Policy          *Switch // what a refresh does to the refresh token; see consent.go
	GraceWindow     *Switch // how long the last refresh token but one still works under policy grace
	RefreshLifetime *Switch // how long a consent lasts under policy expiring
	AccessLifetime  *Switch // of access tokens; Amazon's is one hour
	RevokedAccess   *Switch // whether access tokens die with their consent

	world    *World
	sealer   sealer
	start    uint64   // begins the ids of this run's consents
	consents sync.Map // uint64 -> *Consent
	count    atomic.Uint64
	clients  atomic.Uint32 // client credentials tokens so far
	anyone   struct {      // consents of those who are taken in by a lax world
		mu       sync.Mutex
		consents map[[2]uint32]*Consent // by the numbers of profile and user
	}
}

// Refusals of tokens, besides ErrForeign.
var (
	ErrExpired     = errors.New("the token has expired")
	ErrRevoked     = errors.New("the user has withdrawn consent")
	ErrSpent       = errors.New("the refresh token was replaced by a newer one")
	ErrOtherClient = errors.New("the token is another client's")
)

// Claims are what a token says.
type Claims struct {
	Kind       Kind
	Profile    *SecurityProfile
	User       *User // nil for client credentials
	Scopes     []string
	Region     string // of the token host that issued it
	Consent    string // the consent's id as the journal shows it; empty for client credentials
	Generation int64  // of the refresh token that it came from, or is
	Issued     time.Time
	Expires    time.Time // zero for refresh tokens

	lax bool // it need not be true
}

// Has reports whether the claims hold a scope.
func (c Claims) Has(scope string) bool { return c.lax || slices.Contains(c.Scopes, scope) }

func newIssuer(w *World) *Issuer {
	return &Issuer{
		world: w, sealer: newSealer(w.key[:]), start: uint64(w.Clock.Now().Unix()) & (1<<32 - 1) << 24,
		Auth:   NewSwitch("lwa.auth", "whether what a request presents must be true, at every program; lax takes anything and nothing", "verified", "lax"),
		Policy: NewSwitch("lwa.policy", "what a refresh does to the refresh token", "static", "strict", "grace", "family-revoke", "expiring"),
		GraceWindow: NewDurationSwitch("lwa.grace_window", "how long the refresh token before the newest still works under policy grace",
			time.Minute),
		RefreshLifetime: NewDurationSwitch("lwa.refresh_lifetime", "how long a consent lasts under policy expiring", 365*24*time.Hour),
		AccessLifetime:  NewDurationSwitch("lwa.access_lifetime", "how long an access token lasts", time.Hour),
		RevokedAccess:   NewSwitch("lwa.revoked_access", "whether an access token dies with its consent or lives out its hour", "dead", "alive"),
	}
}

// Switches lists the issuer's switches.
func (i *Issuer) Switches() []*Switch {
	return []*Switch{i.Auth, i.Policy, i.GraceWindow, i.RefreshLifetime, i.AccessLifetime, i.RevokedAccess}
}

// Check reads an access token, of a user or of client credentials, as a resource server does. The claims are filled in
// also when the error is ErrExpired or ErrRevoked.
func (i *Issuer) Check(token string) (Claims, error) {
	if i.world.Lax() {
		return i.laxly(token), nil
	}
	p, err := i.sealer.open(token)
	if err != nil {
		return Claims{}, err
	}
	c, err := i.claims(p)
	if err != nil || p.kind == Refresh {
		return c, ErrForeign
	}
	if !i.world.Now().Before(p.expires) {
		return c, ErrExpired
	}
	if p.kind == Access && i.RevokedAccess.Is("dead") && i.consent(p).Revoked() {
		return c, ErrRevoked
	}
	return c, nil
}

// Inspect reads any token of this world, whether it works or not.
func (i *Issuer) Inspect(token string) (Claims, error) {
	p, err := i.sealer.open(token)
	if err != nil {
		return Claims{}, err
	}
	return i.claims(p)
}

func (i *Issuer) claims(p payload) (Claims, error) {
	ix := i.world.index.Load()
	if int(p.profile) >= len(ix.profiles) || (p.kind != Client && int(p.user) >= len(ix.users)) {
		return Claims{}, ErrForeign
	}
	c := Claims{
		Kind: p.kind, Profile: ix.profiles[p.profile], Scopes: strings.Fields(p.scopes), Region: regionName(p.region),
		Generation: p.generation, Issued: p.issued, Expires: p.expires,
	}
	if p.kind != Client {
		c.User, c.Consent = ix.users[p.user], consentID(p.id)
	}
	return c, nil
}

// ClientCredentials issues a token on a client's own authority.
func (i *Issuer) ClientCredentials(p *SecurityProfile, scope, region string) (token string, life time.Duration) {
	now, life := i.world.Now(), i.AccessLifetime.Duration()
	return i.sealer.seal(payload{
		kind: Client, id: i.start, seq: i.clients.Add(1), profile: p.number, region: regionByte(region),
		issued: now, expires: now.Add(life), scopes: scope,
	}), life
}
