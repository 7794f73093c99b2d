package fakelwa

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// token answers the token endpoint. Its checks come in the order: readable, grant type, client id, the grant's own
// parameter, client authentication, the grant (the order is a guess, see divergences.md).
func (f *fake) token(x *kit.Exchange) kit.Response {
	r := x.Parsed.(*tokenRequest)
	if r.json && f.jsonBody.Is("reject") {
		return deny(x, invalidClient)
	}
	if r.malformed {
		return deny(x, malformed)
	}
	var needed, value string
	switch r.grantType {
	case "":
		return deny(x, missing("grant_type"))
	case "authorization_code":
		needed, value = "code", r.code
	case "refresh_token":
		needed, value = "refresh_token", r.refreshToken
	case "client_credentials":
		needed, value = "scope", r.scope
	default:
		return deny(x, unsupportedGrant)
	}
	lax := f.world.Lax()
	if r.clientID == "" && !lax {
		return deny(x, missing("client_id"))
	}
	if value == "" && !lax {
		return deny(x, missing(needed))
	}
	p := f.world.ProfileByClient(r.clientID)
	if p == nil {
		c := f.world.Affiliates.Credential(r.clientID)
		if lax && r.scope == "creatorsapi::default" {
			c = f.world.Affiliates.CredentialOrAny(r.clientID, false, x.Region)
		}
		if c != nil && !c.Cognito() {
			return f.creators(x, r, c)
		}
		p = f.world.ProfileOrAny(r.clientID)
	}
	public := r.secret == "" && r.verifier != "" && r.grantType == "authorization_code"
	if p == nil || (!public && !lax && !p.Accepts(r.secret)) {
		return deny(x, invalidClient)
	}
	switch r.grantType {
	case "authorization_code":
		return f.exchangeCode(x, r, p, public)
	case "refresh_token":
		return f.refresh(x, r, p)
	}
	return f.clientCredentials(x, r, p)
}

func (f *fake) exchangeCode(x *kit.Exchange, r *tokenRequest, p *kit.SecurityProfile, public bool) kit.Response {
	c, err := f.codes.take(r.code, p, x.Now)
	if err != nil && f.world.Lax() {
		return f.anyone(x, r, p)
	}
	switch {
	case errors.Is(err, errCodeExpired) && f.expiredCode.Is("invalid_request"):
		return deny(x, expiredCode)
	case err != nil, r.redirectURI != "" && r.redirectURI != c.redirectURI, !c.verifies(r.verifier), public && c.challenge == "":
		return deny(x, badCode)
	}
	consent := f.world.Tokens.Consent(p, c.user, c.scopes, x.Region)
	t := consent.Issue(x.Region)
	x.User, x.Grant, x.Given, x.Effect = c.user.Key, consent.ID, t.Generation, "issued"
	if public {
		t.Refresh, x.Given = "", 0 // a public client gets no refresh token (ads-lwa 1.5)
	}
	return granted(x, t)
}

func (f *fake) refresh(x *kit.Exchange, r *tokenRequest, p *kit.SecurityProfile) kit.Response {
	t, _, err := f.world.Tokens.Refresh(p, r.refreshToken, x.Region)
	switch {
	case err == nil:
	case f.world.Lax():
		return f.anyone(x, r, p)
	case errors.Is(err, kit.ErrOtherClient):
		return deny(x, otherClient)
	case errors.Is(err, kit.ErrRevoked), errors.Is(err, kit.ErrExpired):
		return deny(x, revoked)
	default:
		return deny(x, badRefresh)
	}
	x.Effect, x.Given = "issued", t.Generation
	if t.Rotated {
		x.Effect = "rotated"
	}
	return granted(x, t)
}

// anyone answers a code or a refresh token that is none, where nothing need be true.
func (f *fake) anyone(x *kit.Exchange, r *tokenRequest, p *kit.SecurityProfile) kit.Response {
	c, t := f.world.Tokens.RefreshAny(p, r.refreshToken, x.Region)
	x.User, x.Grant, x.Given, x.Effect = c.User.Key, c.ID, t.Generation, "issued"
	return granted(x, t)
}

func (f *fake) clientCredentials(x *kit.Exchange, r *tokenRequest, p *kit.SecurityProfile) kit.Response {
	scopes := strings.Fields(r.scope)
	unknown := func(s string) bool { return !p.AllowsClientScope(s) }
	if !f.world.Lax() && (len(scopes) == 0 || slices.ContainsFunc(scopes, unknown)) {
		return deny(x, badScope)
	}
	scope := strings.Join(scopes, " ")
	token, life := f.world.Tokens.ClientCredentials(p, scope, x.Region)
	x.Effect = "issued"
	return answer(x, http.StatusOK, clientBody(token, scope, life))
}

// clientBody is the body of an answer to client credentials. The key order is the wire's (ads-lwa 1.6). Tokens and scopes hold nothing that
// JSON would escape.
func clientBody(token, scope string, life time.Duration) []byte {
	b := make([]byte, 0, 512)
	b = append(b, `{"access_token":"`...)
	b = append(b, token...)
	b = append(b, `","scope":"`...)
	b = append(b, scope...)
	return ending(b, int(life.Seconds()))
}

// creators gives a token for a credential of the Creators API, version 3.x. One of another region's endpoint is refused in the words for a
// wrong secret (creators-paapi-aws 3.2).
func (f *fake) creators(x *kit.Exchange, r *tokenRequest, c *kit.CreatorsCredential) kit.Response {
	switch {
	case f.world.Lax():
	case c.Region() != x.Region || !c.Accepts(r.secret, x.Now):
		return deny(x, invalidClient)
	case r.grantType != "client_credentials":
		return deny(x, otherClient)
	case r.scope != "creatorsapi::default":
		return deny(x, badScope)
	}
	token, life := f.world.Affiliates.IssueToken(c)
	x.Effect = "issued"
	return answer(x, http.StatusOK, clientBody(token, r.scope, life))
}

// granted gives the answer with key order as on the wire (ads-lwa 1.6).
func granted(x *kit.Exchange, t kit.Tokens) kit.Response {
	b := make([]byte, 0, 1280)
	b = append(b, `{"access_token":"`...)
	b = append(b, t.Access...)
	if t.Refresh != "" {
		b = append(b, `","refresh_token":"`...)
		b = append(b, t.Refresh...)
	}
	return answer(x, http.StatusOK, ending(b, int(t.Life.Seconds())))
}

func ending(b []byte, seconds int) []byte {
	b = append(b, `","token_type":"bearer","expires_in":`...)
	b = strconv.AppendInt(b, int64(seconds), 10)
	return append(b, '}')
}

func answer(x *kit.Exchange, status int, body []byte) kit.Response {
	return kit.Response{Status: status, Header: x.LWAHeaders(len(body)), Body: body}
}
