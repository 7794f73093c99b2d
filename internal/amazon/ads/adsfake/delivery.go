package adsfake

import (
	"math"
	"strconv"
)

// What is shown, in one form for all ad products, so that metrics and exports need not know them apart. A line is a campaign
// with everything in it that can be shown or bid on; negatives are not here.
type line struct {
	*head
	product    string // "SPONSORED_PRODUCTS"
	campaign   *campaign
	first      int // days on which it may run
	last       int
	budget     float64
	budgetType string
	strategy   string
	portfolio  string
	costType   string
	segment    string // audience that bids are raised for; empty: none
	groups     []lineGroup
}

type lineGroup struct {
	*head
	optimization string // bidOptimization of Sponsored Display
	ads          []lineAd
	clauses      []lineClause
}

type lineAd struct {
	*head
	key   uint64
	asin  string
	sku   string
	video bool
}

type lineClause struct {
	*head
	key        uint64
	match      string // as reports say it: BROAD, TARGETING_EXPRESSION ...
	text       string // keyword, or targeting expression in words
	expression []predicate
	bid        float64
}

// forever is a day that never comes.
const forever = math.MaxInt32

// number is an id as a number, which metrics are drawn from.
func (h *head) number() uint64 {
	n, _ := strconv.ParseUint(h.id, 10, 64)
	return n
}

// lines gathers what a profile shows of one ad product. Children are read before their parents, so that none is without.
func (f *fake) lines(p *profile, product string) []line {
	switch product {
	case sponsoredProducts:
		return p.productLines()
	case sponsoredBrands, sponsoredDisplay:
		return p.thingLines(product)
	}
	return nil
}

// The ad products (ads-lwa 5.1).
const (
	sponsoredProducts = "SPONSORED_PRODUCTS"
	sponsoredBrands   = "SPONSORED_BRANDS"
	sponsoredDisplay  = "SPONSORED_DISPLAY"
)

var adProducts = []string{sponsoredProducts, sponsoredBrands, sponsoredDisplay}

func (p *profile) productLines() []line {
	ads, words, clauses := p.children[productAds].all(), p.children[keywords].all(), p.children[targets].all()
	groups := p.children[adGroups].all()
	campaigns := p.campaigns.all()
	all := make([]line, len(campaigns))
	for i, c := range campaigns {
		l := &all[i]
		*l = line{
			head: &c.head, product: sponsoredProducts, campaign: c, last: forever, budget: c.budget, budgetType: "DAILY_BUDGET",
			strategy: c.bidding.strategy, portfolio: c.portfolio, costType: "CPC",
		}
		l.first, _ = dayNumber(c.start)
		if end, ok := dayNumber(c.end); ok {
			l.last = end
		}
		if len(c.bidding.cohorts) > 0 && len(c.bidding.cohorts[0].segments) > 0 {
			l.segment = c.bidding.cohorts[0].segments[0].id
		}
	}
	at := make([]int, len(groups)) // where a group stands in its line
	for i, g := range groups {
		l := &all[g.campaignAt]
		at[i] = len(l.groups)
		l.groups = append(l.groups, lineGroup{head: &g.head})
	}
	in := func(c *child) *lineGroup { return &all[c.campaignAt].groups[at[c.groupAt]] }
	for _, a := range ads {
		g := in(a)
		g.ads = append(g.ads, lineAd{head: &a.head, key: a.number(), asin: a.asin, sku: a.sku})
	}
	counts, room := make([]int, len(groups)), make([]lineClause, len(words)+len(clauses)) // all groups' in one
	for _, list := range [][]*child{words, clauses} {
		for _, k := range list {
			counts[k.groupAt]++
		}
	}
	for i, n := range counts {
		all[groups[i].campaignAt].groups[at[i]].clauses, room = room[:0:n], room[n:]
	}
	for _, list := range [][]*child{words, clauses} {
		for _, k := range list {
			g := in(k)
			bid := k.bid
			if !k.hasBid {
				bid = groups[k.groupAt].bid
			}
			g.clauses = append(g.clauses, lineClause{
				head: &k.head, key: k.number(), match: k.reportMatch(), text: k.reportText(), expression: k.expression, bid: bid,
			})
		}
	}
	return all
}

// reportMatch is what reports call the match type.
func (c *child) reportMatch() string {
	switch {
	case c.match != "":
		return c.match
	case c.auto:
		return "TARGETING_EXPRESSION_PREDEFINED"
	}
	return "TARGETING_EXPRESSION"
}

// reportText is what reports call the keyword or targeting.
func (c *child) reportText() string {
	if c.expression == nil {
		return c.name
	}
	return expressionText(c.expression)
}

// expressionText writes a targeting expression as reports do.
func expressionText(expression []predicate) string {
	text := ""
	for i, p := range expression {
		if i > 0 {
			text += " "
		}
		word, known := reportWords[p.kind]
		if !known {
			word = p.kind
		}
		text += word
		if p.hasValue {
			text += `="` + p.value + `"`
		}
	}
	return text
}

// reportWords are the predicates in the words of reports.
var reportWords = map[string]string{
	"QUERY_HIGH_REL_MATCHES": "close-match", "QUERY_BROAD_REL_MATCHES": "loose-match", "ASIN_SUBSTITUTE_RELATED": "substitutes",
	"ASIN_ACCESSORY_RELATED": "complements", "ASIN_SAME_AS": "asin", "ASIN_EXPANDED_FROM": "asin-expanded", "ASIN_CATEGORY_SAME_AS": "category",
	"ASIN_BRAND_SAME_AS": "brand", "ASIN_PRICE_BETWEEN": "price", "ASIN_PRICE_GREATER_THAN": "price>", "ASIN_PRICE_LESS_THAN": "price<",
	"ASIN_REVIEW_RATING_BETWEEN": "rating", "ASIN_REVIEW_RATING_GREATER_THAN": "rating>", "ASIN_REVIEW_RATING_LESS_THAN": "rating<",
	"ASIN_IS_PRIME_SHIPPING_ELIGIBLE": "prime-shipping-eligible", "ASIN_AGE_RANGE_SAME_AS": "age-range", "ASIN_GENRE_SAME_AS": "genre",
	"KEYWORD_GROUP_SAME_AS": "keyword-group",
}
