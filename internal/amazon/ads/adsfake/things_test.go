package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const (
	sbCampaign = "application/vnd.sbcampaignresource.v4+json"
	sbGroup    = "application/vnd.sbadgroupresource.v4+json"
	sbAd       = "application/vnd.sbadresource.v4+json"
)

// Sponsored Brands v4, spelt out here a second time (ads-lwa 4.2).
var brands = []under{
	{path: "/sb/v4/campaigns", media: sbCampaign, list: "campaigns", key: "campaignId", success: "campaignId", object: "campaign", deletes: "campaignIdFilter"},
	{path: "/sb/v4/adGroups", media: sbGroup, list: "adGroups", key: "adGroupId", success: "adGroupId", object: "adGroup", deletes: "adGroupIdFilter"},
	{path: "/sb/v4/ads", media: sbAd, list: "ads", key: "adId", success: "adId", object: "ad", deletes: "adIdFilter"},
}

const brandCampaign = `{"name":"brand #","state":"ENABLED","budget":50,"budgetType":"DAILY","startDate":"2026-03-07"}`

// brand makes a campaign with an ad group and a video ad.
func (c *caller) brand(t testing.TB, name string) (campaign, group, ad string) {
	t.Helper()
	campaign = brands[0].id(t, brands[0].post(c, strings.ReplaceAll(brandCampaign, "#", name)), 0)
	group = brands[1].id(t, brands[1].post(c, `{"campaignId":"`+campaign+`","name":"group","state":"ENABLED"}`), 0)
	w := c.of(brands[2]).do("POST", "/sb/v4/ads/video", `{"ads":[{"adGroupId":"`+group+`","name":"ad","state":"ENABLED","creative":{"asins":["B000000001"],"videoAssetIds":["a"]}}]}`)
	return campaign, group, brands[2].id(t, w, 0)
}

// plain returns the caller speaking plain JSON.
func (c *caller) plain() *caller {
	return c.with("Content-Type", "application/json").with("Accept", "application/json")
}

func specBrands(t *testing.T) {
	for _, u := range brands {
		openapi3filter.RegisterBodyDecoder(u.media, openapi3filter.RegisteredBodyDecoder("application/json"))
	}
	router := oracle(t, "sponsored-brands-v4.json")
	s := start(t)
	c := s.shop()
	campaign, group, ad := c.brand(t, "spec")
	ids := map[string]string{"campaigns": campaign, "adGroups": group, "ads": ad}
	compare(t, router, []comparison{
		{c, "GET", "/sb/targets/categories?supplySource=AMAZON", "", 200, ""},
		{c, "GET", "/sb/targets/categories?supplySource=AMAZON&includeOnlyRootCategories=true", "", 200, ""},
		{c, "GET", "/sb/targets/categories?supplySource=AMAZON&nextToken=x", "", 400, ""},
	})
	for _, u := range brands {
		caller := c.of(u)
		compare(t, router, []comparison{
			{caller, "POST", u.path + "/list", `{}`, 200, ""},
			{caller, "POST", u.path + "/list", `{"maxResults":1,"stateFilter":{"include":["ENABLED","PAUSED"]},"nameFilter":{"include":["brand"],"queryTermMatchType":"BROAD_MATCH"}}`, 200, ""},
			{caller, "POST", u.path + "/list", `{"nextToken":"x"}`, 400, ""},
			{caller, "POST", u.path + "/list", `{"stateFilter":5}`, 400, ""},
			{caller, "PUT", u.path, fmt.Sprintf(`{%q:[{%q:%q,"state":"PAUSED"},{%q:"1","name":"x"}]}`, u.list, u.key, ids[u.list], u.key), 207, ""},
			{caller, "PUT", u.path, fmt.Sprintf(`{%q:[{%q:%q,"name":"other"}]}`, u.list, u.key, ids[u.list]), 207, "D9"},
			{caller.with("Authorization", "Bearer x"), "POST", u.path + "/list", `{}`, 401, "D2"},
			{s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")).of(u), "PUT", u.path, fmt.Sprintf(`{%q:[]}`, u.list), 403, ""},
		})
	}
	compare(t, router, []comparison{
		{c.of(brands[0]), "POST", "/sb/v4/campaigns/list", `{"includeExtendedDataFields":true}`, 200, ""},
		{c.of(brands[1]), "POST", "/sb/v4/adGroups/list", `{"includeExtendedDataFields":true}`, 200, ""},
		{c.of(brands[0]), "POST", "/sb/v4/campaigns", `{"campaigns":[` + strings.ReplaceAll(brandCampaign, "#", "new") + `,{"name":"bad","state":"ENABLED","budget":0.5,"budgetType":"LIFETIME","startDate":"2020-01-01"}]}`, 207, ""},
		{c.of(brands[2]), "POST", "/sb/v4/ads/delete", `{"adIdFilter":{"include":["` + ad + `","1"]}}`, 207, ""},
		{c.of(brands[0]), "POST", "/sb/v4/campaigns/delete", `{"campaignIdFilter":{"include":["` + campaign + `","1"]}}`, 207, ""},
	})
}

func specDisplay(t *testing.T) {
	router := oracle(t, "sponsored-display-v3.yaml")
	s := start(t)
	c := s.shop().plain()
	ids := c.display(t, "spec")
	list := []comparison{
		{c, "POST", "/sd/campaigns", `[{"name":"one","tactic":"T00020","state":"enabled","budget":20,"startDate":"20260307"},{"name":"","tactic":"T00030","state":"enabled"}]`, 207, ""},
		{c, "POST", "/sd/campaigns", `{}`, 400, ""},
		{c.with("Authorization", "Bearer x"), "GET", "/sd/campaigns", ``, 401, ""},
		{s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")).plain(), "PUT", "/sd/campaigns", `[]`, 403, ""},
	}
	for _, path := range []string{"campaigns", "adGroups", "productAds", "targets", "negativeTargets"} {
		id := ids[path]
		key := map[string]string{"campaigns": "campaignId", "adGroups": "adGroupId", "productAds": "adId"}[path]
		if key == "" {
			key = "targetId"
		}
		list = append(list,
			comparison{c, "GET", "/sd/" + path, ``, 200, ""}, comparison{c, "GET", "/sd/" + path + "?stateFilter=enabled%2C%20paused&startIndex=0&count=1", ``, 200, ""},
			comparison{c, "GET", "/sd/" + path + "/extended", ``, 200, ""}, comparison{c, "GET", "/sd/" + path + "/extended/" + id, ``, 200, ""},
			comparison{c, "GET", "/sd/" + path + "/" + id, ``, 200, ""}, comparison{c, "GET", "/sd/" + path + "/1", ``, 404, ""},
			comparison{c, "PUT", "/sd/" + path, `[{"` + key + `":` + id + `,"state":"paused"}]`, 207, ""},
			comparison{c, "DELETE", "/sd/" + path + "/" + id, ``, 200, ""}, comparison{c, "DELETE", "/sd/" + path + "/" + id, ``, 400, ""},
		)
		if path != "targets" && path != "negativeTargets" {
			list = append(list, comparison{c, "GET", "/sd/" + path + "?count=x", ``, 422, ""})
		}
	}
	list = append(list, comparison{c, "GET", "/sd/creatives", ``, 200, ""}, comparison{c, "GET", "/sd/creatives?startIndex=1&count=1", ``, 200, ""},
		comparison{c, "GET", "/sd/creatives?creativeIdFilter=1&adGroupIdFilter=1", ``, 400, ""})
	compare(t, router, list)
}

// display makes one of everything in Sponsored Display, and tells its ids by path.
func (c *caller) display(t testing.TB, name string) map[string]string {
	t.Helper()
	ids := map[string]string{}
	make := func(path, key, item string) {
		w := c.do("POST", "/sd/"+path, "["+item+"]")
		rows := read[[]map[string]any](t, w)
		if w.Code != 207 || rows[0]["code"] != "SUCCESS" {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		ids[path] = string(read[[]map[string]json.RawMessage](t, w)[0][key])
	}
	make("campaigns", "campaignId", `{"name":"display `+name+`","tactic":"T00020","state":"enabled","budget":20,"startDate":"20260307"}`)
	make("adGroups", "adGroupId", `{"name":"g","campaignId":`+ids["campaigns"]+`,"state":"enabled","defaultBid":0.5}`)
	below := `"adGroupId":` + ids["adGroups"] + `,"state":"enabled"`
	make("productAds", "adId", `{"campaignId":`+ids["campaigns"]+`,"sku":"S1",`+below+`}`)
	make("targets", "targetId", `{"expressionType":"manual","expression":[{"type":"asinSameAs","value":"B000000001"}],"bid":0.5,`+below+`}`)
	make("negativeTargets", "targetId", `{"expressionType":"manual","expression":[{"type":"asinSameAs","value":"B000000002"}],`+below+`}`)
	return ids
}

// TestBrands holds the limits of Sponsored Brands v4: ten items, names, archiving that stays, parents.
func TestBrands(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	campaign, group, ad := c.brand(t, "one")
	for name, w := range map[string]*httptest.ResponseRecorder{
		"NAME_NOT_UNIQUE":             brands[0].post(c, strings.ReplaceAll(brandCampaign, "#", "one")),
		"PARENT_ENTITY_NOT_FOUND":     brands[1].post(c, `{"campaignId":"1","name":"x","state":"ENABLED"}`),
		"BUDGET_TOO_LOW":              brands[0].put(c, `{"campaignId":"`+campaign+`","budget":0.1}`),
		"INVALID_TARGET_STATE":        brands[1].put(c, `{"adGroupId":"`+group+`","state":"ARCHIVED"}`),
		"ENTITY_NOT_FOUND":            brands[2].put(c, `{"adId":"1","name":"x"}`),
		"END_DATE_EARLIER_THAN_TODAY": brands[0].put(c, `{"campaignId":"`+campaign+`","endDate":"2026-03-01"}`),
	} {
		if w.Code != 207 || !strings.Contains(w.Body.String(), `"reason":"`+name+`"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := brands[0].post(c, slices.Repeat([]string{brandCampaign}, 11)...); w.Code != 400 {
		t.Errorf("eleven items: %d %s", w.Code, w.Body)
	}
	if w := c.of(brands[2]).do("POST", "/sb/v4/ads/list", `{"adIdFilter":{"include":["`+ad+`"]}}`); !strings.Contains(w.Body.String(), `"type":"VIDEO"`) {
		t.Errorf("the ad says nothing of its form: %s", w.Body)
	}
	brands[0].remove(c, campaign)
	if w := brands[1].put(c, `{"adGroupId":"`+group+`","name":"x"}`); !strings.Contains(w.Body.String(), "PARENT_ARCHIVED_FORBIDS_UPDATES") {
		t.Errorf("below what is archived: %s", w.Body)
	}
	if w := brands[0].find(c, `{"stateFilter":{"include":["ARCHIVED"]}}`); !strings.Contains(w.Body.String(), campaign) || !strings.Contains(w.Body.String(), `"totalCount":1`) {
		t.Errorf("archived campaigns: %s", w.Body)
	}
}

// TestBrandKeywords holds keywords and targets of Sponsored Brands v3 to their own shapes.
func TestBrandKeywords(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	campaign, group, _ := c.brand(t, "words")
	p := c.plain()
	home := `"campaignId":` + campaign + `,"adGroupId":` + group
	w := p.do("POST", "/sb/keywords", `[{`+home+`,"keywordText":"red shoes","matchType":"broad","state":"enabled","bid":0.8},{`+home+`,"keywordText":"red shoes","matchType":"BROAD","state":"enabled"}]`)
	rows := read[[]map[string]json.RawMessage](t, w)
	if w.Code != 207 || string(rows[0]["code"]) != `"SUCCESS"` || string(rows[1]["code"]) != `"INVALID_ARGUMENT"` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	id := string(rows[0]["keywordId"])
	for _, call := range [][4]string{
		{"GET", "/sb/keywords?campaignIdFilter=" + campaign, "", `[{"keywordId":` + id + `,"campaignId":` + campaign + `,"adGroupId":` + group + `,"keywordText":"red shoes","matchType":"broad","bid":0.8,"state":"enabled"}]`},
		{"PUT", "/sb/keywords", `[{"keywordId":` + id + `,"state":"paused","bid":1}]`, `[{"keywordId":` + id + `,"code":"SUCCESS"}]`},
		{"GET", "/sb/keywords/" + id, "", `{"keywordId":` + id + `,"campaignId":` + campaign + `,"adGroupId":` + group + `,"keywordText":"red shoes","matchType":"broad","bid":1,"state":"paused"}`},
		{"DELETE", "/sb/keywords/" + id, "", `{"keywordId":` + id + `,"code":"SUCCESS"}`},
		{"GET", "/sb/keywords?stateFilter=enabled&campaignIdFilter=" + campaign, "", `[]`},
	} {
		if w := p.do(call[0], call[1], call[2]); w.Body.String() != call[3] {
			t.Errorf("%s %s: %d %s, want %s", call[0], call[1], w.Code, w.Body, call[3])
		}
	}
	w = p.do("POST", "/sb/targets", `{"targets":[{`+home+`,"state":"enabled","expressions":[{"type":"asinSameAs","value":"B000000001"}],"bid":0.5},{`+home+`,"state":"enabled","expressions":[{"type":"none"}]}]}`)
	made := read[struct {
		CreateTargetSuccessResults, CreateTargetErrorResults []map[string]json.RawMessage
	}](t, w)
	if w.Code != 207 || len(made.CreateTargetSuccessResults) != 1 || len(made.CreateTargetErrorResults) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := p.do("POST", "/sb/targets/list", `{"maxResults":5,"filters":[{"filterType":"CAMPAIGN_ID","values":["`+campaign+`"]}]}`); w.Code != 200 || strings.Count(w.Body.String(), `"targetId"`) != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	first := read[struct {
		NextToken string
		Targets   []any
	}](t, p.do("POST", "/sb/targets/list", `{"maxResults":1}`))
	if len(first.Targets) != 1 || first.NextToken == "" {
		t.Errorf("%+v", first)
	}
}

// TestBrandAndDisplayReportsAddUp holds that all types of Sponsored Brands and Sponsored Display tell of the same traffic.
func TestBrandAndDisplayReportsAddUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "DE", "vendor"))
	for product, kinds := range map[string][][2]string{
		"SPONSORED_BRANDS":  {{"sbCampaigns", "campaign"}, {"sbAdGroup", "adGroup"}, {"sbAds", "ads"}, {"sbTargeting", "targeting"}, {"sbCampaignPlacement", "campaign"}},
		"SPONSORED_DISPLAY": {{"sdCampaigns", "campaign"}, {"sdAdGroup", "adGroup"}, {"sdTargeting", "targeting"}, {"sdAdvertisedProduct", "advertiser"}, {"sdCampaigns", "matchedTarget"}},
	} {
		columns := "date campaignId impressions clicks cost purchases purchasesClicks sales unitsSold newToBrandPurchases detailPageViews addToCart brandedSearches"
		want := c.rows(t, kinds[0][0], product, kinds[0][1], columns, "DAILY", first, last)
		for _, kind := range kinds[1:] {
			got := c.rows(t, kind[0], product, kind[1], columns, "DAILY", first, last)
			for _, m := range strings.Fields(columns)[2:] {
				if a, b := sum(t, want, m), sum(t, got, m); a != b || a == 0 {
					t.Errorf("%s by %s: %s is %d, want %d", kind[0], kind[1], m, b, a)
				}
			}
		}
	}
}

// TestAnyDisplayWrites is the property that after any sequence of writes the lists of Sponsored Display and Sponsored Brands tell what the
// successes said, once each and in order, whatever the size of the pages.
func TestAnyDisplayWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := start(t)
		c := s.shop().plain()
		ids := c.display(t, "any")
		keys := map[string]string{"campaigns": "campaignId", "adGroups": "adGroupId", "productAds": "adId", "targets": "targetId", "negativeTargets": "targetId"}
		paths := []string{"campaigns", "adGroups", "productAds", "targets", "negativeTargets"}
		state, order := map[string]string{}, map[string][]string{}
		for _, path := range paths {
			for _, x := range read[[]map[string]json.RawMessage](t, c.get("/sd/"+path)) {
				id := string(x[keys[path]])
				order[path], state[id] = append(order[path], id), strings.Trim(string(x["state"]), `"`)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) {
				path, n := rapid.SampledFrom(paths).Draw(rt, "path"), rapid.IntRange(1, 9).Draw(rt, "n")
				item := map[string]string{
					"campaigns": fmt.Sprintf(`{"name":"n%d","tactic":"T00030","state":"enabled","budget":9}`, n), "adGroups": fmt.Sprintf(`{"name":"g%d","campaignId":%s,"state":"paused"}`, n, ids["campaigns"]),
					"productAds": fmt.Sprintf(`{"campaignId":%s,"adGroupId":%s,"sku":"S%d","state":"enabled"}`, ids["campaigns"], ids["adGroups"], n),
				}[path]
				if item == "" {
					item = fmt.Sprintf(`{"adGroupId":%s,"state":"enabled","expressionType":"manual","expression":[{"type":"asinSameAs","value":"B00000000%d"}]}`, ids["adGroups"], n)
				}
				made := read[[]map[string]json.RawMessage](t, c.do("POST", "/sd/"+path, "["+item+"]"))[0]
				if id := string(made[keys[path]]); id != "" {
					order[path], state[id] = append(order[path], id), map[bool]string{true: "paused", false: "enabled"}[path == "adGroups"]
				}
			},
			"change": func(rt *rapid.T) {
				path := rapid.SampledFrom(paths).Draw(rt, "path")
				id, next := rapid.SampledFrom(order[path]).Draw(rt, "id"), rapid.SampledFrom([]string{"enabled", "paused", "archived"}).Draw(rt, "state")
				made := read[[]map[string]json.RawMessage](t, c.do("PUT", "/sd/"+path, fmt.Sprintf(`[{%q:%s,"state":%q}]`, keys[path], id, next)))[0]
				if string(made["code"]) == `"SUCCESS"` {
					if state[id] == "archived" {
						rt.Fatalf("%s %s came back", path, id)
					}
					state[id] = next
				}
			},
			"": func(rt *rapid.T) {
				path, page := rapid.SampledFrom(paths).Draw(rt, "path"), rapid.IntRange(1, 5).Draw(rt, "page")
				var got []string
				for at := 0; ; at += page {
					rows := read[[]map[string]json.RawMessage](t, c.get(fmt.Sprintf("/sd/%s?startIndex=%d&count=%d", path, at, page)))
					for _, x := range rows {
						id := string(x[keys[path]])
						if got = append(got, id); strings.Trim(string(x["state"]), `"`) != state[id] {
							rt.Fatalf("%s %s is %s, want %s", path, id, x["state"], state[id])
						}
					}
					if len(rows) < page {
						break
					}
				}
				if !slices.Equal(got, order[path]) {
					rt.Fatalf("%s: pages give %v, want %v", path, got, order[path])
				}
			},
		})
	})
}

// FuzzThings holds that no body brings about a server error in Sponsored Brands or Sponsored Display, and that lists stay JSON after it.
func FuzzThings(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x","state":"enabled","tactic":"T00020","budget":1e308}`, `{"expression":[{"type":"views","value":[{}]}],"expressionType":"auto","state":"enabled"}`,
		`{"expressions":[{"type":"asinSameAs","value":"\ud800"}],"state":"enabled"}`, `{"landingPage":{"url":"%zz"},"creative":{"type":5,"asins":{}},"name":"a","state":"ENABLED"}`,
		`{"bidding":{"shopperCohortBidAdjustments":[{"audienceSegments":[{}]}]},"name":"b","state":"ENABLED","budget":9,"budgetType":"DAILY"}`, `null`, `{"startDate":"20260230"}`,
	} {
		f.Add(seed, "stateFilter=enabled&count=-1")
	}
	s := start(f)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	p := c.plain()
	campaign, group, _ := c.brand(f, "fuzz")
	ids := p.display(f, "fuzz")
	f.Fuzz(func(t *testing.T, item, query string) {
		check := func(w *httptest.ResponseRecorder) {
			if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%q %q: %d %s", item, query, w.Code, w.Body)
			}
		}
		within := func(c, g string) string {
			return strings.Replace(item, "{", `{"campaignId":`+c+`,"adGroupId":`+g+`,`, 1)
		}
		for _, path := range []string{"/sd/campaigns", "/sd/adGroups", "/sd/productAds", "/sd/targets", "/sd/negativeTargets", "/sb/keywords", "/sb/negativeKeywords"} {
			home := within(ids["campaigns"], ids["adGroups"])
			if strings.HasPrefix(path, "/sb/") {
				home = within(campaign, group)
			}
			check(p.do("POST", path, "["+item+","+home+"]"))
			check(p.do("PUT", path, "["+item+"]"))
			r := httptest.NewRequest("GET", "http://127.0.0.1/na"+path, nil)
			r.URL.RawQuery, r.Header = query, p.header
			w := httptest.NewRecorder()
			s.front.ServeHTTP(w, r)
			check(w)
		}
		check(p.do("POST", "/sb/targets", `{"targets":[`+within(campaign, group)+`]}`))
		check(p.do("POST", "/sb/targets/list", item))
		for _, u := range brands {
			check(u.post(c, item, within(`"`+campaign+`"`, `"`+group+`"`)))
			check(u.put(c, item))
			check(u.find(c, item))
			check(u.find(c, `{"includeExtendedDataFields":true}`))
		}
		check(c.of(brands[2]).do("POST", "/sb/v4/ads/video", `{"ads":[`+within(`"`+campaign+`"`, `"`+group+`"`)+`]}`))
		for kind, product := range map[string]string{"sbTargeting": "SPONSORED_BRANDS", "sdTargeting": "SPONSORED_DISPLAY"} {
			if w := c.order(kind, product, "targeting", "campaignId targetingText cost", "SUMMARY", "2026-03-06", "2026-03-06"); w.Code == 200 {
				c.fetched(t, w)
			}
		}
	})
}
