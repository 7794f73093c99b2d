package fakelwa

import (
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// accessToken finds the token of tokeninfo and user/profile: in the query, or in one of two headers (ads-lwa 1.9, 1.10).
func accessToken(x *kit.Exchange) string {
	if t := x.Query().Get("access_token"); t != "" {
		return t
	}
	if t := x.Header.Get("X-Amz-Access-Token"); t != "" {
		return t
	}
	scheme, t, _ := strings.Cut(x.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(t)
	}
	return ""
}

// tokenInfo tells whose a token is (ads-lwa 1.9). exp is the seconds left, not a time.
func (f *fake) tokenInfo(x *kit.Exchange) kit.Response {
	c, err := f.world.Tokens.Check(accessToken(x))
	if err != nil {
		return tokenInfoError(x, http.StatusBadRequest)
	}
	body := struct {
		App  string `json:"app_id"`
		Aud  string `json:"aud"`
		Exp  int64  `json:"exp"`
		Iat  int64  `json:"iat"`
		Iss  string `json:"iss"`
		User string `json:"user_id,omitempty"`
	}{c.Profile.ID, c.Profile.ClientID, int64(c.Expires.Sub(x.Now).Seconds()), c.Issued.Unix(), "https://www.amazon.com", ""}
	if c.User != nil {
		body.User = c.User.ID
	}
	return lwaJSON(x, http.StatusOK, body)
}

func tokenInfoError(x *kit.Exchange, status int) kit.Response {
	x.Error = "invalid_token"
	return lwaJSON(x, status, struct {
		Error string `json:"error"`
		Text  string `json:"error_description"`
	}{x.Error, "The request has an invalid parameter : access_token"})
}

// userProfile tells what the scopes of a token allow (ads-lwa 1.10).
func (f *fake) userProfile(x *kit.Exchange) kit.Response {
	token := accessToken(x)
	if token == "" && !f.world.Lax() {
		return profileError(x, http.StatusBadRequest, "invalid_request", "The request is missing a required parameter : access_token")
	}
	c, err := f.world.Tokens.Check(token)
	if err != nil {
		return profileError(x, http.StatusBadRequest, "invalid_token", "The request has an invalid parameter : access_token")
	}
	if c.User == nil || (!c.Has("profile") && !c.Has("profile:user_id") && !c.Has("postal_code")) {
		status := http.StatusUnauthorized
		if f.noScope.Is("403") {
			status = http.StatusForbidden
		}
		return profileError(x, status, "insufficient_scope", "The access token provided does not have access to the required scope")
	}
	body := struct {
		User   string `json:"user_id"`
		Email  string `json:"email,omitempty"`
		Name   string `json:"name,omitempty"`
		Postal string `json:"postal_code,omitempty"`
	}{User: c.User.ID}
	if c.Has("profile") {
		body.Email, body.Name = c.User.Email, c.User.Name
	}
	if c.Has("postal_code") {
		body.Postal = c.User.PostalCode
	}
	return lwaJSON(x, http.StatusOK, body)
}

func profileError(x *kit.Exchange, status int, code, text string) kit.Response {
	x.Error = code
	return lwaJSON(x, status, struct {
		Error   string `json:"error"`
		Text    string `json:"error_description"`
		Request string `json:"request_id"`
	}{code, text, x.UUID()})
}

func lwaJSON(x *kit.Exchange, status int, v any) kit.Response {
	r := kit.JSON(status, v)
	r.Header = x.LWAHeaders(len(r.Body))
	return r
}
