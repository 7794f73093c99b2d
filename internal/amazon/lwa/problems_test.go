package lwa_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// page is the HTML page of ads-lwa 1.3: a reason, a machine token and the parameters of the request.
func page(reason, token string) string {
	return "<html><head><title>Amazon.com</title><style>p{color:red}</style></head><body><h1>We're sorry!</h1><p>400 Bad Request</p><p>" + reason +
		"</p><p>errorMsg=" + token + "</p><h2>Request Details</h2><ul><li>client_id: amzn1.application-oa2-client.EXAMPLE</li><li>scope: x</li></ul></body></html>"
}

// TestR29_EveryRefusalHasItsName holds a row for each error of ads-lwa 1.3 and 1.8 to 1.10 (attack case R29).
func TestR29_EveryRefusalHasItsName(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		status int
		body   string
		want   problem.Code
	}{
		{"1.3 page: scope", 400, page("An unknown scope was requested", "lwa-invalid-parameter-bad-scope"), problem.LWAUnknownScope},
		{"1.3 page: scope, token only", 400, page("", "lwa-invalid-parameter-bad-scope"), problem.LWAUnknownScope},
		{"1.3 page: scope, text only", 400, page("An unknown scope was requested", ""), problem.LWAUnknownScope},
		{"1.3 page: return URL", 400, page("The redirect URI you provided has not been whitelisted for your application", "lwa-invalid-parameter-bad-redirect-uri-vendor"), problem.LWAReturnURLNotListed},
		{"1.3 page: return URL, older", 400, page("The redirect URI you provided has not been whitelisted for your application. Add it under Web Settings, Allowed Return URLs", ""), problem.LWAReturnURLNotListed},
		{"1.3 page: implicit", 400, page("Implicit Grant (response_type=token) is no longer supported", "lwa-invalid-parameter-unauthorized-implicit-grant-request"), problem.LWAImplicitGrantRefused},
		{"1.3 page: client id", 400, page("Unknown client", ""), problem.LWAUnknownClientID},
		{"1.3 page: other", 400, page("Something new", "lwa-something-new"), problem.LWAUnrecognised},
		{"1.3 redirect: scope", 0, "?error_description=An+unknown+scope+was+requested&state=S&error=invalid_scope#", problem.LWAUnknownScope},
		{"1.3 redirect: scope, 2015", 0, "https://localhost/cb?error_description=lwa-invalid-parameter-bad-scope&error=invalid_scope", problem.LWAUnknownScope},
		{"1.3 redirect: cancel", 0, "?error=access_denied&error_description=Access+not+permitted.", problem.LWAConsentDenied},
		{"1.3 redirect: invalid_request", 0, "?error=invalid_request&state=S", problem.LWAInvalidRequest},
		{"1.3 redirect: unauthorized_client", 0, "?error=unauthorized_client&state=S", problem.LWAWrongClient},
		{"1.3 redirect: response type", 0, "?error=unsupported_response_type", problem.LWAImplicitGrantRefused},
		{"1.3 redirect: server_error", 0, "?error=server_error", problem.LWAServerError},
		{"1.3 redirect: unavailable", 0, "?error=temporarily_unavailable", problem.LWAServerError},
		{"1.8 client", 401, `{"error_description":"Client authentication failed","error":"invalid_client"}`, problem.LWAInvalidClient},
		{"1.8 other client's token", 400, `{"error_description":"Not authorized for requested operation","error":"unauthorized_client"}`, problem.LWAWrongClient},
		{"1.8 code", 400, `{"error_description":"The request has an invalid grant parameter : code","error":"invalid_grant"}`, problem.LWACodeRefused},
		{"1.8 withdrawn", 400, `{"error_description":"The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.","error":"invalid_grant"}`, problem.LWAConsentWithdrawn},
		{"1.8 garbage token", 400, `{"error_description":"The request has an invalid grant parameter : refresh_token","error":"invalid_grant"}`, problem.LWARefreshTokenRefused},
		{"1.8 expired code", 400, `{"error_description":"The request has an invalid parameter : code","error":"invalid_request"}`, problem.LWACodeRefused},
		{"1.8 missing refresh_token", 400, `{"error_description":"The request is missing a required parameter : refresh_token","error":"invalid_request"}`, problem.LWAMissingParameter},
		{"1.8 missing code", 400, `{"error_description":"The request is missing a required parameter : code","error":"invalid_request"}`, problem.LWAMissingParameter},
		{"1.8 missing grant_type", 400, `{"error_description":"The request is missing a required parameter : grant_type","error":"invalid_request"}`, problem.LWAMissingParameter},
		{"1.8 malformed", 400, `{"error_index":"AAABBBEXAMPLE","error_description":"Malformed request","error":"invalid_request"}`, problem.LWAMalformedRequest},
		{"1.8 grant type", 400, `{"error_description":"The authorization grant type is not supported by the authorization server","error":"unsupported_grant_type"}`, problem.LWAUnsupportedGrantType},
		{"1.8 scope", 400, `{"error_description":"The request has an invalid parameter : scope","error":"invalid_scope"}`, problem.LWAScopeNotGranted},
		{"1.8 scope of a device", 400, `{"error_description":"Client does not have permission to use scope : alexa:all","error":"invalid_scope"}`, problem.LWAScopeNotGranted},
		{"1.8 wrong method", 405, "", problem.LWAWrongMethod},
		{"1.8 throttled", 429, `{"error_description":"Rate exceeded","error":"TooManyRequests"}`, problem.LWAThrottled},
		{"1.8 server", 500, `{"error_description":"The server encountered a runtime error.","error":"ServerError"}`, problem.LWAServerError},
		{"1.8 unavailable", 503, `{"error":"temporarily_unavailable"}`, problem.LWAServerError},
		{"1.8 SP-API secret past its deadline", 403, `{"errors":[{"message":"The LWA secret token you provided has expired","code":"Unauthorized"}]}`, problem.LWASecretExpired},
		{"1.5 device: pending", 400, `{"error":"authorization_pending"}`, problem.LWADevicePending},
		{"1.5 device: expired", 400, `{"error":"expired_token"}`, problem.LWADeviceExpired},
		{"1.9 bad token", 400, `{"error":"invalid_token","error_description":"The request has an invalid parameter : access_token"}`, problem.LWAAccessTokenRefused},
		{"1.10 scope", 401, `{"error":"insufficient_scope","error_description":"x","request_id":"8d1d2c3b-0000-4000-8000-000000000000"}`, problem.LWAInsufficientScope},
		{"unknown words", 400, `{"error":"brand_new","error_description":"Never seen"}`, problem.LWAUnrecognised},
		{"unknown page", 418, "<html>teapot</html>", problem.LWAUnrecognised},
	}
	for _, row := range rows {
		got := lwa.Classify(amazon.Evidence{Status: row.status, Body: []byte(row.body)})
		if got.Code != row.want {
			t.Errorf("%s: %s, want %s (evidence %s)", row.name, got.Code, row.want, got.Evidence)
		}
		if got.Evidence == "" {
			t.Errorf("%s: no evidence", row.name)
		}
	}
}

// TestNeverSayRetryForADeadGrant: invalid_grant says "authorise again", never "retry".
func TestNeverSayRetryForADeadGrant(t *testing.T) {
	t.Parallel()
	for _, code := range []problem.Code{problem.LWAConsentWithdrawn, problem.LWARefreshTokenRefused, problem.LWACodeRefused} {
		p := problem.New(code)
		if !strings.Contains(p.Fix, "grant connect") || p.Whose != problem.AccountOwnersOwn {
			t.Errorf("%s: whose %s, fix %q", code, p.Whose, p.Fix)
		}
	}
}

// TestEveryEntryIsReached holds that no entry of problems.toml with rules is hidden by one before it: each is some row's answer above.
func TestEveryEntryIsReached(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("problems_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("problems.toml")
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(text), "[[problem]]") {
		_, rest, _ := strings.Cut(block, `code = "lwa.`)
		code, _, _ := strings.Cut(rest, `"`)
		name := "problem.LWA" + strings.NewReplacer(" ", "", "Url", "URL", "Id", "ID").Replace(title(code))
		if strings.Contains(block, "[[problem.match]]") && code != "redirected" && !strings.Contains(string(source), name+"}") {
			t.Errorf("no row ends in lwa.%s (%s)", code, name)
		}
	}
}

func title(code string) string {
	words := strings.Split(code, "_")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}
