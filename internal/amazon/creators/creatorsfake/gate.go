package creatorsfake

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A visit is one call of the API, and what its checks found.
type visit struct {
	f        *fake
	x        *kit.Exchange
	claims   kit.CreatorsClaims
	tokenErr error
	market   market
	in       input
}

// bearer is the token of the Authorization header, without the version that may stand behind it.
func (v *visit) bearer() string {
	text, ok := strings.CutPrefix(v.x.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	text, _, _ = strings.Cut(text, ",")
	return strings.TrimSpace(text)
}

// version is what stands behind a token: ", Version 2.1".
func (v *visit) version() string {
	_, rest, _ := strings.Cut(v.x.Header.Get("Authorization"), ",")
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "Version"))
}

// guarded puts the checks before a handler, in the order of creators-paapi-aws 11.
func (f *fake) guarded(handle func(*visit) kit.Response) func(*kit.Exchange) kit.Response {
	return func(x *kit.Exchange) kit.Response {
		v := x.Parsed.(*visit)
		steps := []func() *failure{v.authorization, v.marketplace, v.eligible, v.throttle, v.body, v.tag}
		if f.world.Lax() {
			steps = []func() *failure{v.marketplace, v.throttle, v.body}
		}
		for _, step := range steps {
			if refused := step(); refused != nil {
				return f.refuse(x, *refused)
			}
		}
		x.Note("marketplace", v.market.site)
		return handle(v)
	}
}

// authorization checks header, token and issuer.
func (v *visit) authorization() *failure {
	refused := func(reason, message string) *failure {
		e := badToken(reason, message)
		return &e
	}
	const bad = "The authentication token is invalid or malformed."
	if v.x.Header.Get("Authorization") == "" {
		if v.f.is.noCredential.Is("InvalidToken") {
			return refused("InvalidToken", bad)
		}
		return refused("MissingCredential", "Authentication credentials are missing from the request.")
	}
	switch {
	case errors.Is(v.tokenErr, kit.ErrNoKeyID):
		return refused("MissingKeyId", "The authentication token is missing a key ID.")
	case errors.Is(v.tokenErr, kit.ErrNoClaim):
		return refused("MissingClaim", "The authentication token is missing required claims.")
	case errors.Is(v.tokenErr, kit.ErrExpired):
		return refused("TokenExpired", "Authentication token has expired.")
	case v.tokenErr != nil:
		if c, err := v.f.world.Tokens.Check(v.bearer()); err == nil && c.Profile != nil { // a good token of Login with Amazon, for something else
			return refused("UnsupportedClient", "The client ID is not supported.")
		}
		return refused("InvalidToken", bad)
	}
	if c := v.claims.Credential; c.Cognito() {
		switch v.version() {
		case c.Version:
		case "":
			return refused("MissingCredential", "The credential version is missing from the Authorization header.")
		default:
			return refused("InvalidIssuer", "The token issuer does not match the expected issuer.")
		}
	}
	return nil
}

// marketplace checks x-marketplace, which every call must bring (3.3). What is answered without it is a guess.
func (v *visit) marketplace() *failure {
	values := v.x.Header[http.CanonicalHeaderKey("x-marketplace")]
	i := slices.IndexFunc(markets, func(m market) bool { return len(values) == 1 && m.site == values[0] })
	if i < 0 {
		e := invalid(field{"x-marketplace", "must be a supported marketplace, such as www.amazon.com"})
		return &e
	}
	v.market = markets[i]
	if v.market.region == v.claims.Credential.Region() || v.f.world.Lax() {
		return nil
	}
	if v.f.is.otherRegion.Is("InvalidIssuer") {
		e := badToken("InvalidIssuer", "The token issuer does not match the expected issuer.")
		return &e
	}
	e := otherAccount()
	return &e
}

func otherAccount() failure {
	return failure{
		status: http.StatusBadRequest, kind: validation, reason: "InvalidAssociate",
		message: "Your credential is not linked to the partner tag for the given Marketplace.",
	}
}

func (v *visit) eligible() *failure {
	if v.claims.Credential.Affiliate.Eligible && v.f.is.eligibility.Is("kept") {
		return nil
	}
	e := notEligible()
	return &e
}

func (v *visit) throttle() *failure {
	perSecond, _ := strconv.ParseFloat(v.f.is.perSecond.Get(), 64) // "off" is none
	perDay, _ := strconv.Atoi(v.f.is.perDay.Get())
	if perSecond == 0 && perDay == 0 {
		return nil
	}
	wait := v.f.limits.take(v.claims.Credential.Affiliate.Key, v.x.Now, perSecond, perDay)
	if wait <= 0 {
		return nil
	}
	e := overLimit(int(wait.Seconds()) + 1)
	return &e
}

// body reads the JSON and checks the members that every operation shares. Unknown and outdated members are ignored (3.3).
func (v *visit) body() *failure {
	var whole map[string]json.RawMessage
	if json.Unmarshal(v.x.Body, &whole) != nil || whole == nil {
		return &failure{status: http.StatusBadRequest, kind: validation, reason: "CannotParse", message: "The request payload could not be parsed as JSON."}
	}
	var bad []field
	v.in, bad = readInput(whole)
	bad = append(bad, v.in.check(v.x.Operation, v.market)...)
	if len(bad) > 0 {
		e := invalid(bad...)
		return &e
	}
	return nil
}

// tag checks that the partner tag is the account's, in this marketplace.
func (v *visit) tag() *failure {
	if !strings.HasPrefix(v.x.Path, "/catalog/v1/") || strings.HasSuffix(v.x.Operation, "Feeds") || strings.HasSuffix(v.x.Operation, "Feed") {
		return nil
	}
	if v.in.PartnerTag == "" { // optional for searchItems alone (3.3)
		return nil
	}
	owner := v.claims.Credential.Affiliate
	if slices.Contains(owner.Tags(v.market.suffix), v.in.PartnerTag) {
		return nil
	}
	for _, suffix := range []string{"20", "21", "22"} {
		if slices.Contains(owner.Tags(suffix), v.in.PartnerTag) {
			e := otherAccount()
			return &e
		}
	}
	return &failure{
		status: http.StatusBadRequest, kind: validation, reason: "InvalidPartnerTag",
		message: "The partner tag is invalid or not mapped to a valid associate store with your credential.",
	}
}
