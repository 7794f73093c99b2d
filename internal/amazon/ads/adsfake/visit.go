package adsfake

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A visit is one request as the gateway in front sees it: who is calling and, once admitted, on which profile.
type visit struct {
	f *fake
	x *kit.Exchange

	authorization string // the whole header
	bearer        bool   // it began with "Bearer "
	claims        kit.Claims
	tokenErr      error

	profile *profile // of the Scope header, for operations that act on one
	edit    bool     // the user may change the profile
}

// Header names in Go's canonical form. Both spellings of the client id's are taken on every path (ads-lwa 2.2).
const (
	clientHeader   = "Amazon-Advertising-Api-Clientid"
	clientHeaderV1 = "Amazon-Ads-Clientid"
	scopeHeader    = "Amazon-Advertising-Api-Scope"
)

// identify reads who is calling, before anything takes effect.
func (f *fake) identify(x *kit.Exchange) {
	v := &visit{f: f, x: x, authorization: x.Header.Get("Authorization")}
	x.Parsed = v
	if x.Client = x.Header.Get(clientHeader); x.Client == "" {
		x.Client = x.Header.Get(clientHeaderV1)
	}
	scheme, token, ok := strings.Cut(v.authorization, " ")
	if v.bearer = ok && strings.EqualFold(scheme, "Bearer"); !v.bearer && !f.world.Lax() {
		return
	}
	v.claims, v.tokenErr = x.Token(strings.TrimSpace(token))
	if v.claims.User != nil {
		x.User = v.claims.User.Key
	}
	x.Grant, x.Generation = v.claims.Consent, v.claims.Generation
}

// visitOf returns the visit that identify made of the exchange.
func (f *fake) visitOf(x *kit.Exchange) *visit {
	if v, ok := x.Parsed.(*visit); ok {
		return v
	}
	f.identify(x)
	return x.Parsed.(*visit)
}

// clientIDs returns every client id that the request names, in both spellings.
func (v *visit) clientIDs() []string {
	a, b := v.x.Header[clientHeader], v.x.Header[clientHeaderV1]
	return append(a[:len(a):len(a)], b...)
}

// member returns what the caller may do with a profile; ok is false for somebody else's.
func (v *visit) member(p *profile) (edit, ok bool) {
	if v.f.world.Lax() {
		return true, true
	}
	if v.claims.User == nil {
		return false, false
	}
	for _, a := range v.f.roster().access[v.claims.User.Key] {
		if a.profile == p {
			return a.edit, true
		}
	}
	return false, false
}
