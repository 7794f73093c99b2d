package ads

import "github.com/lockkeeper-dev/lockkeeper/canon"

// spV3 are the nine collections of Sponsored Products v3 (ads-lwa 3.1).
func spV3() []*collection {
	return []*collection{
		codec(sp3("campaigns", &collection{
			kind: canon.KindCampaign, list: "campaigns", one: "campaign", id: "campaignId", archiveBy: "campaignIdFilter",
			filters: map[condition]string{byID: "campaignIdFilter", byPortfolio: "portfolioIdFilter"}, fields: v3CampaignFields,
			creatable: spCampaignCreate, updatable: spCampaignUpdate, required: spCampaignNeeds,
		}), decodeV3Campaign, encodeV3Campaign),
	}
}

// sp3 puts on a collection what all of v3 have: 1000 items of a write, 1000 own ids and 100 parents in a filter (ads-lwa 3.1, 3.3).
func sp3(name string, c *collection) *collection {
	c.channel, c.speaks = canon.SponsoredProducts, v3{whole: true, statuses: v3StatesOf, atOnce: 100}
	c.write, c.ids, c.parents = 1000, 1000, 100
	c.filters[byStatus] = "stateFilter"
	c.ops = map[string]string{verbList: "sp." + name + ".list", verbCreate: "sp." + name + ".create", verbUpdate: "sp." + name + ".update", verbArchive: "sp." + name + ".delete"}
	return c
}
