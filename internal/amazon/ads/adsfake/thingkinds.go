package adsfake

// The kinds of things, which are the places in thingKinds.
const (
	sbCampaigns = iota
	sbGroups
	sbAds
	sbKeywords
	sbNegativeKeywords
	sbTargets
	sbNegativeTargets
	sbThemes
	sdCampaigns
	sdGroups
	sdAds
	sdTargets
	sdNegativeTargets
)

// Media types of Sponsored Brands v4 (ads-lwa 4.2).
const (
	sbCampaignMedia = "application/vnd.sbcampaignresource.v4+json"
	sbGroupMedia    = "application/vnd.sbadgroupresource.v4+json"
	sbAdMedia       = "application/vnd.sbadresource.v4+json"
)

// Errors that items of Sponsored Brands v4 can have; all others are told as otherError (OAS).
var (
	sbCampaignErrors = []string{"dateError", "biddingError", "budgetError", "billingError", "rangeError", "otherError"}
	sbGroupErrors    = []string{"dateError", "biddingError", "rangeError", "otherError"}
	sbAdErrors       = []string{"rangeError", "otherError"}
)

var (
	lowerMatches = []string{"broad", "exact", "phrase"}
	negatives    = []string{"negativeExact", "negativePhrase"}
	sbPredicates = []string{
		"asinAgeRangeSameAs", "asinBrandSameAs", "asinCategorySameAs", "asinExpandedFrom", "asinGenreSameAs", "asinIsPrimeShippingEligible", "asinPriceBetween",
		"asinPriceGreaterThan", "asinPriceLessThan", "asinReviewRatingBetween", "asinReviewRatingGreaterThan", "asinReviewRatingLessThan", "asinSameAs",
	}
	sdPredicates = []string{
		"asinAgeRangeSameAs", "asinBrandSameAs", "asinCategorySameAs", "asinGenreSameAs", "asinIsPrimeShippingEligible", "asinPriceBetween", "asinPriceGreaterThan",
		"asinPriceLessThan", "asinReviewRatingBetween", "asinReviewRatingGreaterThan", "asinReviewRatingLessThan", "asinSameAs", "audience", "contentCategorySameAs",
		"purchases", "similarProduct", "views",
	}
	brandThemes        = []string{"KEYWORDS_RELATED_TO_YOUR_BRAND", "KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES"}
	negativePredicates = []string{"asinBrandSameAs", "asinSameAs"}
)

func v4Filters(more ...filterKey) []filterKey {
	return append([]filterKey{
		{key: "stateFilter", most: mostStates, allowed: []string{enabled, paused, archived}},
		{key: "nameFilter", form: texts, by: byName, most: mostReduced},
	}, more...)
}

// thingKinds is a table that is made for each sandbox, since things point into it.
func thingKinds() []*thingKind {
	name := thingField{key: "name", need: true, most: groupNameLong}
	campaignName := thingField{key: "name", need: true, most: nameSeller}
	dates := []thingField{{key: "startDate", form: fDate}, {key: "endDate", form: fDate}}
	portfolioID := thingField{key: "portfolioId", form: fID}
	bid := thingField{key: "bid", form: fMoney}
	v4 := func(s shape) shape {
		s.most, s.least, s.page = 10, 0, 100
		s.keys = nil
		return s
	}
	brands := func(s shape, more ...thingField) thingKind {
		s.most = 100
		return thingKind{
			shape: s, product: sponsoredBrands, inside: inGroup, numeric: true, wantsIDs: true, fields: more, quota: 1000,
			campaign: sbCampaigns, group: sbGroups, alive: "TARGET", status: "TARGET_STATUS_LIVE",
		}
	}
	display := func(s shape, inside int, mark byte, alive, status string, unique []string, fields ...thingField) thingKind {
		s.most = 100
		return thingKind{
			shape: s, product: sponsoredDisplay, inside: inside, mark: mark, numeric: true, fields: fields, unique: unique, quota: 1000,
			campaign: sdCampaigns, group: sdGroups, alive: alive, status: status,
		}
	}
	word := func(matches []string) []thingField {
		return []thingField{
			{key: "keywordText", need: true, stays: true, most: keywordLong},
			{key: "matchType", form: fWord, need: true, stays: true, allowed: matches},
			{key: "nativeLanguageKeyword", stays: true, most: keywordLong},
			{key: "nativeLanguageLocale", stays: true, most: 5},
		}
	}
	kinds := [...]thingKind{
		sbCampaigns: {
			shape: v4(shape{
				operation: "sb.campaigns", path: "/sb/v4/campaigns", media: sbCampaignMedia, list: "campaigns", key: "campaignId", success: "campaignId",
				object: "campaign", deletes: "campaignIdFilter", entity: "CAMPAIGN", total: "totalCount", errors: sbCampaignErrors,
				filters: v4Filters(filterKey{key: "campaignIdFilter", ownID: true, most: 10}, filterKey{key: "portfolioIdFilter", by: byPortfolio, most: 10}, filterKey{key: "goalTypeFilter", form: goals, most: mostReduced}),
			}),
			mark: 'c', product: sponsoredBrands, quota: 10_000, alive: "CAMPAIGN", status: campaignServes, unique: []string{"name"},
			fields: append([]thingField{
				campaignName,
				{key: "budget", form: fMoney, need: true},
				{key: "budgetType", form: fWord, need: true, stays: true, allowed: []string{"DAILY", "LIFETIME"}},
				{key: "brandEntityId", stays: true, most: 64},
				portfolioID,
				{key: "bidding", form: fObject},
				{key: "costType", form: fWord, stays: true, allowed: []string{"CPC", "VCPM"}, shown: `"CPC"`},
				{key: "goal", stays: true, most: 64},
				{key: "productLocation", form: fWord, stays: true, allowed: []string{"SOLD_ON_AMAZON", "NOT_SOLD_ON_AMAZON", "SOLD_ON_DTC"}},
				{key: "tags", form: fObject},
			}, dates...),
		},
		sbGroups: {
			shape: v4(shape{
				operation: "sb.adGroups", path: "/sb/v4/adGroups", media: sbGroupMedia, list: "adGroups", key: "adGroupId", success: "adGroupId", object: "adGroup",
				deletes: "adGroupIdFilter", entity: "AD_GROUP", errors: sbGroupErrors,
				filters: v4Filters(filterKey{key: "campaignIdFilter", by: byCampaign, most: 10}, filterKey{key: "adGroupIdFilter", ownID: true, most: 10}),
			}),
			mark: 'a', product: sponsoredBrands, inside: inCampaign, quota: 1000, alive: "AD_GROUP", status: "AD_GROUP_STATUS_ENABLED", unique: []string{"name"},
			fields: []thingField{name},
		},
		sbAds: {
			shape: v4(shape{
				operation: "sb.ads", path: "/sb/v4/ads", media: sbAdMedia, list: "ads", key: "adId", success: "adId", object: "ad", deletes: "adIdFilter", entity: "AD",
				errors:  sbAdErrors,
				filters: v4Filters(filterKey{key: "campaignIdFilter", by: byCampaign, most: 10}, filterKey{key: "adGroupIdFilter", by: byGroup, most: 10}, filterKey{key: "adIdFilter", ownID: true, most: 10}),
			}),
			mark: 'd', product: sponsoredBrands, inside: inGroup, quota: 100, alive: "AD", status: "AD_STATUS_LIVE", group: sbGroups,
			fields: []thingField{name, {key: "landingPage", form: fObject, stays: true}, {key: "creative", form: fObject, need: true, stays: true}},
		},
		sbKeywords: brands(shape{operation: "sb.keywords", path: "/sb/keywords", key: "keywordId", entity: "KEYWORD"}, append(word(lowerMatches), bid)...),
		sbNegativeKeywords: brands(shape{operation: "sb.negativeKeywords", path: "/sb/negativeKeywords", key: "keywordId", entity: "NEGATIVE_KEYWORD"},
			word(negatives)...),
		sbTargets: brands(shape{operation: "sb.targets", path: "/sb/targets", key: "targetId", entity: "TARGET"},
			thingField{key: "expressions", form: fList, need: true, stays: true, allowed: sbPredicates, most: 20}, bid),
		sbNegativeTargets: brands(shape{operation: "sb.negativeTargets", path: "/sb/negativeTargets", key: "targetId", entity: "NEGATIVE_TARGET"},
			thingField{key: "expressions", form: fList, need: true, stays: true, allowed: negativePredicates, most: 1}),
		sbThemes: brands(shape{operation: "sb.themes", path: "/sb/themes", key: "themeId", entity: "THEME"},
			thingField{key: "themeType", form: fWord, need: true, stays: true, allowed: brandThemes}, thingField{key: "bid", form: fMoney, need: true}),
		sdCampaigns: display(shape{operation: "sd.campaigns", path: "/sd/campaigns", key: "campaignId", entity: "CAMPAIGN"}, nothing, 'c', "CAMPAIGN", "ADVERTISER_STATUS_ENABLED", []string{"name"},
			append([]thingField{
				campaignName,
				{key: "tactic", form: fWord, need: true, stays: true, allowed: []string{"T00020", "T00030"}},
				{key: "budgetType", form: fWord, allowed: []string{"daily"}, shown: `"daily"`},
				{key: "budget", form: fMoney},
				{key: "costType", form: fWord, stays: true, allowed: []string{"cpc", "vcpm"}, shown: `"cpc"`},
				portfolioID,
			}, dates...)...),
		sdGroups: display(shape{operation: "sd.adGroups", path: "/sd/adGroups", key: "adGroupId", entity: "AD_GROUP"}, inCampaign, 'a', "AD_GROUP", "AD_GROUP_STATUS_ENABLED", []string{"name"},
			name, thingField{key: "defaultBid", form: fMoney}, thingField{key: "bidOptimization", form: fWord, allowed: []string{"clicks", "conversions", "reach"}, shown: `"clicks"`},
			thingField{key: "creativeType", form: fWord, stays: true, allowed: []string{"IMAGE", "VIDEO"}}),
		sdAds: display(shape{operation: "sd.productAds", path: "/sd/productAds", key: "adId", entity: "PRODUCT_AD"}, inGroup, 'd', "AD", "AD_STATUS_LIVE", []string{"asin", "sku"},
			thingField{key: "asin", stays: true, most: 10}, thingField{key: "sku", stays: true, most: skuLong}, thingField{key: "adName", stays: true, most: groupNameLong},
			thingField{key: "landingPageType", form: fWord, stays: true, allowed: []string{"MOMENT", "OFF_AMAZON_LINK", "STORE"}}, thingField{key: "landingPageURL", stays: true, most: 2048}),
		sdTargets: display(shape{operation: "sd.targets", path: "/sd/targets", key: "targetId", entity: "TARGET"}, inGroup, 't', "TARGET", "TARGET_STATUS_LIVE", []string{"expression"},
			thingField{key: "expressionType", form: fWord, need: true, stays: true, allowed: []string{"auto", "manual"}},
			thingField{key: "expression", form: fList, need: true, stays: true, allowed: sdPredicates, most: 20}, bid),
		sdNegativeTargets: display(shape{operation: "sd.negativeTargets", path: "/sd/negativeTargets", key: "targetId", entity: "NEGATIVE_TARGET"}, inGroup, 'T', "TARGET", "TARGET_STATUS_LIVE",
			[]string{"expression"}, thingField{key: "expressionType", form: fWord, need: true, stays: true, allowed: []string{"auto", "manual"}},
			thingField{key: "expression", form: fList, need: true, stays: true, allowed: negativePredicates, most: 1}),
	}
	for n, mark := range map[int]byte{sbKeywords: 'k', sbNegativeKeywords: 'K', sbTargets: 't', sbNegativeTargets: 'T'} {
		kinds[n].mark, kinds[n].unique = mark, []string{"expressions"}
		if mark == 'k' || mark == 'K' {
			kinds[n].unique = []string{"keywordText", "matchType"}
		}
	}
	themes := &kinds[sbThemes] // their campaign may be left out of a write, and ids are texts
	themes.mark, themes.unique, themes.quoted, themes.wantsIDs = 'h', []string{"themeType"}, true, false
	kinds[sdCampaigns].fixed = `,"deliveryProfile":"as_soon_as_possible"`
	all := make([]*thingKind, len(kinds))
	for n := range kinds {
		k := kinds[n]
		k.n = n
		if k.product == sponsoredBrands {
			k.campaign, k.group = sbCampaigns, sbGroups
		}
		all[n] = &k
	}
	return all
}

// thingCount is how many kinds there are.
const thingCount = sdNegativeTargets + 1
