package canon

import (
	"math/bits"
	"slices"
	"strconv"
)

// A ReportSum is one of the numbers that rows are added up of: a count, or an amount of money in millionths of the row's currency.
type ReportSum uint8

// The sums. Those of four windows stand in a row: 1, 7, 14 and 30 days after the click.
const (
	SumImpressions ReportSum = iota
	SumViewable
	SumClicks
	SumCost
	SumPurchases
	SumSales         = SumPurchases + 4
	SumUnits         = SumSales + 4
	SumPurchasesSame = SumUnits + 4 // of the product advertised
	SumSalesSame     = SumPurchasesSame + 4
	SumUnitsSame     = SumSalesSame + 4
)

// The sums that only some channels tell.
const (
	SumPurchasesView ReportSum = SumUnitsSame + 4 + iota // after clicks or views, 14 days
	SumSalesView
	SumUnitsView
	SumNewPurchases // of shoppers new to the brand
	SumNewSales
	SumPageViews
	SumCarts
	SumVideo5s
	SumVideo25
	SumVideo50
	SumVideo75
	SumVideo100
	ReportSumCount
)

// Money reports whether it is an amount of money.
func (s ReportSum) Money() bool {
	return s == SumCost || s >= SumSales && s < SumUnits || s >= SumSalesSame && s < SumUnitsSame || s == SumSalesView || s == SumNewSales
}

// ReportSums are the sums of a row. One that Amazon did not tell is not there, which is not the same as zero.
type ReportSums struct {
	Has uint64                // bit n says that sum n is there
	V   [ReportSumCount]int64 // the sums by their number; those of money in millionths
}

// Set gives a sum.
func (r *ReportSums) Set(s ReportSum, v int64) {
	r.Has |= 1 << s
	r.V[s] = v
}

// Get tells a sum.
func (r *ReportSums) Get(s ReportSum) (int64, bool) { return r.V[s], r.Has&(1<<s) != 0 }

// Add adds another row's sums.
func (r *ReportSums) Add(o *ReportSums) {
	for has := o.Has; has != 0; has &= has - 1 {
		n := bits.TrailingZeros64(has)
		r.V[n] += o.V[n]
	}
	r.Has |= o.Has
}

// windowAt is the place of a window among 1, 7, 14 and 30 days; -1 of another.
func windowAt(days int) int { return slices.Index([]int{1, 7, 14, 30}, days) }

// A ReportMetric is a column of a report: a sum, a sum that the attribution chooses, or a ratio of two sums. A ratio is worked out when it is
// read, from sums, and never stored or averaged.
type ReportMetric struct {
	Name  string // as callers and Unified's clients write it, such as "cost"
	Money bool   // of the row's currency
	Ratio bool   // a quotient of two sums, worked out when it is read

	sum    ReportSum // where it is one
	chosen ReportSum // first of a row of four, where the attribution chooses
	over   *ReportMetric
	under  *ReportMetric
	factor int64
}

// Value is the metric of a row's sums under an attribution. It reports false where the row does not tell it, or a ratio would be over zero.
func (m *ReportMetric) Value(r *ReportSums, a ReportAttribution) (Decimal, bool) {
	if m.Ratio {
		over, ok := m.over.number(r, a)
		under, also := m.under.number(r, a)
		if !ok || !also || under == 0 {
			return "", false
		}
		return quotient(over, m.over.Money, under, m.under.Money, m.factor), true
	}
	n, ok := m.number(r, a)
	if !ok {
		return "", false
	}
	if m.Money {
		return Decimal(Money{Micros: n}.Amount()), true
	}
	return Decimal(strconv.FormatInt(n, 10)), true
}

// number is the metric as a whole number: a count, or millionths.
func (m *ReportMetric) number(r *ReportSums, a ReportAttribution) (int64, bool) {
	if m.chosen == 0 {
		return r.Get(m.sum)
	}
	at := windowAt(a.WindowDays)
	if at < 0 {
		return 0, false
	}
	at4 := ReportSum(at)
	all, hasAll := r.Get(m.chosen + at4)
	if a.Basis == "CLICK_VIEW" {
		all, hasAll = r.Get(SumPurchasesView + (m.chosen-SumPurchases)/4)
	}
	same, hasSame := r.Get(m.chosen + (SumPurchasesSame - SumPurchases) + at4)
	switch a.Scope {
	case "SAME_SKU":
		return same, hasSame
	case "BRAND_HALO":
		return all - same, hasAll && hasSame
	}
	return all, hasAll
}

// Scaled is the metric as a whole number: a count as it is, money and ratios in millionths.
func (m *ReportMetric) Scaled(r *ReportSums, a ReportAttribution) (int64, bool) {
	if !m.Ratio {
		return m.number(r, a)
	}
	v, ok := m.Value(r, a)
	if !ok {
		return 0, false
	}
	n, err := parseMicros(string(v))
	return n, err == nil
}
