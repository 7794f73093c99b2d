// Package fakelwa is Login with Amazon on loopback: the authorize page, the token endpoint, tokeninfo and user/profile.
//
// It follows part 1 of the wire contract ads-lwa to the letter of its error texts, key orders and header sets. Where the
// contract marks something as a guess, or sources differ, divergences.md says what was chosen and which switch turns it.
// People sign in and consent on two plain pages; scripts name the consenting user in the request.
package fakelwa

import (
	"net/http"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// fake holds what Login with Amazon remembers besides the world: codes that wait to be exchanged, and its switches.
type fake struct {
	world *kit.World
	codes codes

	jsonBody    *kit.Switch
	badScope    *kit.Switch
	unlinked    *kit.Switch
	expiredCode *kit.Switch
	autoConsent *kit.Switch
	noScope     *kit.Switch
}

// New returns the fake for one world.
func New(w *kit.World) kit.Fake {
	users := []string{"off"}
	for _, u := range w.Users() {
		users = append(users, u.Key)
	}
	f := &fake{
		world:       w,
		jsonBody:    kit.NewSwitch("lwa.json", "whether the token endpoint takes JSON bodies", "accept", "reject"),
		badScope:    kit.NewSwitch("lwa.bad_scope", "how the authorize page refuses an unknown scope", "page", "redirect"),
		unlinked:    kit.NewSwitch("lwa.unlinked_scope", "what the authorize page says of Ads scopes to an unlinked security profile", "allow", "refuse"),
		expiredCode: kit.NewSwitch("lwa.expired_code", "the error for an expired code", "invalid_request", "invalid_grant"),
		autoConsent: kit.NewSwitch("lwa.auto_consent", "the user who consents to every authorize request unasked", users...),
		noScope:     kit.NewSwitch("lwa.insufficient_scope", "the status of user/profile without the scope for it", "401", "403"),
	}
	f.codes.waiting = map[string]*code{}
	return kit.Fake{
		Program: "lwa", Hosts: hosts(), Roots: []string{"/auth", "/ap", "/user/profile"},
		Routes: f.routes(), Identify: f.identify, Refuse: f.refuse, Unknown: notFound,
		Switches: append(w.Tokens.Switches(), f.jsonBody, f.badScope, f.unlinked, f.expiredCode, f.autoConsent, f.noScope),
		Env:      f.env,
	}
}

// hosts are Login with Amazon's, by region (ads-lwa 1.1).
func hosts() []kit.Host {
	return []kit.Host{
		{Name: "www.amazon.com", Region: "NA"},
		{Name: "api.amazon.com", Region: "NA"},
		{Name: "eu.account.amazon.com", Region: "EU"},
		{Name: "api.amazon.co.uk", Region: "EU"},
		{Name: "apac.account.amazon.com", Region: "FE"},
		{Name: "api.amazon.co.jp", Region: "FE"},
	}
}

// routes are the operations. Paths compare without regard to letter case, since /auth/o2 and /auth/O2 are both in
// Amazon's documents (ads-lwa 1.1).
func (f *fake) routes() []kit.Route {
	return []kit.Route{
		{Operation: "token", Method: http.MethodPost, Pattern: "/auth/o2/token", Fold: true, Handle: f.token},
		{Operation: "token", Pattern: "/auth/o2/token", Fold: true, Handle: notAllowed},
		{Operation: "tokeninfo", Method: http.MethodGet, Pattern: "/auth/o2/tokeninfo", Fold: true, Handle: f.tokenInfo},
		{Operation: "user_profile", Method: http.MethodGet, Pattern: "/user/profile", Fold: true, Handle: f.userProfile},
		{Operation: "authorize", Method: http.MethodGet, Pattern: "/ap/oa", Fold: true, Handle: f.authorize},
		{Operation: "consent", Method: http.MethodPost, Pattern: "/ap/oa", Fold: true, Handle: f.consent},
		{Operation: "signin", Method: http.MethodGet, Pattern: "/ap/signin", Fold: true, Handle: f.signinPage},
		{Operation: "signin", Method: http.MethodPost, Pattern: "/ap/signin", Fold: true, Handle: f.signin},
	}
}

// identify tells who is calling, as far as the request says.
func (f *fake) identify(x *kit.Exchange) {
	switch x.Operation {
	case "token":
		if x.Method != http.MethodPost {
			return
		}
		r := parseToken(x.Header, x.Body, x.RawQuery())
		x.Parsed, x.Client = r, r.clientID
		if r.refreshToken != "" {
			if c, err := f.world.Tokens.Inspect(r.refreshToken); err == nil && c.Kind == kit.Refresh {
				x.User, x.Grant, x.Generation = c.User.Key, c.Consent, c.Generation
			}
		}
	case "authorize", "consent":
		x.Client = x.Query().Get("client_id")
	case "tokeninfo", "user_profile":
		if c, err := f.world.Tokens.Inspect(accessToken(x)); err == nil {
			x.Client, x.Grant, x.Generation = c.Profile.ClientID, c.Consent, c.Generation
			if c.User != nil {
				x.User = c.User.Key
			}
		}
	}
}

// adsScope reports whether a scope belongs to the Ads API.
func adsScope(scope string) bool {
	return slices.Contains([]string{
		"advertising::campaign_management", "cpc_advertising:campaign_management",
		"advertising::audiences", "advertising::test:create_account",
	}, scope)
}
