package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A World is who and what exists in one sandbox: security profiles, users, their consents, and the time. All of its
// ids and secrets come from its seed. It is safe for use by many goroutines; looking things up takes no lock.
type World struct {
	Seed   int64
	Clock  *Clock
	Tokens *Issuer

	Affiliates *Affiliates // Associates accounts and their Creators API credentials

	Scenario *Scenario         // what it was made of; nil for the default world
	Consents []ScenarioConsent // those that it begins with

	key   [32]byte // what everything deterministic is drawn from
	mu    sync.Mutex
	index atomic.Pointer[index]
	base  atomic.Pointer[string]
}

// index is what lookups read; it is replaced, never changed.
type index struct {
	profiles  []*SecurityProfile
	users     []*User
	byKey     map[string]*SecurityProfile
	byClient  map[string]*SecurityProfile
	userByKey map[string]*User
	userByID  map[string]*User
}

// A User is a person with an Amazon account.
type User struct {
	Key        string `json:"key"` // "advertiser": what tests and the control side call the user
	Name       string `json:"name"`
	Email      string `json:"email"`
	PostalCode string `json:"postal_code"`
	ID         string `json:"id"`    // amzn1.account.A...
	About      string `json:"about"` // one line for the consent page
	number     uint32 // position in the world, sealed into tokens
}

// The users of the default world.
const (
	Advertiser    = "advertiser"     // seller and vendor profiles in three regions
	NoCampaigns   = "no-campaigns"   // an account that never created a campaign
	ViewOnly      = "view-only"      // may look at profiles but not change them
	SellerCentral = "seller-central" // signs in well and has no ad account at all
	AgencyUser    = "agency"         // sees profiles of others through a manager account
)

// The security profiles of the default world.
const (
	Shop     = "shop"     // approved and linked
	Agency   = "agency"   // approved and linked, another company's
	Unlinked = "unlinked" // never linked to an approved Ads API application
)

// NewWorld returns a world without profiles and users. A nil clock stands for the real time.
func NewWorld(seed int64, clock *Clock) *World {
	if clock == nil {
		clock = RealClock()
	}
	w := &World{Seed: seed, Clock: clock}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(seed))
	w.key = sha256.Sum256(append([]byte("lockkeeper sandbox world 1 "), b[:]...))
	w.index.Store(&index{})
	w.Tokens = newIssuer(w)
	w.Affiliates = &Affiliates{world: w}
	return w
}

// DefaultWorld returns the world that DESIGN's sandbox starts with.
func DefaultWorld(seed int64, clock *Clock) *World {
	w := NewWorld(seed, clock)
	w.defaultProfiles()
	w.defaultUsers()
	w.Affiliates.defaults()
	return w
}

// defaultProfiles adds the default world's security profiles.
func (w *World) defaultProfiles() {
	linked := w.Clock.Now().Add(-30 * 24 * time.Hour)
	w.AddProfile(NewProfile{Key: Shop, Name: "Example Shop Tools", LinkedAt: linked})
	w.AddProfile(NewProfile{Key: Agency, Name: "Example Agency Suite", LinkedAt: linked})
	w.AddProfile(NewProfile{Key: Unlinked, Name: "Fresh Security Profile"})
}

// defaultUsers adds the default world's people.
func (w *World) defaultUsers() {
	w.AddUser(Advertiser, "Ana Advertiser", "sells and vends in three regions")
	w.AddUser(NoCampaigns, "Nils Newcomer", "has an ad account that never had a campaign")
	w.AddUser(ViewOnly, "Vera Viewer", "may look at ad accounts, not change them")
	w.AddUser(SellerCentral, "Sam Seller", "uses Seller Central, has no ad account")
	w.AddUser(AgencyUser, "Aki Agency", "works on other companies' ad accounts")
}

// Now tells the time in this world.
func (w *World) Now() time.Time { return w.Clock.Now() }

// Serve tells the world the URL under which its sandbox is reached, for links to it.
func (w *World) Serve(base string) { w.base.Store(&base) }

// Base is the URL under which the sandbox is reached; empty where it has no port.
func (w *World) Base() string {
	if b := w.base.Load(); b != nil {
		return *b
	}
	return ""
}

// Hex returns n hexadecimal digits (at most 64) that are always the same for this seed and label.
func (w *World) Hex(label string, n int) string {
	return hex.EncodeToString(w.draw(label))[:n]
}

// Number returns a number in [0, n) that is always the same for this seed and label.
func (w *World) Number(label string, n uint64) uint64 {
	return binary.BigEndian.Uint64(w.draw(label)) % n
}

// Chance returns a number in [0, 1) that is always the same for this seed and label.
func (w *World) Chance(label string) float64 { return float64(w.Number(label, 1<<53)) / (1 << 53) }

// Letters returns n characters (at most 32) of alphabet that are always the same for this seed and label.
func (w *World) Letters(label, alphabet string, n int) string {
	b := w.draw(label)[:n]
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

func (w *World) draw(label string) []byte {
	m := hmac.New(sha256.New, w.key[:])
	m.Write([]byte(label))
	return m.Sum(nil)
}

// AddUser adds a person with an Amazon account. A key that exists already is a programming error and panics.
func (w *World) AddUser(key, name, about string) *User {
	const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	u := &User{
		Key: key, Name: name, About: about, Email: strings.ToLower(strings.Fields(name)[0]) + "@example.test",
		ID:         "amzn1.account.A" + w.Letters("user "+key, upper, 27),
		PostalCode: fmt.Sprintf("%05d", 10000+w.Number("postal "+key, 89999)),
	}
	w.change(func(ix *index) {
		if ix.userByKey[key] != nil {
			panic("kit: user " + key + " exists already")
		}
		u.number = uint32(len(ix.users))
		ix.users = append(ix.users, u)
	})
	return u
}

// change replaces the index by a changed copy.
func (w *World) change(f func(*index)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.index.Load()
	ix := &index{profiles: slices.Clone(old.profiles), users: slices.Clone(old.users), byKey: old.byKey, userByKey: old.userByKey}
	f(ix)
	ix.byKey, ix.byClient = map[string]*SecurityProfile{}, map[string]*SecurityProfile{}
	for _, p := range ix.profiles {
		ix.byKey[p.Key], ix.byClient[p.ClientID] = p, p
	}
	ix.userByKey, ix.userByID = map[string]*User{}, map[string]*User{}
	for _, u := range ix.users {
		ix.userByKey[u.Key], ix.userByID[u.ID] = u, u
	}
	w.index.Store(ix)
}

// Users lists the people of the world in the order in which they were added.
func (w *World) Users() []*User { return slices.Clone(w.index.Load().users) }

// User returns the person with a key or an Amazon user id, or nil.
func (w *World) User(keyOrID string) *User {
	ix := w.index.Load()
	if u := ix.userByKey[keyOrID]; u != nil {
		return u
	}
	return ix.userByID[keyOrID]
}

// Profiles lists the security profiles in the order in which they were added.
func (w *World) Profiles() []*SecurityProfile { return slices.Clone(w.index.Load().profiles) }

// Profile returns the security profile with a key, or nil.
func (w *World) Profile(key string) *SecurityProfile { return w.index.Load().byKey[key] }

// ProfileByClient returns the security profile with a client id, or nil.
func (w *World) ProfileByClient(clientID string) *SecurityProfile {
	return w.index.Load().byClient[clientID]
}
