package ads

import (
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// spV3 are the nine collections of Sponsored Products v3 (ads-lwa 3.1). Six of them hold targets.
func spV3() []*collection {
	return []*collection{
		codec(sp3("campaigns", &collection{
			kind: canon.KindCampaign, one: "campaign", id: "campaignId", archiveBy: "campaignIdFilter",
			filters: map[condition]string{byID: "campaignIdFilter", byPortfolio: "portfolioIdFilter"}, fields: v3CampaignFields,
			creatable: spCampaignCreate, updatable: spCampaignUpdate, required: spCampaignNeeds,
		}), decodeV3Campaign, encodeV3Campaign),
		codec(sp3("adGroups", &collection{
			kind: canon.KindGroup, one: "adGroup", id: "adGroupId", archiveBy: "adGroupIdFilter",
			filters: map[condition]string{byID: "adGroupIdFilter", byCampaign: "campaignIdFilter"}, fields: v3GroupFields,
			creatable: spGroupNeeds, updatable: spGroupUpdate, required: spGroupNeeds,
		}), decodeV3Group, encodeV3Group),
		codec(sp3("productAds", &collection{
			kind: canon.KindAd, one: "productAd", id: "adId", archiveBy: "adIdFilter",
			filters: map[condition]string{byID: "adIdFilter", byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter"}, fields: v3AdFields,
			creatable: spAdCreate, updatable: spAdUpdate, required: append(slices.Clone(spAdNeeds), "campaign_id"),
		}), decodeV3Ad, encodeV3Ad),
		spKeywords("keywords", "keyword", "keywordId", false, true),
		spClauses("targets", "targetingClauses", "targetingClause", "targetId", "targetIdFilter", false, true),
		spKeywords("negativeKeywords", "negativeKeyword", "negativeKeywordId", true, true),
		spClauses("negativeTargets", "negativeTargetingClauses", "negativeTargetingClause", "targetId", "negativeTargetIdFilter", true, true),
		spKeywords("campaignNegativeKeywords", "campaignNegativeKeyword", "campaignNegativeKeywordId", true, false),
		spClauses("campaignNegativeTargets", "campaignNegativeTargetingClauses", "campaignNegativeTargetingClauses", "campaignNegativeTargetingClauseId",
			"campaignNegativeTargetIdFilter", true, false),
	}
}

// sp3 puts on a collection what all of v3 have: 1000 items of a write, 1000 own ids and 100 parents in a filter (ads-lwa 3.1, 3.3).
func sp3(name string, c *collection) *collection {
	c.channel, c.speaks = canon.SponsoredProducts, v3{whole: true, statuses: v3StatesOf, atOnce: 100}
	c.write, c.ids, c.parents = 1000, 1000, 100
	c.filters[byStatus] = "stateFilter"
	if c.list == "" {
		c.list = name
	}
	c.ops = map[string]string{verbList: "sp." + name + ".list", verbCreate: "sp." + name + ".create", verbUpdate: "sp." + name + ".update", verbArchive: "sp." + name + ".delete"}
	return c
}

// spKeywords is one of the collections of keywords, and spClauses one of those of targeting clauses.
func spKeywords(name, one, done string, negative, grouped bool) *collection {
	c := spTargets(name, &collection{one: one, id: "keywordId", done: done, archiveBy: done + "Filter", fields: v3KeywordFields}, true, negative, grouped)
	return codec(c, decodeV3Keyword(negative), encodeV3Keyword)
}

func spClauses(name, list, one, done, archiveBy string, negative, grouped bool) *collection {
	c := spTargets(name, &collection{list: list, one: one, id: "targetId", done: done, archiveBy: archiveBy, fields: v3ClauseFields}, false, negative, grouped)
	return codec(c, decodeV3Clause(negative), encodeV3Clause)
}

// spTargets puts on a collection of targets what follows from which of the six it is.
func spTargets(name string, c *collection, keyword, negative, grouped bool) *collection {
	c.kind, c.filters = canon.KindTarget, map[condition]string{byID: c.archiveBy, byCampaign: "campaignIdFilter"}
	if grouped {
		c.filters[byGroup] = "adGroupIdFilter"
	}
	c.creatable, c.updatable, c.required = spTargetCreate, spTargetUpdate, append(slices.Clone(spTargetNeeds), "campaign_id")
	c.holds = func(o canon.AdsObject) bool {
		t, ok := o.(*canon.AdsTarget)
		return ok && (t.Type == typeKeyword) == keyword && t.Negative == negative && (t.GroupID != "") == grouped
	}
	c.wants = func(q *amazon.AdsQuery) bool {
		return (q.Type == "" || (q.Type == typeKeyword) == keyword) && (grouped || len(q.Groups) == 0)
	}
	return sp3(name, c)
}
