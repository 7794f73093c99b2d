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

// A gathering is a query under way.
type gathering struct {
	*reportQuery
	t      *traffic
	rows   map[reportKey]*reportRow
	recent []*reportRow // that was added to last, by day
	out    func(*reportRow)
	site   bool // only what was seen on Amazon Business
}

// run hands every row to out, campaign by campaign; the row is not to be kept.
func (q *reportQuery) run(now time.Time, out func(*reportRow)) {
	g := &gathering{reportQuery: q, t: q.f.traffic(q.p, now), rows: map[reportKey]*reportRow{}, recent: make([]*reportRow, q.last-q.first+1), out: out, site: q.filters["campaignSite"] != nil}
	products := []string{q.kind.product}
	if q.kind.product == "ALL" {
		products = adProducts
	}
	for _, product := range products {
		lines := q.f.lines(q.p, product)
		for i := range lines {
			g.line(&lines[i])
			if q.grain&byCampaignRow != 0 {
				g.flush()
			}
		}
	}
	g.flush()
}

// passes reports whether a filter lets a value through.
func (q *reportQuery) passes(field, value string) bool {
	values, ok := q.filters[field]
	return !ok || slices.Contains(values, value)
}

func (g *gathering) line(l *line) {
	if !g.passes("campaignStatus", l.state) || (g.grain&bySegmentRow != 0 && l.segment == "") || (g.kind.product == "ALL" && !g.passes("brandName", g.p.brand())) {
		return
	}
	first, last := max(g.first, l.first), min(g.last, l.last, g.t.today)
	if first > last {
		return
	}
	live, both := make([]bool, last-first+1), make([]bool, last-first+1)
	for d := range live {
		live[d] = l.ran(first + d)
	}
	for i := range l.groups {
		group := &l.groups[i]
		if !g.passes("adStatus", group.state) {
			continue
		}
		for d := range both {
			both[d] = live[d] && group.ran(first+d)
		}
		for j := range group.clauses {
			k := &group.clauses[j]
			if !g.passes("keywordType", k.match) || !g.passes("adKeywordStatus", k.state) {
				continue
			}
			habits := g.t.habits(k.key)
			take := func(c *cell) { g.take(l, i, j, c) }
			for d := range both {
				if both[d] && k.ran(first+d) {
					g.t.clause(l, group, k, habits, first+d, take)
				}
			}
			if g.grain&byClauseRow != 0 {
				g.flush()
			}
		}
	}
}

// take adds a cell to the row that it belongs to, or its orders to theirs.
func (g *gathering) take(l *line, group, clause int, c *cell) {
	switch {
	case g.grain&byTermRow != 0 && c.v[mClicks] == 0, // Amazon tells only of terms that were clicked
		g.grain&bySegmentRow != 0 && !c.segment,
		g.site && !c.site:
		return
	}
	key := reportKey{halo: promoted}
	if g.grain&byGroupRow != 0 {
		key.group = int32(group)
	}
	if g.grain&byClauseRow != 0 {
		key.clause = int32(clause)
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
		key.product, key.second = int32(slices.Index(adProducts, l.product)), c.second
	}
	if g.daily {
		key.day = int32(c.day)
	}
	if g.grain&byBoughtRow == 0 {
		g.add(l, group, clause, c.day, key, &c.v)
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
		g.add(l, group, clause, c.day, key, &v)
	}
}

func (g *gathering) add(l *line, group, clause, day int, key reportKey, v *vector) {
	recent := &g.recent[day-g.first]
	r := *recent
	if r == nil || r.reportKey != key {
		r = g.rows[key]
	}
	if r == nil {
		r = &reportRow{reportKey: key, q: g.reportQuery, l: l, g: &l.groups[group], k: &l.groups[group].clauses[clause], sums: make([]int64, len(g.needed))}
		g.rows[key] = r
	}
	*recent = r
	for i, m := range g.needed {
		r.sums[i] += v[m]
	}
}

// flush hands out the rows so far, in order.
func (g *gathering) flush() {
	if len(g.rows) == 0 {
		return
	}
	all := make([]*reportRow, 0, len(g.rows))
	for _, r := range g.rows {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *reportRow) int { return a.reportKey.compare(b.reportKey) })
	for _, r := range all {
		g.out(r)
	}
	clear(g.rows)
	clear(g.recent)
}
