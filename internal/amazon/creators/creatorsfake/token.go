package creatorsfake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A tokenRequest is what a POST to Cognito's token endpoint says, in one of the forms that clients send (creators-paapi-aws 3.2).
type tokenRequest struct {
	grantType, client, secret, scope string
	form                             string // "form", "basic", "json"
	broken                           bool
}

func parseToken(h http.Header, body []byte) *tokenRequest {
	r := &tokenRequest{form: "form"}
	if media, _, _ := strings.Cut(h.Get("Content-Type"), ";"); strings.EqualFold(strings.TrimSpace(media), "application/json") {
		r.form = "json"
		var in map[string]string
		if r.broken = json.Unmarshal(body, &in) != nil; !r.broken {
			r.grantType, r.client, r.secret, r.scope = in["grant_type"], in["client_id"], in["client_secret"], in["scope"]
		}
	} else {
		in, err := url.ParseQuery(string(body))
		r.broken = err != nil
		r.grantType, r.client, r.secret, r.scope = in.Get("grant_type"), in.Get("client_id"), in.Get("client_secret"), in.Get("scope")
	}
	if id, secret, ok := (&http.Request{Header: http.Header{"Authorization": h["Authorization"]}}).BasicAuth(); ok {
		r.form, r.client, r.secret = "basic", id, secret
	}
	return r
}

// token answers Cognito's token endpoint. A right credential at another region's endpoint is refused like a wrong one (3.2).
func (f *fake) token(x *kit.Exchange) kit.Response {
	r := x.Parsed.(*tokenRequest)
	deny := func(code string) kit.Response {
		x.Error, x.Effect = code, "refused"
		return kit.JSON(http.StatusBadRequest, struct {
			Error string `json:"error"`
		}{code})
	}
	c, lax := f.world.Affiliates.CredentialOrAny(r.client, true, x.Region), f.world.Lax()
	switch {
	case r.broken || r.form == "json" && f.is.tokenForm.Is("documented"):
		return deny("invalid_request")
	case r.grantType == "":
		return deny("invalid_request")
	case r.grantType != "client_credentials":
		return deny("unsupported_grant_type")
	case c == nil || !c.Cognito() || !lax && (c.Region() != x.Region || !c.Accepts(r.secret, x.Now)):
		return deny("invalid_client")
	case r.scope != "" && r.scope != "creatorsapi/default" && !lax:
		return deny("invalid_scope")
	}
	token, life := f.world.Affiliates.IssueToken(c)
	x.Effect = "issued"
	return kit.JSON(http.StatusOK, struct {
		Access  string `json:"access_token"`
		Expires int    `json:"expires_in"`
		Type    string `json:"token_type"`
	}{token, int(life.Seconds()), "Bearer"}).Set("Cache-Control", "no-store").Set("Pragma", "no-cache")
}
