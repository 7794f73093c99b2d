package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// exporter is the caller with the media types of an export.
func (c *caller) exporter(kind string) *caller {
	media := "application/vnd." + strings.ToLower(kind) + "export.v1+json"
	return c.with("Content-Type", media).with("Accept", media)
}

type wireExport struct {
	ExportID, Status, URL, URLExpiresAt string
	FileSize                            int
	Error                               *struct{ ErrorCode, Message string }
}

// exported makes an export and reads its file.
func (c *caller) exported(t testing.TB, kind, body string) []map[string]any {
	t.Helper()
	e := c.exporter(kind)
	w := e.do("POST", "/"+kind+"/export", body)
	if w.Code != 202 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got := read[wireExport](t, e.get("/exports/"+read[wireExport](t, w).ExportID))
	if got.Status != "COMPLETED" {
		t.Fatalf("%+v", got)
	}
	var all []map[string]any
	if err := json.Unmarshal([]byte(unpacked(t, c.s.download(got.URL, nil))), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestExports holds that an export has everything that the lists have, with the states asked for, and goes through its states.
func TestExports(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.page_size", "1000")
	c := s.shop()
	e := c.exporter("campaigns")
	made := read[wireExport](t, e.do("POST", "/campaigns/export", `{}`))
	if got := read[wireExport](t, e.get("/exports/"+made.ExportID)); got.Status != "PROCESSING" || got.URL != "" {
		t.Errorf("%+v", got)
	}
	for _, w := range []*httptest.ResponseRecorder{c.exporter("ads").get("/exports/" + made.ExportID), e.with("Accept", "application/json").do("POST", "/campaigns/export", `{}`)} {
		if w.Code != 406 {
			t.Errorf("another Accept: %d %s", w.Code, w.Body)
		}
	}
	for range 4 {
		e.do("POST", "/campaigns/export", `{}`)
	}
	if w := e.do("POST", "/campaigns/export", `{}`); w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("a sixth at once: %d %s", w.Code, w.Body)
	}
	s.world.Clock.Advance(time.Minute)
	s.turn("ads.report_progress", "at_once")
	c = s.shop()
	const states = `"stateFilter":["ENABLED","PAUSED","ARCHIVED"]`
	const all = `{` + everything + `}`
	count := func(list []map[string]any, product string) (n int) {
		for _, x := range list {
			if x["adProduct"] == product {
				n++
			}
		}
		return n
	}
	for kind, lists := range map[string][]under{
		"campaigns": {spCampaigns}, "adGroups": {find(t, "adGroups")}, "ads": {find(t, "productAds")}, "targets": collections[2:],
	} {
		want := 0
		for _, u := range lists {
			want += len(u.listed(t, c, all).items)
		}
		got := c.exported(t, kind, `{`+states+`}`)
		if n := count(got, products); n != want || count(got, "SPONSORED_BRANDS") == 0 || count(got, "SPONSORED_DISPLAY") == 0 {
			t.Errorf("%s: %d of Sponsored Products, want %d, in %d", kind, n, want, len(got))
		}
		for _, x := range got {
			if x["state"] == nil || x["deliveryStatus"] == nil || x["creationDateTime"] == nil {
				t.Fatalf("%s: %v", kind, x)
			}
		}
		if some := c.exported(t, kind, `{"adProductFilter":["SPONSORED_BRANDS"]}`); count(some, "SPONSORED_BRANDS") != len(some) {
			t.Errorf("%s of one product: %d", kind, len(some))
		}
	}
	for _, x := range c.exported(t, "targets", `{"negativeFilter":[true],"targetLevelFilter":["CAMPAIGN"],"targetTypeFilter":["KEYWORD"]}`) {
		if x["negative"] != true || x["targetLevel"] != "CAMPAIGN" || x["targetType"] != "KEYWORD" {
			t.Errorf("%v", x)
		}
	}
	s.turn("ads.report_end", "failed")
	e = c.exporter("ads")
	failed := read[wireExport](t, e.get("/exports/"+read[wireExport](t, e.do("POST", "/ads/export", `{}`)).ExportID))
	if failed.Status != "FAILED" || failed.Error == nil || failed.Error.ErrorCode != "INTERNAL_ERROR" {
		t.Errorf("%+v", failed)
	}
}

func specExports(t *testing.T) {
	router := oracle(t, "exports.json")
	s := start(t)
	s.turn("ads.report_progress", "polls")
	c := s.shop()
	for _, kind := range []string{"campaigns", "adGroups", "ads", "targets"} {
		e := c.exporter(kind)
		openapi3filter.RegisterBodyDecoder(e.header.Get("Accept"), openapi3filter.RegisteredBodyDecoder("application/json"))
		id := read[wireExport](t, e.do("POST", "/"+kind+"/export", `{}`)).ExportID
		compare(t, router, []comparison{
			{e, "POST", "/" + kind + "/export", `{"adProductFilter":["SPONSORED_PRODUCTS"],"stateFilter":["ENABLED"]}`, 202, ""},
			{e, "POST", "/" + kind + "/export", `{"stateFilter":["LIVE"]}`, 400, ""},
			{e, "GET", "/exports/" + id, ``, 200, ""},
			{e, "GET", "/exports/" + id, ``, 200, ""},
			{e, "GET", "/exports/" + id, ``, 200, ""},
			{e, "GET", "/exports/none", ``, 404, ""},
			{e.with("Accept", "text/html"), "GET", "/exports/" + id, ``, 406, ""},
			{e.with("Authorization", "Bearer x"), "GET", "/exports/" + id, ``, 401, "D2"},
		})
	}
}

// tester is a user without real accounts whose token may make test accounts.
func (s *sbx) tester() *caller {
	c := s.as(kit.SellerCentral).plain()
	c.header.Set("Authorization", "Bearer "+s.token(kit.Shop, kit.SellerCentral, "NA", "advertising::test:create_account", "advertising::campaign_management"))
	return c
}

// TestTestAccounts holds that a test account is made after a while, becomes a profile that works, and is refused to users with real accounts.
func TestTestAccounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.tester()
	const vendor = `{"countryCode":"DE","accountType":"VENDOR","accountMetaData":{"vendorCode":"ABCDE"}}`
	made := read[struct{ RequestID string }](t, c.do("POST", "/testAccounts", vendor))
	get := func() string { return c.get("/testAccounts?requestId=" + made.RequestID).Body.String() }
	if got := get(); got != `[{"accountType":"VENDOR","countryCode":"DE","status":"IN_PROGRESS"}]` {
		t.Errorf("at once: %s", got)
	}
	if w := c.do("POST", "/testAccounts", vendor); w.Code != 422 {
		t.Errorf("the same again: %d %s", w.Code, w.Body)
	}
	if w := c.in("eu").get("/v2/profiles"); w.Body.String() != "[]" {
		t.Errorf("profiles before it is ready: %s", w.Body)
	}
	s.world.Clock.Advance(time.Minute)
	if got := get(); !strings.Contains(got, `"status":"COMPLETED"`) || strings.Count(got, `"B0`) != 3 {
		t.Errorf("later: %s", got)
	}
	list := read[[]struct{ ProfileID json.Number }](t, c.in("eu").get("/v2/profiles"))
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	p := profile{ID: fmt.Sprint(list[0].ProfileID), Region: "EU"}
	if w := c.on(p).do("POST", "/sp/campaigns", item(`name:"test"`)); w.Code != 207 || !strings.Contains(w.Body.String(), `"campaignId"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"no scope":       s.as(kit.SellerCentral).plain().do("POST", "/testAccounts", vendor),
		"a real account": s.realTester().do("POST", "/testAccounts", vendor),
		"a seller":       c.do("POST", "/testAccounts", `{"countryCode":"US","accountType":"SELLER"}`),
		"no vendor code": c.do("POST", "/testAccounts", `{"countryCode":"US","accountType":"VENDOR"}`),
		"no country":     c.do("POST", "/testAccounts", `{"countryCode":"XX","accountType":"AUTHOR"}`),
		"unknown":        c.get("/testAccounts?requestId=none"),
	} {
		if w.Code < 400 || w.Code >= 500 || !strings.HasPrefix(w.Body.String(), `{"code":"`) || !strings.Contains(w.Body.String(), `"details":"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := c.do("POST", "/testAccounts", `{"countryCode":"US","accountType":"AUTHOR"}`); w.Code != 200 {
		t.Errorf("an author: %d %s", w.Code, w.Body)
	}
	s.world.Clock.Advance(time.Minute)
	author := read[[]struct{ ProfileID json.Number }](t, c.in("na").get("/v2/profiles"))
	a := c.on(profile{ID: fmt.Sprint(author[0].ProfileID), Region: "NA"}).plain()
	if w := a.get("/sb/keywords"); w.Code != 400 || !strings.Contains(w.Body.String(), "KDP authors do not have access") {
		t.Errorf("an author's Sponsored Brands: %d %s", w.Code, w.Body)
	}
	if w := a.v1("create", "campaigns", `{"campaigns":[`+v1Other("SPONSORED_BRANDS", "book")+`]}`); !strings.Contains(w.Body.String(), `"code":"FEATURE_NOT_AVAILABLE","message":"KDP authors do not have access`) {
		t.Errorf("v1: %d %s", w.Code, w.Body)
	}
}

// realTester is a user with real accounts whose token may make test accounts.
func (s *sbx) realTester() *caller {
	c := s.as(kit.Advertiser).plain()
	c.header.Set("Authorization", "Bearer "+s.token(kit.Shop, kit.Advertiser, "NA", "advertising::test:create_account", "advertising::campaign_management"))
	return c
}

func specTestAccounts(t *testing.T) {
	router := oracle(t, "test-accounts.json")
	s := start(t)
	c := s.tester()
	const vendor = `{"countryCode":"DE","accountType":"VENDOR","accountMetaData":{"vendorCode":"ABCDE"}}`
	compare(t, router, []comparison{
		{c, "POST", "/testAccounts", vendor, 200, ""},
		{c, "POST", "/testAccounts", vendor, 422, ""},
		{c, "POST", "/testAccounts", `{}`, 400, ""},
		{c, "GET", "/testAccounts", ``, 200, ""},
		{c, "GET", "/testAccounts?requestId=none", ``, 404, ""},
	})
	s.world.Clock.Advance(time.Minute)
	compare(t, router, []comparison{{c, "GET", "/testAccounts", ``, 200, ""}, {s.as(kit.SellerCentral).plain(), "POST", "/testAccounts", vendor, 401, "D10"}})
}

// TestDeadRoutes holds that what Amazon has switched off answers as it does today (ads-lwa 2.1, 2.5, 5.2, 5.3, 6.1).
func TestDeadRoutes(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	for _, path := range []string{
		"GET /v1/profiles", "PUT /v2/profiles/register", "PUT /v2/profiles/registerBrand", "GET /v2/sp/campaigns", "POST /v2/sp/campaigns/snapshot", "POST /v2/hsa/campaigns/snapshot",
		"POST /sd/campaigns/snapshot", "POST /sd/campaigns/report", "POST /v2/hsa/campaigns/report", "GET /v2/portfolios", "GET /v2/reports/1", "GET /v2/reports/1/download",
	} {
		method, rest, _ := strings.Cut(path, " ")
		if w := c.plain().do(method, rest, `{}`); w.Code != 404 || !strings.Contains(w.Body.String(), `"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api.amazon.com`+rest) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/v2/profiles", "/sp/campaigns/list"} {
		r := httptest.NewRequest("GET", "http://advertising-api-test.amazon.com"+path, nil)
		r.Header = c.header
		w := httptest.NewRecorder()
		s.front.ServeHTTP(w, r)
		if w.Code != 503 || !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("the test host: %d %s", w.Code, w.Body)
		}
	}
}

// FuzzExport holds that no filter brings about a server error.
func FuzzExport(f *testing.F) {
	for _, seed := range []string{`{}`, `{"stateFilter":[]}`, `{"negativeFilter":[null,true]}`, `{"targetTypeFilter":["KEYWORD"]}`, `null`, ``, `{"adProductFilter":["SPONSORED_BRANDS","SPONSORED_BRANDS"]}`} {
		f.Add(seed)
	}
	s := start(f)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	f.Fuzz(func(t *testing.T, body string) {
		for _, kind := range []string{"campaigns", "adGroups", "ads", "targets"} {
			w := c.exporter(kind).do("POST", "/"+kind+"/export", body)
			if (w.Code != 202 && w.Code != 400) || !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%q: %d %s", body, w.Code, w.Body)
			}
			if w.Code == 202 {
				if got := read[wireExport](t, c.exporter(kind).get("/exports/"+read[wireExport](t, w).ExportID)); !json.Valid([]byte(unpacked(t, s.download(got.URL, nil)))) {
					t.Errorf("%q: the file is no JSON", body)
				}
			}
		}
	})
}
