package adsfake

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Texts of Amazon's that others match on (ads-lwa 8.2).
const (
	authenticationFailed = "Authentication failed"
	scopeMissing         = "Scope header is missing"
	noMatchingAdvertiser = "No matching advertiser found for scope"
	notAuthorizedToScope = "Not authorized to access scope "
	cannotConsume        = "Cannot consume content type"
)

// propagation is how long a newly linked profile is not usable.
const propagation = time.Hour

// A guard says what an operation asks of its callers.
type guard struct {
	scoped bool   // acts on the profile of the Scope header
	write  bool   // needs the right to edit
	media  string // what Content-Type must be; empty for operations without body
	plain  bool   // Content-Type may be application/json as well, as the switch says
	accept bool   // Accept must be media as well (SP v3, ads-lwa 3.1)
	cost   int    // how many calls it counts for in throttling
}

// guarded puts the gateway's checks before a handler, in the order of ads-lwa 11.
func (f *fake) guarded(g guard, handle func(*visit) kit.Response) func(*kit.Exchange) kit.Response {
	return func(x *kit.Exchange) kit.Response {
		v := f.visitOf(x)
		if x.Host == testHost {
			return f.unknown(x)
		}
		steps := []func(*visit, guard) (kit.Response, bool){authenticate, client, scope, role, content, throttle}
		if f.world.Lax() {
			steps = []func(*visit, guard) (kit.Response, bool){anyScope, throttle}
		}
		for _, step := range steps {
			if r, refused := step(v, g); refused {
				x.Effect = "refused"
				return r
			}
		}
		return handle(v)
	}
}

// authenticate checks the Bearer prefix, then the token.
func authenticate(v *visit, _ guard) (kit.Response, bool) {
	x := v.x
	switch {
	case v.authorization == "":
		return gatewayRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", authenticationFailed), true
	case !v.bearer && behindAPIGateway(x):
		// API Gateway takes what is no bearer token for an AWS signature and echoes it (ads-lwa 8.2).
		x.Error = "IncompleteSignatureException"
		r := answer(x, http.StatusForbidden, rawBody{"'" + v.authorization +
			"' not a valid key=value pair (missing equal-sign) in Authorization header: '" + v.authorization + "'."}, true)
		return r.Set("X-Amzn-Errortype", "IncompleteSignatureException"), true
	case !v.bearer:
		return gatewayRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", authenticationFailed), true
	}
	c := v.claims
	good := v.tokenErr == nil && c.Kind == kit.Access && c.User != nil &&
		(c.Has("advertising::campaign_management") || c.Has("cpc_advertising:campaign_management"))
	if good && v.f.is.tokenRegion.Is("bound") && c.Region != x.Region {
		good = false
	}
	if !good {
		return gatewayRefusal(x, http.StatusUnauthorized, "401", authenticationFailed), true
	}
	return kit.Response{}, false
}

// client checks that the client id header is there, is the token's, and belongs to a security profile that is linked to
// an approved Ads API application (ads-lwa 1.7).
func client(v *visit, _ guard) (kit.Response, bool) {
	ids := v.clientIDs()
	if len(ids) == 0 {
		if v.f.is.missingClient.Is("400") {
			return gatewayRefusal(v.x, http.StatusBadRequest, "400", "Amazon-Advertising-API-ClientId header is missing"), true
		}
		return gatewayRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", "Amazon-Advertising-API-ClientId header is missing"), true
	}
	p := v.claims.Profile
	foreign := slices.ContainsFunc(ids, func(id string) bool { return id != p.ClientID })
	if foreign || !p.Linked() || v.x.Now.Before(p.LinkedAt()) {
		return gatewayRefusal(v.x, http.StatusUnauthorized, "401", authenticationFailed), true
	}
	return kit.Response{}, false
}

// anyScope is scope where nothing need be true: a number that is no profile's, or none, is the first that the caller may change in this region.
func anyScope(v *visit, g guard) (kit.Response, bool) {
	if !g.scoped {
		return kit.Response{}, false
	}
	v.edit = true
	if number, err := strconv.ParseInt(v.x.Header.Get(scopeHeader), 10, 64); err == nil {
		v.profile = v.f.roster().byID[number]
	}
	for _, a := range v.f.roster().access[v.claims.User.Key] {
		if v.profile == nil && a.edit && a.profile.country.region == v.x.Region {
			v.profile = a.profile
		}
	}
	if v.profile == nil {
		return v.noScope(), true
	}
	return kit.Response{}, false
}

// scope finds the profile that the Scope header names: present, known, the caller's, in this region, propagated.
func scope(v *visit, g guard) (kit.Response, bool) {
	if !g.scoped {
		return kit.Response{}, false
	}
	x, values := v.x, v.x.Header[scopeHeader]
	if len(values) == 0 || values[0] == "" {
		return v.noScope(), true
	}
	id := values[0]
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil || number < 0 || slices.ContainsFunc(values, func(s string) bool { return s != id }) {
		return gatewayRefusal(x, http.StatusBadRequest, "400", "Scope header is not valid"), true
	}
	p := v.f.roster().byID[number]
	if p == nil {
		return scopeRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", noMatchingAdvertiser), true
	}
	edit, ok := v.member(p)
	if !ok {
		return scopeRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", notAuthorizedToScope+p.id), true
	}
	if p.country.region != x.Region {
		if v.f.is.otherRegion.Is("no_match") {
			return scopeRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", noMatchingAdvertiser), true
		}
		return scopeRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", notAuthorizedToScope+p.id), true
	}
	if p.fresh(x.Now) {
		if v.f.is.freshLink.Is("403") {
			return serviceRefusal(x, http.StatusForbidden, "ACCESS_DENIED", "Access denied"), true
		}
		return scopeRefusal(x, http.StatusUnauthorized, "UNAUTHORIZED", notAuthorizedToScope+p.id), true
	}
	v.profile, v.edit = p, edit
	return kit.Response{}, false
}

func (v *visit) noScope() kit.Response {
	switch v.f.is.missingScope.Get() {
	case "403":
		return serviceRefusal(v.x, http.StatusForbidden, "ACCESS_DENIED", "Access denied")
	case "400":
		return gatewayRefusal(v.x, http.StatusBadRequest, "400", scopeMissing)
	}
	return gatewayRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", scopeMissing)
}

// fresh reports whether a profile was linked too short a time ago to be usable.
func (p *profile) fresh(now time.Time) bool { return now.Before(p.linkedAt.Add(propagation)) }

// role checks that the user may do what a write does.
func role(v *visit, g guard) (kit.Response, bool) {
	if !g.write || v.profile == nil || v.edit {
		return kit.Response{}, false
	}
	if v.f.is.viewerWrite.Is("401") {
		return gatewayRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", "Not authorized to perform this operation"), true
	}
	return serviceRefusal(v.x, http.StatusForbidden, "ACCESS_DENIED", "Access denied"), true
}

// content checks the media types.
func content(v *visit, g guard) (kit.Response, bool) {
	if g.media == "" {
		return kit.Response{}, false
	}
	sent := v.x.Header.Get("Content-Type")
	ok := consumes(sent, g.media) || g.plain && v.f.is.plainJSON.Is("accept") && consumes(sent, "application/json")
	if ok && g.accept {
		ok = accepts(v.x.Header["Accept"], g.media, v.f.is.accept.Is("lenient"))
	}
	if ok {
		return kit.Response{}, false
	}
	if behindAPIGateway(v.x) {
		return serviceRefusal(v.x, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", cannotConsume), true
	}
	return gatewayRefusal(v.x, http.StatusUnsupportedMediaType, "415", cannotConsume), true
}
