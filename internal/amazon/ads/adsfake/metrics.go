package adsfake

import "time"

// The metrics that everything in reports is added up or divided from. All are whole numbers: amounts of money are hundredths of
// the profile's currency. What reports show as a rate is worked out from sums, so that every grain agrees.
const (
	mImpressions = iota
	mViewable
	mClicks
	mCost
	mInvalidImpressions
	mInvalidClicks
	mTopImpressions // at the top of search, and how many there were to be had
	mTopEligible
	mOrders     // by days since the click: 1, 7, 14, 30
	mOrdersSame = mOrders + 4
	mUnits      = mOrdersSame + 4
	mUnitsSame  = mUnits + 4
	mSales      = mUnitsSame + 4
	mSalesSame  = mSales + 4
)

const (
	mOrdersView = mSalesSame + 4 + iota // after a view, within 14 days
	mUnitsView
	mSalesView
	mOrdersNew // new to the brand, after a click
	mUnitsNew
	mSalesNew
	mOrdersNewView
	mUnitsNewView
	mSalesNewView
	mPages // detail page views
	mPagesView
	mPagesNew
	mPagesNewView
	mCarts
	mCartsView
	mLists
	mListsView
	mSearches
	mSearchesView
	mQuarter
	mHalf
	mThreeQuarters
	mWhole
	mUnmutes
	mFiveSeconds
	mReach
	metricCount
)

// day14 is the place of fourteen days among 1, 7, 14, 30.
const day14 = 2

// windows are the days after a click in which orders count.
var windows = [4]int{1, 7, 14, 30}

type vector [metricCount]int64

// A sale is one order that an ad led to.
type sale struct {
	lag   int // days after the ad
	units int64
	cents int64
	same  bool // of the product advertised
	view  bool // after a view alone
	fresh bool // the shopper is new to the brand
	halo  int  // which other product, where it is not the same
}

// A cell is the finest grain of all metrics: what one clause brought one ad at one placement for one search term on one day.
// Reports are sums over cells, and that is why they agree with each other.
type cell struct {
	day     int
	ad      int // in its group
	term    int // which of the clause's search terms
	place   int
	segment bool // seen by the audience that the campaign raises bids for
	second  bool // not the first of the advertiser's ads that the shopper saw
	site    bool // on Amazon Business
	engaged bool // v has what only Sponsored Brands and Sponsored Display tell of
	v       vector
	sales   []sale
}

// A traffic is where cells are drawn from: from the seed, the ids of clause and ad, and the day, and nothing else. Nothing is
// stored, and no write changes what has been.
type traffic struct {
	seed  uint64
	scale int64 // of the marketplace's prices, next to the dollar's
	today int
	hour  int
	out   func(*cell) // must not keep it
	cell  cell
}

func (f *fake) traffic(p *profile, now time.Time) *traffic {
	return &traffic{
		seed: f.world.Number("ads metrics", 1<<62), scale: max(1, int64(p.country.bids().low*50+0.5)),
		today: p.dayOf(now), hour: now.In(p.location).Hour(),
	}
}

// habits is how much a clause is searched and how well it sells, on all days.
type habits struct {
	level int64 // impressions on a usual day, in hundredths
	rate  int64 // clicks of 10,000 impressions
	sells int64 // orders of 100 clicks
	click int64 // cents
}

func (t *traffic) habits(key uint64) habits {
	d := dice(t.seed ^ key*0xd6e8feb86659fd93)
	var h habits
	switch n := d.roll(100); {
	case n < 30: // the long tail: most days nobody searches for it
		h.level = 5 + d.roll(90)
	case n < 70:
		h.level = 2_000 + d.roll(9_000)
	case n < 93:
		h.level = 10_000 + d.roll(40_000)
	default:
		h.level = 50_000 + d.roll(150_000)
	}
	h.rate, h.sells, h.click = 25+d.roll(130), 4+d.roll(12), (25+d.roll(90))*t.scale
	return h
}

// clause draws what a clause brought on one day on which those ads of its group ran that are listed, and hands out each cell.
func (t *traffic) clause(l *line, g *lineGroup, ads []int, k *lineClause, h *habits, day int) {
	d := dice(t.seed ^ k.key*0xa24baed4963ee407 ^ uint64(day)*0x9fb21c651e98df25)
	luck := d.draw()
	weekday := [7]int64{100, 96, 98, 104, 112, 118, 108}[day%7]
	n := h.level * weekday * (55 + luck.take(90)) / 10_000
	if n = n/100 + btoi(luck.take(100) < n%100); n == 0 || len(ads) == 0 {
		return
	}
	parts := int64(1)
	if n >= 20 {
		parts = 2 + luck.take(2)
	}
	for i := range parts {
		share := n
		if i < parts-1 {
			share = n * (40 + luck.take(30)) / 100
		}
		n -= share
		own := dice(d.draw())
		luck := own.draw()
		if hour := int(luck.take(24)); share == 0 || (day == t.today && hour > t.hour) {
			continue
		}
		c := &t.cell
		c.reset()
		c.day, c.ad = day, ads[luck.take(uint64(len(ads)))]
		c.term, c.place = int(luck.take(4)), [...]int{0, 0, 1, 1, 2, 2, 2, 3}[luck.take(8)]
		c.segment, c.site, c.second = luck.take(5) == 0, luck.take(12) == 0, luck.take(4) == 0
		t.fill(c, l, g, h, share, &own)
		t.out(c)
	}
}

// reset empties a cell for the next. The metrics are most of it, and those that every cell sets need no clearing.
func (c *cell) reset() {
	if len(c.sales) > 0 || c.engaged {
		c.v, c.sales, c.engaged = vector{}, c.sales[:0], false
	}
}

func btoi(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// fill draws the metrics of a cell with n impressions. What it does not set is zero before.
func (t *traffic) fill(c *cell, l *line, g *lineGroup, h *habits, n int64, d *dice) {
	luck := d.draw()
	v := &c.v
	v[mImpressions] = n
	clicked := n * h.rate * (50 + luck.take(101)) / 100
	clicks := min(n, clicked/10_000+btoi(luck.take(10_000) < clicked%10_000))
	v[mClicks] = clicks
	if l.costType == "VCPM" {
		v[mCost] = n * h.click * (70 + luck.take(61)) / 100 / 250
	} else {
		v[mCost] = clicks * h.click * (70 + luck.take(61)) / 100
	}
	v[mInvalidImpressions] = n * luck.take(4) / 100
	v[mInvalidClicks] = min(v[mInvalidImpressions], btoi(luck.take(9) == 0))
	if c.place == 0 {
		v[mTopImpressions], v[mTopEligible] = n, n*(3+luck.take(9))
	} else {
		v[mTopImpressions], v[mTopEligible] = 0, n/2
	}
	ad := &g.ads[c.ad]
	price := 800 + int64(ad.key%5200)
	for range clicks {
		if luck := d.draw(); luck.take(100) < h.sells {
			t.sell(c, price, false, luck)
		}
	}
	if l.product == sponsoredProducts {
		v[mLists] = clicks * luck.take(12) / 100
		return
	}
	if luck := d.draw(); luck.take(2000) < n {
		t.sell(c, price, true, luck)
	}
	t.engage(c, ad.video, d)
}

// sell adds an order to a cell, if it has been placed by now.
func (t *traffic) sell(c *cell, price int64, view bool, luck luck) {
	s := sale{units: 1 + btoi(luck.take(6) == 0), same: luck.take(100) < 72, view: view, fresh: luck.take(100) < 35, halo: int(luck.take(3))}
	switch n := luck.take(100); {
	case n < 58:
	case n < 83:
		s.lag = 1 + int(luck.take(6))
	case n < 94:
		s.lag = 7 + int(luck.take(7))
	default:
		s.lag = 14 + int(luck.take(16))
	}
	if !s.same {
		price = price*3/4 + 99
	}
	s.cents = s.units * price * t.scale
	if c.day+s.lag > t.today || (view && s.lag >= windows[day14]) {
		return // it is still to come: what reports say of a day grows for a month
	}
	c.sales = append(c.sales, s)
	s.count(&c.v)
}

// count adds an order to the metrics.
func (s *sale) count(v *vector) {
	if s.view {
		v[mOrdersView]++
		v[mUnitsView] += s.units
		v[mSalesView] += s.cents
		if s.fresh {
			v[mOrdersNewView]++
			v[mUnitsNewView] += s.units
			v[mSalesNewView] += s.cents
		}
		return
	}
	for i, days := range windows {
		if s.lag >= days {
			continue
		}
		v[mOrders+i]++
		v[mUnits+i] += s.units
		v[mSales+i] += s.cents
		if s.same {
			v[mOrdersSame+i]++
			v[mUnitsSame+i] += s.units
			v[mSalesSame+i] += s.cents
		}
	}
	if s.fresh && s.lag < windows[day14] {
		v[mOrdersNew]++
		v[mUnitsNew] += s.units
		v[mSalesNew] += s.cents
	}
}

// engage draws what only Sponsored Brands and Sponsored Display tell of.
func (t *traffic) engage(c *cell, video bool, d *dice) {
	c.engaged = true
	v, luck := &c.v, d.draw()
	n := v[mImpressions]
	v[mViewable] = n * (55 + luck.take(35)) / 100
	v[mPages], v[mPagesView] = v[mClicks]*(70+luck.take(30))/100, v[mViewable]*luck.take(3)/100
	v[mPagesNew], v[mPagesNewView] = v[mPages]*luck.take(60)/100, v[mPagesView]/2
	v[mCarts], v[mCartsView] = v[mPages]*luck.take(30)/100+v[mOrders+day14], v[mPagesView]/4
	v[mLists], v[mListsView] = v[mCarts]/5, v[mCartsView]/5
	v[mSearches], v[mSearchesView] = v[mClicks]*luck.take(20)/100, v[mViewable]*luck.take(2)/100
	v[mReach] = max(1, n*(60+luck.take(25))/100)
	if video {
		luck := d.draw()
		v[mFiveSeconds] = v[mViewable] * (40 + luck.take(30)) / 100
		v[mQuarter] = v[mFiveSeconds] * 9 / 10
		v[mHalf] = v[mQuarter] * (50 + luck.take(30)) / 100
		v[mThreeQuarters] = v[mHalf] * (60 + luck.take(30)) / 100
		v[mWhole] = v[mThreeQuarters] * (70 + luck.take(30)) / 100
		v[mUnmutes] = v[mFiveSeconds] / 12
	}
}
