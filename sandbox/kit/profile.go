package kit

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A SecurityProfile is what a developer registers with Login with Amazon: a client id, secrets, and what they may do.
type SecurityProfile struct {
	Key      string // "shop": what tests and the control side call it
	Name     string // as the consent page shows it
	ID       string // amzn1.application.<32 hex>
	ClientID string // amzn1.application-oa2-client.<32 hex>

	world  *World
	number uint32
	mu     sync.Mutex
	state  atomic.Pointer[profileState]
}

// profileState is what of a profile can change; it is replaced, never changed.
type profileState struct {
	secrets      []clientSecret // newest first
	returnURLs   []string
	scopes       []string // that users may be asked for
	clientScopes []string // of client_credentials
	linkedAt     time.Time
}

type clientSecret struct {
	value string
	until time.Time // zero: for ever
}

// NewProfile says what a security profile is to be.
type NewProfile struct {
	Key          string
	Name         string
	LinkedAt     time.Time // when it was linked to an approved Ads API application; zero: never
	ReturnURLs   []string  // Defaults to Lockkeeper's own and two for examples.
	Scopes       []string  // Defaults to those of ads-lwa 1.4 that users are asked for.
	ClientScopes []string  // Defaults to those of ads-lwa 1.4 for client_credentials.
	OldSecret    bool      // the secret has the older form, 64 hex digits (ads-lwa 1.11)
}

// DefaultReturnURLs are the Allowed Return URLs of a profile that names none.
func DefaultReturnURLs() []string {
	return []string{"http://localhost:7070/oauth/callback", "https://app.example.test/callback", "http://localhost/callback"}
}

// UserScopes are the scopes that users may be asked for (ads-lwa 1.4).
func UserScopes() []string {
	return []string{
		"profile", "profile:user_id", "postal_code", "advertising::campaign_management",
		"cpc_advertising:campaign_management", "advertising::audiences", "advertising::test:create_account",
	}
}

// ClientScopes are the scopes of client_credentials (ads-lwa 1.4).
func ClientScopes() []string {
	return []string{
		"messaging:push", "appstore::apps:readwrite", "adx_reporting::appstore:marketer", "creatorsapi::default",
		"sellingpartnerapi::notifications", "sellingpartnerapi::client_credential:rotation", "alexa::proactive_events", "alexa:skill_messaging",
	}
}

// AddProfile adds a security profile. A key that exists already is a programming error and panics.
func (w *World) AddProfile(n NewProfile) *SecurityProfile {
	p := &SecurityProfile{
		Key: n.Key, Name: n.Name, world: w,
		ID:       "amzn1.application." + w.Hex("application "+n.Key, 32),
		ClientID: "amzn1.application-oa2-client." + w.Hex("client "+n.Key, 32),
	}
	s := &profileState{returnURLs: n.ReturnURLs, scopes: n.Scopes, clientScopes: n.ClientScopes, linkedAt: n.LinkedAt}
	if s.returnURLs == nil {
		s.returnURLs = DefaultReturnURLs()
	}
	if s.scopes == nil {
		s.scopes = UserScopes()
	}
	if s.clientScopes == nil {
		s.clientScopes = ClientScopes()
	}
	value := w.Hex("secret "+n.Key+" 1", 64)
	if !n.OldSecret {
		value = "amzn1.oa2-cs.v1." + value
	}
	s.secrets = []clientSecret{{value: value}}
	p.state.Store(s)
	w.change(func(ix *index) {
		if ix.byKey[n.Key] != nil {
			panic("kit: security profile " + n.Key + " exists already")
		}
		p.number = uint32(len(ix.profiles))
		ix.profiles = append(ix.profiles, p)
	})
	return p
}

func (p *SecurityProfile) change(f func(*profileState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := *p.state.Load()
	s.secrets, s.returnURLs = slices.Clone(s.secrets), slices.Clone(s.returnURLs)
	f(&s)
	p.state.Store(&s)
}

// Secret returns the newest client secret.
func (p *SecurityProfile) Secret() string { return p.state.Load().secrets[0].value }

// Accepts reports whether secret is a client secret that works now.
func (p *SecurityProfile) Accepts(secret string) bool {
	now := p.world.Now()
	for _, s := range p.state.Load().secrets {
		if (s.until.IsZero() || now.Before(s.until)) && subtle.ConstantTimeCompare([]byte(s.value), []byte(secret)) == 1 {
			return true
		}
	}
	return false
}

// RotateSecret makes a new client secret. Older ones work for the given time more: SP-API gives 7 days (ads-lwa 1.7).
func (p *SecurityProfile) RotateSecret(oldWorkFor time.Duration) string {
	var value string
	p.change(func(s *profileState) {
		value = "amzn1.oa2-cs.v1." + p.world.Hex(fmt.Sprintf("secret %s %d", p.Key, len(s.secrets)+1), 64)
		for i := range s.secrets {
			if s.secrets[i].until.IsZero() {
				s.secrets[i].until = p.world.Now().Add(oldWorkFor)
			}
		}
		s.secrets = slices.Insert(s.secrets, 0, clientSecret{value: value})
	})
	return value
}

// ReturnURLs lists the Allowed Return URLs.
func (p *SecurityProfile) ReturnURLs() []string { return slices.Clone(p.state.Load().returnURLs) }

// AllowReturnURL adds an Allowed Return URL.
func (p *SecurityProfile) AllowReturnURL(url string) {
	p.change(func(s *profileState) {
		if !slices.Contains(s.returnURLs, url) {
			s.returnURLs = append(s.returnURLs, url)
		}
	})
}

// AllowsReturnURL reports whether url is listed. The match is literal (ads-lwa 1.2).
func (p *SecurityProfile) AllowsReturnURL(url string) bool {
	return slices.Contains(p.state.Load().returnURLs, url)
}

// AllowsScope reports whether users may be asked for a scope.
func (p *SecurityProfile) AllowsScope(scope string) bool {
	return slices.Contains(p.state.Load().scopes, scope)
}

// AllowsClientScope reports whether client_credentials may ask for a scope.
func (p *SecurityProfile) AllowsClientScope(scope string) bool {
	return slices.Contains(p.state.Load().clientScopes, scope)
}

// Link links the profile to an approved Ads API application, as of t; the zero time unlinks it.
func (p *SecurityProfile) Link(t time.Time) { p.change(func(s *profileState) { s.linkedAt = t }) }

// LinkedAt tells when the profile was linked to an approved Ads API application; zero if it never was.
func (p *SecurityProfile) LinkedAt() time.Time { return p.state.Load().linkedAt }

// Linked reports whether the profile is linked.
func (p *SecurityProfile) Linked() bool { return !p.LinkedAt().IsZero() }

// MarshalJSON gives what the control side tells of a profile. Secrets of the sandbox are there to be used.
func (p *SecurityProfile) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Key        string   `json:"key"`
		Name       string   `json:"name"`
		ID         string   `json:"security_profile_id"`
		ClientID   string   `json:"client_id"`
		Secret     string   `json:"client_secret"`
		ReturnURLs []string `json:"return_urls"`
		Linked     bool     `json:"linked"`
	}{p.Key, p.Name, p.ID, p.ClientID, p.Secret(), p.ReturnURLs(), p.Linked()})
}
