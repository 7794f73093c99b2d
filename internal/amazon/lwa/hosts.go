// Package lwa is Login with Amazon: where a person consents, where codes and refresh tokens become access tokens.
//
// It keeps no state and decides nothing about retries: each call is one exchange over the Sender it is given, and each answer
// comes back as a Result with a Class, after which the broker acts (DESIGN, "Refresh"). The wire is what Amazon really sends, as
// far as it was recorded, not what its pages promise. Refusals are named by problems.toml beside this file.
package lwa

import (
	"net/url"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A Host is where one region's people consent and where its tokens come from.
type Host struct {
	Authorize string // host of the page that a browser opens
	API       string // host of /auth/o2/token, /auth/o2/tokeninfo and /user/profile
}

// Paths below those hosts (ads-lwa 1.1). Amazon takes the token path in any letter case; this is the documented one.
const (
	AuthorizePath = "/ap/oa"
	TokenPath     = "/auth/o2/token"
	InfoPath      = "/auth/o2/tokeninfo"
	ProfilePath   = "/user/profile"
)

// Hosts returns a region's hosts (ads-lwa 1.1). An unknown region has none.
func Hosts(r canon.Region) Host {
	switch r {
	case canon.NA:
		return Host{Authorize: "www.amazon.com", API: "api.amazon.com"}
	case canon.EU:
		return Host{Authorize: "eu.account.amazon.com", API: "api.amazon.co.uk"}
	case canon.FE:
		return Host{Authorize: "apac.account.amazon.com", API: "api.amazon.co.jp"}
	}
	return Host{}
}

// Authorize is what the consent page is asked for.
type Authorize struct {
	Region    canon.Region
	ClientID  string
	Scopes    []string
	ReturnURL string // byte for byte an Allowed Return URL of the security profile
	State     string
	Challenge string // PKCE challenge of method S256; left out where empty
	Base      string // Scheme and host, perhaps with a path prefix, of the page. Defaults to "https://" and the region's authorize host.
}

// AuthorizeURL returns the address that a person's browser opens to consent. Spaces are sent as %20, which every Amazon host takes.
func AuthorizeURL(a Authorize) string {
	base := a.Base
	if base == "" {
		base = "https://" + Hosts(a.Region).Authorize
	}
	return strings.TrimRight(base, "/") + AuthorizePath + "?" + strings.ReplaceAll(a.query().Encode(), "+", "%20")
}

func (a Authorize) query() url.Values {
	q := url.Values{
		"client_id":     {a.ClientID},
		"scope":         {strings.Join(a.Scopes, " ")},
		"response_type": {"code"},
		"redirect_uri":  {a.ReturnURL},
	}
	if a.State != "" {
		q.Set("state", a.State)
	}
	if a.Challenge != "" {
		// Without a method Amazon takes the challenge as plain (ads-lwa 1.2), so it is always named.
		q.Set("code_challenge", a.Challenge)
		q.Set("code_challenge_method", "S256")
	}
	return q
}
