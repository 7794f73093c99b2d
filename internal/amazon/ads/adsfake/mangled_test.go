package adsfake_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// odd are values that may stand where something else is meant.
var odd = []any{nil, true, -1, 1e308, "", " x\x00", "2026-13-01", []any{}, []any{nil}, []any{[]any{}}, map[string]any{}, map[string]any{"include": nil}}

// mangled is a JSON value with one of its parts, at any depth, replaced by each of the odd values in turn, or taken away.
func mangled(t testing.TB, text string) []string {
	t.Helper()
	var whole any
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var all []string
	var walk func(v any, put func(any))
	add := func() {
		b, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	walk = func(v any, put func(any)) {
		for _, o := range odd {
			put(o)
			add()
		}
		put(v)
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				inner := v[key]
				delete(v, key)
				add()
				v[key] = inner
				walk(inner, func(o any) { v[key] = o })
			}
		case []any:
			for i, inner := range v {
				walk(inner, func(o any) { v[i] = o })
			}
		}
	}
	walk(whole, func(o any) { whole = o })
	return all
}

// TestMangled holds that nothing that is almost right brings about a server error, in writes, filters, reports and exports, and that everything
// can be told afterwards.
func TestMangled(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	good := map[int]int{}
	check := func(what, body string, w *httptest.ResponseRecorder) {
		if good[w.Code]++; w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: %d %.400s", what, body, w.Code, w.Body)
		}
	}
	items := []v1Item{{"campaigns", v1Campaign("mangled", `"endDateTime":"2026-12-31T12:00:00Z"`, `"tags":[{"key":"a","value":"b"}]`, `"optimizations":{"bidSettings":{"bidStrategy":"MANUAL","bidAdjustments":`+
		`{"placementBidAdjustments":[{"placement":"TOP_OF_SEARCH","percentage":5}],"audienceBidAdjustments":[{"audienceId":"7","percentage":5}]}}}`), "", ""}}
	for _, product := range adProducts[1:] {
		campaign, group := c.v1Home(t, product, "mangled")
		for _, i := range v1Items(product, campaign, group) {
			items = append(items, i.called("odd"))
		}
	}
	for _, i := range items {
		one := strings.TrimSuffix(i.resource, "s")
		id := c.made(t, i.resource, one, i.body)
		for _, body := range mangled(t, i.body) {
			w := c.v1("create", i.resource, `{"`+i.resource+`":[`+body+`]}`)
			check("create", body, w)
			if w.Code == 207 {
				for _, done := range read[v1Result](t, w).Success { // there is room for a few only
					made := read2[map[string]any](t, done[one])[one+"Id"]
					check("delete", body, c.v1("delete", i.resource, fmt.Sprintf(`{"%sIds":[%q]}`, one, made)))
				}
			}
			if rest, ok := strings.CutPrefix(body, "{"); ok && rest != "}" {
				check("update", body, c.v1("update", i.resource, fmt.Sprintf(`{%q:[{"%sId":%q,%s]}`, i.resource, one, id, rest)))
			}
		}
	}
	for _, resource := range v1Resources {
		filters := `{"adProductFilter":{"include":["SPONSORED_BRANDS"]},"stateFilter":{"include":["PAUSED"]},"nameFilter":{"include":["x"],"queryTermMatchType":"EXACT_MATCH"},"campaignIdFilter":{"include":["1"]},` +
			`"negativeFilter":{"include":[false]},"targetTypeFilter":{"include":["THEME"]},"goalFilter":{"include":["AWARENESS"]},"maxResults":5,"nextToken":"x"}`
		for _, body := range mangled(t, filters) {
			check("query "+resource, body, c.v1("query", resource, body))
		}
		for _, product := range adProducts {
			check("query all "+resource, product, c.v1("query", resource, `{"adProductFilter":{"include":["`+product+`"]},"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}}`))
		}
	}
	reporter := c.with("Content-Type", reportRequest)
	for _, body := range mangled(t, `{"name":"r","startDate":"2026-03-01","endDate":"2026-03-02","configuration":{"adProduct":"SPONSORED_BRANDS","groupBy":["adGroup"],"columns":["adGroupId","cost"],`+
		`"filters":[{"field":"adStatus","values":["ENABLED"]}],"reportTypeId":"sbAdGroup","timeUnit":"SUMMARY","format":"GZIP_JSON"}}`) {
		check("report", body, reporter.do("POST", "/reporting/reports", body))
	}
	for _, body := range mangled(t, `{"stateFilter":["ENABLED"],"adProductFilter":["SPONSORED_DISPLAY"],"negativeFilter":[true],"targetTypeFilter":["KEYWORD"],"targetLevelFilter":["AD_GROUP"]}`) {
		check("export", body, c.exporter("targets").do("POST", "/targets/export", body))
	}
	if good[200] == 0 || good[207] == 0 || good[400] == 0 || good[202] == 0 {
		t.Errorf("some of this should be taken, and some refused: %v", good)
	}
}

// TestMangledOlder holds the same of the older interfaces, which keep much as it was sent, and that v1, exports and reports tell it even so.
func TestMangledOlder(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	p := c.plain()
	check := func(what, body string, w *httptest.ResponseRecorder) {
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: %d %.400s", what, body, w.Code, w.Body)
		}
	}
	tell := func(what string) {
		for _, resource := range v1Resources {
			for _, product := range adProducts {
				check("v1 after "+what, resource, c.v1("query", resource, `{"adProductFilter":{"include":["`+product+`"]},"stateFilter":{"include":["ENABLED","PAUSED"]}}`))
			}
		}
	}
	campaign, group, _ := c.brand(t, "mangled")
	ids := p.display(t, "mangled")
	brand := `"campaignId":` + campaign + `,"adGroupId":` + group + `,"state":"enabled",`
	banner := `"campaignId":` + ids["campaigns"] + `,"adGroupId":` + ids["adGroups"] + `,"state":"enabled",`
	for path, item := range map[string]string{
		"/sb/keywords":        `{` + brand + `"keywordText":"odd","matchType":"broad","bid":1,"nativeLanguageKeyword":"n","nativeLanguageLocale":"de_DE"}`,
		"/sd/campaigns":       `{"name":"odd","tactic":"T00030","budgetType":"daily","budget":9,"costType":"vcpm","startDate":"20260401","endDate":"20260501","state":"enabled"}`,
		"/sd/adGroups":        `{"name":"odd","campaignId":` + ids["campaigns"] + `,"defaultBid":1,"bidOptimization":"reach","creativeType":"IMAGE","state":"enabled"}`,
		"/sd/productAds":      `{` + banner + `"asin":"B000000007","adName":"odd","landingPageType":"STORE","landingPageURL":"https://example.com"}`,
		"/sd/targets":         `{` + banner + `"expressionType":"manual","expression":[{"type":"views","value":[{"type":"similarProduct"},{"type":"lookback","value":"30"}]},{"type":"asinPriceBetween","value":"5-6"}],"bid":1}`,
		"/sd/negativeTargets": `{` + banner + `"expressionType":"manual","expression":[{"type":"asinBrandSameAs","value":"5"}]}`,
	} {
		for _, body := range mangled(t, item) {
			check(path, body, p.do("POST", path, "["+body+"]"))
			check(path, body, p.do("PUT", path, "["+body+"]"))
		}
		tell(path)
	}
	for _, body := range mangled(t, `{"targets":[{`+brand+`"expressions":[{"type":"asinCategorySameAs","value":"5"},{"type":"asinPriceBetween","value":"5-6"},{"type":"asinIsPrimeShippingEligible","value":"true"}],"bid":1}]}`) {
		check("/sb/targets", body, p.do("POST", "/sb/targets", body))
	}
	for u, item := range map[int]string{
		0: `{"name":"odd","state":"ENABLED","budget":50,"budgetType":"DAILY","startDate":"2026-04-07","endDate":"2026-05-07","brandEntityId":"e","costType":"VCPM","goal":"PAGE_VISIT","tags":{"a":"b"},` +
			`"bidding":{"bidOptimization":false,"bidAdjustmentsByPlacement":[{"placement":"HOME","percentage":5}],"shopperCohortBidAdjustments":[{"percentage":5,"audienceSegments":[{"audienceId":"7"}]}]}}`,
		1: `{"campaignId":"` + campaign + `","name":"odd","state":"ENABLED"}`,
	} {
		for _, body := range mangled(t, item) {
			check(brands[u].path, body, brands[u].post(c, body))
			check(brands[u].path, body, brands[u].put(c, body))
		}
	}
	tell("brands")
	for n, body := range mangled(t, `{"adGroupId":"`+group+`","name":"odd","state":"ENABLED","landingPage":{"pageType":"STORE","url":"https://example.com","asins":["B000000001"]},"creative":{"asins":["B000000001"],`+
		`"brandName":"b","brandLogoAssetID":"l","headline":"h","videoAssetIds":["v"],"customImages":[{"assetId":"i"}],"subpages":[{"asin":"B000000001","pageTitle":"t","url":"u"}]}}`) {
		form := []string{"video", "brandVideo", "productCollectionExtended", "storeSpotlight"}[n%4]
		w := c.of(brands[2]).do("POST", "/sb/v4/ads/"+form, `{"ads":[`+body+`]}`)
		check(form, body, w)
		if w.Code == 207 && len(brands[2].result(t, w).Success) == 1 {
			tell(form + " " + body)
			check(form, body, brands[2].remove(c, brands[2].id(t, w, 0)))
		}
	}
	for _, product := range []string{"SPONSORED_BRANDS", "SPONSORED_DISPLAY"} {
		check("export", product, c.exporter("targets").do("POST", "/targets/export", `{"adProductFilter":["`+product+`"]}`))
	}
}
