package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// v1 calls the Ads API v1.
func (c *caller) v1(verb, resource, body string) *httptest.ResponseRecorder {
	return c.plain().do("POST", "/adsApi/v1/"+verb+"/"+resource, body)
}

// A v1Result is a multi-status of v1.
type v1Result struct {
	Success []map[string]json.RawMessage
	Error   []struct {
		Index  int
		Errors []struct{ Code, Message, FieldLocation string }
	}
	PartialSuccess []any
}

// v1Campaign makes a campaign of v1; fields stand as v1 has them.
func v1Campaign(name string, more ...string) string {
	return fmt.Sprintf(`{"adProduct":"SPONSORED_PRODUCTS","name":%q,"state":"ENABLED","startDateTime":"2026-03-07T12:00:00Z","marketplaceScope":"SINGLE_MARKETPLACE",`+
		`"autoCreationSettings":{"autoCreateTargets":false},"budgets":[{"budgetType":"MONETARY","recurrenceTimePeriod":"DAILY","budgetValue":{"monetaryBudgetValue":`+
		`{"monetaryBudget":{"currencyCode":"USD","value":25.5}}}}]%s}`, name, strings.Join(append([]string{""}, more...), ","))
}

// made is the id of the only success of a v1 write.
func (c *caller) made(t testing.TB, resource, one, item string) string {
	t.Helper()
	w := c.v1("create", resource, `{"`+resource+`":[`+item+`]}`)
	r := read[v1Result](t, w)
	if w.Code != 207 || len(r.Success) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	id := read2[map[string]any](t, r.Success[0][one])[one+"Id"]
	return fmt.Sprint(id)
}

func read2[T any](t testing.TB, raw json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}

const onlyProducts = `"adProductFilter":{"include":["SPONSORED_PRODUCTS"]}`

// TestV1SeesV3 holds that everything that the world begins with is seen through v1, and what is made through v1 through v3, mapped as in ads-lwa 6.3.
func TestV1SeesV3(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.page_size", "1000")
	c := s.shop()
	count := func(resource, more string) int {
		return len(read[map[string][]any](t, c.v1("query", resource, `{`+onlyProducts+`,"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}`+more+`}`))[resource])
	}
	total := 0
	for _, u := range collections[2:] {
		total += len(u.listed(t, c, `{`+everything+`}`).items)
	}
	if n := count("targets", ""); n != total || total == 0 {
		t.Errorf("%d targets, want %d", n, total)
	}
	for resource, u := range map[string]under{"campaigns": spCampaigns, "adGroups": find(t, "adGroups"), "ads": find(t, "productAds")} {
		if n, want := count(resource, ""), len(u.listed(t, c, `{`+everything+`}`).items); n != want {
			t.Errorf("%d %s, want %d", n, resource, want)
		}
	}
	positive, negative := count("targets", `,"negativeFilter":{"include":[false]}`), count("targets", `,"negativeFilter":{"include":[true]}`)
	if positive+negative != total || positive == 0 || negative == 0 {
		t.Errorf("%d and %d of %d", positive, negative, total)
	}

	campaign := c.made(t, "campaigns", "campaign", v1Campaign("through v1", `"tags":[{"key":"team","value":"eu"}]`,
		`"optimizations":{"bidSettings":{"bidStrategy":"SALES_UP_AND_DOWN","bidAdjustments":{"placementBidAdjustments":[{"placement":"TOP_OF_SEARCH","percentage":30}]}}}`))
	const home = `"adProduct":"SPONSORED_PRODUCTS","state":"ENABLED",`
	group := c.made(t, "adGroups", "adGroup", `{`+home+`"campaignId":"`+campaign+`","name":"g","bid":{"defaultBid":0.75}}`)
	in := home + `"adGroupId":"` + group + `",`
	ad := c.made(t, "ads", "ad", `{`+in+`"adType":"PRODUCT_AD","creative":{"productCreative":{"productCreativeSettings":{"advertisedProduct":{"productIdType":"SKU","productId":"SKU-1"}}}}}`)
	keyword := c.made(t, "targets", "target", `{`+in+`"negative":false,"targetType":"KEYWORD","bid":{"bid":0.9},"targetDetails":{"keywordTarget":{"keyword":"red shoes","matchType":"PHRASE"}}}`)
	unwanted := c.made(t, "targets", "target", `{`+in+`"negative":true,"targetType":"KEYWORD","targetDetails":{"keywordTarget":{"keyword":"used","matchType":"EXACT"}}}`)
	above := c.made(t, "targets", "target", `{`+home+`"campaignId":"`+campaign+`","negative":true,"targetType":"PRODUCT","targetDetails":{"productTarget":{"matchType":"PRODUCT_EXACT","productIdType":"ASIN","product":{"productId":"B000000009"}}}}`)
	second := c.made(t, "adGroups", "adGroup", `{`+home+`"campaignId":"`+campaign+`","name":"products","bid":{"defaultBid":0.5}}`)
	category := c.made(t, "targets", "target", `{`+home+`"adGroupId":"`+second+`","negative":false,"targetType":"PRODUCT_CATEGORY","targetDetails":{"productCategoryTarget":{"productCategoryRefinement":{"productCategoryRefinement":{"productCategoryId":"77","productPriceGreaterThan":10,"productPriceLessThan":20.5}}}}}`)

	for _, tt := range []struct{ list, filter, id, want string }{
		{"campaigns", "campaignIdFilter", campaign, `"name":"through v1","state":"ENABLED","targetingType":"MANUAL","startDate":"2026-03-07","budget":{"budget":25.5,"budgetType":"DAILY","effectiveBudget":25.5},"dynamicBidding":{"strategy":"AUTO_FOR_SALES","placementBidding":[{"placement":"PLACEMENT_TOP","percentage":30}]},"tags":{"team":"eu"}`},
		{"adGroups", "adGroupIdFilter", group, `"name":"g","state":"ENABLED","defaultBid":0.75`},
		{"productAds", "adIdFilter", ad, `"sku":"SKU-1","state":"ENABLED"`},
		{"keywords", "keywordIdFilter", keyword, `"keywordText":"red shoes","matchType":"PHRASE","state":"ENABLED","bid":0.9`},
		{"negativeKeywords", "negativeKeywordIdFilter", unwanted, `"keywordText":"used","matchType":"NEGATIVE_EXACT"`},
		{"campaignNegativeTargetingClauses", "campaignNegativeTargetIdFilter", above, `"expression":[{"type":"ASIN_SAME_AS","value":"B000000009"}]`},
		{"targetingClauses", "targetIdFilter", category, `"expression":[{"type":"ASIN_CATEGORY_SAME_AS","value":"77"},{"type":"ASIN_PRICE_BETWEEN","value":"10-20.5"}]`},
	} {
		u := spCampaigns
		if tt.list != "campaigns" {
			u = find(t, tt.list)
		}
		if got := u.find(c, `{"`+tt.filter+`":{"include":["`+tt.id+`"]}}`).Body.String(); !strings.Contains(got, tt.want) {
			t.Errorf("%s through v3: %s\nwant %s", tt.list, got, tt.want)
		}
	}
	if got := c.v1("query", "targets", `{`+onlyProducts+`,"targetIdFilter":{"include":["`+category+`"]}}`).Body.String(); !strings.Contains(got, `"productPriceGreaterThan":10,"productPriceLessThan":20.5`) {
		t.Errorf("the category through v1: %s", got)
	}

	// And back: what v3 changes, v1 tells, and the other way round.
	c.do("PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"`+campaign+`","state":"PAUSED","name":"through v3"}]}`)
	if got := c.v1("query", "campaigns", `{`+onlyProducts+`,"nameFilter":{"include":["through v3"],"queryTermMatchType":"EXACT_MATCH"}}`).Body.String(); !strings.Contains(got, `"state":"PAUSED","status":{"deliveryStatus":"NOT_DELIVERING","deliveryReasons":["CAMPAIGN_PAUSED"]}`) {
		t.Errorf("%s", got)
	}
	c.v1("update", "targets", `{"targets":[{"targetId":"`+keyword+`","state":"PAUSED","bid":{"bid":1.25}}]}`)
	if got := find(t, "keywords").find(c, `{"keywordIdFilter":{"include":["`+keyword+`"]}}`).Body.String(); !strings.Contains(got, `"state":"PAUSED","bid":1.25`) {
		t.Errorf("%s", got)
	}
	c.v1("delete", "targets", `{"targetIds":["`+keyword+`","`+above+`"]}`)
	if got := find(t, "keywords").find(c, `{"stateFilter":{"include":["ARCHIVED"]}}`).Body.String(); !strings.Contains(got, keyword) {
		t.Errorf("%s", got)
	}
}

// TestV1Errors holds v1's codes and locations (ads-lwa 6.4).
func TestV1Errors(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	id := c.made(t, "campaigns", "campaign", v1Campaign("errors"))
	gone := c.made(t, "campaigns", "campaign", v1Campaign("gone"))
	c.v1("delete", "campaigns", `{"campaignIds":["`+gone+`"]}`)
	for _, tt := range []struct{ verb, resource, item, code, at string }{
		{"create", "campaigns", `{"adProduct":"SPONSORED_PRODUCTS","name":"x","state":"ENABLED"}`, "FIELD_VALUE_IS_NULL", "campaigns[0].autoCreationSettings.autoCreateTargets"},
		{"create", "campaigns", v1Campaign("errors"), "FIELD_VALUE_NOT_UNIQUE", "campaigns[0].name"},
		{"create", "campaigns", strings.Replace(v1Campaign("low"), "25.5", "0.1", 1), "FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT", "campaigns[0].budgets[0]"},
		{"create", "campaigns", strings.Replace(v1Campaign("past"), "2026-03-07", "2020-03-07", 1), "DATE_CANNOT_BE_IN_PAST", "campaigns[0].startDateTime"},
		{"create", "campaigns", strings.Replace(v1Campaign("other"), "SPONSORED_PRODUCTS", "AMAZON_DSP", 1), "FEATURE_NOT_AVAILABLE", "campaigns[0].adProduct"},
		{"create", "campaigns", v1Campaign("abroad", `"countries":["DE"]`), "UNSUPPORTED_MARKETPLACE", "campaigns[0].countries"},
		{"update", "campaigns", `{"campaignId":"1","name":"x"}`, "RESOURCE_ID_NOT_FOUND", "campaigns[0].campaignId"},
		{"update", "campaigns", `{"campaignId":"` + gone + `","name":"x"}`, "ARCHIVED_RESOURCE_CANNOT_EDIT", "campaigns[0].campaignId"},
		{"update", "campaigns", `{"campaignId":"` + id + `","name":" "}`, "FIELD_VALUE_IS_EMPTY", "campaigns[0].name"},
		{"create", "adGroups", `{"adProduct":"SPONSORED_PRODUCTS","campaignId":"` + gone + `","name":"x","state":"ENABLED","bid":{"defaultBid":1}}`, "ARCHIVED_PARENT_CANNOT_CREATE", "adGroups[0].campaignId"},
		{"create", "adGroups", `{"adProduct":"SPONSORED_PRODUCTS","campaignId":"` + id + `","name":"x","state":"ENABLED","bid":{"defaultBid":0.001}}`, "FIELD_VALUE_IS_OUT_OF_RANGE", "adGroups[0].bid.defaultBid"},
		{"create", "targets", `{"adProduct":"SPONSORED_PRODUCTS","adGroupId":"1","state":"ENABLED","negative":false,"targetType":"THEME","targetDetails":{"themeTarget":{"matchType":"KEYWORDS_CLOSE_MATCH"}}}`, "RESOURCE_ID_NOT_FOUND", "targets[0].adGroupId"},
		{"create", "ads", `{"adProduct":"SPONSORED_PRODUCTS","adGroupId":"1","state":"ENABLED","adType":"VIDEO","creative":{}}`, "FIELD_VALUE_IS_INVALID", "ads[0].adType"},
	} {
		w := c.v1(tt.verb, tt.resource, `{"`+tt.resource+`":[`+tt.item+`]}`)
		r := read[v1Result](t, w)
		if w.Code != 207 || len(r.Error) != 1 || r.Success == nil || r.PartialSuccess == nil || r.Error[0].Errors[0].Code != tt.code || r.Error[0].Errors[0].FieldLocation != tt.at {
			t.Errorf("%s %s %s: %d %s, want %s at %s", tt.verb, tt.resource, tt.item, w.Code, w.Body, tt.code, tt.at)
		}
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"no filter": c.v1("query", "campaigns", `{}`), "other product": c.v1("query", "campaigns", `{"adProductFilter":{"include":["AMAZON_DSP"]}}`),
		"bad token": c.v1("query", "ads", `{`+onlyProducts+`,"nextToken":"x"}`), "too many": c.v1("query", "ads", `{`+onlyProducts+`,"maxResults":1001}`),
		"no items": c.v1("create", "ads", `{"ads":[]}`), "no array": c.v1("delete", "ads", `{"adIds":"1"}`), "no body": c.v1("update", "ads", ``),
	} {
		if w.Code != 400 || !strings.HasPrefix(w.Body.String(), `{"code":"BAD_REQUEST","message":"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")).v1("create", "campaigns", `{"campaigns":[]}`); w.Code != 403 || !strings.Contains(w.Body.String(), `"code":"FORBIDDEN"`) {
		t.Errorf("a viewer: %d %s", w.Code, w.Body)
	}
	if w := c.v1("query", "campaigns", `{`+onlyProducts+`,"campaignIdFilter":{"include":["1"]}}`); w.Body.String() != `{"campaigns":[]}` {
		t.Errorf("nothing: %s", w.Body)
	}
}

func specV1(t *testing.T) {
	router := oracle(t, "ads-v1-all.json")
	s := start(t)
	c := s.shop().plain().with("Amazon-Ads-Clientid", s.world.Profile(kit.Shop).ClientID)
	campaign := c.made(t, "campaigns", "campaign", v1Campaign("spec"))
	const home = `"adProduct":"SPONSORED_PRODUCTS","state":"ENABLED",`
	group := c.made(t, "adGroups", "adGroup", `{`+home+`"campaignId":"`+campaign+`","name":"g","bid":{"defaultBid":0.75}}`)
	items := map[string]string{
		"campaigns": v1Campaign("other"), "adGroups": `{` + home + `"campaignId":"` + campaign + `","name":"h","bid":{"defaultBid":0.75}}`,
		"ads":     `{` + home + `"adGroupId":"` + group + `","adType":"PRODUCT_AD","creative":{"productCreative":{"productCreativeSettings":{"advertisedProduct":{"productIdType":"SKU","productId":"SKU-1"}}}}}`,
		"targets": `{` + home + `"adGroupId":"` + group + `","negative":false,"targetType":"KEYWORD","targetDetails":{"keywordTarget":{"keyword":"red shoes","matchType":"PHRASE"}}}`,
	}
	for resource, item := range items {
		path := "/adsApi/v1/"
		key := strings.TrimSuffix(resource, "s") + "Id"
		compare(t, router, []comparison{
			{c, "POST", path + "query/" + resource, `{` + onlyProducts + `,"maxResults":1000,"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}}`, 200, ""},
			{c, "POST", path + "query/" + resource, `{` + onlyProducts + `,"maxResults":1}`, 200, ""},
			{c, "POST", path + "query/" + resource, `{}`, 400, ""},
			{c, "POST", path + "create/" + resource, `{"` + resource + `":[` + item + `]}`, 207, ""},
			{c, "POST", path + "create/" + resource, `{"` + resource + `":[` + item + `]}`, 207, ""},
			{c, "POST", path + "create/" + resource, `{"` + resource + `":[` + item + `,` + item + `]}`, 207, "D11"},
			{c, "POST", path + "update/" + resource, `{"` + resource + `":[{"` + key + `":"1","state":"PAUSED"}]}`, 207, ""},
			{c, "POST", path + "delete/" + resource, `{"` + key + `s":["1"]}`, 207, ""},
			{c.with("Authorization", "Bearer x"), "POST", path + "query/" + resource, `{}`, 401, "D2"},
		})
	}
	for _, p := range s.profiles() {
		if p.Users[0] == kit.Advertiser {
			other := s.as(kit.Advertiser).on(p).plain().with("Amazon-Ads-Clientid", s.world.Profile(kit.Shop).ClientID)
			for resource := range items {
				for _, only := range []string{onlyProducts, onlyBrands, onlyDisplay} {
					compare(t, router, []comparison{{other, "POST", "/adsApi/v1/query/" + resource, `{` + only + `,"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}}`, 200, ""}})
				}
			}
		}
	}
	for _, product := range []string{"SPONSORED_BRANDS", "SPONSORED_DISPLAY"} {
		campaign, group := c.v1Home(t, product, "spec")
		for _, item := range v1Items(product, campaign, group) {
			key := strings.TrimSuffix(item.resource, "s") + "Id"
			id := c.made(t, item.resource, strings.TrimSuffix(item.resource, "s"), item.called("one").body)
			compare(t, router, []comparison{
				{c, "POST", "/adsApi/v1/create/" + item.resource, `{"` + item.resource + `":[` + item.called("two").body + `]}`, 207, ""},
				{c, "POST", "/adsApi/v1/query/" + item.resource, `{"adProductFilter":{"include":["` + product + `"]},"` + key + `Filter":{"include":["` + id + `"]}}`, 200, ""},
				{c, "POST", "/adsApi/v1/update/" + item.resource, `{"` + item.resource + `":[{"` + key + `":"` + id + `","state":"PAUSED"}]}`, 207, ""},
				{c, "POST", "/adsApi/v1/delete/" + item.resource, `{"` + key + `s":["` + id + `"]}`, 207, ""},
				{c, "POST", "/adsApi/v1/update/" + item.resource, `{"` + item.resource + `":[{"` + key + `":"` + id + `","state":"ENABLED"}]}`, 207, ""},
				{c, "POST", "/adsApi/v1/query/" + item.resource, `{"adProductFilter":{"include":["` + product + `"]},"stateFilter":{"include":["ARCHIVED"]}}`, 200, ""},
			})
		}
	}
}

// FuzzV1 holds that no body brings about a server error in v1.
func FuzzV1(f *testing.F) {
	for _, seed := range []string{
		v1Campaign("fuzz"), `{"budgets":[[]],"tags":[{"key":5}],"optimizations":[]}`, `{"targetType":"PRODUCT","negative":false,"targetDetails":{"productTarget":{"matchType":"PRODUCT_EXACT","productIdType":"ASIN"}}}`,
		`{"targetType":"PRODUCT_CATEGORY","negative":true,"targetDetails":{"productCategoryTarget":{"productCategoryRefinement":{"productCategoryRefinement":{"productPriceLessThan":1e300}}}}}`,
		`null`, `{"adProductFilter":{"include":["SPONSORED_PRODUCTS"]},"negativeFilter":{"include":[true]},"matchTypeFilter":{"include":["BROAD"]}}`, `{"bid":null,"startDateTime":"x","endDateTime":null,"name":"\ud800"}`,
	} {
		f.Add(uint8(0), seed)
	}
	for n, product := range adProducts[1:] {
		for _, i := range v1Items(product, "1", "1") {
			f.Add(uint8(n+1), i.called("fuzz").body)
		}
	}
	s := start(f)
	c := s.shop()
	home := map[string][2]string{}
	campaign, group := c.campaign(f, "fuzz", "MANUAL")
	home[adProducts[0]] = [2]string{campaign, group}
	for _, product := range adProducts[1:] {
		campaign, group := c.v1Home(f, product, "fuzz")
		home[product] = [2]string{campaign, group}
	}
	f.Fuzz(func(t *testing.T, n uint8, item string) {
		product := adProducts[int(n)%len(adProducts)]
		only := `"adProductFilter":{"include":["` + product + `"]},"maxResults":3`
		check := func(w *httptest.ResponseRecorder) {
			if (w.Code != 200 && w.Code != 207 && w.Code != 400) || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%q: %d %s", item, w.Code, w.Body)
			}
		}
		for _, resource := range v1Resources {
			check(c.v1("delete", resource, item))
			check(c.v1("query", resource, item))
			within := strings.Replace(item, "{", fmt.Sprintf(`{"adProduct":%q,"state":"ENABLED","campaignId":%q,"adGroupId":%q,`, product, home[product][0], home[product][1]), 1)
			w := c.v1("create", resource, `{"`+resource+`":[`+item+`,`+within+`]}`)
			check(w)
			if w.Code == 207 {
				for _, done := range read[v1Result](t, w).Success {
					one := strings.TrimSuffix(resource, "s")
					id := read2[map[string]any](t, done[one])[one+"Id"]
					check(c.v1("update", resource, fmt.Sprintf(`{%q:[%s]}`, resource, strings.Replace(item, "{", fmt.Sprintf(`{"%sId":%q,`, one, id), 1))))
					check(c.v1("delete", resource, fmt.Sprintf(`{"%sIds":[%q]}`, one, id)))
				}
			}
			check(c.v1("query", resource, strings.Replace(item, "{", `{`+only+`,`, 1)))
			check(c.v1("query", resource, `{`+only+`,"stateFilter":{"include":["ARCHIVED"]}}`))
		}
	})
}
