package paapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators/paapi"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

func ask(path, body string) amazon.FrontRequest {
	return amazon.FrontRequest{Method: http.MethodPost, Path: path, Header: http.Header{}, Body: []byte(body), Region: "eu-west-1"}
}

const who = `"PartnerTag":"kw-21","PartnerType":"Associates","Marketplace":"www.amazon.de"`

// TestAsk: every member and resource by its new name; what is no longer there stays behind.
func TestAsk(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	for _, c := range []struct{ path, in, to, out string }{
		{
			"/paapi5/getitems", `{` + who + `,"ItemIds":["B08N5WRWNW"],"ItemIdType":"ASIN","Condition":"New","Merchant":"All","Resources":["ItemInfo.Title","Images.Primary.Large","ParentASIN","OffersV2.Listings.Price","ItemInfo.Title"],"LanguagesOfPreference":["de_DE"],"X":1}`,
			"/catalog/v1/getItems", `{"condition":"New","itemIds":["B08N5WRWNW"],"languagesOfPreference":["de_DE"],"partnerTag":"kw-21","resources":["itemInfo.title","images.primary.large","parentASIN","offersV2.listings.price"]}`,
		},
		{
			"/paapi5/searchitems", `{` + who + `,"Keywords":"harry potter","SearchIndex":"Books","ItemCount":3,"ItemPage":2,"MinPrice":100,"MaxPrice":null,"SortBy":"Price:LowToHigh","DeliveryFlags":["Prime"],"Resources":["SearchRefinements","BrowseNodeInfo.BrowseNodes.SalesRank"]}`,
			"/catalog/v1/searchItems", `{"deliveryFlags":["Prime"],"itemCount":3,"itemPage":2,"keywords":"harry potter","minPrice":100,"partnerTag":"kw-21","resources":["searchRefinements","browseNodeInfo.browseNodes.salesRank"],"searchIndex":"Books","sortBy":"Price:LowToHigh"}`,
		},
		{
			"/paapi5/getvariations", `{` + who + `,"ASIN":"B00422MCUS","VariationCount":2,"Resources":["VariationSummary.VariationDimension","VariationSummary.Price.HighestPrice"]}`,
			"/catalog/v1/getVariations", `{"asin":"B00422MCUS","partnerTag":"kw-21","resources":["variationSummary.variationDimension","variationSummary.price.highestPrice"],"variationCount":2}`,
		},
		{
			"/paapi5/getbrowsenodes", `{` + who + `,"BrowseNodeIds":["283155"],"Resources":["BrowseNodes.Ancestor","BrowseNodes.Children"]}`,
			"/catalog/v1/getBrowseNodes", `{"browseNodeIds":["283155"],"partnerTag":"kw-21","resources":["browseNodes.ancestor","browseNodes.children"]}`,
		},
	} {
		call, refused := f.Ask(ask(c.path, c.in))
		if refused != nil {
			t.Errorf("%s: %s", c.path, refused.Body)
			continue
		}
		if d := cmp.Diff(c.out, string(call.Body)); d != "" || call.Path != c.to {
			t.Errorf("%s went to %s (-want +got):\n%s", c.path, call.Path, d)
		}
		if call.Header.Get("x-marketplace") != "www.amazon.de" {
			t.Errorf("%s: headers %v", c.path, call.Header)
		}
	}
}

// TestMarketplace: from Amazon's host, the request, the caller's one account, or the SDKs' default; never guessed among several.
func TestMarketplace(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	if len(f.Face().Hosts) != 22 || f.Face().Hosts["webservices.amazon.co.jp"] != "FE" || f.Face().Hosts["webservices.amazon.com.be"] != "EU" {
		t.Errorf("hosts %v", f.Face().Hosts)
	}
	for _, c := range []struct{ host, region, account, in, want string }{
		{"webservices.amazon.fr", "eu-west-1", "www.amazon.de", `"Marketplace":"www.amazon.de",`, "www.amazon.fr"},
		{"", "eu-west-1", "www.amazon.de", `"Marketplace":"www.amazon.it",`, "www.amazon.it"},
		{"", "eu-west-1", "www.amazon.de", "", "www.amazon.de"},
		{"", "us-east-1", "", "", "www.amazon.com"},
		{"", "eu-west-1", "", "", ""},
		{"", "us-west-2", "1234567890", "", ""},
		{"", "us-east-1", "", `"Marketplace":"www.amazon.com.evil.example",`, ""},
	} {
		r := ask("/paapi5/getitems", `{`+c.in+`"PartnerTag":"kw-21","PartnerType":"Associates","ItemIds":["B08N5WRWNW"]}`)
		r.Host, r.Region, r.Account = c.host, c.region, c.account
		got := ""
		if call, _ := f.Ask(r); call != nil {
			got = call.Header.Get("x-marketplace")
		}
		if got != c.want {
			t.Errorf("%+v gave %q", c, got)
		}
	}
}

// An errors list as PA-API writes it.
type envelope struct {
	Kind   string `json:"__type"`
	Errors []struct {
		Kind          string `json:"__type"`
		Code, Message string
	}
}

func read(t *testing.T, body []byte) (e envelope) {
	t.Helper()
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return e
}

// TestAskRefuses what PA-API refused, in its words, and echoes nothing.
func TestAskRefuses(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	for _, c := range []struct {
		path, in string
		status   int
		kind     string
		code     string
	}{
		{"/paapi5/getoffers", "{}", 404, "UnknownOperationException", "UnknownOperation"},
		{"/paapi5/getitems", "nonsense-canary", 400, "ValidationException", "InvalidParameterValue"},
		{"/paapi5/getitems", "null", 400, "ValidationException", "InvalidParameterValue"},
		{"/paapi5/getitems", `{"PartnerType":"Associates","ItemIds":["B08N5WRWNW"]}`, 400, "ValidationException", "MissingParameter"},
		{"/paapi5/getitems", `{"PartnerTag":"kw-20","ItemIds":["B08N5WRWNW"]}`, 400, "ValidationException", "MissingParameter"},
		{"/paapi5/getitems", `{` + who + `,"ItemIds":[]}`, 400, "ValidationException", "MissingParameter"},
		{"/paapi5/getitems", `{` + who + `,"ItemIds":["B08N5WRWNW"],"PartnerType":"canary"}`, 400, "ValidationException", "InvalidParameterValue"},
		{"/paapi5/getitems", `{` + who + `,"ItemIds":["B08N5WRWNW"],"Resources":["ItemInfo.canary"]}`, 400, "ValidationException", "InvalidParameterValue"},
		{"/paapi5/getitems", `{` + who + `,"ItemIds":["B08N5WRWNW"],"Resources":["SearchRefinements"]}`, 400, "ValidationException", "InvalidParameterValue"},
		{"/paapi5/getitems", `{` + who + `,"ItemIds":["B08N5WRWNW"],"Resources":"canary"}`, 400, "ValidationException", "InvalidParameterValue"},
		{"/paapi5/getbrowsenodes", `{` + who + `,"BrowseNodeIds":["1"],"Resources":["Offers.Listings.Price"]}`, 400, "ValidationException", "InvalidParameterValue"},
	} {
		_, got := f.Ask(ask(c.path, c.in))
		if got == nil {
			t.Errorf("%s %s was taken", c.path, c.in)
			continue
		}
		e := read(t, got.Body)
		if got.Status != c.status || e.Kind != "com.amazon.paapi5#"+c.kind || len(e.Errors) != 1 || e.Errors[0].Code != c.code || strings.Contains(string(got.Body), "canary") {
			t.Errorf("%s %s: %d %s", c.path, c.in, got.Status, got.Body)
		}
	}
	r := ask("/paapi5/getitems", `{`+who+`,"ItemIds":["B08N5WRWNW"]}`)
	for target, ok := range map[string]bool{"": true, "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.GetItems": true, "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.SearchItems": false, "GetItems": false} {
		r.Header.Set("X-Amz-Target", target)
		if _, refused := f.Ask(r); (refused == nil) != ok {
			t.Errorf("target %q: %v", target, refused)
		}
	}
	r.Header.Del("X-Amz-Target")
	r.Method = http.MethodGet
	if _, refused := f.Ask(r); refused == nil || refused.Status != 404 {
		t.Error("GET was taken")
	}
}

// TestWhatIsGoneIsNamed in Errors, beside what was found and beside what was not.
func TestWhatIsGoneIsNamed(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	call, refused := f.Ask(ask("/paapi5/getitems", `{`+who+`,"ItemIds":["B08N5WRWNW","B0BADBADBA"],"Merchant":"Amazon","OfferCount":2,"Condition":"Used",
		"Resources":["ItemInfo.Title","Offers.Listings.Price","Offers.Summaries.LowestPrice","RentalOffers.Listings.BasePrice"]}`))
	if refused != nil {
		t.Fatalf("%s", refused.Body)
	}
	if got := string(call.Body); !strings.Contains(got, `"resources":["itemInfo.title"]`) || strings.Contains(got, "condition") || strings.Contains(got, "erchant") {
		t.Errorf("asked %s", got)
	}
	for body, own := range map[string]int{
		`{"itemsResult":{"items":[{"asin":"B08N5WRWNW"}]},"errors":[{"code":"ItemNotAccessible","message":"m"}]}`: 1,
		`{"itemsResult":{"items":[{"asin":"B08N5WRWNW"}]},"errors":[]}`:                                           0,
		`{"itemsResult":{"items":[{"asin":"B08N5WRWNW"}]},"errors":null}`:                                         0,
		`{}`: 0,
	} {
		got := f.Answer(call, amazon.Answer{Status: 200, Body: []byte(body)})
		e := read(t, got.Body)
		if got.Status != 200 || len(e.Errors) != own+5 || e.Errors[own].Kind != "com.amazon.paapi5#ErrorData" || e.Errors[own].Code != "InvalidParameterValue" {
			t.Errorf("%s: %d %s", body, got.Status, got.Body)
		}
		for _, word := range []string{"Offers.Listings.Price, Offers.Summaries.LowestPrice", "RentalOffers.Listings.BasePrice", "Merchant", "OfferCount", "Used for Condition"} {
			if !strings.Contains(string(got.Body), word) {
				t.Errorf("%s is not named: %s", word, got.Body)
			}
		}
	}
}

// TestNothingFound: the Creators API's 404 is PA-API's 200 with errors alone (creators-paapi-aws 3.5).
func TestNothingFound(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	for _, c := range []struct {
		path, in string
		codes    []string
		says     string
	}{
		{"/paapi5/getitems", `"ItemIds":["B0BADBADBA","B0BADBADBB"]`, []string{"InvalidParameterValue", "InvalidParameterValue"}, "The ItemId B0BADBADBB provided in the request is invalid."},
		{"/paapi5/getbrowsenodes", `"BrowseNodeIds":["1"]`, []string{"InvalidParameterValue"}, "The BrowseNodeId 1 provided in the request is invalid."},
		{"/paapi5/searchitems", `"Keywords":"x"`, []string{"NoResults"}, "No results found for your request."},
		{"/paapi5/getvariations", `"ASIN":"B0BADBADBA"`, []string{"NoResults"}, "No results found for your request."},
	} {
		for _, body := range []string{
			`{"type":"ResourceNotFoundException","message":"No items found for the requested item IDs.","resourceType":"Item"}`,
			`{"__type":"com.amazon.creators#ResourceNotFoundException","message":"No results found for your search request"}`,
		} {
			call, refused := f.Ask(ask(c.path, `{`+who+`,`+c.in+`}`))
			if refused != nil {
				t.Fatalf("%s", refused.Body)
			}
			got := f.Answer(call, amazon.Answer{Status: 404, Body: []byte(body)})
			e := read(t, got.Body)
			var codes []string
			for _, one := range e.Errors {
				codes = append(codes, one.Code)
			}
			if d := cmp.Diff(c.codes, codes); got.Status != 200 || d != "" || e.Kind != "" || !strings.Contains(string(got.Body), c.says) {
				t.Errorf("%s: %d %s", c.path, got.Status, got.Body)
			}
		}
	}
}

// TestRefusals: every refusal of the Creators API (3.5) has PA-API's status, exception and code (2.5).
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	call, _ := f.Ask(ask("/paapi5/getitems", `{`+who+`,"ItemIds":["B08N5WRWNW"]}`))
	for _, c := range []struct {
		status int
		body   string
		want   int
		code   string
		wait   string
	}{
		{400, `{"type":"ValidationException","reason":"UnknownOperation","message":"m"}`, 404, "UnknownOperation", ""},
		{400, `{"type":"ValidationException","reason":"CannotParse","message":"m"}`, 400, "InvalidParameterValue", ""},
		{400, `{"type":"ValidationException","reason":"FieldValidationFailed","message":"Request validation failed.","fieldList":[{"name":"itemIds[0]","message":"m"},{"name":"x-marketplace"}]}`, 400, "InvalidParameterValue", ""},
		{400, `{"type":"ValidationException","reason":"FieldValidationFailed","message":"m","fieldList":["itemIds"]}`, 400, "InvalidParameterValue", ""},
		{400, `{"type":"ValidationException","reason":"InvalidAssociate","message":"m"}`, 403, "InvalidAssociate", ""},
		{400, `{"__type":"com.amazon.creators#ValidationException","reason":"InvalidPartnerTag","message":"m"}`, 400, "InvalidPartnerTag", ""},
		{400, `{"__type":"com.amazon.creators#ValidationException","reason":"Other","message":"m"}`, 400, "InvalidParameterValue", ""},
		{401, `{"type":"UnauthorizedException","reason":"TokenExpired","message":"m"}`, 403, "AccessDenied", ""},
		{403, `{"type":"AccessDeniedException","reason":"AssociateNotEligible","message":"m"}`, 403, "AssociateNotEligible", ""},
		{403, `{"type":"AccessDeniedException","reason":"AuthorizationFailed","message":"m"}`, 403, "AccessDenied", ""},
		{404, `<html>not here</html>`, 500, "InternalFailure", ""},
		{429, `{"type":"ThrottleException","message":"m","retryAfterSeconds":7}`, 429, "TooManyRequests", "7"},
		{429, `{"type":"ThrottleException","message":"m","retryAfterSeconds":-1e99}`, 429, "TooManyRequests", ""},
		{500, `{"type":"InternalServerException","message":"m"}`, 500, "InternalFailure", ""},
		{503, `down`, 500, "InternalFailure", ""},
		{200, `{"itemsResult":`, 500, "InternalFailure", ""},
		{307, ``, 500, "InternalFailure", ""},
	} {
		got := f.Answer(call, amazon.Answer{Status: c.status, Header: http.Header{}, Body: []byte(c.body)})
		e := read(t, got.Body)
		if got.Status != c.want || len(e.Errors) != 1 || e.Errors[0].Code != c.code || e.Errors[0].Message == "" || got.RetryAfter != c.wait || e.Kind == "" {
			t.Errorf("%d %s became %d %s, wait %q", c.status, c.body, got.Status, got.Body, got.RetryAfter)
		}
		if strings.Contains(c.body, "itemIds[0]") && !strings.Contains(e.Errors[0].Message, "ItemIds, Marketplace") {
			t.Errorf("the fields are not named: %s", got.Body)
		}
	}
}

// TestRefuse: what Lockkeeper refuses by itself has PA-API's envelope, says what to do and keeps our code.
func TestRefuse(t *testing.T) {
	t.Parallel()
	f := paapi.New()
	for code, want := range map[problem.Code]struct {
		status int
		code   string
	}{
		problem.GatewaySignatureIncomplete: {400, "IncompleteSignature"}, problem.GatewaySignatureMismatch: {401, "InvalidSignature"},
		problem.GatewaySignatureExpired: {401, "RequestExpired"}, problem.GatewayKeyUnknown: {401, "UnrecognizedClient"}, problem.GatewayPassRevoked: {401, "UnrecognizedClient"},
		problem.GatewayPassMissing: {400, "IncompleteSignature"}, problem.PolicyDenied: {403, "AccessDenied"}, problem.GatewayGrantUnknown: {403, "InvalidAssociate"},
		problem.GatewayThrottled: {429, "TooManyRequests"}, problem.CreatorsNotEligible: {403, "AssociateNotEligible"}, problem.GatewayBodyTooLarge: {413, "InvalidParameterValue"},
		problem.GatewayInternal: {500, "InternalFailure"}, problem.GatewayGrantBlocked: {403, "AccessDenied"}, problem.EgressUnreachable: {500, "InternalFailure"},
		problem.GatewayRouteUnknown: {404, "UnknownOperation"},
	} {
		got := f.Refuse(problem.New(code))
		e := read(t, got.Body)
		if got.Status != want.status || len(e.Errors) != 1 || e.Errors[0].Code != want.code || !strings.HasPrefix(e.Kind, "com.amazon.paapi5#") || !strings.Contains(e.Errors[0].Message, string(code)) {
			t.Errorf("%s: %d %s", code, got.Status, got.Body)
		}
	}
}
