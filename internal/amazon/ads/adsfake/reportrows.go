package adsfake

import (
	"cmp"
	"slices"
	"time"
)

// A grain says what the rows of a report are told apart by.
type grain uint16

const (
	byCampaignRow grain = 1 << iota
	byGroupRow
	byClauseRow
	byAdRow
	byPlaceRow
	byTermRow
	bySegmentRow
	byBoughtRow
	byMatchedRow
	byPathRow
)

// grains are what each groupBy brings, and what some types are by themselves.
var (
	grains = map[string]grain{
		"campaign": byCampaignRow, "adGroup": byCampaignRow | byGroupRow, "campaignPlacement": byCampaignRow | byPlaceRow,
		"targeting": byCampaignRow | byGroupRow | byClauseRow, "searchTerm": byCampaignRow | byGroupRow | byClauseRow | byTermRow,
		"advertiser": byCampaignRow | byGroupRow | byAdRow, "ads": byCampaignRow | byGroupRow | byAdRow,
		"asin": byCampaignRow | byGroupRow | byClauseRow | byAdRow | byBoughtRow, "purchasedAsin": byCampaignRow | byGroupRow | byAdRow | byBoughtRow,
		"campaign_bid_boost_segment": byCampaignRow | bySegmentRow, "matchedTarget": byCampaignRow | byMatchedRow, "brandConversionPath": byPathRow,
	}
	typeGrains = map[string]grain{
		"sbCampaignPlacement": byPlaceRow, "sdAdGroup": byGroupRow, "sdTargeting": byGroupRow | byClauseRow, "stTargeting": byGroupRow | byClauseRow,
	}
)

// promoted stands for the advertised product among those that an order can be of.
const promoted = -1

// A reportKey is what tells rows of one campaign apart, in the order in which they are sorted.
type reportKey struct {
	product                        int32 // of a path: which ad product
	group, clause, ad, place, term int32
	halo                           int32
	day                            int32
	second                         bool
}

func (a reportKey) compare(b reportKey) int {
	return cmp.Or(cmp.Compare(a.product, b.product), cmp.Compare(a.group, b.group), cmp.Compare(a.clause, b.clause), cmp.Compare(a.ad, b.ad), cmp.Compare(a.place, b.place),
		cmp.Compare(a.term, b.term), cmp.Compare(a.halo, b.halo), cmp.Compare(btoi(a.second), btoi(b.second)), cmp.Compare(a.day, b.day))
}

// A reportRow is a row before it is written.
type reportRow struct {
	reportKey
	q    *reportQuery
	l    *line
	g    *lineGroup
	k    *lineClause
	sums []int64 // of the metrics that the query needs
}

// total adds up metrics; a complement counts against.
func (r *reportRow) total(metrics []int) int64 {
	var n int64
	for _, m := range metrics {
		if m < 0 {
			n -= r.sums[r.q.slots[^m]]
		} else {
			n += r.sums[r.q.slots[m]]
		}
	}
	return n
}

// A reportQuery is a report that was understood.
type reportQuery struct {
	f           *fake
	p           *profile
	kind        *reportType
	grain       grain
	first, last int // days
	daily       bool
	names       []string
	columns     []column
	filters     map[string][]string
	csv         bool

	slots  [metricCount]int // where the sums of a metric stand; of those that are needed
	needed []int
}

// need finds out which metrics the columns are made of.
func (q *reportQuery) need() {
	seen := map[int]bool{}
	for i := range q.columns {
		for _, m := range q.columns[i].needs() {
			if m < 0 {
				m = ^m
			}
			if !seen[m] {
				seen[m] = true
				q.slots[m] = len(q.needed)
				q.needed = append(q.needed, m)
			}
		}
	}
}

// A gathering is a part of a query under way: some of its lines.
type gathering struct {
	*reportQuery
	t      *traffic
	direct bool                     // rows are told apart by what is gathered one after the other, and by days
	rows   map[reportKey]*reportRow // where they are not
	recent []*reportRow             // that was added to last, by day; all rows, where direct
	spare  []*reportRow             // that were handed out
	sorted []*reportRow
	out    func(*reportRow)
	site   bool // only what was seen on Amazon Business

	l             *line // what cells are taken for
	group, clause int
	live, both    []bool  // by day: the line ran, and the group too
	ads           [][]int // by day: those of the group that ran
}

func (q *reportQuery) gathering(now time.Time, out func(*reportRow)) *gathering {
	const gathered = byCampaignRow | byGroupRow | byClauseRow | bySegmentRow
	g := &gathering{reportQuery: q, t: q.f.traffic(q.p, now), direct: q.grain&^gathered == 0, out: out, site: q.filters["campaignSite"] != nil}
	g.t.out = g.take
	days := 1
	if q.daily {
		days = q.last - q.first + 1
	}
	g.recent = make([]*reportRow, days)
	if !g.direct {
		g.rows = map[reportKey]*reportRow{}
	}
	return g
}

// gather hands the rows of lines to out, campaign by campaign; a row is not to be kept. Lines of all of a query's products are
// gathered at once unless its rows tell campaigns apart.
func (g *gathering) gather(lines []line) {
	for i := range lines {
		g.line(&lines[i])
		if g.grain&byCampaignRow != 0 {
			g.flush()
		}
	}
}

// products are those that a query is about.
func (q *reportQuery) products() []string {
	if q.kind.product == "ALL" {
		return adProducts
	}
	return []string{q.kind.product}
}

// passes reports whether a filter lets a value through.
func (q *reportQuery) passes(field, value string) bool {
	values, ok := q.filters[field]
	return !ok || slices.Contains(values, value)
}

// spread gathers the days on which a group of the line ran, and its ads.
func (g *gathering) spread(group *lineGroup, first int) {
	g.both, g.ads = g.both[:0], g.ads[:cap(g.ads)]
	for d, live := range g.live {
		if len(g.ads) == d {
			g.ads = append(g.ads, nil)
		}
		shown := g.ads[d][:0]
		if live = live && group.ran(first+d); live {
			for i := range group.ads {
				if group.ads[i].ran(first + d) {
					shown = append(shown, i)
				}
			}
		}
		g.ads[d] = shown
		g.both = append(g.both, live)
	}
}

func (g *gathering) line(l *line) {
	if !g.passes("campaignStatus", l.state) || (g.grain&bySegmentRow != 0 && l.segment == "") || (g.kind.product == "ALL" && !g.passes("brandName", g.p.brand())) {
		return
	}
	first, last := max(g.first, l.first), min(g.last, l.last, g.t.today)
	if first > last {
		return
	}
	g.l, g.live = l, g.live[:0]
	for d := first; d <= last; d++ {
		g.live = append(g.live, l.ran(d))
	}
	for i := range l.groups {
		group := &l.groups[i]
		if !g.passes("adStatus", group.state) {
			continue
		}
		g.spread(group, first)
		for j := range group.clauses {
			k := &group.clauses[j]
			if !g.passes("keywordType", k.match) || !g.passes("adKeywordStatus", k.state) {
				continue
			}
			g.group, g.clause = i, j
			habits := g.t.habits(k.key)
			for d, both := range g.both {
				if both && k.ran(first+d) {
					g.t.clause(l, group, g.ads[d], k, &habits, first+d)
				}
			}
			if g.grain&byClauseRow != 0 {
				g.flush()
			}
		}
		if g.grain&byGroupRow != 0 {
			g.flush()
		}
	}
}

// take adds a cell to the row that it belongs to, or its orders to theirs.
func (g *gathering) take(c *cell) {
	switch {
	case g.grain&byTermRow != 0 && c.v[mClicks] == 0, // Amazon tells only of terms that were clicked
		g.grain&bySegmentRow != 0 && !c.segment,
		g.site && !c.site:
		return
	}
	if !g.direct {
		g.sort(c)
		return
	}
	slot := 0
	if g.daily {
		slot = c.day - g.first
	}
	r := g.recent[slot]
	if r == nil {
		key := reportKey{halo: promoted}
		if g.daily {
			key.day = int32(c.day)
		}
		r = g.row(key)
		g.recent[slot] = r
	}
	r.add(&c.v)
}

// sort finds the row of a cell, or the rows of its orders, by what they are told apart by.
func (g *gathering) sort(c *cell) {
	key := reportKey{halo: promoted}
	if g.grain&byGroupRow != 0 {
		key.group = int32(g.group)
	}
	if g.grain&byClauseRow != 0 {
		key.clause = int32(g.clause)
	}
	if g.grain&byAdRow != 0 {
		key.ad = int32(c.ad)
	}
	if g.grain&byPlaceRow != 0 {
		key.place = int32(c.place)
	}
	if g.grain&(byTermRow|byMatchedRow) != 0 {
		key.term = int32(c.term)
	}
	if g.grain&byPathRow != 0 {
		key.product, key.second = int32(slices.Index(adProducts, g.l.product)), c.second
	}
	if g.daily {
		key.day = int32(c.day)
	}
	if g.grain&byBoughtRow == 0 {
		g.add(key, c.day, &c.v)
		return
	}
	for i := range c.sales {
		s := &c.sales[i]
		if s.same && g.kind.product != sponsoredBrands {
			continue // these reports tell of other products than the one advertised
		}
		if key.halo = promoted; !s.same {
			key.halo = int32(s.halo)
		}
		var v vector
		s.count(&v)
		g.add(key, c.day, &v)
	}
}

func (g *gathering) add(key reportKey, day int, v *vector) {
	recent := &g.recent[0]
	if g.daily {
		recent = &g.recent[day-g.first]
	}
	if r := *recent; r == nil || r.reportKey != key {
		if r = g.rows[key]; r == nil {
			r = g.row(key)
			g.rows[key] = r
		}
		*recent = r
	}
	(*recent).add(v)
}

// add adds metrics to the row's.
func (r *reportRow) add(v *vector) {
	sums := r.sums
	for i, m := range r.q.needed {
		sums[i] += v[m]
	}
}

// row makes a row, of one that was handed out where there is any.
func (g *gathering) row(key reportKey) *reportRow {
	var r *reportRow
	if n := len(g.spare); n > 0 {
		r, g.spare = g.spare[n-1], g.spare[:n-1]
		clear(r.sums)
	} else {
		r = &reportRow{q: g.reportQuery, sums: make([]int64, len(g.needed))}
	}
	r.reportKey, r.l, r.g = key, g.l, &g.l.groups[g.group]
	r.k = &r.g.clauses[g.clause]
	return r
}

// flush hands out the rows so far, in order.
func (g *gathering) flush() {
	all := g.recent
	if !g.direct {
		all = g.sorted[:0]
		for _, r := range g.rows {
			all = append(all, r)
		}
		slices.SortFunc(all, func(a, b *reportRow) int { return a.reportKey.compare(b.reportKey) })
		g.sorted = all
	}
	for _, r := range all {
		if r != nil {
			g.out(r)
			g.spare = append(g.spare, r)
		}
	}
	clear(g.rows)
	clear(g.recent)
}
