package adsfake

// groupShapes are ad groups.
func groupShapes(f *fake) []*v1Shape {
	top := func(numeric bool) []v1Rule {
		return []v1Rule{{v1: "campaignId", v3: "campaignId", once: true, need: true}, {v1: "name", v3: "name", need: true}, stateRule(numeric), {v1: "marketplaceScope", form: singleMarket}}
	}
	products := append(top(false), v1Rule{v1: "bid.defaultBid", v3: "defaultBid", need: true})
	return []*v1Shape{
		{product: sponsoredProducts, layout: day, rules: products, stores: []v1Store{f.childCollection(adGroups)}},
	}
}
