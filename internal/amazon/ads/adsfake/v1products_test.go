package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
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

// A v1Item is one thing that can be made through v1.
type v1Item struct {
	resource, body string
	told           string // through v1, beside what was sent
	older          string // through the older interface
}

// v1Home makes a campaign with an ad group.
func (c *caller) v1Home(t testing.TB, product, name string) (campaign, group string) {
	t.Helper()
	campaign = c.made(t, "campaigns", "campaign", v1Other(product, name))
	group = c.made(t, "adGroups", "adGroup", fmt.Sprintf(`{"adProduct":%q,"state":"ENABLED","campaignId":%q,"name":%q}`, product, campaign, name))
	return campaign, group
}

// v1Items are things of every kind that v1 can make of an ad product. What # stands for is the name.
func v1Items(product, campaign, group string) []v1Item {
	top := fmt.Sprintf(`"adProduct":%q,"state":"ENABLED",`, product)
	in := top + fmt.Sprintf(`"adGroupId":%q,`, group)
	target := func(kind, details, older string) v1Item {
		return v1Item{"targets", `{` + in + `"negative":false,"bid":{"bid":0.75},"targetType":"` + kind + `","targetDetails":{` + details + `}}`, details, older}
	}
	not := func(i v1Item) v1Item {
		i.body = strings.Replace(i.body, `"negative":false,"bid":{"bid":0.75}`, `"negative":true`, 1)
		return i
	}
	product1 := func(asin string) string {
		return `"productTarget":{"matchType":"PRODUCT_EXACT","productIdType":"ASIN","product":{"productId":"` + asin + `"}}`
	}
	const category = `"productCategoryTarget":{"productCategoryRefinement":{"productCategoryRefinement":{"productCategoryId":"77 #","productPriceGreaterThan":10,"productPriceLessThan":20.5}}}`
	const brand = `"productCategoryTarget":{"productCategoryRefinement":{"productCategoryRefinement":{"productBrandId":"88 #"}}}`
	if product == "SPONSORED_DISPLAY" {
		return []v1Item{
			{"campaigns", v1Other(product, "#", v1DisplayRich), `"costType":"VCPM"`, `"costType":"vcpm"`},
			{"adGroups", `{` + top + `"campaignId":"` + campaign + `","name":"#","bid":{"defaultBid":0.5},"creativeType":"IMAGE","optimization":{"goalSettings":{"kpi":"REACH"}}}`, `"bid":{"defaultBid":0.5,"currencyCode":"USD"},"creativeType":"IMAGE","optimization":{"goalSettings":{"kpi":"REACH"}}`, `"defaultBid":0.5,"bidOptimization":"reach","creativeType":"IMAGE"`},
			{"ads", `{` + in + `"adType":"COMPONENT","name":"#","creative":{"componentCreative":{"responsiveEcommerceSettings":{"products":[{"productIdType":"SKU","productId":"SKU-#"}]}}}}`, `"adType":"COMPONENT","creative":{"componentCreative":{"responsiveEcommerceSettings":{"products":[{"productId":"SKU-#","productIdType":"SKU"}]}}}`, `"sku":"SKU-#","adName":"#"`},
			{"ads", `{` + in + `"adType":"COMPONENT","name":"#","creative":{"componentCreative":{"responsiveEcommerceSettings":{"products":[{"productIdType":"ASIN","productId":"B000000001"}],"landingPage":{"landingPageType":"STORE","landingPageUrl":"https://example.com/#"}}}}}`, `"landingPage":{"landingPageType":"STORE","landingPageUrl":"https://example.com/#"}`, `"asin":"B000000001","adName":"#","landingPageType":"STORE","landingPageURL":"https://example.com/#"`},
			{"ads", `{` + in + `"adType":"COMPONENT","name":"#","creative":{"componentCreative":{"assetBasedCreativeSettings":{"headlines":["#"],"landingPage":{"landingPageType":"OFF_AMAZON_LINK","landingPageUrl":"https://example.com/off/#"}}}}}`, `"assetBasedCreativeSettings":{"headlines":["#"],"untranslatedHeadlines":["#"],"landingPage":{"landingPageType":"OFF_AMAZON_LINK"`, `"landingPageType":"OFF_AMAZON_LINK"`},
			target("PRODUCT", product1("B000000001"), `"expression":[{"type":"asinSameAs","value":"B000000001"}]`),
			target("PRODUCT_CATEGORY", category, `"expression":[{"type":"asinCategorySameAs","value":"77 #"},{"type":"asinPriceBetween","value":"10-20.5"}]`),
			target("PRODUCT_AUDIENCE", `"productAudienceTarget":{"matchType":"PRODUCT_EXACT","event":"PURCHASE","lookback":"DAYS_60","asin":{}}`, `"expression":[{"type":"purchases","value":[{"type":"exactProduct"},{"type":"lookback","value":"60"}]}]`),
			target("AUDIENCE", `"audienceTarget":{"audienceId":{"defaultValue":"audience-#"}}`, `"expression":[{"type":"audience","value":[{"type":"audienceSameAs","value":"audience-#"}]}]`),
			target("CONTENT_CATEGORY", `"contentCategoryTarget":{"contentCategoryId":"amzn1.iab-content.#"}`, `"expression":[{"type":"contentCategorySameAs","value":"amzn1.iab-content.#"}]`),
			target("THEME", `"themeTarget":{"matchType":"PRODUCTS_SIMILAR_TO_ADVERTISED_PRODUCTS"}`, `"expressionType":"auto","expression":[{"type":"similarProduct"}]`),
			not(target("PRODUCT", product1("B000000002"), `"expression":[{"type":"asinSameAs","value":"B000000002"}]`)),
			not(target("PRODUCT_CATEGORY", brand, `"expression":[{"type":"asinBrandSameAs","value":"88 #"}]`)),
		}
	}
	const logo, page = `"brandLogos":[{"assetId":"logo","assetVersion":"version_v1"}]`, `"landingPage":{"landingPageType":"STORE","landingPageUrl":"https://example.com/stores/#"}`
	card := `{"headline":"c","landingPage":{"landingPageType":"STORE","landingPageUrl":"https://example.com/c"},"products":{"productId":"B000000001","productIdType":"ASIN"}}`
	ad := func(settings, told, older string) v1Item {
		return v1Item{"ads", `{` + in + `"name":"#","adType":"COMPONENT","creative":{"componentCreative":{` + settings + `}}}`, told, older}
	}
	return []v1Item{
		{"campaigns", v1Other(product, "#", v1BrandRich), `"costType":"CPC"`, `"name":"#"`},
		{"adGroups", `{` + top + `"campaignId":"` + campaign + `","name":"#"}`, `"name":"#"`, `"name":"#"`},
		ad(`"productCollectionSettings":{"brand":"Example","headlines":["Find #"],"customImages":[{"assetId":"i","assetVersion":"version_v1"}],"products":[{"productId":"B000000001","productIdType":"ASIN"}],`+logo+`,`+page+`}`,
			`"productCollectionSettings":{"brand":"Example",`+logo+`,"headlines":["Find #"],"products":[{"productId":"B000000001","productIdType":"ASIN"}],"customImages":[{"assetId":"i","assetVersion":"version_v1"}],`+page+`}`,
			`"creative":{"asins":["B000000001"],"brandLogoAssetID":"logo","brandName":"Example","customImages":[{"assetId":"i"}],"headline":"Find #","type":"PRODUCT_COLLECTION"}`),
		ad(`"productVideoSettings":{"videos":[{"assetId":"v","assetVersion":"version_v1"}],"products":[{"productId":"B000000001","productIdType":"ASIN"}]}`,
			`"landingPage":{"landingPageType":"DETAIL_PAGE"}`, `"creative":{"asins":["B000000001"],"type":"VIDEO","videoAssetIds":["v"]}`),
		ad(`"productVideoSettings":{"brand":"Example","headlines":["#"],"videos":[{"assetId":"v","assetVersion":"version_v1"}],"products":[{"productId":"B000000001","productIdType":"ASIN"}],`+logo+`,`+page+`}`,
			page, `"type":"BRAND_VIDEO"`),
		ad(`"storeSpotlightSettings":{"brand":"Example","headlines":["#"],"cards":[`+card+`,`+card+`,`+card+`],`+logo+`,`+page+`}`, card,
			`"subpages":[{"asin":"B000000001","pageTitle":"c","url":"https://example.com/c"},`),
		target("KEYWORD", `"keywordTarget":{"keyword":"word #","matchType":"PHRASE"}`, `"keywordText":"word #","matchType":"phrase"`),
		not(target("KEYWORD", `"keywordTarget":{"keyword":"not #","matchType":"EXACT"}`, `"keywordText":"not #","matchType":"negativeExact"`)),
		target("PRODUCT", product1("B000000001"), `"expressions":[{"type":"asinSameAs","value":"B000000001"}]`),
		target("PRODUCT", `"productTarget":{"matchType":"PRODUCT_SIMILAR","productIdType":"ASIN","product":{"productId":"B000000001"}}`, `"expressions":[{"type":"asinExpandedFrom","value":"B000000001"}]`),
		target("PRODUCT_CATEGORY", category, `"expressions":[{"type":"asinCategorySameAs","value":"77 #"},{"type":"asinPriceBetween","value":"10-20.5"}]`),
		not(target("PRODUCT", product1("B000000002"), `"expressions":[{"type":"asinSameAs","value":"B000000002"}]`)),
		not(target("PRODUCT_CATEGORY", brand, `"expressions":[{"type":"asinBrandSameAs","value":"88 #"}]`)),
		target("THEME", `"themeTarget":{"matchType":"KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES"}`, `"themeType":"KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES","bid":0.75`),
	}
}

// TestV1OfAll holds that whatever v1 makes of Sponsored Brands and Display is told by it as it was sent, and by the older interfaces in their words;
// that it can be paused and archived there; and that everything is of its own ad product.
func TestV1OfAll(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	for _, product := range []string{"SPONSORED_BRANDS", "SPONSORED_DISPLAY"} {
		campaign, group := c.v1Home(t, product, "all")
		for _, item := range v1Items(product, campaign, group) {
			item = item.called("one")
			one := strings.TrimSuffix(item.resource, "s")
			id := c.made(t, item.resource, one, item.body)
			query := func(product string) *httptest.ResponseRecorder {
				return c.v1("query", item.resource, `{"adProductFilter":{"include":["`+product+`"]},"`+one+`IdFilter":{"include":["`+id+`"]}}`)
			}
			holds(t, query(product), `"`+one+`Id":"`+id+`"`, `"adProduct":"`+product+`"`, item.told, `"state":"ENABLED","status":{"deliveryStatus":"DELIVERING","deliveryReasons":[]}`)
			for _, other := range []string{"SPONSORED_PRODUCTS", "SPONSORED_BRANDS", "SPONSORED_DISPLAY"} {
				if w := query(other); other != product && strings.Contains(w.Body.String(), id) {
					t.Errorf("%s of %s is among those of %s", item.resource, product, other)
				}
			}
			holds(t, c.older(product, item, id), item.older)
			if item.resource == "campaigns" {
				continue // TestV1CampaignsOfAll
			}
			w := c.v1("update", item.resource, `{"`+item.resource+`":[{"`+one+`Id":"`+id+`","state":"PAUSED"}]}`)
			holds(t, w, `"state":"PAUSED"`, `"deliveryStatus":"NOT_DELIVERING"`)
			holds(t, c.v1("delete", item.resource, `{"`+one+`Ids":["`+id+`"]}`), `"state":"ARCHIVED"`)
			holds(t, c.v1("update", item.resource, `{"`+item.resource+`":[{"`+one+`Id":"`+id+`","state":"ENABLED"}]}`), `"code":"ARCHIVED_RESOURCE_CANNOT_EDIT"`)
		}
	}
}

// called is the item with a name.
func (i v1Item) called(name string) v1Item {
	i.body, i.told, i.older = strings.ReplaceAll(i.body, "#", name), strings.ReplaceAll(i.told, "#", name), strings.ReplaceAll(i.older, "#", name)
	return i
}

// older reads through the interface that an ad product had before v1.
func (c *caller) older(product string, item v1Item, id string) *httptest.ResponseRecorder {
	negative := strings.Contains(item.body, `"negative":true`)
	if product == "SPONSORED_DISPLAY" {
		path := map[string]string{"ads": "productAds"}[item.resource]
		switch {
		case negative:
			path = "negativeTargets"
		case path == "":
			path = item.resource
		}
		return c.plain().do("GET", "/sd/"+path+"/"+id, "")
	}
	for _, u := range brands {
		if u.list == item.resource {
			return c.of(u).do("POST", u.path+"/list", `{"`+u.deletes+`":{"include":["`+id+`"]}}`)
		}
	}
	if strings.Contains(item.body, "themeTarget") {
		return c.plain().do("POST", "/sb/themes/list", `{"themeIdFilter":{"include":["`+id+`"]}}`)
	}
	path := "targets"
	switch keyword := strings.Contains(item.body, "keywordTarget"); {
	case keyword && negative:
		path = "negativeKeywords"
	case keyword:
		path = "keywords"
	case negative:
		path = "negativeTargets"
	}
	return c.plain().do("GET", "/sb/"+path+"/"+id, "")
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

// TestV1ErrorsOfAll holds the codes, and that what the older rules refuse is told where v1 has it.
func TestV1ErrorsOfAll(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	const sb, sd = "SPONSORED_BRANDS", "SPONSORED_DISPLAY"
	brand, brandGroup := c.v1Home(t, sb, "errors")
	banner, bannerGroup := c.v1Home(t, sd, "errors")
	in := func(product, group, rest string) string {
		return fmt.Sprintf(`{"adProduct":%q,"state":"ENABLED","adGroupId":%q,%s}`, product, group, rest)
	}
	target := func(product, group, kind, details string) string {
		return in(product, group, `"negative":false,"targetType":"`+kind+`","targetDetails":{`+details+`}`)
	}
	const settings = "ads[0].creative.componentCreative."
	for _, tt := range []struct{ verb, resource, item, code, at string }{
		{"create", "campaigns", v1Other(sb, "errors"), "FIELD_VALUE_NOT_UNIQUE", "campaigns[0].name"},
		{"create", "campaigns", strings.Replace(v1Other(sd, "low"), `"value":40`, `"value":0.1`, 1), "FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT", "campaigns[0].budgets[0]"},
		{"create", "campaigns", strings.Replace(v1Other(sd, "month"), "DAILY", "MONTHLY", 1), "FIELD_VALUE_IS_INVALID", "campaigns[0].budgets[0].recurrenceTimePeriod"},
		{"create", "campaigns", strings.Replace(v1Other(sb, "month"), "DAILY", "MONTHLY", 1), "FIELD_VALUE_IS_INVALID", "campaigns[0].budgets[0].recurrenceTimePeriod"},
		{"create", "campaigns", strings.Replace(v1Other(sb, "coin"), "USD", "EUR", 1), "FIELD_VALUE_IS_INVALID", "campaigns[0].budgets[0].budgetValue.monetaryBudgetValue.monetaryBudget.currencyCode"},
		{"create", "campaigns", v1Other(sb, "past", `"startDateTime":"2020-03-07T12:00:00Z"`), "DATE_CANNOT_BE_IN_PAST", "campaigns[0].startDateTime"},
		{"create", "campaigns", v1Other(sd, "no date", `"endDateTime":"soon"`), "FIELD_VALUE_IS_INVALID", "campaigns[0].endDateTime"},
		{"create", "campaigns", v1Other(sd, "folio", `"portfolioId":"7"`), "RESOURCE_ID_NOT_FOUND", "campaigns[0].portfolioId"},
		{"create", "campaigns", v1Other(sd, "price", `"costType":"CPM"`), "FIELD_VALUE_IS_INVALID", "campaigns[0].costType"},
		{"create", "campaigns", v1Other(sb, "world", `"marketplaceScope":"GLOBAL"`), "FEATURE_NOT_AVAILABLE", "campaigns[0].marketplaceScope"},
		{"create", "campaigns", v1Other(sb, "abroad", `"marketplaces":["DE"]`), "UNSUPPORTED_MARKETPLACE", "campaigns[0].marketplaces"},
		{
			"create", "campaigns", v1Other(sb, "where", `"optimizations":{"bidSettings":{"bidAdjustments":{"placementBidAdjustments":[{"placement":"HOME","percentage":5}]}}}`), "FIELD_VALUE_IS_INVALID",
			"campaigns[0].optimizations.bidSettings.bidAdjustments.placementBidAdjustments[0].placement",
		},
		{"create", "campaigns", `{"adProduct":"SPONSORED_BRANDS","name":"free","state":"ENABLED"}`, "FIELD_VALUE_IS_NULL", "campaigns[0].budgets"},
		{"create", "campaigns", `{"adProduct":"SPONSORED_TELEVISION","name":"tv","state":"ENABLED"}`, "FEATURE_NOT_AVAILABLE", "campaigns[0].adProduct"},
		{"create", "campaigns", `{"name":"none","state":"ENABLED"}`, "FIELD_VALUE_IS_NULL", "campaigns[0].adProduct"},
		{"update", "campaigns", `{"campaignId":"` + brand + `","adProduct":"SPONSORED_DISPLAY"}`, "FIELD_VALUE_CANNOT_EDIT", "campaigns[0].adProduct"},
		{"update", "campaigns", `{"campaignId":"` + banner + `","state":"ARCHIVED"}`, "FIELD_VALUE_IS_INVALID", "campaigns[0].state"},
		{"create", "adGroups", `{"adProduct":"SPONSORED_DISPLAY","state":"ENABLED","campaignId":"` + brand + `","name":"x"}`, "RESOURCE_ID_NOT_FOUND", "adGroups[0].campaignId"},
		{"create", "adGroups", `{"adProduct":"SPONSORED_DISPLAY","state":"ENABLED","campaignId":"` + banner + `","name":"x","bid":{"defaultBid":0.001}}`, "FIELD_VALUE_IS_OUT_OF_RANGE", "adGroups[0].bid.defaultBid"},
		{"create", "targets", target(sb, brandGroup, "KEYWORD", `"keywordTarget":{"keyword":"`+strings.Repeat("x", 81)+`","matchType":"EXACT"}`), "FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT", "targets[0].targetDetails.keywordTarget.keyword"},
		{"create", "targets", target(sb, brandGroup, "KEYWORD", `"keywordTarget":{"keyword":"x","matchType":"exact"}`), "FIELD_VALUE_IS_INVALID", "targets[0].targetDetails.keywordTarget.matchType"},
		{"create", "targets", target(sb, brandGroup, "THEME", `"themeTarget":{"matchType":"KEYWORDS_RELATED_TO_YOUR_BRAND"}`), "FIELD_VALUE_IS_NULL", "targets[0].bid.bid"},
		{"create", "targets", strings.Replace(target(sb, brandGroup, "THEME", `"themeTarget":{"matchType":"KEYWORDS_CLOSE_MATCH"}`), `"negative"`, `"bid":{"bid":1},"negative"`, 1), "FIELD_VALUE_IS_INVALID", "targets[0].targetDetails.themeTarget.matchType"},
		{"create", "targets", strings.Replace(target(sb, brandGroup, "THEME", `"themeTarget":{"matchType":"KEYWORDS_RELATED_TO_YOUR_BRAND"}`), `"negative":false`, `"negative":true`, 1), "FEATURE_NOT_AVAILABLE", "targets[0].negative"},
		{"create", "targets", target(sd, bannerGroup, "KEYWORD", `"keywordTarget":{"keyword":"x","matchType":"EXACT"}`), "FIELD_VALUE_IS_INVALID", "targets[0].targetType"},
		{"create", "targets", target(sd, bannerGroup, "PRODUCT", `"productTarget":{"matchType":"PRODUCT_SIMILAR","productIdType":"ASIN","product":{"productId":"B000000001"}}`), "FIELD_VALUE_IS_INVALID", "targets[0].targetDetails"},
		{"create", "targets", target(sd, bannerGroup, "PRODUCT_AUDIENCE", `"productAudienceTarget":{"matchType":"PRODUCT_EXACT","event":"VIEW","lookback":"DAYS_8","asin":{}}`), "FIELD_VALUE_IS_INVALID", "targets[0].targetDetails.productAudienceTarget.lookback"},
		{"create", "targets", target(sd, bannerGroup, "PRODUCT_AUDIENCE", `"productAudienceTarget":{"matchType":"PRODUCT_EXACT","event":"VIEW","lookback":"DAYS_7","asin":{"defaultValue":"B000000001"}}`), "FEATURE_NOT_AVAILABLE", "targets[0].targetDetails.productAudienceTarget.asin"},
		{"create", "targets", `{"adProduct":"SPONSORED_DISPLAY","state":"ENABLED","campaignId":"` + banner + `","negative":true,"targetType":"PRODUCT","targetDetails":{"productTarget":{"matchType":"PRODUCT_EXACT","productIdType":"ASIN","product":{"productId":"B000000001"}}}}`, "FIELD_VALUE_IS_NULL", "targets[0].adGroupId"},
		{"create", "ads", in(sb, brandGroup, `"name":"a","adType":"PRODUCT_AD","creative":{"componentCreative":{"productVideoSettings":{"videos":[{"assetId":"v"}]}}}`), "FIELD_VALUE_IS_INVALID", "ads[0].adType"},
		{"create", "ads", in(sb, brandGroup, `"name":"a","adType":"COMPONENT","creative":{"productCreative":{}}`), "FIELD_VALUE_IS_NULL", "ads[0].creative.componentCreative"},
		{"create", "ads", in(sb, brandGroup, `"name":"a","adType":"COMPONENT","creative":{"componentCreative":{"brandGallerySettings":{}}}`), "FEATURE_NOT_AVAILABLE", "ads[0].creative.componentCreative"},
		{"create", "ads", in(sb, brandGroup, `"name":"a","adType":"COMPONENT","creative":{"componentCreative":{"productVideoSettings":{"videos":[{}]}}}`), "FIELD_VALUE_IS_NULL", settings + "productVideoSettings.videos[0].assetId"},
		{"create", "ads", in(sb, brandGroup, `"name":"a","adType":"COMPONENT","creative":{"componentCreative":{"productVideoSettings":{"videos":[{"assetId":"v"}],"landingPage":{"landingPageType":"MOMENT"}}}}`), "FIELD_VALUE_IS_INVALID", settings + "productVideoSettings.landingPage.landingPageType"},
		{"create", "ads", in(sb, brandGroup, `"name":"a","adType":"COMPONENT","creative":{"componentCreative":{"productVideoSettings":{"videos":[{"assetId":"v"}],"products":[{"productIdType":"SKU","productId":"s"}]}}}`), "FIELD_VALUE_IS_INVALID", settings + "productVideoSettings.products[0].productIdType"},
		{"create", "ads", in(sd, bannerGroup, `"adType":"COMPONENT","creative":{"componentCreative":{"responsiveEcommerceSettings":{"headlines":"x"}}}`), "FIELD_VALUE_IS_NULL", settings + "responsiveEcommerceSettings.landingPage"},
		{"create", "ads", in(sd, bannerGroup, `"adType":"VIDEO","creative":{}`), "FIELD_VALUE_IS_INVALID", "ads[0].adType"},
		{"create", "ads", in(sd, bannerGroup, `"adType":"PRODUCT_AD","creative":{"productCreative":{"productCreativeSettings":{"advertisedProduct":{"productIdType":"SKU","productId":"s"}}}}`), "FIELD_VALUE_IS_INVALID", "ads[0].adType"},
		{"create", "ads", in(sd, bannerGroup, `"adType":"COMPONENT","creative":{"componentCreative":{"responsiveEcommerceSettings":{"products":[{"productIdType":"SKU","productId":"`+strings.Repeat("s", 200)+`"}]}}}`), "FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT", settings + "responsiveEcommerceSettings.products[0].productId"},
		{"create", "ads", in(sd, bannerGroup, `"adType":"COMPONENT","creative":{"componentCreative":{"responsiveEcommerceSettings":{"products":[{"productIdType":"EAN","productId":"s"}]}}}`), "FIELD_VALUE_IS_INVALID", settings + "responsiveEcommerceSettings.products[0].productIdType"},
		{"create", "ads", in(sd, bannerGroup, `"adType":"COMPONENT","creative":{"componentCreative":{"assetBasedCreativeSettings":{"landingPage":{"landingPageType":"STORE","landingPageUrl":"https://example.com/"}}}}`), "FIELD_VALUE_IS_INVALID", settings + "assetBasedCreativeSettings.landingPage.landingPageType"},
		{"create", "ads", in(sd, "1", `"adType":"COMPONENT","creative":{"componentCreative":{"responsiveEcommerceSettings":{"products":[{"productIdType":"SKU","productId":"s"}]}}}`), "RESOURCE_ID_NOT_FOUND", "ads[0].adGroupId"},
	} {
		w := c.v1(tt.verb, tt.resource, `{"`+tt.resource+`":[`+tt.item+`]}`)
		r := read[v1Result](t, w)
		if w.Code != 207 || len(r.Error) != 1 || r.Error[0].Errors[0].Code != tt.code || r.Error[0].Errors[0].FieldLocation != tt.at {
			t.Errorf("%s %s %s:\n%d %s\nwant %s at %s", tt.verb, tt.resource, tt.item, w.Code, w.Body, tt.code, tt.at)
		}
	}
	if w := c.v1("query", "ads", `{"adProductFilter":{"include":["SPONSORED_TELEVISION"]}}`); w.Code != 400 {
		t.Errorf("an ad product that is not served: %d %s", w.Code, w.Body)
	}
	first := c.v1("query", "campaigns", `{`+onlyBrands+`,"maxResults":1}`)
	token := read[map[string]any](t, first)["nextToken"]
	if w := c.v1("query", "campaigns", fmt.Sprintf(`{%s,"nextToken":%q}`, onlyDisplay, token)); token == nil || w.Code != 400 {
		t.Errorf("a token of another ad product: %d %s after %s", w.Code, w.Body, first.Body)
	}
}

// TestV1FiltersOfAll holds that what only some ad products have can be asked for.
func TestV1FiltersOfAll(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	made := map[string]string{} // what it is, to its id
	for _, product := range []string{"SPONSORED_BRANDS", "SPONSORED_DISPLAY"} {
		campaign, group := c.v1Home(t, product, "home")
		for n, i := range v1Items(product, campaign, group) {
			made[fmt.Sprint(product, " ", n)] = c.made(t, i.resource, strings.TrimSuffix(i.resource, "s"), i.called("filters").body)
		}
		made[product+" group"] = group
	}
	native := c.made(t, "targets", "target", `{"adProduct":"SPONSORED_BRANDS","state":"ENABLED","adGroupId":"`+made["SPONSORED_BRANDS group"]+`","negative":false,"targetType":"KEYWORD","targetDetails":{"keywordTarget":`+
		`{"keyword":"schuhe","matchType":"EXACT","nativeLanguageKeyword":"shoes","nativeLanguageLocale":"en_US"}}}`)
	in := func(product string) string {
		return `"adGroupIdFilter":{"include":["` + made[product+" group"] + `"]},`
	}
	for _, tt := range []struct {
		resource, filter string
		want             []string
	}{
		{"campaigns", onlyBrands + `,"goalFilter":{"include":["AWARENESS"]}`, []string{made["SPONSORED_BRANDS 0"]}},
		{"campaigns", onlyDisplay + `,"goalFilter":{"include":["AWARENESS","CONSIDERATION"]}`, nil},
		{"campaigns", onlyProducts + `,"goalFilter":{"include":["AWARENESS"]}`, nil},
		{"targets", onlyBrands + `,"nativeLanguageLocaleFilter":{"include":["en_US"]}`, []string{native}},
		{"targets", in("SPONSORED_BRANDS") + onlyBrands + `,"productIdFilter":{"include":["B000000001"]}`, []string{made["SPONSORED_BRANDS 8"], made["SPONSORED_BRANDS 9"]}},
		{"targets", in("SPONSORED_BRANDS") + onlyBrands + `,"matchTypeFilter":{"include":["PRODUCT_SIMILAR"]}`, []string{made["SPONSORED_BRANDS 9"]}},
		{"targets", in("SPONSORED_BRANDS") + onlyBrands + `,"matchTypeFilter":{"include":["EXACT"]},"negativeFilter":{"include":[true]}`, []string{made["SPONSORED_BRANDS 7"]}},
		{"targets", in("SPONSORED_DISPLAY") + onlyDisplay + `,"targetTypeFilter":{"include":["PRODUCT_AUDIENCE","AUDIENCE"]}`, []string{made["SPONSORED_DISPLAY 7"], made["SPONSORED_DISPLAY 8"]}},
		{"targets", in("SPONSORED_DISPLAY") + onlyDisplay + `,"matchTypeFilter":{"include":["PRODUCTS_SIMILAR_TO_ADVERTISED_PRODUCTS"]}`, []string{made["SPONSORED_DISPLAY 10"]}},
		{"ads", in("SPONSORED_DISPLAY") + onlyDisplay, []string{made["SPONSORED_DISPLAY 2"], made["SPONSORED_DISPLAY 3"], made["SPONSORED_DISPLAY 4"]}},
		{"ads", in("SPONSORED_BRANDS") + onlyBrands + `,"nameFilter":{"include":["filters"],"queryTermMatchType":"EXACT_MATCH"},"maxResults":1`, []string{made["SPONSORED_BRANDS 2"]}},
	} {
		w := c.v1("query", tt.resource, `{`+tt.filter+`}`)
		var got []string
		for _, x := range read2[[]map[string]any](t, read[map[string]json.RawMessage](t, w)[tt.resource]) {
			got = append(got, fmt.Sprint(x[strings.TrimSuffix(tt.resource, "s")+"Id"]))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %s: %v, want %v\n%.300s", tt.resource, tt.filter, got, tt.want, w.Body)
		}
	}
}
