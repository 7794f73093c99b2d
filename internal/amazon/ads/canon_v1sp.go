package ads

import "github.com/lockkeeper-dev/lockkeeper/canon"

// spV1 are the collections of Sponsored Products on v1 (ads-lwa 6.2, 6.3).
func spV1() []*collection {
	return []*collection{
		direct(sp1("campaign", &collection{
			kind: canon.KindCampaign, filters: v1Filters("campaignId", byPortfolio), fields: v1CampaignFields, holes: v1CampaignHoles,
			creatable: spCampaignCreate, updatable: spCampaignUpdate, required: spCampaignNeeds,
		}), func() reading { return &v1CampaignRead{} }, encodeV1Campaign),
		direct(sp1("adGroup", &collection{
			kind: canon.KindGroup, filters: v1Filters("adGroupId", byCampaign), fields: v1GroupFields, holes: v1GroupHoles,
			creatable: spGroupNeeds, updatable: spGroupUpdate, required: spGroupNeeds,
		}), func() reading { return &v1GroupRead{} }, encodeV1Group),
		direct(sp1("ad", &collection{
			kind: canon.KindAd, filters: v1Filters("adId", byCampaign, byGroup), fields: v1AdFields, holes: v1AdHoles,
			creatable: spAdCreate, updatable: spAdUpdate, required: spAdNeeds,
		}), func() reading { return &v1AdRead{} }, encodeV1Ad),
		direct(sp1("target", &collection{
			kind: canon.KindTarget, filters: v1Filters("targetId", byCampaign, byGroup, byType), fields: v1TargetFields, holes: v1TargetHoles,
			creatable: spTargetCreate, updatable: spTargetUpdate, required: spTargetNeeds,
		}), func() reading { return &v1TargetRead{} }, encodeV1Target),
	}
}

// sp1 puts on a collection what all of v1 have: 1000 items of a write and ids of a filter, pages of 1000 (ads-lwa 6.2; the document of all
// products allows more for campaigns and targets, that of Sponsored Products does not).
func sp1(one string, c *collection) *collection {
	c.channel, c.speaks = canon.SponsoredProducts, v1{}
	c.one, c.list, c.id, c.archiveBy = one, one+"s", one+"Id", one+"Ids"
	c.write, c.page, c.ids, c.parents = 1000, 1000, 1000, 1000
	name := "v1." + c.list + "."
	c.ops = map[string]string{verbList: name + "query", verbCreate: name + "create", verbUpdate: name + "update", verbArchive: name + "delete"}
	return c
}
