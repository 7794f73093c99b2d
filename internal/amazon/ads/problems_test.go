package ads_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

const (
	authFailed  = `{"code":"401","details":"Authentication failed","requestId":"K144VZX9J0CCDG4229C5"}`
	notYours    = `{"code":"UNAUTHORIZED","details":"Not authorized to access scope 1234567890123456"}`
	nobodys     = `{"code":"UNAUTHORIZED","details":"No matching advertiser found for scope"}`
	denied      = `{"code":"ACCESS_DENIED","message":"Access denied"}`
	throttled   = `{"code":"THROTTLED","message":"Too Many Requests"}`
	htmlTooMany = "<html><head><title>429 Too Many Requests</title></head><body>openresty</body></html>"
	equalSign   = `{"message":"'Atza|sbxcanaryEXAMPLE' not a valid key=value pair (missing equal-sign) in Authorization header: 'Atza|sbxcanaryEXAMPLE'."}`
)

type row struct {
	name   string
	status int
	body   string
	facts  []amazon.Fact
	header http.Header
	want   problem.Code
}

func rows() []row {
	f := func(facts ...amazon.Fact) []amazon.Fact { return facts }
	retry := http.Header{"Retry-After": {"30"}}
	return []row{
		{"8.2 no Authorization", 401, `{"code":"UNAUTHORIZED","details":"Authentication failed"}`, f(amazon.NoToken), nil, problem.AdsAuthorizationMissing},
		{"8.2 expired or garbage token", 401, authFailed, nil, nil, problem.AdsTokenRefused},
		{"8.2 client id not approved: a token of this minute is refused", 401, authFailed, f(amazon.FreshToken), nil, problem.AdsSecurityProfileNotLinked},
		{"8.2 the same, within the hour of linking", 401, authFailed, f(amazon.FreshToken, amazon.FreshLink), nil, problem.AdsLinkPropagating},
		{"8.2 the same, at a host of another region", 401, authFailed, f(amazon.FreshToken, amazon.OtherRegion), nil, problem.AdsWrongRegion},
		{"8.2 expired by its words", 401, `{"code":"401","details":"Access token is expired"}`, nil, nil, problem.AdsTokenRefused},
		{"8.2 no client id, 401", 401, `{"code":"UNAUTHORIZED","details":"Amazon-Advertising-API-ClientId header is missing"}`, nil, nil, problem.AdsClientIDMissing},
		{"8.2 no client id, 400", 400, `{"code":"400","details":"Amazon-Advertising-API-ClientId header is missing"}`, nil, nil, problem.AdsClientIDMissing},
		{"8.2 no Scope, 401", 401, `{"code":"UNAUTHORIZED","details":"Scope header is missing"}`, nil, nil, problem.AdsScopeMissing},
		{"8.2 no Scope, 403", 403, `{"code":"ACCESS_DENIED","message":"Scope header is missing"}`, nil, nil, problem.AdsScopeMissing},
		{"8.2 no Scope, 403 without a word of it", 403, denied, f(amazon.NoSelector), nil, problem.AdsScopeMissing},
		{"8.2 no Scope, 400", 400, `{"code":"400","details":"Scope header is missing"}`, nil, nil, problem.AdsScopeMissing},
		{"8.2 not yours", 401, notYours, nil, nil, problem.AdsForeignScope},
		{"8.2 not yours, known not to be", 401, notYours, f(amazon.OtherAccount), nil, problem.AdsForeignScope},
		{"8.2 yours until now", 401, notYours, f(amazon.KnownAccount), nil, problem.AdsAccessLost},
		{"8.2 unknown id", 401, nobodys, nil, nil, problem.AdsProfileUnknown},
		{"8.2 other region", 401, notYours, f(amazon.KnownAccount, amazon.OtherRegion), nil, problem.AdsWrongRegion},
		{"8.2 other region, other text", 401, nobodys, f(amazon.KnownAccount, amazon.OtherRegion), nil, problem.AdsWrongRegion},
		{"8.2 linked within the hour, 401", 401, notYours, f(amazon.KnownAccount, amazon.FreshLink), nil, problem.AdsLinkPropagating},
		{"8.2 linked within the hour, 403", 403, denied, f(amazon.KnownAccount, amazon.FreshLink), nil, problem.AdsLinkPropagating},
		{"8.2 Scope is no number", 400, `{"code":"400","details":"Scope header is not valid"}`, nil, nil, problem.AdsScopeForm},
		{"8.2 viewer writes, 401", 401, notYours, f(amazon.KnownAccount, amazon.ViewOnly, amazon.IsWrite), nil, problem.AdsViewOnly},
		{"8.2 viewer writes, 403", 403, denied, f(amazon.KnownAccount, amazon.ViewOnly, amazon.IsWrite), nil, problem.AdsViewOnly},
		{"8.2 viewer writes within the hour of linking", 403, denied, f(amazon.KnownAccount, amazon.ViewOnly, amazon.IsWrite, amazon.FreshLink), nil, problem.AdsViewOnly},
		{"8.2 denied for reasons unknown", 403, denied, f(amazon.KnownAccount, amazon.IsWrite), nil, problem.AdsAccessDenied},
		{"8.2 view-only profile, default list", 200, `[]`, f(ads.EmptyList), nil, problem.AdsNoProfiles},
		{"8.2 agency", 400, `{"code":"400","details":" The request input is invalid. Advertiser ID cannot be decrypted"}`, nil, nil, problem.AdsAgencyProfile},
		{"8.2 not eligible", 403, `{"code":"NOT_AUTHORIZED","details":"User is not allowed to access the requested products.","requestId":"x"}`, nil, nil, problem.AdsNotEligible},
		{"8.2 media type", 415, `{"code":"UNSUPPORTED_MEDIA_TYPE","message":"Cannot consume content type"}`, nil, nil, problem.AdsWrongMediaType},
		{"8.2 Accept of an export", 406, ``, nil, nil, problem.AdsWrongAccept},
		{"8.2 unknown path", 404, `{"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api.amazon.com/v2/x"}`, nil, nil, problem.AdsUnknownPath},
		{"8.2 Bearer missing at API Gateway", 403, equalSign, nil, nil, problem.AdsBearerMissing},
		{"8.2 Bearer missing at the gateway", 401, authFailed, f(amazon.NoBearer), nil, problem.AdsBearerMissing},
		{"8.2 401 while polling a report", 401, authFailed, f(ads.ReportPoll, amazon.FreshToken), nil, problem.AdsReportPollHiccup},
		{"8.2 duplicate report", 425, `{"code":"425","detail":"The Request is a duplicate of : 4b47565f-0000-4000-8000-000000000001"}`, nil, nil, problem.AdsReportDuplicate},
		{"8.3 Seller Central's API", 403, `{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied.","details":""}]}`, nil, nil, problem.AdsSellingPartnerRefusal},
		{"4.2 book author", 400, `{"code":"400","details":"KDP authors do not have access to Sponsored Brands functionality"}`, nil, nil, problem.AdsKdpAuthor},
		{"3.2 payment", 400, `{"code":"INVALID_ARGUMENT","message":"x","errors":[{"errorType":"billingError","errorValue":{"billingError":{"reason":"EXPIRED_PAYMENT_METHOD"}}}]}`, nil, nil, problem.AdsPayment},
		{"3.2 suspended", 403, `{"code":"ADVERTISER_SUSPENDED","message":"x"}`, nil, nil, problem.AdsAccountSuspended},
		{"3.3 next token", 400, `{"code":"INVALID_ARGUMENT","message":"x","errors":[{"errorType":"invalidInputError","errorValue":{"invalidInputError":{"reason":"INVALID_TOKEN"}}}]}`, nil, nil, problem.AdsBadNextToken},
		{"3.2 invalid argument", 400, `{"code":"INVALID_ARGUMENT","message":"x"}`, nil, nil, problem.AdsInvalidArgument},
		{"8.1 raw API Gateway", 400, `{"message":"Invalid request body"}`, nil, nil, problem.AdsInvalidBody},
		{"4.3 unprocessable", 422, `{"code":"422","details":"x"}`, nil, nil, problem.AdsUnprocessable},
		{"5.1 retention", 406, `{"code":"406","details":"Report date is too far in the past."}`, nil, nil, problem.AdsReportTooOld},
		{"5.1 download signed twice", 400, `<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>`, nil, nil, problem.AdsDownloadWithAuthorization},
		{"5.1 download expired", 403, `<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`, nil, nil, problem.AdsDownloadExpired},
		{"6.4 too large", 413, `{"code":"CONTENT_TOO_LARGE","message":"x"}`, nil, nil, problem.AdsTooLarge},
		{"6.4 not found", 404, `{"code":"RESOURCE_ID_NOT_FOUND","message":"x"}`, nil, nil, problem.AdsNotFound},
		{"7 429 with Retry-After", 429, throttled, nil, retry, problem.AdsThrottled},
		{"7 429 as HTML with Retry-After", 429, htmlTooMany, nil, retry, problem.AdsThrottled},
		{"7 429 without", 429, throttled, nil, nil, problem.AdsThrottledWithoutTime},
		{"7 429 as HTML without", 429, htmlTooMany, nil, nil, problem.AdsThrottledWithoutTime},
		{"8.1 proxy's 502", 502, "<html>Bad Gateway</html>", nil, nil, problem.AdsServerError},
		{"500", 500, `{"code":"INTERNAL_ERROR","message":"x"}`, nil, nil, problem.AdsServerError},
		{"2.1 test host", 0, "POST https://advertising-api-test.amazon.com/v2/profiles/register: no such host", nil, nil, problem.AdsTestHostGone},
		{"unknown 401", 401, `{"code":"UNAUTHORIZED","details":"Brand new words"}`, nil, nil, problem.AdsUnrecognised},
		{"unknown 403", 403, `{"message":"Brand new words"}`, nil, nil, problem.AdsUnrecognised},
		{"unknown 418", 418, ``, nil, nil, problem.AdsUnrecognised},
	}
}

// TestEveryRefusalHasItsName holds each row of ads-lwa 8.2 and 8.3, and that rows which share a status are told apart.
func TestEveryRefusalHasItsName(t *testing.T) {
	t.Parallel()
	p := ads.New()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range rows() {
		e := amazon.Evidence{Status: r.status, Header: r.header, Body: []byte(r.body), Facts: r.facts, Now: now}
		got, refused := p.Classify(e)
		if r.status == 200 {
			if refused {
				t.Errorf("%s: a 200 is no refusal", r.name)
			}
			continue
		}
		if !refused || got.Code != r.want {
			t.Errorf("%s: %s, want %s (evidence %s)", r.name, got.Code, r.want, got.Evidence)
		}
		if got.Evidence == "" && r.status != 0 || strings.Contains(got.Evidence+got.Detail, "canary") {
			t.Errorf("%s: evidence %q", r.name, got.Evidence)
		}
		if got.Docs == "" && (got.What == "" || got.Fix == "" || got.Whose == "") {
			t.Errorf("%s: %+v is not whole", r.name, got)
		}
	}
}

// TestWhatIsSeenIsTold: the id of the living report, the profile, the time to try again.
func TestWhatIsSeenIsTold(t *testing.T) {
	t.Parallel()
	p := ads.New()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	got, _ := p.Classify(amazon.Evidence{Status: 425, Body: []byte(`{"code":"425","detail":"The Request is a duplicate of : 4b47565f-0000-4000-8000-000000000001"}`)})
	if got.Detail != "4b47565f-0000-4000-8000-000000000001" {
		t.Errorf("duplicate report: detail %q", got.Detail)
	}
	got, _ = p.Classify(amazon.Evidence{Status: 401, Body: []byte(notYours)})
	if got.Detail != "1234567890123456" {
		t.Errorf("foreign scope: detail %q", got.Detail)
	}
	got, _ = p.Classify(amazon.Evidence{Status: 403, Body: []byte(denied), Facts: []amazon.Fact{amazon.FreshLink}, Now: now})
	if !got.RetryAt.Equal(now.Add(time.Hour)) {
		t.Errorf("propagation: try again at %v", got.RetryAt)
	}
	got, _ = p.Classify(amazon.Evidence{Status: 429, Header: http.Header{"Retry-After": {"30"}}, Now: now})
	if !got.RetryAt.Equal(now.Add(30 * time.Second)) {
		t.Errorf("throttled: try again at %v", got.RetryAt)
	}
}

// TestTokenRefusedIsTheOnlyRefresh: of all refusals one alone says that a new access token may help (DESIGN, "401").
func TestTokenRefusedIsTheOnlyRefresh(t *testing.T) {
	t.Parallel()
	p := ads.New()
	for _, r := range rows() {
		got, _ := p.Classify(amazon.Evidence{Status: r.status, Body: []byte(r.body), Facts: r.facts, Header: r.header})
		if amazon.TokenRefused(got.Code) != (r.want == problem.AdsTokenRefused) {
			t.Errorf("%s: %s", r.name, got.Code)
		}
	}
}

// TestEveryEntryIsReached holds that no entry of problems.toml with rules is hidden by one before it.
func TestEveryEntryIsReached(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	for _, r := range rows() {
		reached[string(r.want)] = true
	}
	for _, code := range itemCodes {
		reached[string(code)] = true
	}
	text, err := os.ReadFile("problems.toml")
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(text), "[[problem]]") {
		_, rest, _ := strings.Cut(block, `code = "`)
		code, _, _ := strings.Cut(rest, `"`)
		if strings.Contains(block, "[[problem.match]]") && !reached[code] {
			t.Errorf("no row ends in %s", code)
		}
	}
}
