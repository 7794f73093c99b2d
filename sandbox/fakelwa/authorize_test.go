package fakelwa_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestCookielessCheck is the fresh-profile check of ads-lwa 1.3: a redirect to the sign-in page when all is good, else a
// page with the machine token.
func TestCookielessCheck(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	for _, test := range []struct {
		name  string
		more  []string
		token string
	}{
		{"all good", nil, ""},
		{"unknown client", []string{"client_id", "amzn1.application-oa2-client.sbx"}, "lwa-invalid-parameter-bad-client-id"},
		{"unknown scope", []string{"scope", "advertising::amazon_stores_view"}, "lwa-invalid-parameter-bad-scope"},
		{"no scope", []string{"scope", ""}, "lwa-invalid-parameter-bad-scope"},
		{"return URL not listed", []string{"redirect_uri", "http://localhost:7070/oauth/callback/"}, "lwa-invalid-parameter-bad-redirect-uri-vendor"},
		{"implicit", []string{"response_type", "token"}, "lwa-invalid-parameter-unauthorized-implicit-grant-request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			resp, body := do(t, s, http.MethodGet, authorizeURL(s, test.more...), nil, "")
			if test.token == "" {
				if to := resp.Header.Get("Location"); resp.StatusCode != 302 || !strings.HasPrefix(to, "/ap/signin?") {
					t.Errorf("%d to %q", resp.StatusCode, to)
				}
				return
			}
			for _, want := range []string{"We&#39;re sorry!", "400 Bad Request", "errorMsg=" + test.token, "Request Details"} {
				if want = strings.ReplaceAll(want, "&#39;", "'"); !strings.Contains(body, want) {
					t.Errorf("the page lacks %q", want)
				}
			}
			if resp.StatusCode != 400 {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
}

// TestRedirectErrors: what comes after the page's checks is told the return URL, in the order that was seen.
func TestRedirectErrors(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Switches: map[string]string{"lwa.bad_scope": "redirect", "lwa.unlinked_scope": "refuse"}})
	for _, test := range []struct {
		name, user string
		more       []string
		want       string
	}{
		{"cancel", "cancel", nil, "?error_description=Access+not+permitted.&state=st%26te&error=access_denied#"},
		{"scope by redirect", kit.Advertiser, []string{"scope", "nothing"}, "?error_description=An+unknown+scope+was+requested&state=st%26te&error=invalid_scope#"},
		{"unlinked", kit.Advertiser, []string{"client_id", s.World().Profile(kit.Unlinked).ClientID}, "?error_description=An+unknown+scope+was+requested&state=st%26te&error=invalid_scope#"},
		{"no response type", kit.Advertiser, []string{"response_type", "", "state", ""}, "?error_description=The+request+is+missing+a+required+parameter+%3A+response_type&error=invalid_request#"},
		{"challenge method", kit.Advertiser, []string{"code_challenge_method", "S512", "state", ""}, "?error_description=The+request+has+an+invalid+parameter+%3A+code_challenge_method&error=invalid_request#"},
	} {
		got, err := s.Authorize(t.Context(), authorizeURL(s, test.more...), test.user)
		if err != nil || got != "http://localhost:7070/oauth/callback"+test.want {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

// TestSuccessRedirect holds the order code, scope, state and the escaping of ads-lwa 1.2.
func TestSuccessRedirect(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	got, err := s.Authorize(t.Context(), authorizeURL(s), kit.Advertiser)
	if err != nil || !strings.HasPrefix(got, "http://localhost:7070/oauth/callback?code=AN") ||
		!strings.HasSuffix(got, "&scope=profile+advertising%3A%3Acampaign_management&state=st%26te") {
		t.Errorf("%q, %v", got, err)
	}
	got, err = s.Authorize(t.Context(), authorizeURL(s, "redirect_uri", "https://app.example.test/callback", "state", ""), kit.Advertiser)
	if err != nil || strings.Contains(got, "state=") {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.Authorize(t.Context(), authorizeURL(s), "nobody"); err == nil {
		t.Error("a user that does not exist consented")
	}
}

// TestConsentByPerson walks the pages as a browser does: sign in, see what is asked for, allow or cancel.
func TestConsentByPerson(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://www.amazon.com", "https://eu.account.amazon.com", ""} {
		s := start(t, sandbox.Options{})
		prefix := ""
		if base == "" {
			base, prefix = "http://"+s.Addr(), "/fe"
		}
		target := base + prefix + strings.TrimPrefix(authorizeURL(s), "https://www.amazon.com")
		resp, _ := do(t, s, http.MethodGet, target, nil, "")
		signin := resp.Header.Get("Location")
		if !strings.HasPrefix(signin, prefix+"/ap/signin?") {
			t.Fatalf("no sign-in page but %q", signin)
		}
		if _, body := do(t, s, http.MethodGet, base+signin, nil, ""); strings.Count(body, `type="radio"`) != len(s.World().Users()) {
			t.Error("the sign-in page does not offer each user")
		}
		resp, _ = do(t, s, http.MethodPost, base+signin, nil, "user="+kit.ViewOnly)
		cookie := http.Header{"Cookie": {strings.Split(resp.Header.Get("Set-Cookie"), ";")[0]}}
		back := resp.Header.Get("Location")
		_, body := do(t, s, http.MethodGet, base+back, cookie, "")
		for _, want := range []string{"Example Shop Tools", "Vera Viewer", "advertising::campaign_management", ">Allow<", ">Cancel<"} {
			if !strings.Contains(body, want) {
				t.Errorf("the consent page lacks %q", want)
			}
		}
		resp, _ = do(t, s, http.MethodPost, base+back, cookie, "decision=cancel")
		if to := resp.Header.Get("Location"); !strings.Contains(to, "error=access_denied") {
			t.Errorf("cancel went to %q", to)
		}
		resp, _ = do(t, s, http.MethodPost, base+back, cookie, "decision=allow")
		to, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || to.Query().Get("state") != "st&te" {
			t.Fatalf("allow went to %v, %v", to, err)
		}
		resp, _ = post(t, s, client(s, kit.Shop, "grant_type", "authorization_code", "code", to.Query().Get("code")))
		if resp.StatusCode != 200 {
			t.Errorf("exchange: %d", resp.StatusCode)
		}
	}
}

// TestSigninGoesNowhereElse: the page sends nobody to another site, and no one consents without a session.
func TestSigninGoesNowhereElse(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	for _, to := range []string{"https://evil.example.test/", "//evil.example.test/ap/oa?", "/ap/signin?"} {
		resp, _ := do(t, s, http.MethodPost, "https://www.amazon.com/ap/signin?openid.return_to="+url.QueryEscape(to), nil, "user="+kit.Advertiser)
		if resp.StatusCode != 200 || resp.Header.Get("Location") != "" {
			t.Errorf("sign-in went on to %q", resp.Header.Get("Location"))
		}
	}
	resp, _ := do(t, s, http.MethodPost, authorizeURL(s), nil, "decision=allow")
	if to := resp.Header.Get("Location"); !strings.HasPrefix(to, "/ap/signin?") {
		t.Errorf("consent without a session went to %q", to)
	}
}

func TestAutoConsentSwitch(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Switches: map[string]string{"lwa.auto_consent": kit.AgencyUser}})
	resp, _ := do(t, s, http.MethodGet, authorizeURL(s), nil, "")
	if to := resp.Header.Get("Location"); !strings.Contains(to, "?code=AN") {
		t.Errorf("went to %q", to)
	}
	resp, _ = do(t, s, http.MethodGet, authorizeURL(s)+"&sandbox_consent=cancel", nil, "")
	if to := resp.Header.Get("Location"); !strings.Contains(to, "error=access_denied") {
		t.Errorf("the request's own word does not go first: %q", to)
	}
}
