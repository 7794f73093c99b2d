package adsfake_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type wireProfile struct {
	ProfileID    int64    `json:"profileId"`
	CountryCode  string   `json:"countryCode"`
	CurrencyCode string   `json:"currencyCode"`
	DailyBudget  *float64 `json:"dailyBudget"`
	Timezone     string   `json:"timezone"`
	AccountInfo  struct {
		MarketplaceStringID string `json:"marketplaceStringId"`
		ID                  string `json:"id"`
		Type                string `json:"type"`
		Name                string `json:"name"`
		ValidPaymentMethod  *bool  `json:"validPaymentMethod"`
	} `json:"accountInfo"`
}

// kinds lists what an answer of /v2/profiles holds as "US seller".
func kinds(t *testing.T, w *httptest.ResponseRecorder) []string {
	t.Helper()
	all := []string{}
	for _, p := range read[[]wireProfile](t, w) {
		all = append(all, p.CountryCode+" "+p.AccountInfo.Type)
	}
	return all
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	s := start(t)
	na := []string{"US seller", "US vendor", "CA seller", "MX vendor"}
	for _, tt := range []struct {
		user, region, query string
		want                []string
	}{
		{kit.Advertiser, "na", "", na},
		{kit.Advertiser, "na", "?accessLevel=edit", na},
		{kit.Advertiser, "na", "?accessLevel=view&apiProgram=billing", na},
		{kit.Advertiser, "eu", "", []string{"UK seller", "DE seller", "DE vendor", "FR seller", "IT vendor"}},
		{kit.Advertiser, "fe", "", []string{"JP seller", "JP vendor", "AU seller"}},
		{kit.Advertiser, "na", "?profileTypeFilter=vendor", []string{"US vendor", "MX vendor"}},
		{kit.Advertiser, "na", "?profileTypeFilter=seller,vendor", na},
		{kit.Advertiser, "na", "?profileTypeFilter=agency", []string{}},
		{kit.Advertiser, "na", "?validPaymentMethodFilter=true", []string{"US seller", "US vendor", "CA seller"}},
		{kit.Advertiser, "na", "?validPaymentMethodFilter=false", []string{"MX vendor"}},
		{kit.ViewOnly, "na", "", []string{}},
		{kit.ViewOnly, "na", "?accessLevel=view", []string{"US seller"}},
		{kit.ViewOnly, "eu", "?accessLevel=view", []string{"DE seller"}},
		{kit.ViewOnly, "na", "?accessLevel=view&apiProgram=billing", []string{}},
		{kit.AgencyUser, "na", "", []string{"US agency"}},
		{kit.AgencyUser, "eu", "", []string{}},
		{kit.SellerCentral, "na", "?accessLevel=view", []string{}},
	} {
		w := s.as(tt.user).at(tt.region).get("/v2/profiles" + tt.query)
		if diff := cmp.Diff(tt.want, kinds(t, w)); diff != "" || w.Code != 200 {
			t.Errorf("%s in %s %s: %d (-want +got)\n%s", tt.user, tt.region, tt.query, w.Code, diff)
		}
	}
	for _, query := range []string{"?apiProgram=x", "?accessLevel=admin", "?profileTypeFilter=seller,x", "?validPaymentMethodFilter=yes"} {
		if w := s.as(kit.Advertiser).get("/v2/profiles" + query); w.Code != 400 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

// TestProfileWire holds the exact bytes of a profile, ids apart: order of keys, numbers, what sellers have and vendors
// have not (ads-lwa 2.5), and the headers of the gateway (2.3).
func TestProfileWire(t *testing.T) {
	t.Parallel()
	w := start(t).as(kit.Advertiser).get("/v2/profiles")
	shape := regexp.MustCompile(`"profileId":\d{16}`).ReplaceAllString(w.Body.String(), `"profileId":N`)
	shape = regexp.MustCompile(`"id":"(A|ENTITY)[A-Z2-7]{13}"`).ReplaceAllString(shape, `"id":"$1"`)
	want := `[{"profileId":N,"countryCode":"US","currencyCode":"USD","dailyBudget":999999999.0,"timezone":"America/Los_Angeles",` +
		`"accountInfo":{"marketplaceStringId":"ATVPDKIKX0DER","id":"A","type":"seller","name":"Example Shop"}},` +
		`{"profileId":N,"countryCode":"US","currencyCode":"USD","timezone":"America/Los_Angeles",` +
		`"accountInfo":{"marketplaceStringId":"ATVPDKIKX0DER","id":"ENTITY","type":"vendor","name":"Example Brand US","validPaymentMethod":true}},`
	if !strings.HasPrefix(shape, want) {
		t.Errorf("got  %s\nwant %s", shape, want)
	}
	h := w.Header()
	if rid := h.Get("X-Amz-Rid"); !regexp.MustCompile(`^[A-Z0-9]{20}$`).MatchString(rid) || h.Get("X-Amz-Request-Id") != rid {
		t.Errorf("request ids %q, %q", rid, h.Get("X-Amz-Request-Id"))
	}
	for name, want := range map[string]string{
		"X-Amzn-Requestid": "", "Content-Type": "application/json", "Server": "Server",
		"Vary": "Content-Type,Accept-Encoding,User-Agent", "Strict-Transport-Security": "max-age=47474747; includeSubDomains; preload",
	} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, h.Get(name), want)
		}
	}
}

func TestProfileByID(t *testing.T) {
	t.Parallel()
	s := start(t)
	mine, foreign := s.profile(kit.Advertiser, "JP", "seller"), s.profile(kit.AgencyUser, "US", "agency")
	c := s.as(kit.Advertiser).at("fe")
	if p := read[wireProfile](t, c.get("/v2/profiles/"+mine.ID)); p.CountryCode != "JP" || p.CurrencyCode != "JPY" {
		t.Errorf("got %+v", p)
	}
	for path, want := range map[string]int{foreign.ID: 401, "77": 404, "x": 400} {
		if w := c.get("/v2/profiles/" + path); w.Code != want {
			t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, want)
		}
	}
	if w := s.as(kit.Advertiser).at("na").get("/v2/profiles/" + mine.ID); w.Code != 401 {
		t.Errorf("from another region: %d %s", w.Code, w.Body)
	}
	s.turn("ads.unknown_profile", "401")
	if w := c.get("/v2/profiles/77"); w.Code != 401 {
		t.Errorf("with the switch: %d %s", w.Code, w.Body)
	}
}

func TestUpdateProfiles(t *testing.T) {
	t.Parallel()
	s := start(t)
	seller, vendor := s.profile(kit.Advertiser, "US", "seller"), s.profile(kit.Advertiser, "US", "vendor")
	c := s.as(kit.Advertiser).with("Content-Type", "application/json")
	body := `[{"profileId":` + seller.ID + `,"dailyBudget":50.5},{"profileId":` + vendor.ID + `,"dailyBudget":50},{"profileId":5,"dailyBudget":50},{"profileId":` +
		seller.ID + `},{"profileId":` + seller.ID + `,"dailyBudget":-1}]`
	w := c.do("PUT", "/v2/profiles", body)
	want := `[{"profileId":` + seller.ID + `,"code":"SUCCESS"},` +
		`{"profileId":` + vendor.ID + `,"code":"INVALID_ARGUMENT","details":"dailyBudget is only supported for seller profiles"},` +
		`{"profileId":5,"code":"INVALID_ARGUMENT","details":"No matching profile found"},` +
		`{"profileId":` + seller.ID + `,"code":"INVALID_ARGUMENT","details":"dailyBudget is required"},` +
		`{"profileId":` + seller.ID + `,"code":"INVALID_ARGUMENT","details":"dailyBudget is out of range"}]`
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("got  %d %s\nwant %s", w.Code, w.Body, want)
	}
	if got := read[[]wireProfile](t, c.get("/v2/profiles")); got[0].DailyBudget == nil || *got[0].DailyBudget != 50.5 {
		t.Errorf("not written: %+v", got[0])
	}
	s.turn("ads.profiles_put", "207")
	if w := c.do("PUT", "/v2/profiles", `[]`); w.Code != 207 || w.Body.String() != "[]" {
		t.Errorf("with the switch: %d %s", w.Code, w.Body)
	}
	view := s.as(kit.ViewOnly).with("Content-Type", "application/json")
	if w := view.do("PUT", "/v2/profiles", `[{"profileId":`+seller.ID+`,"dailyBudget":9}]`); !strings.Contains(w.Body.String(), "INVALID_ARGUMENT") {
		t.Errorf("a viewer wrote: %s", w.Body)
	}
	for _, bad := range []string{"", "{}", "null", "[1]", `[{"profileId":"1"}]`, `[{}]`, `[{"profileId":1,"dailyBudget":"x"}]`} {
		if w := c.do("PUT", "/v2/profiles", bad); w.Code != 400 {
			t.Errorf("%q: %d %s", bad, w.Code, w.Body)
		}
	}
}

// TestClientHeaderSpellings holds that both spellings are taken on every path, and both at once (ads-lwa 2.2).
func TestClientHeaderSpellings(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.world.Profile(kit.Shop).ClientID
	for _, c := range []*caller{
		s.shop(), s.shop().with("Amazon-Ads-ClientId", id),
		s.shop().without("Amazon-Advertising-Api-Clientid").with("Amazon-Ads-ClientId", id),
	} {
		for _, w := range []*httptest.ResponseRecorder{c.get("/v2/profiles"), c.list("")} {
			if w.Code != 200 {
				t.Errorf("%v: %d %s", c.header, w.Code, w.Body)
			}
		}
	}
}
