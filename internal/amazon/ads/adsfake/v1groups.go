package adsfake

// groupShapes are ad groups.
func groupShapes(f *fake) []*v1Shape {
	top := func(numeric bool) []v1Rule {
		return []v1Rule{{v1: "campaignId", v3: "campaignId", once: true, need: true}, {v1: "name", v3: "name", need: true}, stateRule(numeric), {v1: "marketplaceScope", form: singleMarket}, {v1: "marketplaces", form: homeCountry}}
	}
	products := append(top(false), v1Rule{v1: "bid.defaultBid", v3: "defaultBid", need: true})
	display := append(
		top(true),
		v1Rule{v1: "bid.defaultBid", v3: "defaultBid"},
		v1Rule{v1: "bid.currencyCode", form: currency, beside: "defaultBid"},
		v1Rule{v1: "creativeType", v3: "creativeType", once: true},
		v1Rule{v1: "optimization.goalSettings.kpi", v3: "bidOptimization", form: words(v1Word{"CLICKS", "clicks"}, v1Word{"PURCHASES", "conversions"}, v1Word{"REACH", "reach"})},
	)
	return []*v1Shape{
		{product: sponsoredProducts, layout: day, rules: products, stores: []v1Store{f.childCollection(adGroups)}},
		f.thingShape(top(false), sbGroups),
		f.thingShape(display, sdGroups),
	}
}
