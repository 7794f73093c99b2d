package creators

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
)

// A Version is one of the six of Creators API credentials: it says which token endpoint and which form a credential belongs to.
type Version string

// The versions (creators-paapi-aws 3.2).
const (
	V21 Version = "2.1"
	V22 Version = "2.2"
	V23 Version = "2.3"
	V31 Version = "3.1"
	V32 Version = "3.2"
	V33 Version = "3.3"
)

// Versions lists all versions, the newer wire first.
func Versions() []Version { return []Version{V31, V32, V33, V21, V22, V23} }

// ParseVersion reads a version as people and CSV files write it: "3.1", "v3.1", "Version 2.2".
func ParseVersion(s string) (Version, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "version"), "v"))
	for _, v := range Versions() {
		if Version(s) == v {
			return v, true
		}
	}
	return "", false
}

// Cognito reports whether Amazon Cognito gives the tokens of this version. Else Login with Amazon does.
func (v Version) Cognito() bool { return strings.HasPrefix(string(v), "2.") }

// Region is the one region in which credentials of this version work.
func (v Version) Region() canon.Region {
	switch v.digit() {
	case "1":
		return canon.NA
	case "2":
		return canon.EU
	case "3":
		return canon.FE
	}
	return ""
}

// In returns the version of the same wire in another region.
func (v Version) In(r canon.Region) Version {
	for _, w := range Versions() {
		if w.Cognito() == v.Cognito() && w.Region() == r {
			return w
		}
	}
	return v
}

// Scope is what tokens are asked for.
func (v Version) Scope() string {
	if v.Cognito() {
		return "creatorsapi/default"
	}
	return "creatorsapi::default"
}

// TokenEndpoint is where tokens come from: a host and the path on it.
func (v Version) TokenEndpoint() (host, path string) {
	switch v {
	case V21:
		return "creatorsapi.auth.us-east-1.amazoncognito.com", "/oauth2/token"
	case V22:
		return "creatorsapi.auth.eu-south-2.amazoncognito.com", "/oauth2/token"
	case V23:
		return "creatorsapi.auth.us-west-2.amazoncognito.com", "/oauth2/token"
	}
	return lwa.Hosts(v.Region()).API, lwa.TokenPath
}

// digit is what stands behind the point: the region.
func (v Version) digit() string {
	_, digit, _ := strings.Cut(string(v), ".")
	return digit
}
