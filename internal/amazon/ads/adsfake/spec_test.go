package adsfake_test

import (
	"bytes"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/covered"
	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

var update = flag.Bool("update", false, "write anew which operations are compared with which specification")

// A specification is one of Amazon's, ready to be compared with, and which operations were.
type specification struct {
	routers.Router
	tally covered.Tally
}

// oracle reads a specification. At the test's end the record is held to what was compared with it.
func oracle(t *testing.T, name string) *specification {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(sharedtest.Path(t, "specs", name))
	if err != nil {
		t.Fatal(err)
	}
	router := readable(t, doc)
	s := &specification{router, covered.Tally{}}
	t.Cleanup(func() { covered.Hold(t, filepath.Join("testdata", "compared.toml"), name, s.tally, *update) })
	return s
}

// readable makes a specification one that answers can be compared with.
func readable(t testing.TB, doc *openapi3.T) routers.Router {
	t.Helper()
	doc.Servers = nil // they are no URLs
	for path := range doc.Paths.Map() {
		if !compared(path) && !strings.HasPrefix(path, "/v2/") && !strings.HasPrefix(path, "/managerAccounts") {
			doc.Paths.Delete(path)
			continue
		}
		for _, op := range doc.Paths.Value(path).Operations() {
			for _, p := range op.Parameters {
				if p.Value.Schema == nil || p.Value.Schema.Value.Type == nil { // as in the document of portfolios
					p.Value.Schema = openapi3.NewStringSchema().NewRef()
				}
			}
		}
	}
	if s := doc.Components.Schemas["TargetsUniversalApiExportRequest"]; s != nil { // its default is of strings, its elements are booleans
		for _, part := range s.Value.AllOf {
			if f := part.Value.Properties["negativeFilter"]; f != nil {
				f.Value.Default = nil
			}
		}
	}
	for _, name := range []string{"TargetingExpression", "CreateTargetingExpression"} { // its alternatives overlap, so that one of them is never all
		if s := doc.Components.Schemas[name]; s != nil && s.Value.Items != nil {
			s.Value.Items.Value.AnyOf, s.Value.Items.Value.OneOf = s.Value.Items.Value.OneOf, nil
		}
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// compared tells which paths of Sponsored Products and portfolios are served.
func compared(path string) bool {
	if path == "/portfolios/budget/usage" || strings.HasPrefix(path, "/reporting/") || strings.HasPrefix(path, "/sd/") || strings.HasSuffix(path, "/export") ||
		strings.HasPrefix(path, "/exports/") || strings.HasPrefix(path, "/adsApi/v1/") || path == "/testAccounts" || strings.HasSuffix(path, "/targets/categories") {
		return true
	}
	if path == "/sb/ads/creatives/list" {
		return true
	}
	path = strings.TrimSuffix(strings.TrimSuffix(path, "/list"), "/delete")
	return path == "/sp/campaigns" || strings.HasPrefix(path, "/sb/v4/") || strings.HasPrefix(path, "/sb/ads/creatives/") || path == "/portfolios" || slices.ContainsFunc(collections, func(c under) bool { return c.path == path })
}

// A comparison is one call whose request must satisfy the specification, and whose answer must too unless it deviates
// on purpose. Each deviation is named in divergences.md with its reason.
type comparison struct {
	caller             *caller
	method, path, body string
	status             int
	deviation          string // "D1" ...: the answer must then break the specification, else the list is out of date
}

func compare(t *testing.T, router *specification, list []comparison) {
	t.Helper()
	reasons, err := os.ReadFile("divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		w := c.caller.do(c.method, c.path, c.body)
		name := c.method + " " + c.path + " " + c.body
		if w.Code != c.status {
			t.Errorf("%.120s: %d %s, want %d", name, w.Code, w.Body, c.status)
			continue
		}
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header = c.caller.header.Clone()
		err := validate(r, w, router)
		if c.deviation == "" && err == nil && w.Code < 300 {
			done := c.caller.s.front.Journal
			for _, e := range done.Entries(kit.Filter{After: done.Last() - 1}) {
				router.tally.Add(e.Program, e.Operation)
			}
		}
		switch {
		case c.deviation == "" && err != nil:
			t.Errorf("%.120s\n%d %s\nbreaks the specification: %v", name, w.Code, w.Body, err)
		case c.deviation != "" && err == nil:
			t.Errorf("%.120s: %d %s\ndeviation %s is none any more", name, w.Code, w.Body, c.deviation)
		case c.deviation != "" && !bytes.Contains(reasons, []byte("| "+c.deviation+" |")):
			t.Errorf("deviation %s has no reason in divergences.md", c.deviation)
		}
	}
}

func validate(r *http.Request, w *httptest.ResponseRecorder, router routers.Router) error {
	route, vars, err := router.FindRoute(r)
	if err != nil {
		return err
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: vars, Route: route, Options: options}
	if w.Code < 300 { // what is refused may well be a bad request
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			return err
		}
	}
	return answered(in, w)
}

// validateAnswer holds an answer to the specification, whatever the request was like.
func validateAnswer(r *http.Request, w *httptest.ResponseRecorder, router routers.Router) error {
	route, vars, err := router.FindRoute(r)
	if err != nil {
		return err
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	return answered(&openapi3filter.RequestValidationInput{Request: r, PathParams: vars, Route: route, Options: options}, w)
}

func answered(in *openapi3filter.RequestValidationInput, w *httptest.ResponseRecorder) error {
	header := w.Header().Clone()
	// Deviation D1, for all of SP v3: the specification's media type appears among the remapped headers only.
	if remapped := header.Get("X-Amzn-Remapped-Content-Type"); remapped != "" {
		header.Set("Content-Type", remapped)
	}
	return openapi3filter.ValidateResponse(in.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: w.Code,
		Header: header, Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: in.Options,
	})
}

// TestSpec compares answers with Amazon's specifications. The decoders of media types are global to the library, so the
// parts come one after another.
func TestSpec(t *testing.T) {
	t.Run("profiles", specProfiles)
	t.Run("manager accounts", specManagerAccounts)
	t.Run("campaigns", specCampaigns)
	t.Run("collections", specCollections)
	t.Run("portfolios", specPortfolios)
	t.Run("reports", specReports)
	t.Run("brands", specBrands)
	t.Run("creatives", specCreatives)
	t.Run("display", specDisplay)
	t.Run("exports", specExports)
	t.Run("test accounts", specTestAccounts)
	t.Run("v1", specV1)
	t.Run("v1 reports", specV1Reports)
}

func specProfiles(t *testing.T) {
	router := oracle(t, "profiles-v2.yaml")
	s := start(t)
	c := s.as(kit.Advertiser)
	seller := s.profile(kit.Advertiser, "US", "seller").ID
	put := c.with("Content-Type", "application/json")
	list := []comparison{
		{c, "GET", "/v2/profiles", "", 200, ""},
		{c.in("eu"), "GET", "/v2/profiles?accessLevel=view&apiProgram=campaign&profileTypeFilter=vendor&validPaymentMethodFilter=true", "", 200, ""},
		{c.in("fe"), "GET", "/v2/profiles", "", 200, ""},
		{s.as(kit.SellerCentral), "GET", "/v2/profiles", "", 200, ""},
		{s.as(kit.AgencyUser), "GET", "/v2/profiles", "", 200, ""},
		{c.with("", "").at("na"), "GET", "/v2/profiles/" + seller, "", 200, ""},
		{put, "PUT", "/v2/profiles", `[{"profileId":` + seller + `,"dailyBudget":100},{"profileId":1,"dailyBudget":100}]`, 200, ""},
		{c.without("Authorization"), "GET", "/v2/profiles", "", 401, "D2"},
		{c, "GET", "/v2/profiles/99", "", 404, "D2"},
	}
	compare(t, router, list)
	s.turn("ads.profiles_put", "207")
	compare(t, router, []comparison{{put, "PUT", "/v2/profiles", `[]`, 207, "D3"}})
}

func specManagerAccounts(t *testing.T) {
	router := oracle(t, "manager-accounts.json")
	s := start(t)
	agency := s.as(kit.AgencyUser)
	id := read[wireManagers](t, agency.get("/managerAccounts")).ManagerAccounts[0].ID
	c := agency.with("Content-Type", linkAccounts)
	compare(t, router, []comparison{
		{agency, "GET", "/managerAccounts", "", 200, ""},
		{s.as(kit.Advertiser), "GET", "/managerAccounts", "", 200, ""},
		{agency.with("Content-Type", createManager), "POST", "/managerAccounts", `{"managerAccountName":"New","managerAccountType":"Agency"}`, 200, ""},
		{agency.with("Content-Type", createManager), "POST", "/managerAccounts", `{"managerAccountName":"","managerAccountType":"Agency"}`, 400, ""},
		{c, "POST", "/managerAccounts/" + id + "/associate", `{"accounts":[{"id":"A1","type":"ACCOUNT_ID","roles":["SELLER_USER"]}]}`, 207, ""},
		{c, "POST", "/managerAccounts/" + id + "/disassociate", `{"accounts":[{"id":"A1","type":"DSP_ADVERTISER_ID"}]}`, 207, ""},
		{c, "POST", "/managerAccounts/" + id + "/disassociate", `{"accounts":[]}`, 400, ""},
		{c, "POST", "/managerAccounts/other/associate", `{"accounts":[{"id":"A1","type":"ACCOUNT_ID"}]}`, 403, ""},
		{s.as(kit.ViewOnly).with("Content-Type", linkAccounts), "POST", "/managerAccounts/" + id + "/associate", `{"accounts":[{"id":"A1","type":"ACCOUNT_ID"}]}`, 401, ""},
		{c.with("Authorization", "x"), "POST", "/managerAccounts/" + id + "/associate", `{}`, 403, "D4"},
		{c.with("Content-Type", "text/plain"), "POST", "/managerAccounts/" + id + "/associate", `{}`, 415, "D5"},
	})
}

func specCampaigns(t *testing.T) {
	router := oracle(t, "sponsored-products-v3.json")
	s := start(t)
	c := s.shop()
	whole := c.with("Prefer", "return=representation")
	rich := item(`name:"Rich"`, `tags:{"a":"b"}`, `endDate:"2026-12-31"`, `siteRestrictions:["AMAZON_BUSINESS"]`, `autoManageCampaign:true`,
		`offAmazonSettings:{"offAmazonBudgetControlStrategy":"MINIMIZE_SPEND"}`,
		`dynamicBidding:{"strategy":"MANUAL","placementBidding":[{"placement":"PLACEMENT_TOP","percentage":50}],"shopperCohortBidding":[{"shopperCohortType":"AUDIENCE_SEGMENT","percentage":5,"audienceSegments":[{"audienceId":"77","audienceSegmentType":"BEHAVIOR_DYNAMIC"}]}]}`)
	bad := item(`name:" "`, `portfolioId:"1"`, `endDate:"2020-01-01"`, `budget:{"budget":0.1,"budgetType":"DAILY"}`)
	list := []comparison{
		{c, "POST", "/sp/campaigns/list", `{}`, 200, ""},
		{c, "POST", "/sp/campaigns/list", `{"includeExtendedDataFields":true,"maxResults":2,"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}}`, 200, ""},
		{c, "POST", "/sp/campaigns/list", `{"nameFilter":{"include":["no such"],"queryTermMatchType":"EXACT_MATCH"}}`, 200, ""},
		{whole, "POST", "/sp/campaigns", rich, 207, ""},
		{whole, "POST", "/sp/campaigns", bad, 207, ""},
		{c, "POST", "/sp/campaigns", `{"campaigns":[]}`, 207, ""},
		{c, "PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"1","name":"x"}]}`, 207, ""},
		{c, "POST", "/sp/campaigns/delete", `{"campaignIdFilter":{"include":["1"]}}`, 207, ""},
		{c, "POST", "/sp/campaigns/list", `{"includeExtendedDataFields":true,"nameFilter":{"include":["Rich"]}}`, 200, ""},
		{c, "POST", "/sp/campaigns/list", `{"nextToken":"x"}`, 400, ""},
		{c, "POST", "/sp/campaigns/list", `{"maxResults":0}`, 400, ""},
		{c, "POST", "/sp/campaigns", `{"campaigns":5}`, 400, ""},
		{c.with("Accept", "text/html"), "POST", "/sp/campaigns/list", `{}`, 415, ""},
		{s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")), "PUT", "/sp/campaigns", `{"campaigns":[]}`, 403, ""},
		{s.as(adsfake.JustLinked).on(s.profile(adsfake.JustLinked, "US", "seller")), "POST", "/sp/campaigns/list", `{}`, 403, ""},
		{c.with("Authorization", "Bearer x"), "POST", "/sp/campaigns/list", `{}`, 401, "D2"},
		{c.with("Amazon-Advertising-Api-Scope", "1"), "POST", "/sp/campaigns/list", `{}`, 401, "D2"},
		{c.with("Authorization", "x"), "POST", "/sp/campaigns/list", `{}`, 403, "D4"},
		{s.as(kit.AgencyUser).on(s.profile(kit.AgencyUser, "US", "agency")), "POST", "/sp/campaigns/list", `{}`, 400, "D6"},
		{c, "GET", "/sp/campaigns/1", "", 404, "D7"},
		{c, "GET", "/sp/targets/categories", "", 200, ""},
	}
	compare(t, router, list)
	s.turn("ads.pace", "1m")
	for range 10 {
		c.list("")
	}
	compare(t, router, []comparison{{c, "POST", "/sp/campaigns/list", `{}`, 429, ""}})
}
