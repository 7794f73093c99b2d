package kit

import (
	"crypto/subtle"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Affiliates are the Associates accounts of a world with the Creators API credentials that their owners made. Tokens for version 3.x come
// from the fake of Login with Amazon and those for 2.x from Cognito's, so both know them from here.
type Affiliates struct {
	world *World
	mu    sync.RWMutex
	all   []*Affiliate
	made  []*CreatorsCredential
	given uint32 // tokens so far
}

// An Affiliate is one Associates account.
type Affiliate struct {
	Key      string // "affiliate": what tests and the control side call it
	Name     string
	Stem     string // what its Site IDs begin with; each marketplace's suffix follows
	Eligible bool   // it had its 10 qualified sales; the switch creators.eligibility can take that away
}

// A CreatorsCredential is one credential of the Creators API, as Associates Central shows it.
type CreatorsCredential struct {
	Key       string
	ID        string
	Secret    string
	Version   string // "3.1"
	Affiliate *Affiliate
	App       string    // the application's name
	Active    time.Time // from when the token endpoint knows it

	number  uint32
	deleted bool
}

// The Associates accounts of the default world.
const (
	Seasoned = "affiliate" // sells enough; has a credential of each version
	Newcomer = "newcomer"  // accepted, but never had ten sales in thirty days
)

// NewCreatorsCredential says what a credential is to be.
type NewCreatorsCredential struct {
	Key       string
	Affiliate string        // its key. Defaults to Seasoned.
	App       string        // the application. Defaults to "site".
	Version   string        // Defaults to "3.1".
	Delay     time.Duration // until Amazon knows it. Defaults to none.
}

// Errors of the console.
var (
	ErrManyApps        = errors.New("making a credential: a store has at most two applications")
	ErrManyCredentials = errors.New("making a credential: an application has at most two credentials")
)

// Region is the one region in which the credential works (creators-paapi-aws 3.2).
func (c *CreatorsCredential) Region() string {
	switch c.Version[len(c.Version)-1] {
	case '1':
		return "NA"
	case '2':
		return "EU"
	}
	return "FE"
}

// Cognito reports whether it is of the older wire.
func (c *CreatorsCredential) Cognito() bool { return strings.HasPrefix(c.Version, "2.") }

// Accepts reports whether the token endpoint gives a token for this secret now.
func (c *CreatorsCredential) Accepts(secret string, now time.Time) bool {
	return !c.deleted && !now.Before(c.Active) && subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) == 1
}

// AddAffiliate adds an Associates account. A key that exists already is a programming error and panics.
func (a *Affiliates) AddAffiliate(n Affiliate) *Affiliate {
	a.mu.Lock()
	defer a.mu.Unlock()
	if slices.ContainsFunc(a.all, func(b *Affiliate) bool { return b.Key == n.Key }) {
		panic("kit: affiliate " + n.Key + " exists already")
	}
	a.all = append(a.all, &n)
	return &n
}

// AddCredential does what Add New Credential does in Associates Central. The limits of two applications a store and two credentials an
// application hold for each region, since an account has a store in each (creators-paapi-aws 3.1).
func (a *Affiliates) AddCredential(n NewCreatorsCredential) (*CreatorsCredential, error) {
	if n.Affiliate == "" {
		n.Affiliate = Seasoned
	}
	if n.App == "" {
		n.App = "site"
	}
	if n.Version == "" {
		n.Version = "3.1"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.all, func(b *Affiliate) bool { return b.Key == n.Affiliate })
	if i < 0 {
		return nil, errors.New("making a credential: there is no such affiliate")
	}
	w := a.world
	c := &CreatorsCredential{
		Key: n.Key, Version: n.Version, Affiliate: a.all[i], App: n.App, Active: w.Now().Add(n.Delay), number: uint32(len(a.made)),
		ID: "amzn1.application-oa2-client." + w.Hex("creators client "+n.Key, 32), Secret: "amzn1.oa2-cs.v1." + w.Hex("creators secret "+n.Key, 64),
	}
	if c.Cognito() {
		const lower = "abcdefghijklmnopqrstuvwxyz0123456789"
		c.ID = "sbx" + w.Letters("creators client "+n.Key, lower, 23)
		c.Secret = "sbx" + w.Letters("creators secret "+n.Key, lower, 24) + w.Letters("creators secret 2 "+n.Key, lower, 24)
	}
	apps, same := []string{c.App}, 0
	for _, other := range a.made {
		if other.deleted || other.Affiliate != c.Affiliate || other.Region() != c.Region() {
			continue
		}
		if !slices.Contains(apps, other.App) {
			apps = append(apps, other.App)
		}
		if other.App == c.App {
			same++
		}
	}
	switch {
	case len(apps) > 2:
		return nil, ErrManyApps
	case same >= 2:
		return nil, ErrManyCredentials
	}
	a.made = append(a.made, c)
	return c, nil
}

// DeleteCredential does what Delete does in Associates Central: no token is given for it any more, and those given are refused.
func (a *Affiliates) DeleteCredential(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, c := range a.made {
		if c.Key == key {
			gone := *c
			gone.deleted = true
			a.made[i] = &gone
		}
	}
}

// Credentials lists the credentials that were not deleted.
func (a *Affiliates) Credentials() []*CreatorsCredential {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(a.made), func(c *CreatorsCredential) bool { return c.deleted })
}

// Affiliate returns the account with a key, or nil.
func (a *Affiliates) Affiliate(key string) *Affiliate {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if i := slices.IndexFunc(a.all, func(b *Affiliate) bool { return b.Key == key }); i >= 0 {
		return a.all[i]
	}
	return nil
}

// Credential returns the credential with a key or id, or nil.
func (a *Affiliates) Credential(keyOrID string) *CreatorsCredential {
	for _, c := range a.Credentials() {
		if c.Key == keyOrID || c.ID == keyOrID {
			return c
		}
	}
	return nil
}

// defaults are the default world's.
func (a *Affiliates) defaults() {
	a.AddAffiliate(Affiliate{Key: Seasoned, Name: "Example Reviews", Stem: "sbxreviews", Eligible: true})
	a.AddAffiliate(Affiliate{Key: Newcomer, Name: "Example Beginner", Stem: "sbxbeginner"})
	for _, v := range []string{"3.1", "3.2", "3.3", "2.1", "2.2", "2.3"} {
		a.must(NewCreatorsCredential{Key: "creators-" + v, Version: v, App: "site v" + v[:1]})
	}
	a.must(NewCreatorsCredential{Key: "creators-newcomer", Affiliate: Newcomer})
}

func (a *Affiliates) must(n NewCreatorsCredential) {
	if _, err := a.AddCredential(n); err != nil {
		panic("kit: credential " + n.Key + ": " + err.Error())
	}
}

// keyOf returns what the journal calls a credential's id.
func (a *Affiliates) keyOf(id string) string {
	if c := a.Credential(id); c != nil {
		return c.Key
	}
	return id
}

// Tags are the Site ID and a Tracking ID of an affiliate in a marketplace whose ids end in suffix, such as "20".
func (a *Affiliate) Tags(suffix string) []string {
	return []string{a.Stem + "-" + suffix, a.Stem + "-blog-" + suffix, a.Stem + strconv.Itoa(2) + "-" + suffix}
}
