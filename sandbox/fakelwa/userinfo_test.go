package fakelwa_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestTokenInfo holds ads-lwa 1.9: alphabetic keys, exp in seconds left, the token in query or header.
func TestTokenInfo(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	access := s.Consent(kit.Shop, kit.Advertiser).Issue("NA").Access
	s.Advance(100 * time.Second)
	p, u := s.World().Profile(kit.Shop), s.World().User(kit.Advertiser)
	want := `{"app_id":"` + p.ID + `","aud":"` + p.ClientID + `","exp":3500,"iat":1795262400,"iss":"https://www.amazon.com","user_id":"` + u.ID + `"}`
	const at = "https://api.amazon.com/auth/o2/tokeninfo"
	if _, body := do(t, s, http.MethodGet, at+"?access_token="+url.QueryEscape(access), nil, ""); body != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	if _, body := do(t, s, http.MethodGet, at, http.Header{"X-Amz-Access-Token": {access}}, ""); body != want {
		t.Errorf("by header: %s", body)
	}
	cc, _ := s.World().Tokens.ClientCredentials(p, "messaging:push", "NA")
	if _, body := do(t, s, http.MethodGet, at, http.Header{"X-Amz-Access-Token": {cc}}, ""); regexp.MustCompile(`user_id`).MatchString(body) {
		t.Errorf("client credentials have a user: %s", body)
	}
	s.Advance(time.Hour)
	resp, body := do(t, s, http.MethodGet, at, http.Header{"X-Amz-Access-Token": {access}}, "")
	if resp.StatusCode != 400 || body != `{"error":"invalid_token","error_description":"The request has an invalid parameter : access_token"}` {
		t.Errorf("expired: %d %s", resp.StatusCode, body)
	}
}

// TestUserProfile holds ads-lwa 1.10: what each scope shows, the three ways to send the token, the errors.
func TestUserProfile(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	u := s.World().User(kit.Advertiser)
	const at = "https://api.amazon.com/user/profile"
	get := func(token string) (int, string) {
		resp, body := do(t, s, http.MethodGet, at, http.Header{"Authorization": {"Bearer " + token}}, "")
		return resp.StatusCode, body
	}
	access := func(scopes ...string) string {
		return s.Consent(kit.Shop, kit.Advertiser, scopes...).Issue("NA").Access
	}
	full := `{"user_id":"` + u.ID + `","email":"ana@example.test","name":"Ana Advertiser"`
	for _, test := range []struct {
		name   string
		scopes []string
		want   string
	}{
		{"profile", []string{"profile"}, full + "}"},
		{"user id", []string{"profile:user_id"}, `{"user_id":"` + u.ID + `"}`},
		{"postal code", []string{"profile", "postal_code"}, full + `,"postal_code":"` + u.PostalCode + `"}`},
	} {
		if status, body := get(access(test.scopes...)); status != 200 || body != test.want {
			t.Errorf("%s: %d %s", test.name, status, body)
		}
	}
	token := access("profile")
	for name, h := range map[string]http.Header{at: {"X-Amz-Access-Token": {token}}, at + "?access_token=" + url.QueryEscape(token): nil} {
		if resp, _ := do(t, s, http.MethodGet, name, h, ""); resp.StatusCode != 200 {
			t.Errorf("another way to send the token: %d", resp.StatusCode)
		}
	}
	for _, test := range []struct {
		name, token string
		status      int
		code        string
	}{
		{"none", "", 400, "invalid_request"},
		{"garbage", "Atza|sbxGarbage", 400, "invalid_token"},
		{"ads alone", access("advertising::campaign_management"), 401, "insufficient_scope"},
	} {
		status, body := get(test.token)
		if status != test.status || !regexp.MustCompile(`^\{"error":"`+test.code+`","error_description":"[^"]+","request_id":"[0-9a-f-]{36}"\}$`).MatchString(body) {
			t.Errorf("%s: %d %s", test.name, status, body)
		}
	}
}
