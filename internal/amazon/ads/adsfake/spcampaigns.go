package adsfake

// spCampaign is the media type of Sponsored Products campaigns (ads-lwa 3.1).
const spCampaign = "application/vnd.spCampaign.v3+json"

// mostItems is how many items one write may carry (ads-lwa 3.1).
const mostItems = 1000

// The marks of tallies that are not of a kind of child.
const (
	markCampaign  = 'c'
	markPortfolio = 'f'
)

func stateFilter() filterKey {
	return filterKey{key: "stateFilter", most: mostStates, allowed: readStates}
}

// campaigns is the collection of Sponsored Products campaigns.
func (f *fake) campaigns() *collection[*campaign, *campaignInput] {
	return &collection[*campaign, *campaignInput]{
		shape: &shape{
			operation: "sp.campaigns", path: "/sp/campaigns", media: spCampaign, list: "campaigns", key: "campaignId",
			success: "campaignId", object: "campaign", deletes: "campaignIdFilter", entity: "CAMPAIGN", keys: campaignKeys, most: mostItems,
			filters: []filterKey{
				stateFilter(),
				{key: "campaignIdFilter", ownID: true, most: mostIDs},
				{key: "portfolioIdFilter", by: byPortfolio, most: mostReduced},
				{key: "nameFilter", form: texts, by: byName, most: mostReduced},
				{key: "marketplaceBudgetAllocationFilter", form: allocation, most: 2},
			},
		},
		f: f, of: func(p *profile) *store[*campaign] { return &p.campaigns }, parse: parseCampaign, create: f.create, update: f.update,
		retire: func(old *campaign) (*campaign, string) { c := *old; return &c, "" },
		serves: (*prospect).campaign, status: details,
	}
}
