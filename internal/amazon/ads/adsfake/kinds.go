package adsfake

import "slices"

// The kinds of children that a campaign has, which are the places in kinds.
const (
	adGroups = iota
	productAds
	keywords
	negativeKeywords
	campaignNegativeKeywords
	targets
	negativeTargets
	campaignNegativeTargets
)

// A kind is what tells one collection of children from another (ads-lwa 3.1, 3.4; OAS).
type kind struct {
	shape
	mark       byte
	needs      []string // fields that a create must have
	grouped    bool     // lives in an ad group
	bid        string   // name of the bid field
	matches    []string // of a keyword
	predicates []string // types of a targeting expression that a write may have
	quota      int      // not archived ones in one parent; guesses, see divergences.md
	alive      string   // what serving statuses begin with, and the status of one that serves
	status     string
}

var (
	matchTypes    = []string{"BROAD", "EXACT", "PHRASE"}
	negativeTypes = []string{"NEGATIVE_BROAD", "NEGATIVE_EXACT", "NEGATIVE_PHRASE"}
	negativeASINs = []string{"ASIN_BRAND_SAME_AS", "ASIN_SAME_AS"}
	manualTypes   = []string{
		"ASIN_AGE_RANGE_SAME_AS", "ASIN_BRAND_SAME_AS", "ASIN_CATEGORY_SAME_AS", "ASIN_EXPANDED_FROM", "ASIN_GENRE_SAME_AS",
		"ASIN_IS_PRIME_SHIPPING_ELIGIBLE", "ASIN_PRICE_BETWEEN", "ASIN_PRICE_GREATER_THAN", "ASIN_PRICE_LESS_THAN",
		"ASIN_REVIEW_RATING_BETWEEN", "ASIN_REVIEW_RATING_GREATER_THAN", "ASIN_REVIEW_RATING_LESS_THAN", "ASIN_SAME_AS", "KEYWORD_GROUP_SAME_AS",
	}
	// autoTypes are the clauses that an ad group of an AUTO campaign has from the beginning.
	autoTypes = []string{"QUERY_HIGH_REL_MATCHES", "QUERY_BROAD_REL_MATCHES", "ASIN_SUBSTITUTE_RELATED", "ASIN_ACCESSORY_RELATED"}
)

var kinds = [...]kind{
	adGroups: {
		shape: shape{
			operation: "sp.adGroups", path: "/sp/adGroups", media: "application/vnd.spAdGroup.v3+json", list: "adGroups", key: "adGroupId",
			success: "adGroupId", object: "adGroup", deletes: "adGroupIdFilter", entity: "AD_GROUP", keys: []string{"name", "defaultBid"},
			filters: []filterKey{
				{key: "nameFilter", form: texts, by: byName, most: mostReduced},
				{key: "campaignTargetingTypeFilter", form: single, by: byTargeting, most: 1, allowed: targetings},
			},
		},
		mark: 'a', needs: []string{"campaignId", "name", "state", "defaultBid"}, bid: "defaultBid", quota: 20_000,
		alive: "AD_GROUP", status: "AD_GROUP_STATUS_ENABLED",
	},
	productAds: {
		shape: shape{
			operation: "sp.productAds", path: "/sp/productAds", media: "application/vnd.spProductAd.v3+json", list: "productAds", key: "adId",
			success: "adId", object: "productAd", deletes: "adIdFilter", entity: "PRODUCT_AD",
			keys: []string{"sku", "asin", "customText", "globalStoreSetting"},
		},
		mark: 'd', needs: []string{"campaignId", "adGroupId", "state"}, grouped: true, quota: 1000, alive: "AD", status: "AD_STATUS_LIVE",
	},
	keywords: {
		shape: shape{
			operation: "sp.keywords", path: "/sp/keywords", media: "application/vnd.spKeyword.v3+json", list: "keywords", key: "keywordId",
			success: "keywordId", object: "keyword", deletes: "keywordIdFilter", entity: "KEYWORD",
			keys:    []string{"keywordText", "matchType", "bid", "nativeLanguageKeyword", "nativeLanguageLocale"},
			filters: keywordFilters("keywordTextFilter", append(slices.Clip(matchTypes), "OTHER"), true),
		},
		mark: 'k', needs: []string{"campaignId", "adGroupId", "keywordText", "matchType", "state"}, grouped: true, bid: "bid", matches: matchTypes,
		quota: 1000, alive: "TARGETING_CLAUSE", status: "TARGETING_CLAUSE_STATUS_LIVE",
	},
	negativeKeywords: {
		shape: shape{
			operation: "sp.negativeKeywords", path: "/sp/negativeKeywords", media: "application/vnd.spNegativeKeyword.v3+json", list: "negativeKeywords",
			key: "keywordId", success: "negativeKeywordId", object: "negativeKeyword", deletes: "negativeKeywordIdFilter", entity: "NEGATIVE_KEYWORD",
			keys:    []string{"keywordText", "matchType", "nativeLanguageKeyword", "nativeLanguageLocale"},
			filters: keywordFilters("negativeKeywordTextFilter", append(slices.Clip(negativeTypes), "OTHER"), true),
		},
		mark: 'K', needs: []string{"campaignId", "adGroupId", "keywordText", "matchType", "state"}, grouped: true, matches: negativeTypes,
		quota: 1000, alive: "TARGETING_CLAUSE", status: "TARGETING_CLAUSE_STATUS_LIVE",
	},
	campaignNegativeKeywords: {
		shape: shape{
			operation: "sp.campaignNegativeKeywords", path: "/sp/campaignNegativeKeywords", media: "application/vnd.spCampaignNegativeKeyword.v3+json",
			list: "campaignNegativeKeywords", key: "keywordId", success: "campaignNegativeKeywordId", object: "campaignNegativeKeyword",
			deletes: "campaignNegativeKeywordIdFilter", entity: "CAMPAIGN_NEGATIVE_KEYWORD", keys: []string{"keywordText", "matchType"},
			filters: keywordFilters("campaignNegativeKeywordTextFilter", append(slices.Clip(negativeTypes), "OTHER"), false),
		},
		mark: 'C', needs: []string{"campaignId", "keywordText", "matchType", "state"}, matches: negativeTypes,
		quota: 1000, alive: "TARGETING_CLAUSE", status: "TARGETING_CLAUSE_STATUS_LIVE",
	},
	targets: {
		shape: shape{
			operation: "sp.targets", path: "/sp/targets", media: "application/vnd.spTargetingClause.v3+json", list: "targetingClauses", key: "targetId",
			success: "targetId", object: "targetingClause", deletes: "targetIdFilter", entity: "TARGETING_CLAUSE",
			keys: []string{"expression", "expressionType", "bid"},
			filters: []filterKey{
				{key: "asinFilter", form: texts, by: byASIN, most: mostReduced},
				{key: "expressionTypeFilter", by: byExpressionType, most: 2, allowed: []string{"AUTO", "MANUAL", "OTHER"}},
			},
		},
		mark: 't', needs: []string{"campaignId", "adGroupId", "expression", "expressionType", "state"}, grouped: true, bid: "bid", predicates: manualTypes,
		quota: 1000, alive: "TARGETING_CLAUSE", status: "TARGETING_CLAUSE_STATUS_LIVE",
	},
	negativeTargets: {
		shape: shape{
			operation: "sp.negativeTargets", path: "/sp/negativeTargets", media: "application/vnd.spNegativeTargetingClause.v3+json",
			list: "negativeTargetingClauses", key: "targetId", success: "targetId", object: "negativeTargetingClause",
			deletes: "negativeTargetIdFilter", entity: "NEGATIVE_TARGETING_CLAUSE", keys: []string{"expression"},
			filters: []filterKey{{key: "asinFilter", form: texts, by: byASIN, most: mostReduced}},
		},
		mark: 'T', needs: []string{"campaignId", "adGroupId", "expression", "state"}, grouped: true, predicates: negativeASINs,
		quota: 1000, alive: "TARGETING_CLAUSE", status: "TARGETING_CLAUSE_STATUS_LIVE",
	},
	campaignNegativeTargets: {
		shape: shape{
			operation: "sp.campaignNegativeTargets", path: "/sp/campaignNegativeTargets", media: "application/vnd.spCampaignNegativeTargetingClause.v3+json",
			list: "campaignNegativeTargetingClauses", key: "targetId", success: "campaignNegativeTargetingClauseId",
			object: "campaignNegativeTargetingClauses", deletes: "campaignNegativeTargetIdFilter", entity: "CAMPAIGN_NEGATIVE_TARGETING_CLAUSE",
			keys:    []string{"expression"},
			filters: []filterKey{{key: "asinFilter", form: texts, by: byASIN, most: mostReduced}},
		},
		mark: 'N', needs: []string{"campaignId", "expression", "state"}, predicates: negativeASINs,
		quota: 1000, alive: "TARGETING_CLAUSE", status: "TARGETING_CLAUSE_STATUS_LIVE",
	},
}

func keywordFilters(text string, matches []string, locale bool) []filterKey {
	all := []filterKey{
		{key: text, form: texts, by: byName, most: mostReduced},
		{key: "matchTypeFilter", form: bare, by: byMatch, most: len(matches), allowed: matches},
	}
	if locale {
		all = append(all, filterKey{key: "locale", form: ignored})
	}
	return all
}

// childCollection is the collection of the nth kind.
func (f *fake) childCollection(n int) *collection[*child, *childInput] {
	k := &kinds[n]
	s := k.shape // with what all kinds have
	s.most = mostItems
	s.keys = append([]string{"campaignId", "state", k.key}, s.keys...)
	s.filters = append([]filterKey{
		stateFilter(),
		{key: k.deletes, ownID: true, most: mostIDs},
		{key: "campaignIdFilter", by: byCampaign, most: mostReduced},
	}, s.filters...)
	if k.grouped {
		s.keys = append(s.keys, "adGroupId")
		s.filters = append(s.filters, filterKey{key: "adGroupIdFilter", by: byGroup, most: mostReduced})
	}
	return &collection[*child, *childInput]{
		shape: &s, f: f,
		of:    func(p *profile) *store[*child] { return &p.children[n] },
		parse: func(o object, at row) (*childInput, error) { return parseChild(k, o, at) },
		create: func(b *batch, in *childInput) (*child, []itemError) {
			return f.createChild(b, n, in)
		},
		update: func(b *batch, old *child, in *childInput) (*child, []itemError) { return updateChild(b, n, old, in) },
		retire: retireChild, serves: (*prospect).child, status: details,
	}
}
