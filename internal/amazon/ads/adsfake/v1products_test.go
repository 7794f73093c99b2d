package adsfake_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// The ad products beside Sponsored Products that v1 serves here.
const (
	onlyBrands  = `"adProductFilter":{"include":["SPONSORED_BRANDS"]}`
	onlyDisplay = `"adProductFilter":{"include":["SPONSORED_DISPLAY"]}`
)

const (
	v1Budget    = `"budgets":[{"budgetType":"MONETARY","recurrenceTimePeriod":"DAILY","budgetValue":{"monetaryBudgetValue":{"monetaryBudget":{"currencyCode":"USD","value":40}}}}]`
	v1BrandRich = `"brandId":"ENTITYEXAMPLE1","costType":"CPC","salesChannel":"AMAZON","endDateTime":"2026-12-31T12:00:00Z","tags":[{"key":"team","value":"eu"}],"optimizations":{"bidSettings":` +
		`{"bidStrategy":"MANUAL","bidAdjustments":{"placementBidAdjustments":[{"placement":"HOME_PAGE","percentage":30}],"audienceBidAdjustments":[{"audienceId":"77","percentage":5}]}},"goalSettings":{"kpi":"TOP_OF_SEARCH_IMPRESSION_SHARE"}}`
	v1DisplayRich = `"costType":"VCPM","endDateTime":"2026-12-31T12:00:00Z"`
)

// v1Other makes a campaign of v1 of another ad product.
func v1Other(product, name string, more ...string) string {
	return fmt.Sprintf(`{"adProduct":%q,"name":%q,"state":"ENABLED",%s%s}`, product, name, v1Budget, strings.Join(append([]string{""}, more...), ","))
}

// TestV1Brands and Display hold that campaigns are made through v1 and seen through the older interfaces, and back.
func TestV1CampaignsOfAll(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	brand := c.made(t, "campaigns", "campaign", v1Other("SPONSORED_BRANDS", "brand one", v1BrandRich))
	banner := c.made(t, "campaigns", "campaign", v1Other("SPONSORED_DISPLAY", "display one", v1DisplayRich))
	sb := func() *httptest.ResponseRecorder {
		return c.of(brands[0]).do("POST", "/sb/v4/campaigns/list", `{"campaignIdFilter":{"include":["`+brand+`"]}}`)
	}
	sd := func() *httptest.ResponseRecorder { return c.plain().do("GET", "/sd/campaigns/"+banner, "") }
	holds(t, sb(), `"name":"brand one","budget":40,"budgetType":"DAILY","brandEntityId":"ENTITYEXAMPLE1","bidding":{"bidAdjustmentsByPlacement":[{"percentage":30,"placement":"HOME"}],`+
		`"bidOptimization":false,"shopperCohortBidAdjustments":[{"audienceSegments":[{"audienceId":"77"}],"percentage":5,"shopperCohortType":"AUDIENCE_SEGMENT"}]},"costType":"CPC",`+
		`"goal":"BRAND_IMPRESSION_SHARE","productLocation":"SOLD_ON_AMAZON","tags":{"team":"eu"}`, `"endDate":"2026-12-31"`)
	holds(t, sd(), `"campaignId":`+banner, `"tactic":"T00020","budgetType":"daily","budget":40,"costType":"vcpm"`, `"endDate":"20261231"`, `"state":"enabled"`)
	holds(t, c.v1("query", "campaigns", `{`+onlyBrands+`,"campaignIdFilter":{"include":["`+brand+`"]}}`), `"adProduct":"SPONSORED_BRANDS"`, v1Budget, `"optimizations":{"bidSettings":{"bidStrategy":"MANUAL",`+
		`"bidAdjustments":{"placementBidAdjustments":[{"percentage":30,"placement":"HOME_PAGE"}],"audienceBidAdjustments":[{"audienceId":"77","percentage":5}]}},"goalSettings":{"goal":"AWARENESS",`+
		`"kpi":"TOP_OF_SEARCH_IMPRESSION_SHARE"}}`, `"tags":[{"key":"team","value":"eu"}]`, `"salesChannel":"AMAZON"`, `"brandId":"ENTITYEXAMPLE1"`)

	// A change of one setting leaves those beside it.
	c.v1("update", "campaigns", `{"campaigns":[{"campaignId":"`+brand+`","state":"PAUSED","optimizations":{"bidSettings":{"bidStrategy":"SALES_DOWN_ONLY"}}},{"campaignId":"`+banner+`","state":"PAUSED","endDateTime":null}]}`)
	holds(t, sb(), `"state":"PAUSED"`, `"bidOptimization":true`, `"placement":"HOME"`)
	holds(t, sd(), `"state":"paused"`)
	if text := sd().Body.String(); strings.Contains(text, "endDate") {
		t.Errorf("the end is still there: %s", text)
	}
	c.of(brands[0]).do("PUT", "/sb/v4/campaigns", `{"campaigns":[{"campaignId":"`+brand+`","name":"through v4"}]}`)
	c.plain().do("PUT", "/sd/campaigns", `[{"campaignId":`+banner+`,"budget":55.5}]`)
	holds(t, c.v1("query", "campaigns", `{`+onlyBrands+`,"nameFilter":{"include":["through v4"],"queryTermMatchType":"EXACT_MATCH"}}`), brand)
	holds(t, c.v1("query", "campaigns", `{`+onlyDisplay+`,"campaignIdFilter":{"include":["`+banner+`"]}}`), `"value":55.5`, `"state":"PAUSED","status":{"deliveryStatus":"NOT_DELIVERING","deliveryReasons":["CAMPAIGN_PAUSED"]}`)
	c.v1("delete", "campaigns", `{"campaignIds":["`+brand+`","`+banner+`"]}`)
	holds(t, sd(), `"state":"archived"`)
}

// holds holds that an answer has all of the texts.
func holds(t testing.TB, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("%d %s\nhas no %s", w.Code, w.Body, text)
		}
	}
}
