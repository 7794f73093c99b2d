package adsfake

import (
	"math"
	"strconv"
)

// A column is one column of reports: either a fact about the row, written by text, or a sum of metrics, or one such sum divided by
// another. Names mean the same in all types of reports.
type column struct {
	text    func(b []byte, r *reportRow) []byte
	sum     []int
	by      []int   // divided by these; null where they are zero
	money   bool    // the sum is in hundredths
	factor  float64 // of a division, or of an amount. Defaults to 1.
	nothing bool    // always zero here: borrows and pages read, of which there are none without books
}

// needs lists the metrics that the column is made of.
func (c *column) needs() []int { return append(c.sum[:len(c.sum):len(c.sum)], c.by...) }

// append writes the column's value.
func (c *column) append(b []byte, r *reportRow) []byte {
	switch {
	case c.text != nil:
		return c.text(b, r)
	case c.nothing:
		return append(b, '0')
	}
	total := r.total(c.sum)
	switch {
	case c.by != nil:
		under := r.total(c.by)
		if under == 0 {
			return append(b, `null`...)
		}
		return appendDouble(b, math.Round(float64(total)*c.times()/float64(under)*1e6)/1e6)
	case c.money && c.factor == 0:
		return appendHundredths(b, total)
	case c.money:
		return appendHundredths(b, int64(math.Round(float64(total)*c.factor)))
	}
	return strconv.AppendInt(b, total, 10)
}

// times is the factor.
func (c *column) times() float64 {
	if c.factor == 0 {
		return 1
	}
	return c.factor
}

// appendHundredths writes an amount as appendDouble does, without going by way of a floating-point number.
func appendHundredths(b []byte, n int64) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = append(strconv.AppendInt(b, n/100, 10), '.', byte('0'+n/10%10))
	if n%10 != 0 {
		b = append(b, byte('0'+n%10))
	}
	return b
}

func count(m ...int) column     { return column{sum: m} }
func amount(m ...int) column    { return column{sum: m, money: true} }
func rate(sum, by []int) column { return column{sum: sum, by: by} }
func per(sum, by int) column    { return rate([]int{sum}, []int{by}) }
func price(by ...int) column    { return column{sum: []int{mCost}, by: by, factor: 0.01} }
func word(f func(*reportRow) string) column {
	return column{text: func(b []byte, r *reportRow) []byte { return appendString(b, f(r)) }}
}

// id writes an id, which reports have as a number (ads-lwa 8.3).
func id(f func(*reportRow) string) column {
	return column{text: func(b []byte, r *reportRow) []byte {
		if s := f(r); s != "" {
			return append(b, s...)
		}
		return append(b, `null`...)
	}}
}

func null() column {
	return column{text: func(b []byte, _ *reportRow) []byte { return append(b, `null`...) }}
}

// reportColumns are all columns of all types.
func reportColumns() map[string]column {
	all := map[string]column{}
	for _, group := range []map[string]column{factColumns(), trafficColumns(), clickColumns(), bothColumns(), engagementColumns()} {
		for name, c := range group {
			all[name] = c
		}
	}
	return all
}

func trafficColumns() map[string]column {
	gross, grossClicks := []int{mImpressions, mInvalidImpressions}, []int{mClicks, mInvalidClicks}
	return map[string]column{
		"impressions": count(mImpressions), "clicks": count(mClicks), "cost": amount(mCost), "spend": amount(mCost),
		"clickThroughRate": per(mClicks, mImpressions), "costPerClick": price(mClicks),
		"costPerThousandImpressions": {sum: []int{mCost}, by: []int{mImpressions}, factor: 10},
		"viewableImpressions":        count(mViewable), "impressionsViews": count(mViewable),
		"viewabilityRate": per(mViewable, mImpressions), "viewClickThroughRate": per(mClicks, mViewable),
		"topOfSearchImpressionShare": per(mTopImpressions, mTopEligible),
		"grossImpressions":           count(gross...), "invalidImpressions": count(mInvalidImpressions),
		"invalidImpressionRate": rate([]int{mInvalidImpressions}, gross),
		"grossClickThroughs":    count(grossClicks...), "invalidClickThroughs": count(mInvalidClicks),
		"invalidClickThroughRate": rate([]int{mInvalidClicks}, grossClicks),
		"reach":                   count(mReach), "cumulativeReach": count(mReach), "householdReach": count(mReach),
		"impressionsFrequencyAverage": per(mImpressions, mReach), "frequencyAverage": per(mImpressions, mReach),
		"householdFrequencyAverage": per(mImpressions, mReach),
	}
}

// clickColumns are attributed to clicks in windows of 1, 7, 14 and 30 days: Sponsored Products'.
func clickColumns() map[string]column {
	all := map[string]column{
		"acosClicks7d": per(mCost, mSales+1), "acosClicks14d": per(mCost, mSales+2), "roasClicks7d": per(mSales+1, mCost), "roasClicks14d": per(mSales+2, mCost),
	}
	for i, days := range []string{"1d", "7d", "14d", "30d"} {
		all["purchases"+days], all["purchasesSameSku"+days] = count(mOrders+i), count(mOrdersSame+i)
		all["unitsSoldClicks"+days], all["unitsSoldSameSku"+days] = count(mUnits+i), count(mUnitsSame+i)
		all["sales"+days], all["attributedSalesSameSku"+days] = amount(mSales+i), amount(mSalesSame+i)
		all["purchasesOtherSku"+days] = other(mOrders+i, mOrdersSame+i, false)
		all["unitsSoldOtherSku"+days] = other(mUnits+i, mUnitsSame+i, false)
		all["salesOtherSku"+days] = other(mSales+i, mSalesSame+i, true)
	}
	return all
}

// other is a sum without the part that is of the product advertised. A metric that counts against is written as its complement.
func other(all, same int, money bool) column { return column{sum: []int{all, ^same}, money: money} }

// bothColumns are attributed to clicks and views of 14 days: Sponsored Brands', Sponsored Display's and Sponsored TV's.
func bothColumns() map[string]column {
	const o, u, s = mOrders + day14, mUnits + day14, mSales + day14
	return map[string]column{
		"purchases": count(o, mOrdersView), "purchasesClicks": count(o), "purchasesViews": count(mOrdersView), "purchasesPromoted": count(mOrdersSame + day14),
		"purchasesPromotedClicks": count(mOrdersSame + day14), "orders14d": count(o, mOrdersView), "ordersClicks14d": count(o),
		"unitsSold": count(u, mUnitsView), "unitsSold14d": count(u, mUnitsView), "unitsSoldClicks": count(u), "unitsSoldViews": count(mUnitsView),
		"sales": amount(s, mSalesView), "salesClicks": amount(s), "salesClicks14d": amount(s), "salesViews": amount(mSalesView),
		"salesPromoted": amount(mSalesSame + day14), "salesPromotedClicks": amount(mSalesSame + day14),
		"roas": rate([]int{s, mSalesView}, []int{mCost}), "longTermSales": {sum: []int{s, mSalesView}, money: true, factor: 1.2},
		"longTermROAS":        {sum: []int{s, mSalesView}, by: []int{mCost}, factor: 1.2},
		"newToBrandPurchases": count(mOrdersNew, mOrdersNewView), "newToBrandPurchasesClicks": count(mOrdersNew), "newToBrandPurchasesViews": count(mOrdersNewView),
		"newToBrandPurchases14d": count(mOrdersNew, mOrdersNewView), "newToBrandPurchasesPercentage": share(mOrdersNew, mOrdersNewView, o, mOrdersView),
		"newToBrandPurchasesPercentage14d": share(mOrdersNew, mOrdersNewView, o, mOrdersView),
		"newToBrandPurchasesRate":          rate([]int{mOrdersNew, mOrdersNewView}, []int{mImpressions}),
		"newToBrandSales":                  amount(mSalesNew, mSalesNewView), "newToBrandSalesClicks": amount(mSalesNew), "newToBrandSalesViews": amount(mSalesNewView),
		"newToBrandSales14d": amount(mSalesNew, mSalesNewView), "newToBrandSalesPercentage": share(mSalesNew, mSalesNewView, s, mSalesView),
		"newToBrandSalesPercentage14d": share(mSalesNew, mSalesNewView, s, mSalesView),
		"newToBrandUnitsSold":          count(mUnitsNew, mUnitsNewView), "newToBrandUnitsSoldClicks": count(mUnitsNew),
		"newToBrandUnitsSold14d": count(mUnitsNew, mUnitsNewView), "newToBrandUnitsSoldPercentage": share(mUnitsNew, mUnitsNewView, u, mUnitsView),
		"newToBrandUnitsSoldPercentage14d": share(mUnitsNew, mUnitsNewView, u, mUnitsView),
		"conversionsBrandHalo":             count(o, mOrdersView), "conversionsBrandHaloClicks": count(o), "salesBrandHalo": amount(s, mSalesView),
		"salesBrandHaloClicks": amount(s), "unitsSoldBrandHalo": count(u, mUnitsView), "unitsSoldBrandHaloClicks": count(u),
	}
}

func share(a, b, of, and int) column {
	return column{sum: []int{a, b}, by: []int{of, and}, factor: 100}
}

func engagementColumns() map[string]column {
	all := map[string]column{
		"detailPageViews": count(mPages, mPagesView), "detailPageViewsClicks": count(mPages), "detailPageViewsViews": count(mPagesView),
		"newToBrandDetailPageViews": count(mPagesNew, mPagesNewView), "newToBrandDetailPageViewsClicks": count(mPagesNew),
		"newToBrandDetailPageViewClicks": count(mPagesNew), "newToBrandDetailPageViewViews": count(mPagesNewView),
		"newToBrandDetailPageViewRate": rate([]int{mPagesNew, mPagesNewView}, []int{mImpressions}), "newToBrandECPDetailPageView": price(mPagesNew, mPagesNewView),
		"addToCart": count(mCarts, mCartsView), "addToCartClicks": count(mCarts), "addToCartViews": count(mCartsView),
		"addToCartRate": rate([]int{mCarts, mCartsView}, []int{mImpressions}), "eCPAddToCart": price(mCarts, mCartsView),
		"addToList": count(mLists, mListsView), "addToListFromClicks": count(mLists), "addToListFromViews": count(mListsView),
		"brandedSearches": count(mSearches, mSearchesView), "brandedSearchesClicks": count(mSearches), "brandedSearchesViews": count(mSearchesView),
		"brandedSearchRate": rate([]int{mSearches, mSearchesView}, []int{mImpressions}), "eCPBrandSearch": price(mSearches, mSearchesView),
		"video5SecondViews": count(mFiveSeconds), "video5SecondViewRate": per(mFiveSeconds, mImpressions), "videoFirstQuartileViews": count(mQuarter),
		"videoMidpointViews": count(mHalf), "videoThirdQuartileViews": count(mThreeQuarters), "videoCompleteViews": count(mWhole), "videoUnmutes": count(mUnmutes),
	}
	for _, name := range []string{
		"kindleEditionNormalizedPagesRead14d", "kindleEditionNormalizedPagesRoyalties14d", "qualifiedBorrows", "qualifiedBorrowsFromClicks",
		"qualifiedBorrowsFromViews", "royaltyQualifiedBorrows", "royaltyQualifiedBorrowsFromClicks", "royaltyQualifiedBorrowsFromViews",
	} {
		all[name] = column{nothing: true}
	}
	return all
}
