package fakelwa_test

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestShapes sends one refresh in each of the four shapes of ads-lwa 1.5, with spellings that real clients use.
func TestShapes(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p, refresh := s.World().Profile(kit.Shop), s.Consent(kit.Shop, kit.Advertiser).RefreshToken()
	form := client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh).Encode()
	bare := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}.Encode()
	json := `{"grant_type":"refresh_token","client_id":"` + p.ClientID + `","client_secret":"` + p.Secret() + `","refresh_token":"` + refresh + `"}`
	for _, test := range []struct {
		name, url, media, auth, body string
	}{
		{"form", tokenURL, "application/x-www-form-urlencoded", "", form},
		{"form with charset", tokenURL, "application/x-www-form-urlencoded;charset=UTF-8", "", form},
		{"capital O2", "https://api.amazon.co.uk/auth/O2/token", "application/x-www-form-urlencoded", "", form},
		{"basic", tokenURL, "application/x-www-form-urlencoded", basic(p.ClientID, p.Secret()), bare},
		{"basic and form agree", tokenURL, "application/x-www-form-urlencoded", basic(p.ClientID, p.Secret()), form},
		{"json", tokenURL, "application/json", "", json},
		{"json with charset", tokenURL, "application/json; charset=utf-8", "", json},
		{"query", tokenURL + "?" + form, "", "", ""},
		{"region under a loopback name", s.URL("lwa", "FE") + "/auth/o2/token", "application/x-www-form-urlencoded", "", form},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			if test.media != "" {
				h.Set("Content-Type", test.media)
			}
			if test.auth != "" {
				h.Set("Authorization", test.auth)
			}
			resp, body := do(t, s, http.MethodPost, test.url, h, test.body)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d: %s", resp.StatusCode, body)
			}
			if got := parse(t, body); got.Refresh != refresh || got.ExpiresIn != 3600 || got.Type != "bearer" {
				t.Errorf("answer is not a static server's: expires_in %d, token_type %q, same refresh token %v", got.ExpiresIn, got.Type, got.Refresh == refresh)
			}
		})
	}
}

// TestAnswer holds the whole of ads-lwa 1.6: key order, sizes, header set.
func TestAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	resp, body := post(t, s, client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", s.Consent(kit.Shop, kit.Advertiser).RefreshToken()))
	if !regexp.MustCompile(`^\{"access_token":"Atza\|sbx[\w-]+","refresh_token":"Atzr\|sbx[\w-]+","token_type":"bearer","expires_in":3600\}$`).MatchString(body) {
		t.Error("keys, their order or the tokens' form differ from the wire's")
	}
	if len(body) < 1150 || len(body) > 1170 {
		t.Errorf("the answer has %d bytes, Amazon's has about 1156 to 1166", len(body))
	}
	want := []string{
		"Cache-Control", "Content-Length", "Content-Type", "Pragma", "Server", "Strict-Transport-Security", "Vary", "X-Amz-Date",
		"X-Amz-Rid", "X-Amzn-Requestid",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(resp.Header))); diff != "" {
		t.Errorf("header set (-want +got):\n%s", diff)
	}
	for name, form := range map[string]string{
		"X-Amz-Rid": `^[A-Z0-9]{20}$`, "Content-Type": `^application/json;charset=UTF-8$`, "Server": "^Server$",
		"X-Amzn-Requestid": `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`, "X-Amz-Date": "^Sat, 21 Nov 2026 12:00:00 GMT$",
		"Cache-Control": "^no-cache, no-store, must-revalidate$", "Vary": "^Content-Type,Accept-Encoding,User-Agent$",
	} {
		if !regexp.MustCompile(form).MatchString(resp.Header.Get(name)) {
			t.Errorf("%s is %q", name, resp.Header.Get(name))
		}
	}

	_, body = post(t, s, client(s, kit.Shop, "grant_type", "client_credentials", "scope", "sellingpartnerapi::notifications"))
	if !regexp.MustCompile(`^\{"access_token":"Atc\|sbx[\w-]+","scope":"sellingpartnerapi::notifications","token_type":"bearer","expires_in":3600\}$`).MatchString(body) {
		t.Errorf("client credentials answer differs from the wire's")
	}
	if len(body) < 470 || len(body) > 482 {
		t.Errorf("the client credentials answer has %d bytes, Amazon's has about 476", len(body))
	}
}

// TestErrors has a case for each row of ads-lwa 1.8 that a request can cause.
func TestErrors(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	refresh := s.Consent(kit.Shop, kit.Advertiser).RefreshToken()
	gone := s.Consent(kit.Agency, kit.Advertiser)
	gone.Revoke()
	spent := code(t, s)
	post(t, s, client(s, kit.Shop, "grant_type", "authorization_code", "code", spent))
	access, _ := post(t, s, client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh))
	_ = access
	const missing = "The request is missing a required parameter : "
	const badRefresh = "The request has an invalid grant parameter : refresh_token"
	const badCode = "The request has an invalid grant parameter : code"
	type row struct {
		name   string
		form   url.Values
		status int
		code   string
		text   string
	}
	for _, r := range []row{
		{"wrong secret", client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh, "client_secret", "no"), 401, "invalid_client", "Client authentication failed"},
		{"no secret", url.Values{"client_id": {s.World().Profile(kit.Shop).ClientID}, "grant_type": {"refresh_token"}, "refresh_token": {refresh}}, 401, "invalid_client", "Client authentication failed"},
		{"wrong client id", client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh, "client_id", "amzn1.sp.solution.sbx"), 401, "invalid_client", "Client authentication failed"},
		{"bogus code, wrong secret", client(s, kit.Shop, "grant_type", "authorization_code", "code", "ANbogus", "client_secret", "no"), 401, "invalid_client", "Client authentication failed"},
		{"bogus code, right secret", client(s, kit.Shop, "grant_type", "authorization_code", "code", "ANbogus"), 400, "invalid_grant", badCode},
		{"another client's token", client(s, kit.Agency, "grant_type", "refresh_token", "refresh_token", refresh), 400, "unauthorized_client", "Not authorized for requested operation"},
		{"used code", client(s, kit.Shop, "grant_type", "authorization_code", "code", spent), 400, "invalid_grant", badCode},
		{"foreign code", client(s, kit.Agency, "grant_type", "authorization_code", "code", code(t, s)), 400, "invalid_grant", badCode},
		{"other return URL", client(s, kit.Shop, "grant_type", "authorization_code", "code", code(t, s), "redirect_uri", "http://localhost/callback"), 400, "invalid_grant", badCode},
		{"consent withdrawn", client(s, kit.Agency, "grant_type", "refresh_token", "refresh_token", gone.RefreshToken()), 400, "invalid_grant", badRefresh + ". User may have revoked or didn't grant the permission."},
		{"garbage token", client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", "Atzr|sbxGarbage"), 400, "invalid_grant", badRefresh},
		{"truncated token", client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh[:len(refresh)-9]), 400, "invalid_grant", badRefresh},
		{"access token as refresh token", client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", "Atza"+refresh[4:]), 400, "invalid_grant", badRefresh},
		{"no grant_type", client(s, kit.Shop), 400, "invalid_request", missing + "grant_type"},
		{"no client_id", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, 400, "invalid_request", missing + "client_id"},
		{"no refresh_token", client(s, kit.Shop, "grant_type", "refresh_token"), 400, "invalid_request", missing + "refresh_token"},
		{"no code", client(s, kit.Shop, "grant_type", "authorization_code"), 400, "invalid_request", missing + "code"},
		{"no scope", client(s, kit.Shop, "grant_type", "client_credentials"), 400, "invalid_request", missing + "scope"},
		{"quoted token", client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", `"`+refresh+`"`), 400, "invalid_request", "Malformed request"},
		{"doubled token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh, refresh}}, 400, "invalid_request", "Malformed request"},
		{"other grant", client(s, kit.Shop, "grant_type", "password"), 400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server"},
		{"scope the client lacks", client(s, kit.Shop, "grant_type", "client_credentials", "scope", "advertising::campaign_management"), 400, "invalid_scope", "The request has an invalid parameter : scope"},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			resp, body := post(t, s, r.form)
			want := `"error_description":"` + r.text + `","error":"` + r.code + `"}`
			if resp.StatusCode != r.status || !strings.HasSuffix(body, want) {
				t.Errorf("%d %s, want %d ...%s", resp.StatusCode, body, r.status, want)
			}
			if index := strings.HasPrefix(body, `{"error_index":"`); index != (r.text == "Malformed request") {
				t.Errorf("error_index first: %v", index)
			}
		})
	}
}

func TestExpiredCodeAndSwitches(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	late := code(t, s)
	s.Advance(5 * time.Minute)
	if resp, body := post(t, s, client(s, kit.Shop, "grant_type", "authorization_code", "code", late)); resp.StatusCode != 400 ||
		body != `{"error_description":"The request has an invalid parameter : code","error":"invalid_request"}` {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if err := s.Switch("lwa.expired_code", "invalid_grant"); err != nil {
		t.Fatal(err)
	}
	late = code(t, s)
	s.Advance(5 * time.Minute)
	if _, body := post(t, s, client(s, kit.Shop, "grant_type", "authorization_code", "code", late)); !strings.Contains(body, `"invalid_grant"`) {
		t.Error(body)
	}
	if err := s.Switch("lwa.json", "reject"); err != nil {
		t.Fatal(err)
	}
	resp, body := do(t, s, http.MethodPost, tokenURL, http.Header{"Content-Type": {"application/json"}}, `{"grant_type":"client_credentials"}`)
	if resp.StatusCode != 401 || !strings.Contains(body, "invalid_client") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, _ := do(t, s, http.MethodGet, tokenURL, nil, ""); resp.StatusCode != 405 {
		t.Errorf("GET of the token endpoint: %d", resp.StatusCode)
	}
}

func TestCodeExchange(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	text := code(t, s)
	if !regexp.MustCompile(`^AN[A-Za-z]{18}$`).MatchString(text) {
		t.Fatalf("code %q", text)
	}
	resp, body := post(t, s, client(s, kit.Shop, "grant_type", "authorization_code", "code", text, "redirect_uri", "http://localhost:7070/oauth/callback"))
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	c, err := s.World().Tokens.Check(parse(t, body).Access)
	if err != nil || c.User.Key != kit.Advertiser || !c.Has("advertising::campaign_management") || c.Profile.Key != kit.Shop {
		t.Errorf("claims %+v, %v", c, err)
	}
}

// TestPKCE: RFC 7636 with both methods; the example of its appendix B is a fixture.
func TestPKCE(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	for _, test := range []struct {
		name, method, challenge, verifier string
		status                            int
	}{
		{"S256", "S256", challenge, verifier, 200},
		{"S256 wrong", "S256", challenge, verifier + "x", 400},
		{"S256 absent", "S256", challenge, "", 400},
		{"plain", "plain", verifier, verifier, 200},
		{"no method means plain", "", verifier, verifier, 200},
		{"plain wrong", "plain", verifier, challenge, 400},
		{"none asked, one given", "", "", verifier, 200},
	} {
		form := client(s, kit.Shop, "grant_type", "authorization_code", "code",
			code(t, s, "code_challenge", test.challenge, "code_challenge_method", test.method))
		if test.verifier != "" {
			form.Set("code_verifier", test.verifier)
		}
		if resp, body := post(t, s, form); resp.StatusCode != test.status {
			t.Errorf("%s: %d %s", test.name, resp.StatusCode, body)
		}
	}
	public := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {s.World().Profile(kit.Shop).ClientID}, "code_verifier": {verifier},
		"code": {code(t, s, "code_challenge", challenge, "code_challenge_method", "S256")},
	}
	if resp, body := post(t, s, public); resp.StatusCode != 200 || strings.Contains(body, "refresh_token") {
		t.Errorf("public client: %d, refresh token in the answer: %v", resp.StatusCode, strings.Contains(body, "refresh_token"))
	}
}
