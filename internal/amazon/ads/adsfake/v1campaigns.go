package adsfake

import (
	"encoding/json"
	"maps"
	"slices"
)

// Where the amount of a budget is in v1.
const v1Money = "budgets[0].budgetValue.monetaryBudgetValue.monetaryBudget."

// stateRule is the rule of all states; the older dialect writes them small.
func stateRule(numeric bool) v1Rule {
	r := v1Rule{v1: "state", v3: "state", need: true}
	if numeric {
		r.form = words(v1Word{"ENABLED", "enabled"}, v1Word{"PAUSED", "paused"})
	}
	return r
}

// budgetRules carry a budget, which in v1 is the first of a list.
func budgetRules(amount, period string, need bool, form v1Form) []v1Rule {
	parts := []string{"budgets[0].budgetType", v1Money + "value"}
	if need { // display budgets are of a day; Amazon's document for that product alone has no period in them
		parts = append(parts, "budgets[0].recurrenceTimePeriod")
	}
	return []v1Rule{
		{v1: "budgets", need: need, form: wholeBudget(parts)},
		{v1: "budgets[0].budgetType", form: always("MONETARY"), beside: amount},
		{v1: "budgets[0].recurrenceTimePeriod", v3: period, form: form},
		{v1: v1Money + "currencyCode", form: currency, beside: amount},
		{v1: v1Money + "value", v3: amount, at: "budgets[0]"},
	}
}

// wholeBudget holds that a budget has all that it must have.
func wholeBudget(parts []string) v1Form {
	return v1Form{to: func(t *translation, _ *v1Rule, _ json.RawMessage) json.RawMessage {
		for _, path := range parts {
			if seek(t.in, path) == nil {
				t.fail(missing(t.at + "." + path))
			}
		}
		return nil
	}}
}

// placesRules are of where a campaign is shown.
func placesRules(needScope bool) []v1Rule {
	return []v1Rule{
		{v1: "marketplaceScope", form: singleMarket, need: needScope},
		{v1: "marketplaces", form: homeCountry},
		{v1: "countries", form: homeCountry},
	}
}

func dateRules(need bool) []v1Rule {
	return []v1Rule{
		{v1: "startDateTime", v3: "startDate", need: need, form: instantDay},
		{v1: "endDateTime", v3: "endDate", clear: true, form: instantDay},
	}
}

// campaignShapes are campaigns of the three products. What only Sponsored Products wants is in its own document (ads-lwa 6.3).
func campaignShapes(f *fake) []*v1Shape {
	name := v1Rule{v1: "name", v3: "name", need: true}
	portfolioID := v1Rule{v1: "portfolioId", v3: "portfolioId", clear: true}
	numbered := portfolioID
	numbered.form = digits
	products := slices.Concat(
		[]v1Rule{
			name, stateRule(false), portfolioID,
			{v1: "autoCreationSettings.autoCreateTargets", v3: "targetingType", need: true, form: words(v1Word{true, "AUTO"}, v1Word{false, "MANUAL"})},
			{v1: "autoCreationSettings.autoManageCampaign", v3: "autoManageCampaign"},
			{v1: "siteRestrictions", v3: "siteRestrictions"},
			{v1: "tags", v3: "tags", form: pairs},
			{v1: v1Bidding + "bidStrategy", v3: "dynamicBidding.strategy", form: words(wordsOf(v1Strategies)...)},
			{v1: v1Adjustments + "placementBidAdjustments", v3: "dynamicBidding.placementBidding", form: adjustments(wordsOf(v1Placements)...)},
			{v1: v1Adjustments + "audienceBidAdjustments", v3: "dynamicBidding.shopperCohortBidding", form: audiences},
		}, dateRules(true), placesRules(true), budgetRules("budget.budget", "budget.budgetType", true, v1Form{}))
	brands := slices.Concat(
		[]v1Rule{
			name, stateRule(false), portfolioID,
			{v1: "brandId", v3: "brandEntityId"},
			{v1: "isMultiAdGroupsEnabled", form: multiGroups},
			{v1: "costType", v3: "costType"},
			{v1: "salesChannel", v3: "productLocation", form: words(v1Word{"AMAZON", "SOLD_ON_AMAZON"}, v1Word{"OFF_AMAZON", "NOT_SOLD_ON_AMAZON"}, v1Word{"OFF_AMAZON", "SOLD_ON_DTC"})},
			{v1: "tags", v3: "tags", form: pairs},
			{v1: v1Bidding + "bidStrategy", v3: "bidding.bidOptimization", form: words(v1Word{"SALES_DOWN_ONLY", true}, v1Word{"MANUAL", false})},
			{v1: v1Adjustments + "placementBidAdjustments", v3: "bidding.bidAdjustmentsByPlacement", form: adjustments(
				v1Word{"HOME_PAGE", "HOME"}, v1Word{"PRODUCT_PAGE", "DETAIL_PAGE"}, v1Word{"REST_OF_SEARCH", "OTHER"}, v1Word{"TOP_OF_SEARCH", "TOP_OF_SEARCH"})},
			{v1: v1Adjustments + "audienceBidAdjustments", v3: "bidding.shopperCohortBidAdjustments", form: audiences},
			{v1: "optimizations.goalSettings.goal", beside: "goal", form: v1Form{back: words(brandGoals...).back}},
			{v1: "optimizations.goalSettings.kpi", v3: "goal", once: true, form: words(v1Word{"PAGE_VIEWS", "PAGE_VISIT"}, v1Word{"TOP_OF_SEARCH_IMPRESSION_SHARE", "BRAND_IMPRESSION_SHARE"})},
		}, dateRules(false), placesRules(false), budgetRules("budget", "budgetType", true, v1Form{}))
	display := slices.Concat(
		[]v1Rule{
			name, stateRule(true), numbered,
			{v1: "costType", v3: "costType", form: words(v1Word{"CPC", "cpc"}, v1Word{"VCPM", "vcpm"})},
		}, dateRules(false), placesRules(false), budgetRules("budget", "budgetType", false, words(v1Word{"DAILY", "daily"})))
	return []*v1Shape{
		{product: sponsoredProducts, layout: day, rules: products, stores: []v1Store{f.campaigns()}, places: map[string]string{"budget": "budgets[0]"}},
		f.thingShape(brands, sbCampaigns),
		f.thingShape(display, sdCampaigns).with(func(t *translation) {
			if t.create {
				t.put("tactic", "T00020") // v1 has no tactic
			}
		}),
	}
}

// brandGoals are what goals of Sponsored Brands are for in v1.
var brandGoals = []v1Word{{"CONSIDERATION", "PAGE_VISIT"}, {"AWARENESS", "BRAND_IMPRESSION_SHARE"}}

// wordsOf is a table of v3's words as pairs.
func wordsOf(m map[string]string) []v1Word {
	var all []v1Word
	for _, v3 := range slices.Sorted(maps.Keys(m)) {
		all = append(all, v1Word{m[v3], v3})
	}
	return all
}
