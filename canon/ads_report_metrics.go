package canon

import (
	"fmt"
	"math/big"
	"strings"
)

// ReportMetrics lists all columns, in the order in which they are shown.
func ReportMetrics() []ReportMetric {
	all := []ReportMetric{
		{Name: "impressions", sum: SumImpressions},
		{Name: "viewable_impressions", sum: SumViewable},
		{Name: "clicks", sum: SumClicks},
		{Name: "cost", sum: SumCost, Money: true},
		{Name: "conversions", chosen: SumPurchases},
		{Name: "conversion_value", chosen: SumSales, Money: true},
		{Name: "units", chosen: SumUnits},
	}
	for i, days := range []int{1, 7, 14, 30} {
		at := ReportSum(i)
		all = append(
			all,
			ReportMetric{Name: fmt.Sprintf("purchases_%dd", days), sum: SumPurchases + at},
			ReportMetric{Name: fmt.Sprintf("sales_%dd", days), sum: SumSales + at, Money: true},
			ReportMetric{Name: fmt.Sprintf("units_%dd", days), sum: SumUnits + at},
		)
	}
	all = append(
		all,
		ReportMetric{Name: "new_to_brand_purchases", sum: SumNewPurchases},
		ReportMetric{Name: "new_to_brand_sales", sum: SumNewSales, Money: true},
		ReportMetric{Name: "detail_page_views", sum: SumPageViews},
		ReportMetric{Name: "add_to_cart", sum: SumCarts},
		ReportMetric{Name: "video_views", sum: SumVideo5s},
		ReportMetric{Name: "video_quartile_25", sum: SumVideo25},
		ReportMetric{Name: "video_quartile_50", sum: SumVideo50},
		ReportMetric{Name: "video_quartile_75", sum: SumVideo75},
		ReportMetric{Name: "video_completions", sum: SumVideo100},
	)
	ratio := func(name, over, under string, factor int64) {
		m := ReportMetric{Name: name, Ratio: true, factor: factor}
		for i := range all {
			switch all[i].Name {
			case over:
				m.over = &ReportMetric{}
				*m.over = all[i]
			case under:
				m.under = &ReportMetric{}
				*m.under = all[i]
			}
		}
		all = append(all, m)
	}
	ratio("ctr", "clicks", "impressions", 1)
	ratio("cpc", "cost", "clicks", 1)
	ratio("cpm", "cost", "impressions", 1000)
	ratio("cpa", "cost", "conversions", 1)
	ratio("acos", "cost", "conversion_value", 1)
	ratio("roas", "conversion_value", "cost", 1)
	ratio("conversion_rate", "conversions", "clicks", 1)
	ratio("viewability_rate", "viewable_impressions", "impressions", 1)
	return all
}

// quotient divides, rounded to six places, half away from zero, without the zeros at the end.
func quotient(over int64, overMoney bool, under int64, underMoney bool, factor int64) Decimal {
	n, d := big.NewInt(over), big.NewInt(under)
	n.Mul(n, big.NewInt(factor))
	switch {
	case overMoney && !underMoney:
		d.Mul(d, big.NewInt(micros))
	case !overMoney && underMoney:
		n.Mul(n, big.NewInt(micros))
	}
	text := new(big.Rat).SetFrac(n, d).FloatString(6)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return Decimal(text)
}
