package adsfake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// set returns an item with fields replaced, added, or left out where nothing follows the colon.
func set(item string, fields ...string) string {
	item = strings.TrimSuffix(item, "}")
	for _, f := range fields {
		key, value, _ := strings.Cut(f, ":")
		if at := strings.Index(item, `"`+key+`":`); at >= 0 {
			rest := item[at+len(key)+3:]
			end, depth, quoted := len(rest), 0, false
			for i := 0; i < len(rest); i++ {
				switch ch := rest[i]; {
				case ch == '"':
					quoted = !quoted
				case quoted:
				case ch == '[' || ch == '{':
					depth++
				case ch == ']' || ch == '}':
					depth--
				case ch == ',' && depth == 0:
					end = i
				}
				if end == i {
					break
				}
			}
			item = strings.TrimSuffix(item[:at], ",") + rest[end:]
		}
		if value != "" {
			item += `,"` + key + `":` + value
		}
	}
	return strings.Replace(item, "{,", "{", 1) + "}"
}

// TestChildErrors goes through the errorTypes and reasons of ads-lwa 3.2 that a create of each kind can bring about. @ is
// where the item stands.
func TestChildErrors(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	campaign, group := c.campaign(t, "home", "MANUAL")
	other, _ := c.campaign(t, "other", "MANUAL")
	auto, autoGroup := c.campaign(t, "auto", "AUTO")

	dead, deadGroup := c.campaign(t, "dead", "MANUAL")
	c.of(under{media: spCampaign}).do("POST", "/sp/campaigns/delete", `{"campaignIdFilter":{"include":["`+dead+`"]}}`)
	long := func(n int) string { return `"` + strings.Repeat("x", n) + `"` }
	many := func(n int) string { return `"` + strings.TrimSpace(strings.Repeat("w ", n)) + `"` }
	value := func(kind, value string) string {
		return fmt.Sprintf(`expression:[{"type":%q,"value":%q}]`, kind, value)
	}
	const malformed, setup, product = "malformedValueError ", "targetingClauseSetupError ", "productIdentifierError "
	for i, tt := range []struct {
		list, fields string // fields apart by ;
		want         string
	}{
		{"adGroups", ``, ""},
		{"adGroups", `name:`, "missingValueError MISSING_VALUE @.name"},
		{"adGroups", `name:"group 001"`, "duplicateValueError NAME_NOT_UNIQUE @.name"},
		{"adGroups", `name:""`, malformed + "BLANK @.name"},
		{"adGroups", `name:" x"`, malformed + "LEADING_OR_TRAILING_WHITESPACE @.name"},
		{"adGroups", `name:"a\u0007b"`, malformed + "FORBIDDEN_CHARS @.name"},
		{"adGroups", `name:` + long(255), ""},
		{"adGroups", `name:` + long(256), malformed + "TOO_LONG @.name"},
		{"adGroups", `defaultBid:`, "missingValueError MISSING_VALUE @.defaultBid"},
		{"adGroups", `defaultBid:0.01`, "biddingError BID_OUT_OF_MARKET_PLACE_RANGE @.defaultBid"},
		{"adGroups", `defaultBid:1000.5`, "biddingError BID_OUT_OF_MARKET_PLACE_RANGE @.defaultBid"},
		{"adGroups", `defaultBid:10.5`, "biddingError BID_GT_BUDGET @.defaultBid"},
		{"adGroups", `state:"ARCHIVED"`, "entityStateError INVALID_TARGET_STATE @.state"},
		{"adGroups", `state:"PROPOSED"`, "entityStateError INVALID_TARGET_STATE @.state"},
		{"adGroups", `state:"on"`, "rangeError INVALID_ENUM_VALUE @.state"},
		{"adGroups", `campaignId:"5"`, "parentEntityError PARENT_ENTITY_NOT_FOUND @.campaignId"},
		{"adGroups", `campaignId:"` + dead + `"`, "parentEntityError PARENT_ENTITY_ARCHIVED @.campaignId"},
		{"productAds", ``, ""},
		{"productAds", ``, "duplicateValueError DUPLICATE_VALUE @.sku"},
		{"productAds", `sku:`, "missingValueError MISSING_VALUE @.sku"},
		{"productAds", `sku:""`, product + "INVALID_SKU @.sku"},
		{"productAds", `sku:"A";asin:"b"`, product + "INVALID_ASIN @.asin"},
		{"productAds", `sku:"A";customText:"short"`, malformed + "TOO_SHORT @.customText"},
		{"productAds", `sku:"A";customText:` + long(151), malformed + "TOO_LONG @.customText"},
		{"productAds", `sku:"A";customText:` + long(60), malformed + "PATTERN_NOT_MATCHED @.customText"},
		{"productAds", `adGroupId:"5"`, "parentEntityError PARENT_ENTITY_NOT_FOUND @.adGroupId"},
		{"productAds", `campaignId:"` + other + `"`, "parentEntityError PARENT_ENTITY_NOT_FOUND @.adGroupId"},
		{"productAds", `campaignId:"` + dead + `";adGroupId:"` + deadGroup + `"`, "parentEntityError PARENT_ENTITY_ARCHIVED @.campaignId"},
		{"keywords", ``, ""},
		{"keywords", `keywordText:"SHOES 005"`, "duplicateValueError DUPLICATE_VALUE @.keywordText"},
		{"keywords", `matchType:"EXACT"`, ""},
		{"keywords", `matchType:"NEGATIVE_EXACT"`, "rangeError INVALID_ENUM_VALUE @.matchType"},
		{"keywords", `keywordText:` + long(80), ""},
		{"keywords", `keywordText:` + long(81), malformed + "TOO_LONG @.keywordText"},
		{"keywords", `keywordText:` + many(10), ""},
		{"keywords", `keywordText:` + many(11), malformed + "TOO_LONG @.keywordText"},
		{"keywords", `keywordText:"a<b"`, malformed + "FORBIDDEN_CHARS @.keywordText"},
		{"keywords", `keywordText:"l";nativeLanguageLocale:"zh_CN"`, ""},
		{"keywords", `keywordText:"m";nativeLanguageLocale:"chinese"`, "localeError INVALID_LOCALE @.nativeLanguageLocale"},
		{"keywords", `keywordText:"n";bid:null`, ""},
		{"keywords", `campaignId:"` + auto + `";adGroupId:"` + autoGroup + `"`, setup + "TARGETING_TYPE_NOT_ALLOWED_FOR_AUTO_TARGETING_CAMPAIGN @.keywordText"},
		{"negativeKeywords", ``, ""},
		{"negativeKeywords", ``, "duplicateValueError DUPLICATE_VALUE @.keywordText"},
		{"negativeKeywords", `matchType:"NEGATIVE_PHRASE";keywordText:` + many(4), ""},
		{"negativeKeywords", `matchType:"NEGATIVE_PHRASE";keywordText:` + many(5), malformed + "TOO_LONG @.keywordText"},
		{"negativeKeywords", `keywordText:` + many(10), ""},
		{"negativeKeywords", `matchType:"BROAD"`, "rangeError INVALID_ENUM_VALUE @.matchType"},
		{"negativeKeywords", `campaignId:"` + auto + `";adGroupId:"` + autoGroup + `"`, ""},
		{"campaignNegativeKeywords", ``, ""},
		{"campaignNegativeKeywords", `keywordText:` + many(5), malformed + "TOO_LONG @.keywordText"},
		{"targetingClauses", ``, setup + "TYPE_CONFLICT_IN_AD_GROUP @.expression"},
		{"targetingClauses", value("KEYWORD_GROUP_SAME_AS", "12"), ""},
		{"targetingClauses", value("QUERY_HIGH_REL_MATCHES", ""), setup + "AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY @.expression[0].type"},
		{"targetingClauses", `expressionType:"AUTO"`, setup + "AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY @.expressionType"},
		{"targetingClauses", `expressionType:"x"`, "expressionTypeError UNSUPPORTED_EXPRESSION_TYPE @.expressionType"},
		{"targetingClauses", value("x", "1"), "expressionTypeError UNSUPPORTED_EXPRESSION_TYPE @.expression[0].type"},
		{"targetingClauses", value("ASIN_SAME_AS", "b0"), setup + "TARGETING_EXPRESSION_INVALID_VALUE @.expression[0].value"},
		{"targetingClauses", value("ASIN_PRICE_BETWEEN", "9-3"), setup + "TARGETING_EXPRESSION_INVALID_VALUE @.expression[0].value"},
		{"targetingClauses", value("ASIN_REVIEW_RATING_LESS_THAN", "6"), setup + "TARGETING_EXPRESSION_INVALID_VALUE @.expression[0].value"},
		{"targetingClauses", value("ASIN_PRICE_LESS_THAN", "5"), setup + "TARGETING_EXPRESSION_INVALID_VALUE @.expression"},
		{"targetingClauses", `expression:[]`, "missingValueError MISSING_VALUE @.expression"},
		{"targetingClauses", `expression:[{"value":"1"}]`, "missingValueError MISSING_VALUE @.expression[0].type"},
		{"targetingClauses", `campaignId:"` + auto + `";adGroupId:"` + autoGroup + `"`, setup + "TARGETING_TYPE_NOT_ALLOWED_FOR_AUTO_TARGETING_CAMPAIGN @.expression"},
		{"negativeTargetingClauses", ``, ""},
		{"negativeTargetingClauses", ``, "duplicateValueError DUPLICATE_VALUE @.expression"},
		{"negativeTargetingClauses", value("ASIN_CATEGORY_SAME_AS", "1"), "rangeError INVALID_ENUM_VALUE @.expression[0].type"},
		{"campaignNegativeTargetingClauses", ``, ""},
		{"campaignNegativeTargetingClauses", value("ASIN_SAME_AS", "1"), setup + "TARGETING_EXPRESSION_INVALID_VALUE @.expression[0].value"},
	} {
		u := find(t, tt.list)
		body := u.good(campaign, group, 5)
		if tt.fields != "" {
			body = set(body, strings.Split(tt.fields, ";")...)
		}
		got := strings.Join(u.result(t, u.post(c, body)).errors(), " ")
		if want := strings.ReplaceAll(tt.want, "@", "$."+tt.list+"[0]"); got != want {
			t.Errorf("%d %s: %q, want %q", i, body, got, want)
		}
	}
}

// find returns the collection whose list has the key.
func find(t testing.TB, list string) under {
	t.Helper()
	for _, c := range collections {
		if c.list == list {
			return c
		}
	}
	t.Fatalf("no collection %s", list)
	return under{}
}

// TestVendorAds holds that vendors advertise ASINs and sellers SKUs (ads-lwa 3.4).
func TestVendorAds(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "DE", "vendor"))
	campaign, group := c.campaign(t, "vendor", "MANUAL")
	u := find(t, "productAds")
	item := u.good(campaign, group, 1)
	for fields, want := range map[string]string{
		`sku:`:                      "missingValueError MISSING_VALUE $.productAds[0].asin",
		`sku:"A"`:                   "productIdentifierError INVALID_SKU $.productAds[0].sku",
		`sku:;asin:"B000000001"`:    "",
		`sku:;asin:"toolongforone"`: "productIdentifierError INVALID_ASIN $.productAds[0].asin",
	} {
		if got := strings.Join(u.result(t, u.post(c, set(item, strings.Split(fields, ";")...))).errors(), " "); got != want {
			t.Errorf("%s: %q, want %q", fields, got, want)
		}
	}
}
