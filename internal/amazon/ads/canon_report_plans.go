package ads

import (
	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// Days back that Amazon still changes what it says of a day: the longest window in which an order counts, and three days more for clicks that
// it finds to be invalid (contract ads-model 1.6 [guess]).
const (
	restatedProducts = 33
	restatedOthers   = 17
)

// What a sponsored product's row may hold besides its keys. Kept whole, so that any window can be asked for later, when Amazon keeps it no more.
func clickSums() []reportSum {
	all := []reportSum{{"impressions", canon.SumImpressions}, {"clicks", canon.SumClicks}, {"cost", canon.SumCost}}
	for i, days := range []string{"1d", "7d", "14d", "30d"} {
		at := canon.ReportSum(i)
		all = append(
			all,
			reportSum{"purchases" + days, canon.SumPurchases + at}, reportSum{"sales" + days, canon.SumSales + at},
			reportSum{"unitsSoldClicks" + days, canon.SumUnits + at}, reportSum{"purchasesSameSku" + days, canon.SumPurchasesSame + at},
			reportSum{"attributedSalesSameSku" + days, canon.SumSalesSame + at}, reportSum{"unitsSoldSameSku" + days, canon.SumUnitsSame + at},
		)
	}
	return all
}

const day14 = 2 // of the four windows: the only one of Sponsored Brands and Display

// What their rows hold in every type of report.
func viewSums() []reportSum {
	return []reportSum{
		{"impressions", canon.SumImpressions},
		{"clicks", canon.SumClicks},
		{"cost", canon.SumCost},
		{"purchases", canon.SumPurchasesView},
		{"purchasesClicks", canon.SumPurchases + day14},
		{"sales", canon.SumSalesView},
		{"salesClicks", canon.SumSales + day14},
		{"unitsSold", canon.SumUnitsView},
	}
}

// What most of them have besides.
func brandSums() []reportSum {
	return []reportSum{
		{"purchasesPromoted", canon.SumPurchasesSame + day14},
		{"salesPromoted", canon.SumSalesSame + day14},
		{"newToBrandPurchases", canon.SumNewPurchases},
		{"newToBrandSales", canon.SumNewSales},
		{"detailPageViews", canon.SumPageViews},
		{"addToCart", canon.SumCarts},
	}
}

func videoSums() []reportSum {
	return []reportSum{
		{"videoFirstQuartileViews", canon.SumVideo25},
		{"videoMidpointViews", canon.SumVideo50},
		{"videoThirdQuartileViews", canon.SumVideo75},
		{"videoCompleteViews", canon.SumVideo100},
	}
}

func displaySums() []reportSum {
	return []reportSum{
		{"impressionsViews", canon.SumViewable},
		{"purchasesPromotedClicks", canon.SumPurchasesSame + day14},
		{"salesPromotedClicks", canon.SumSalesSame + day14},
		{"unitsSoldClicks", canon.SumUnits + day14},
		{"newToBrandPurchases", canon.SumNewPurchases},
		{"newToBrandSales", canon.SumNewSales},
		{"detailPageViews", canon.SumPageViews},
		{"addToCart", canon.SumCarts},
	}
}

// A reportSum is the column of a sum.
type reportSum struct {
	column string
	sum    canon.ReportSum
}

// A reportSource is one type of report at Amazon: which columns are its keys, and which its sums (ads-lwa 5.1).
type reportSource struct {
	plan amazon.AdsReportPlan
	keys map[string]reportKey
	sums map[string]canon.ReportSum
}

// reportSources are the reports that levels are answered by. The columns are those of Amazon's page of report types.
func reportSources() []reportSource {
	in := func(channel canon.Channel, level canon.ReportLevel, kind string, group []string, keys []string, sums ...[]reportSum) reportSource {
		s := reportSource{
			plan: amazon.AdsReportPlan{Channel: channel, Level: level, Type: kind, GroupBy: group, MostDays: 31},
			keys: map[string]reportKey{}, sums: map[string]canon.ReportSum{},
		}
		s.plan.Retention, s.plan.Restated = map[canon.Channel]int{canon.SponsoredProducts: 95, canon.SponsoredBrands: 60, canon.SponsoredDisplay: 65}[channel], restatedOthers
		if channel == canon.SponsoredProducts {
			s.plan.Restated = restatedProducts
		}
		names := reportKeys()
		for _, k := range append([]string{"date", "campaignId", "campaignName", "campaignBudgetCurrencyCode"}, keys...) {
			s.keys[k] = names[k]
			s.plan.Columns = append(s.plan.Columns, k)
		}
		for _, list := range sums {
			for _, c := range list {
				s.sums[c.column] = c.sum
				s.plan.Columns = append(s.plan.Columns, c.column)
			}
		}
		return s
	}
	const sp, sb, sd = canon.SponsoredProducts, canon.SponsoredBrands, canon.SponsoredDisplay
	group, click := []string{"adGroupId", "adGroupName"}, clickSums()
	with := func(more ...string) []string { return append(append([]string(nil), group...), more...) }
	view, brand, video, shown := viewSums(), brandSums(), videoSums(), displaySums()
	units := []reportSum{{"unitsSoldClicks", canon.SumUnits + day14}}
	seen, five := []reportSum{{"viewableImpressions", canon.SumViewable}}, []reportSum{{"video5SecondViews", canon.SumVideo5s}}
	return []reportSource{
		in(sp, canon.LevelCampaign, "spCampaigns", []string{"campaign"}, nil, click),
		in(sb, canon.LevelCampaign, "sbCampaigns", []string{"campaign"}, nil, view, units, brand, video, seen, five),
		in(sd, canon.LevelCampaign, "sdCampaigns", []string{"campaign"}, nil, view, shown, video),
		in(sp, canon.LevelGroup, "spCampaigns", []string{"campaign", "adGroup"}, group, click),
		in(sb, canon.LevelGroup, "sbAdGroup", []string{"adGroup"}, group, view, units, brand, video, five),
		in(sd, canon.LevelGroup, "sdAdGroup", []string{"adGroup"}, group, view, shown, video),
		in(sp, canon.LevelAd, "spAdvertisedProduct", []string{"advertiser"}, with("adId", "advertisedAsin", "advertisedSku", "portfolioId"), click),
		in(sb, canon.LevelAd, "sbAds", []string{"ads"}, with("adId"), view, units, brand, video, seen, five),
		in(sd, canon.LevelAd, "sdAdvertisedProduct", []string{"advertiser"}, with("adId", "promotedAsin", "promotedSku"), view, shown, video),
		in(sp, canon.LevelTarget, "spTargeting", []string{"targeting"}, with("keywordId", "targeting", "matchType", "portfolioId"), click),
		in(sb, canon.LevelTarget, "sbTargeting", []string{"targeting"}, with("keywordId", "targetingId", "keywordText", "targetingText", "matchType"), view, brand),
		in(sd, canon.LevelTarget, "sdTargeting", []string{"targeting"}, with("targetingId", "targetingText"), view, shown, video),
		in(sp, canon.LevelSearchTerm, "spSearchTerm", []string{"searchTerm"}, with("keywordId", "targeting", "matchType", "searchTerm", "portfolioId"), click),
		in(sb, canon.LevelSearchTerm, "sbSearchTerm", []string{"searchTerm"}, with("keywordId", "keywordText", "matchType", "searchTerm"), view, seen, video, five),
		in(sp, canon.LevelPlacement, "spCampaigns", []string{"campaignPlacement"}, []string{"placementClassification"}, click),
		in(sb, canon.LevelPlacement, "sbCampaignPlacement", []string{"campaign"}, []string{"placementClassification"}, view, units, brand, video, seen, five),
	}
}

// AdsReportPlans implements amazon.AdsReporter.
func (p *Program) AdsReportPlans(level canon.ReportLevel) []amazon.AdsReportPlan {
	var all []amazon.AdsReportPlan
	for _, s := range reportSources() {
		if s.plan.Level == level.Grain() {
			all = append(all, s.plan)
		}
	}
	return all
}

// source finds the report of a plan.
func source(plan amazon.AdsReportPlan) *reportSource {
	for _, s := range reportSources() {
		if s.plan.Level == plan.Level && s.plan.Channel == plan.Channel {
			return &s
		}
	}
	return nil
}
