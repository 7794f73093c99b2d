package amazon_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// TestShapesAreReadAlike holds that the seven body shapes of ads-lwa 8.1 come to one reading.
func TestShapesAreReadAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, kind, word, text string }{
		{"gateway", `{"code":"UNAUTHORIZED","details":"Not authorized to access scope 123","requestId":"K144EXAMPLE"}`, "json", "unauthorized", "not authorized to access scope 123"},
		{"SP v3", `{"code":"ACCESS_DENIED","message":"Access  denied","errors":[]}`, "json", "access_denied", "access denied"},
		{"SD", `{"code":"422","details":"bad value"}`, "json", "422", "bad value"},
		{"SD with a number", `{"code":422,"details":"bad value"}`, "json", "422", "bad value"},
		{"reporting", `{"code":"425","detail":"The Request is a duplicate of : x"}`, "json", "425", "duplicate of : x"},
		{"SP v3 item", `{"campaigns":{"error":[{"errors":[{"errorType":"billingError","errorValue":{"billingError":{"reason":"EXPIRED_PAYMENT_METHOD"}}}]}]}}`, "json", "expired_payment_method", "expired_payment_method"},
		{"raw API Gateway", `{"message":"Invalid request body"}`, "json", "", "invalid request body"},
		{"LWA", `{"error_description":"Client authentication failed","error":"invalid_client"}`, "json", "invalid_client", "client authentication failed"},
		{"JSON in a log line", `2026-03-01 ERROR got 401 {"code":"401","details":"Authentication failed"} from Amazon`, "json", "401", "authentication failed"},
		{"HTML", "<html><style>b{}</style><body>An unknown&nbsp;scope <b>was</b> requested<br>errorMsg=lwa-invalid-parameter-bad-scope</body></html>", "html", "lwa-invalid-parameter-bad-scope", "scope was requested"},
		{"URL", "https://localhost/cb?error_description=An+unknown+scope+was+requested&state=S&error=invalid_scope#", "url", "invalid_scope", "an unknown scope was requested"},
		{"prose", "An  unknown\nscope was requested", "text", "", "an unknown scope was requested"},
		{"nothing", "  ", "empty", "", ""},
		{"half a JSON", `{"code":"401","details":"Authent`, "text", "", "authent"},
		{"no UTF-8", "\xff\xfe invalid", "text", "", "invalid"},
	} {
		r := amazon.ReadRefusal(amazon.Evidence{Status: 400, Body: []byte(c.body)})
		if r.Kind != c.kind || !strings.Contains(r.Text, c.text) || c.word != "" && !contains(r.Words, c.word) {
			t.Errorf("%s: kind %s, words %v, text %q", c.name, r.Kind, r.Words, r.Text)
		}
	}
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// rules stand in a folder of its own name, with codes that the catalogue has.
const rules = `
[[problem]]
code = "ads.throttled"
retry = "10m"
detail = 'queue ([0-9]+)'
  [[problem.match]]
  status = [429]
  contains = ["queue", "line"]
  all = ["too", "many"]
  without = ["never"]
  facts = ["known_account"]
  unless = ["other_region"]
  header = { "X-Kind" = "report" }
  missing = ["X-Final"]
  kind = ["json"]
[[problem]]
code = "ads.unrecognised"
`

// TestEachConditionCounts turns one condition after the other false.
func TestEachConditionCounts(t *testing.T) {
	t.Parallel()
	m, err := amazon.NewMatcher("ads", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	base := func() amazon.Evidence {
		return amazon.Evidence{Status: 429, Now: now, Header: http.Header{"X-Kind": {"a Report"}}, Body: []byte(`{"message":"Too many in queue 7"}`), Facts: []amazon.Fact{amazon.KnownAccount}}
	}
	p := m.Match(base())
	if p.Code != problem.AdsThrottled || p.Detail != "7" || !p.RetryAt.Equal(now.Add(10*time.Minute)) || !strings.Contains(p.Evidence, "HTTP 429") {
		t.Fatalf("%+v", p)
	}
	unknownStatus := base()
	unknownStatus.Status = 0
	if p := m.Match(unknownStatus); p.Code != problem.AdsThrottled {
		t.Errorf("a rule with words must pass without a status: %s", p.Code)
	}
	for name, spoil := range map[string]func(*amazon.Evidence){
		"status":   func(e *amazon.Evidence) { e.Status = 430 },
		"contains": func(e *amazon.Evidence) { e.Body = []byte(`{"message":"Too many"}`) },
		"all":      func(e *amazon.Evidence) { e.Body = []byte(`{"message":"Too few in queue 7"}`) },
		"without":  func(e *amazon.Evidence) { e.Body = []byte(`{"message":"Too many in queue 7, never come back"}`) },
		"facts":    func(e *amazon.Evidence) { e.Facts = nil },
		"unless":   func(e *amazon.Evidence) { e.Facts = append(e.Facts, amazon.OtherRegion) },
		"header":   func(e *amazon.Evidence) { e.Header = nil },
		"missing":  func(e *amazon.Evidence) { e.Header.Set("X-Final", "1") },
		"kind":     func(e *amazon.Evidence) { e.Body = []byte("Too many in queue 7") },
	} {
		e := base()
		spoil(&e)
		if p := m.Match(e); p.Code != problem.AdsUnrecognised || p.Evidence == "" {
			t.Errorf("%s: %s, evidence %q", name, p.Code, p.Evidence)
		}
	}
}

func TestBrokenRulesAreErrors(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown key":     strings.Replace(rules, "kind =", "knid =", 1),
		"unknown code":    strings.Replace(rules, "ads.throttled", "ads.nobody", 1),
		"no unrecognised": strings.Replace(rules, "ads.unrecognised", "ads.not_found", 1),
		"retry":           strings.Replace(rules, "10m", "soon", 1),
		"detail":          strings.Replace(rules, "([0-9]+)", "[0-9]+", 1),
		"no TOML":         "[[",
	} {
		if _, err := amazon.NewMatcher("ads", []byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestRedact: what looks like a secret does not come out, what helps to find a mistake does.
func TestRedact(t *testing.T) {
	t.Parallel()
	const canary = "canaryEXAMPLE0123456789"
	for _, text := range []string{
		"Atza|" + canary, "token atzr|" + canary + " refused", "Atzr%7C" + canary, "Atc|" + canary, "Atz.sprdt|" + canary, "Atna|" + canary,
		"Bearer " + canary, "Authorization: Basic " + canary + "==", `"authorization": "Bearer ` + canary + `"`,
		"client_secret=" + canary, `{"refresh_token":"` + canary + `"}`, "https://x/cb?code=" + canary + "&state=s", "&code=" + canary,
		"amzn1.oa2-cs.v1." + canary, "lkp_" + canary, "lkt_" + canary, "AKIA" + strings.ToUpper(canary), strings.Repeat("a1", 20) + canary,
		"'Atza|" + canary + "' not a valid key=value pair (missing equal-sign) in Authorization header: 'Atza|" + canary + "'.",
		"x-amz-access-token: " + canary, "password = " + canary, `Atza\u007c` + canary,
	} {
		if got := amazon.Redact(text); strings.Contains(strings.ToLower(got), "canary") || !strings.Contains(got, amazon.Redacted) {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, text := range []string{
		"Not authorized to access scope 1234567890123456", "lwa-invalid-parameter-unauthorized-implicit-grant-request", `{"code":"UNAUTHORIZED"}`,
		"amzn1.application-oa2-client.0123456789abcdef0123456789abcdef", "The Request is a duplicate of : 4b47565f-0000-4000-8000-000000000001",
		"https://advertising-api-eu.amazon.com/sp/campaignNegativeKeywords/list/and/more", "basic rules", "code 401",
	} {
		if got := amazon.Redact(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// FuzzReadRefusal: no answer makes the reader fail, and no token in it reaches the summary.
func FuzzReadRefusal(f *testing.F) {
	for _, s := range []string{`{"code":"401"}`, "<html>", "?error=x&error_description=y", "", "{{{{", `[[[[1]]]]`, "\xff", "error=;;;%zz"} {
		f.Add(401, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := amazon.ReadRefusal(amazon.Evidence{Status: status, Body: []byte(body + " Atza|sbxCanaryEXAMPLE")})
		if strings.Contains(r.Summary(), "sbxCanaryEXAMPLE") || strings.ContainsAny(r.Summary(), "\r\n") {
			t.Errorf("summary %q", r.Summary())
		}
	})
}
