package kit

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Consent is one user's permission for one security profile, from one authorisation. Its refresh tokens are counted
// in generations: the first is 1, and each rotation makes the next.
//
// What a refresh does is the policy:
//
//	static         the same refresh token comes back, always (Amazon today: ads-lwa 1.7)
//	strict         a new one comes back and the old is dead at once
//	grace          as strict, but the last one but one still works for the grace window, and gives the newest again
//	family-revoke  as strict, and presenting a dead one withdraws the whole consent
//	expiring       as static, until the consent's lifetime is over
type Consent struct {
	ID      string
	Profile *SecurityProfile
	User    *User
	Scopes  []string
	Region  string
	Created time.Time

	issuer     *Issuer
	number     uint64
	mu         sync.Mutex
	generation int64
	rotatedAt  time.Time
	seq        uint32 // access tokens issued
	revoked    bool
}

// Tokens are what one exchange gives.
type Tokens struct {
	Access     string
	Refresh    string
	Life       time.Duration // of the access token
	Generation int64         // of Refresh
	Rotated    bool
}

func consentID(n uint64) string { return fmt.Sprintf("c%014x", n) }

// Consent records that a user allows a security profile some scopes, and returns the consent at generation 1.
func (i *Issuer) Consent(p *SecurityProfile, u *User, scopes []string, region string) *Consent {
	n := i.start | i.count.Add(1)&(1<<24-1)
	c := &Consent{
		ID: consentID(n), Profile: p, User: u, Scopes: slices.Clone(scopes), Region: region,
		Created: i.world.Now().Truncate(time.Millisecond), issuer: i, number: n, generation: 1,
	}
	i.consents.Store(n, c)
	return c
}

// consent finds the consent that a token belongs to, or revives it.
func (i *Issuer) consent(p payload) *Consent {
	if c, ok := i.consents.Load(p.id); ok {
		return c.(*Consent)
	}
	ix := i.world.index.Load()
	c, _ := i.consents.LoadOrStore(p.id, &Consent{
		ID: consentID(p.id), Profile: ix.profiles[p.profile], User: ix.users[p.user],
		Scopes: strings.Fields(p.scopes), Region: regionName(p.region), Created: p.created, issuer: i, number: p.id,
		generation: p.generation, seq: uint32(i.world.Now().Unix()),
	})
	return c.(*Consent)
}

// Consents lists all consents of this run in the order of their ids.
func (i *Issuer) Consents() []*Consent {
	var all []*Consent
	i.consents.Range(func(_, c any) bool { all = append(all, c.(*Consent)); return true })
	slices.SortFunc(all, func(a, b *Consent) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Revoke withdraws every consent of a user for a security profile; nil stands for all. It returns how many it was.
func (i *Issuer) Revoke(p *SecurityProfile, u *User) int {
	n := 0
	for _, c := range i.Consents() {
		if (p == nil || c.Profile == p) && (u == nil || c.User == u) && c.Revoke() {
			n++
		}
	}
	return n
}

// Revoke withdraws the consent. It reports whether it stood until now.
func (c *Consent) Revoke() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.revoked
	c.revoked = true
	return !was
}

// Revoked reports whether the user has withdrawn the consent.
func (c *Consent) Revoked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.revoked
}

// Generation tells the generation of the newest refresh token.
func (c *Consent) Generation() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation
}

// Issue gives an access token and the newest refresh token.
func (c *Consent) Issue(region string) Tokens {
	c.mu.Lock()
	c.seq++
	generation, seq := c.generation, c.seq
	c.mu.Unlock()
	return c.tokens(generation, seq, region)
}

// RefreshToken gives the newest refresh token alone.
func (c *Consent) RefreshToken() string { return c.refreshToken(c.Generation()) }

func (c *Consent) tokens(generation int64, seq uint32, region string) Tokens {
	now, life := c.issuer.world.Now(), c.issuer.AccessLifetime.Duration()
	p := c.payload(Access, generation)
	p.seq, p.region, p.issued, p.expires = seq, regionByte(region), now, now.Add(life)
	return Tokens{Access: c.issuer.sealer.seal(p), Refresh: c.refreshToken(generation), Life: life, Generation: generation}
}

// refreshToken is a function of the consent and the generation, so that a static server repeats itself.
func (c *Consent) refreshToken(generation int64) string {
	p := c.payload(Refresh, generation)
	p.seq, p.issued = uint32(generation), c.Created
	return c.issuer.sealer.seal(p)
}

func (c *Consent) payload(kind Kind, generation int64) payload {
	return payload{
		kind: kind, id: c.number, profile: c.Profile.number, user: c.User.number, region: regionByte(c.Region),
		generation: generation, created: c.Created, scopes: strings.Join(c.Scopes, " "),
	}
}

// Refresh presents a refresh token. The claims tell whose it was and its generation, also where it is refused.
func (i *Issuer) Refresh(p *SecurityProfile, token, region string) (Tokens, Claims, error) {
	sealed, err := i.sealer.open(token)
	if err != nil || sealed.kind != Refresh {
		return Tokens{}, Claims{}, ErrForeign
	}
	claims, err := i.claims(sealed)
	if err != nil {
		return Tokens{}, Claims{}, err
	}
	if claims.Profile != p {
		return Tokens{}, claims, ErrOtherClient
	}
	c := i.consent(sealed)
	generation, seq, rotated, err := c.present(sealed.generation)
	if err != nil {
		return Tokens{}, claims, err
	}
	t := c.tokens(generation, seq, region)
	t.Rotated = rotated
	return t, claims, nil
}

// present applies the policy to a refresh token of the given generation.
func (c *Consent) present(generation int64) (newest int64, seq uint32, rotated bool, err error) {
	policy, now := c.issuer.Policy.Get(), c.issuer.world.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	// Tokens cannot be forged, so a generation that this sandbox has not given was given by the one before it.
	c.generation = max(c.generation, generation)
	switch {
	case c.revoked:
		return 0, 0, false, ErrRevoked
	case policy == "expiring" && !now.Before(c.Created.Add(c.issuer.RefreshLifetime.Duration())):
		return 0, 0, false, ErrExpired
	case generation == c.generation:
		if policy != "static" && policy != "expiring" {
			c.generation, c.rotatedAt, rotated = c.generation+1, now, true
		}
	case policy == "grace" && generation == c.generation-1 && now.Before(c.rotatedAt.Add(c.issuer.GraceWindow.Duration())):
	default:
		c.revoked = policy == "family-revoke"
		return 0, 0, false, ErrSpent
	}
	c.seq++
	return c.generation, c.seq, rotated, nil
}
