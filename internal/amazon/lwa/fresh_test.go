package lwa_test

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const (
	returnURL = "http://localhost:7070/oauth/callback"
	badCode   = `{"error_description":"The request has an invalid grant parameter : code","error":"invalid_grant"}`
	badClient = `{"error_description":"Client authentication failed","error":"invalid_client"}`
)

func signIn() *amazon.Answer {
	return with(says(302, ""), "Location", "https://eu.account.amazon.com/ap/signin?openid=x")
}

// TestFreshProfile holds the check of ads-lwa 1.3 to what each half can prove.
func TestFreshProfile(t *testing.T) {
	t.Parallel()
	badScope := says(400, page("An unknown scope was requested", "lwa-invalid-parameter-bad-scope"))
	badURL := says(400, page("The redirect URI you provided has not been whitelisted for your application", "lwa-invalid-parameter-bad-redirect-uri-vendor"))
	all := map[string]lwa.State{"client_id": lwa.Passed, "return_url": lwa.Passed, "scope": lwa.Passed, "secret": lwa.Passed}
	but := func(changes map[string]lwa.State) map[string]lwa.State {
		m := maps.Clone(all)
		maps.Copy(m, changes)
		return m
	}
	for _, c := range []struct {
		name    string
		answers []any
		want    map[string]lwa.State
		codes   map[string]problem.Code
	}{
		{"all good", []any{signIn(), says(400, badCode)}, all, nil},
		{"secret wrong", []any{signIn(), says(401, badClient)}, but(map[string]lwa.State{"secret": lwa.Failed}), map[string]problem.Code{"secret": problem.LWAInvalidClient}},
		{"not approved", []any{badScope, signIn(), says(400, badCode)}, but(map[string]lwa.State{"scope": lwa.Failed}), map[string]problem.Code{"scope": problem.LWAUnknownScope}},
		{
			"not approved, by redirect",
			[]any{with(says(302, ""), "Location", returnURL+"?error_description=An+unknown+scope+was+requested&state=check&error=invalid_scope#"), signIn(), says(400, badCode)},
			but(map[string]lwa.State{"scope": lwa.Failed}),
			map[string]problem.Code{"scope": problem.LWAUnknownScope},
		},
		{"return URL not listed", []any{badURL, says(400, badCode)}, but(map[string]lwa.State{"return_url": lwa.Failed, "scope": lwa.Unknown}), map[string]problem.Code{"return_url": problem.LWAReturnURLNotListed}},
		{
			"not approved and return URL not listed",
			[]any{badScope, badURL, says(400, badCode)},
			but(map[string]lwa.State{"return_url": lwa.Failed, "scope": lwa.Failed}),
			map[string]problem.Code{"return_url": problem.LWAReturnURLNotListed, "scope": problem.LWAUnknownScope},
		},
		{
			"client id unknown",
			[]any{says(400, page("Unknown client", "")), says(401, badClient)},
			map[string]lwa.State{"client_id": lwa.Failed, "return_url": lwa.Unknown, "scope": lwa.Unknown, "secret": lwa.Failed},
			map[string]problem.Code{"client_id": problem.LWAUnknownClientID},
		},
		{
			"page unreachable",
			[]any{&amazon.SendError{Err: errors.New("no route")}, says(400, badCode)},
			map[string]lwa.State{"client_id": lwa.Passed, "return_url": lwa.Unknown, "scope": lwa.Unknown, "secret": lwa.Passed},
			map[string]problem.Code{"scope": problem.LWAUnreachable},
		},
		{"token endpoint throttled", []any{signIn(), says(429, "")}, but(map[string]lwa.State{"secret": lwa.Unknown}), map[string]problem.Code{"secret": problem.LWAThrottled}},
		{
			"page says something new",
			[]any{says(400, page("Something new", "lwa-something-new")), says(400, badCode)},
			map[string]lwa.State{"client_id": lwa.Passed, "return_url": lwa.Unknown, "scope": lwa.Unknown, "secret": lwa.Passed},
			map[string]problem.Code{"scope": problem.LWAUnrecognised},
		},
		{
			"redirected elsewhere",
			[]any{with(says(302, ""), "Location", "https://portal.example/login"), says(400, badCode)},
			map[string]lwa.State{"client_id": lwa.Passed, "return_url": lwa.Unknown, "scope": lwa.Unknown, "secret": lwa.Passed},
			map[string]problem.Code{"scope": problem.LWARedirected},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lc, sender := client(c.answers...)
			got := map[string]lwa.State{}
			for _, k := range lc.CheckFresh(t.Context(), testApp, lwa.Fresh{ReturnURL: returnURL, Scopes: []string{"profile", "advertising::campaign_management"}}) {
				got[k.Name] = k.State
				if want, ok := c.codes[k.Name]; ok && k.Problem.Code != want {
					t.Errorf("%s: %s, want %s", k.Name, k.Problem.Code, want)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			if len(sender.calls) > 3 || len(sender.calls) != len(c.answers) {
				t.Errorf("%d calls for %d answers", len(sender.calls), len(c.answers))
			}
			for _, call := range sender.calls {
				if call.Header.Get("Cookie") != "" || call.Realm != amazon.Sandbox {
					t.Errorf("call %+v", call)
				}
			}
		})
	}
}

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	for region, want := range map[canon.Region]string{canon.NA: "https://www.amazon.com/ap/oa?", canon.EU: "https://eu.account.amazon.com/ap/oa?", canon.FE: "https://apac.account.amazon.com/ap/oa?"} {
		got := lwa.AuthorizeURL(lwa.Authorize{Region: region, ClientID: "c", Scopes: []string{"profile", "advertising::campaign_management"}, ReturnURL: returnURL, State: "a+b c", Challenge: "xyz"})
		u, err := url.Parse(got)
		if err != nil || !strings.HasPrefix(got, want) || strings.Contains(got, "+") {
			t.Fatalf("%s: %s %v", region, got, err)
		}
		wantQuery := url.Values{
			"client_id": {"c"}, "scope": {"profile advertising::campaign_management"}, "response_type": {"code"}, "redirect_uri": {returnURL},
			"state": {"a+b c"}, "code_challenge": {"xyz"}, "code_challenge_method": {"S256"},
		}
		if diff := cmp.Diff(wantQuery, u.Query()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", region, diff)
		}
	}
	if got := lwa.AuthorizeURL(lwa.Authorize{Base: "http://127.0.0.1:7080/eu/", Region: canon.EU}); !strings.HasPrefix(got, "http://127.0.0.1:7080/eu/ap/oa?") {
		t.Errorf("with a base: %s", got)
	}
}

// TestChallenge is the example of RFC 7636 appendix B.
func TestChallenge(t *testing.T) {
	t.Parallel()
	if got := lwa.Challenge(secret.New("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("challenge %s", got)
	}
	if a, b := lwa.NewVerifier(), lwa.NewVerifier(); a.Equal(b) || a.Len() != 43 {
		t.Error("verifiers must be 43 characters and never the same")
	}
}

// TestRequestShapes holds that credentials go in the form and nowhere else, and the code's companions only when there are any.
func TestRequestShapes(t *testing.T) {
	t.Parallel()
	lc, s := client(says(200, good))
	lc.Exchange(t.Context(), testApp, lwa.Code{Code: secret.New("ANsbx"), ReturnURL: returnURL, Verifier: secret.New("v")})
	lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbx"))
	lc.ClientCredentials(t.Context(), testApp, "messaging:push")
	lc.Exchange(t.Context(), lwa.App{ClientID: "c", Region: canon.NA}, lwa.Code{Code: secret.New("ANsbx")})
	want := []string{
		"grant_type code redirect_uri code_verifier client_id client_secret",
		"grant_type refresh_token client_id client_secret",
		"grant_type scope client_id client_secret",
		"grant_type code client_id",
	}
	for i, call := range s.calls {
		var names []string
		for _, f := range call.Inject.Form {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != want[i] {
			t.Errorf("call %d sends %s, want %s", i, got, want[i])
		}
		if call.Path != "/auth/o2/token" || call.Method != "POST" || len(call.Query) > 0 || call.Timeout != 30*time.Second || call.Limit != 1<<20 {
			t.Errorf("call %d: %+v", i, call)
		}
	}
	if s.calls[0].Host != "api.amazon.co.uk" || s.calls[3].Host != "api.amazon.com" {
		t.Errorf("hosts %s, %s", s.calls[0].Host, s.calls[3].Host)
	}
}

func TestTokenInfoAndProfile(t *testing.T) {
	t.Parallel()
	lc, s := client(says(200, `{"app_id":"amzn1.application.EXAMPLE","aud":"amzn1.application-oa2-client.EXAMPLE","exp":818,"iat":1475349936,"iss":"https://www.amazon.com","user_id":"amzn1.account.AEXAMPLE"}`),
		says(200, `{"user_id":"amzn1.account.AEXAMPLE","email":"ana@example.test","name":"Ana Test","postal_code":"98101"}`),
		says(200, `{"Profile":{"CustomerId":"amzn1.account.AEXAMPLE","Name":"Ana Test","PrimaryEmail":"ana@example.test"}}`),
		says(400, `{"error":"insufficient_scope","error_description":"x"}`), says(200, "<html>"), &amazon.SendError{Err: errors.New("down")})
	access := secret.New("Atza|sbxEXAMPLE")
	info, err := lc.TokenInfo(t.Context(), testApp, access)
	if err != nil || info.Left != 818*time.Second || info.Audience != "amzn1.application-oa2-client.EXAMPLE" || info.Issued.Unix() != 1475349936 {
		t.Errorf("info %+v %v", info, err)
	}
	want := lwa.User{ID: "amzn1.account.AEXAMPLE", Name: "Ana Test", Email: "ana@example.test"}
	for range 2 {
		if user, err := lc.Profile(t.Context(), testApp, access); err != nil || user != want {
			t.Errorf("user %+v %v", user, err)
		}
	}
	for _, code := range []problem.Code{problem.LWAInsufficientScope, problem.LWABrokenAnswer, problem.LWAUnreachable} {
		_, err := lc.Profile(t.Context(), testApp, access)
		if p, ok := problem.Of(err); !ok || p.Code != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	for _, call := range s.calls {
		if len(call.Query) > 0 || len(call.Inject.Headers) != 1 {
			t.Errorf("the token must go in one header, never in the query: %+v", call)
		}
	}
}
