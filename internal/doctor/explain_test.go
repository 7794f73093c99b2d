package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/doctor"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// codes of findings, possible ones with a question mark.
func codes(found []doctor.Finding) []string {
	var out []string
	for _, f := range found {
		code := string(f.Problem.Code)
		if f.Possible {
			code += "?"
		}
		out = append(out, code)
	}
	return out
}

// TestExplain holds what people paste to what they are told. Only the first finding and those named here must be there.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"An unknown scope was requested", "lwa.unknown_scope"},
		{"We're sorry!\n400 Bad Request\nAn unknown scope was requested\nerrorMsg=lwa-invalid-parameter-bad-scope", "lwa.unknown_scope"},
		{"<html><body><h1>We're sorry</h1>errorMsg=lwa-invalid-parameter-bad-redirect-uri-vendor</body></html>", "lwa.return_url_not_listed"},
		{"https://localhost/cb?error_description=An+unknown+scope+was+requested&state=S&error=invalid_scope#", "lwa.unknown_scope"},
		{"http://localhost:7070/oauth/callback?error=access_denied&state=S", "lwa.consent_denied"},
		{"access_denied", "lwa.consent_denied"},
		{`{"code":"ACCESS_DENIED","message":"Access denied"}`, "ads.access_denied ads.view_only? ads.scope_missing? ads.link_propagating?"},
		{"ACCESS_DENIED", "ads.access_denied ads.view_only? ads.scope_missing? ads.link_propagating?"},
		{"invalid_client", "lwa.invalid_client lwa.client_id_sp_app? lwa.secret_expired?"},
		{"oauthlib.oauth2.rfc6749.errors.InvalidGrantError: (invalid_grant)", "lwa.refresh_token_refused lwa.consent_withdrawn? lwa.code_refused?"},
		{`{"error_description":"The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.","error":"invalid_grant"}`, "lwa.consent_withdrawn"},
		{`{"code":"401","details":"Authentication failed","requestId":"K144EXAMPLE"}`, "ads.token_refused ads.security_profile_not_linked? ads.link_propagating? ads.bearer_missing?"},
		{"Not authorized to access scope 1234567890123456", "ads.foreign_scope ads.wrong_region? ads.access_lost? ads.link_propagating?"},
		{"Scope header is missing", "ads.scope_missing"},
		{"Cannot consume content type", "ads.wrong_media_type"},
		{"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Type: application/json\r\n\r\n{\"code\":\"THROTTLED\"}", "ads.throttled? lwa.throttled?"},
		{"HTTP/2 429\ncontent-type: text/html\n\n<html>openresty</html>", "ads.throttled_without_time? lwa.throttled?"},
		{`{"message":"Too Many Requests"}`, "ads.throttled_without_time? lwa.throttled?"},
		{"425", "ads.report_duplicate"},
		{"HTTP 415", "ads.wrong_media_type"},
		{"401 Unauthorized", "ads.token_refused? ads.security_profile_not_linked? ads.scope_missing?"},
		{"Bad Gateway", "ads.server_error? lwa.server_error?"},
		{"requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://advertising-api.amazon.com/v2/profiles", "ads.token_refused?"},
		{"status code: 406", "ads.wrong_accept?"},
		{"200", "doctor.no_refusal"},
		{"207", "doctor.item_errors"},
		{"[]", "ads.no_profiles ads.no_profiles_other_region? ads.no_campaign_yet? ads.view_only_accounts? ads.manager_only? ads.wrong_user?"},
		{"HTTP/1.1 200 OK\n\n[]", "ads.no_profiles"},
		{"profiles come back empty", "ads.no_profiles"},
		{"ads.view_only", "ads.view_only"},
		{"Lockkeeper-Problem: gateway.region_needed", "gateway.region_needed"},
		{"client_id=amzn1.sp.solution.0d3c1f0e-0000-4000-8000-000000000000", "lwa.client_id_sp_app"},
		{`"client_id": "amzn1.application.0123456789abcdef0123456789abcdef"`, "lwa.client_id_is_profile_id"},
		{"refresh_token=Atza%7CsbxEXAMPLE", "lwa.access_token_as_refresh_token"},
		{`{"message":"'Atza|sbxEXAMPLE' not a valid key=value pair (missing equal-sign) in Authorization header: 'Atza|sbxEXAMPLE'."}`, "ads.bearer_missing"},
		{`{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}`, "ads.selling_partner_refusal"},
		{"AssociateNotEligible", "creators.not_eligible"},
		{`{"type":"AccessDeniedException","reason":"AssociateNotEligible","message":"x"}`, "creators.not_eligible aws.permission_missing?"},
		{"botocore.exceptions.ClientError: An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation", "aws.key_refused"},
		{`{"reason":"MessageTooLarge"}`, "adm.message_too_large"},
		{"{\"reason\":\"Unregistered\"}", "adm.unregistered"},
		{"", "doctor.nothing_to_explain"},
		{" \n ", "doctor.nothing_to_explain"},
		{"my hovercraft is full of eels", "doctor.unrecognised"},
		{`{"error":"brand_new"}`, "doctor.unrecognised"},
	} {
		got := codes(doctor.Explain(c.text))
		want := strings.Fields(c.want)
		if len(got) == 0 || got[0] != want[0] || slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(got, w) }) {
			// A number that may mean several things has its first one called possible too.
			if len(got) == 0 || strings.TrimSuffix(got[0], "?") != strings.TrimSuffix(want[0], "?") || len(want) > 1 {
				t.Errorf("%q: %v, want %v", c.text, got, want)
			}
		}
		if len(want) == 1 && !strings.HasSuffix(want[0], "?") && len(got) > 1 && !strings.HasPrefix(want[0], "ads.no_profiles") {
			t.Errorf("%q: %v, want %v alone", c.text, got, want)
		}
	}
}

// TestUnknownScopeSaysWhoFixesIt is the example of the issue: unknown scope, not approved or not linked, and who puts it right.
func TestUnknownScopeSaysWhoFixesIt(t *testing.T) {
	t.Parallel()
	p := doctor.Explain("An unknown scope was requested")[0].Problem
	for _, words := range []string{"scope", "not yet approved", "not linked", "misspelt"} {
		if !strings.Contains(p.What, words) {
			t.Errorf("what does not say %q: %s", words, p.What)
		}
	}
	if p.Whose != problem.OperatorsOwn || !strings.Contains(p.Fix, "approval e-mail") || !strings.Contains(p.Fix, "developer.amazon.com") {
		t.Errorf("whose %s, fix %s", p.Whose, p.Fix)
	}
}

// TestG1_NothingPastedComesBack: secrets in a pasted text are not in what is said of it.
func TestG1_NothingPastedComesBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Authentication failed for Atza|canaryEXAMPLE0123456789", `{"error":"invalid_grant","error_description":"bad Atzr|canaryEXAMPLE"}`,
		"POST /auth/o2/token?client_secret=canaryEXAMPLE01234567&refresh_token=Atzr%7CcanaryEXAMPLE: 401", "curl -H 'Authorization: Bearer canaryEXAMPLE0123456789' said 401",
		"amzn1.oa2-cs.v1.canaryEXAMPLE0123456789", "my hovercraft Atzr|canaryEXAMPLE", `{"message":"'Atza|canaryEXAMPLE' not a valid key=value pair (missing equal-sign)"}`,
		"http://localhost/cb?code=ANcanaryEXAMPLEcanary&error=server_error",
	} {
		for _, f := range doctor.Explain(text) {
			if p := f.Problem; strings.Contains(p.Evidence+p.Detail+p.What+p.Fix, "canary") {
				t.Errorf("%q: %+v", text, p)
			}
		}
	}
}

// FuzzExplain: something is always found, and nothing secret is said again.
func FuzzExplain(f *testing.F) {
	for _, s := range []string{"401", "[]", "{", "<html>", "?error=x", "HTTP/1.1 401\n\n{}", "ads.view_only", "Atza|", "\xff\x00", "429 Too Many Requests", "invalid_grant"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := doctor.Explain(text + " Atza|sbxCanaryEXAMPLE0123")
		if len(found) == 0 {
			t.Fatal("nothing found")
		}
		for _, f := range found {
			if f.Problem.Code == "" || strings.Contains(f.Problem.Evidence+f.Problem.Detail, "sbxCanaryEXAMPLE") || strings.ContainsAny(f.Problem.Detail, "\r\n") {
				t.Errorf("%+v", f)
			}
		}
		if len(doctor.Explain(text)) == 0 {
			t.Fatal("nothing found")
		}
	})
}
