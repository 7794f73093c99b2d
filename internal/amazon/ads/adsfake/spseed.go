package adsfake

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Words that seeded keywords are made of, besides the ware itself.
var (
	qualities = [...]string{"red", "large", "cheap", "best", "kids", "outdoor", "wooden", "gift"}
	unwanted  = [...]string{"used", "free", "repair", "rental"}
)

// seedPortfolios gives a seller two portfolios: one without cap, one with a budget for each month.
func (f *fake) seedPortfolios(b *batch, label string) {
	for n := range 2 {
		p := &portfolio{
			head: head{
				seq: f.things.Add(1), name: fmt.Sprintf("%s portfolio %d", b.p.country.code, n+1), state: enabled,
				id:      strconv.FormatUint(1e14+f.world.Number(fmt.Sprintf("%s portfolio %d", label, n), 9e14), 10),
				created: b.now.Add(-200 * 24 * time.Hour).Truncate(time.Second),
			},
			budget: &folioBudget{currency: b.p.country.currency, policy: "NO_CAP"},
		}
		p.updated = p.created
		if n == 1 {
			amount := 100 * max(b.p.country.minBudget, 10)
			p.budget.policy, p.budget.amount = "MONTHLY_RECURRING", &amount
		}
		b.p.portfolios.put(b, p)
	}
}

// seedChildren gives a campaign what Amazon's console would have made with it: ad groups with ads, and either automatic
// clauses or keywords or product targets, and negatives. What it gives follows from the campaign's number alone.
func (f *fake) seedChildren(b *batch, c *campaign, at, wanted int) {
	ware := wares[c.seq%8]
	for n := range 1 + int(c.seq%2) {
		group := f.seeded(c, at, "", 0)
		group.name, group.auto = fmt.Sprintf("%s group %d", ware, n+1), c.targeting == "AUTO"
		group.bid, group.hasBid = b.p.seedBid(int(c.seq)+n), true
		if n == 1 && c.seq%5 == 0 {
			group.state = paused
			group.until(b.p, b.now.Add(-12*24*time.Hour))
		}
		place := f.add(b, adGroups, group)
		for i := range 2 + int(c.seq%3) {
			ad := f.seeded(c, at, group.id, place)
			if b.p.kind == "seller" {
				ad.sku = fmt.Sprintf("%s-%03d-%d", ware, c.seq, 10*n+i)
				ad.asin = f.asinOf(b.p, ad.sku)
			} else {
				ad.asin = f.asinOf(b.p, fmt.Sprintf("%d %d %d", c.seq, n, i))
			}
			if i == 1 && c.seq%4 == 1 {
				ad.state = paused
				ad.until(b.p, b.now.Add(-30*24*time.Hour))
			}
			f.add(b, productAds, ad)
		}
		switch {
		case group.auto:
			f.addAutoClauses(b, group)
		case n == 0:
			f.seedKeywords(b, c, group, place, ware, wanted)
		default:
			f.seedTargets(b, c, group, place)
		}
		word := f.seeded(c, at, group.id, place)
		word.name, word.match = unwanted[(int(c.seq)+n)%len(unwanted)]+" "+ware, negativeTypes[1+n%2]
		f.add(b, negativeKeywords, word)
		clause := f.seeded(c, at, group.id, place)
		clause.expression = []predicate{{"ASIN_SAME_AS", f.asinOf(b.p, "rival "+group.id), true}}
		f.add(b, negativeTargets, clause)
	}
	word := f.seeded(c, at, "", 0)
	word.name, word.match = unwanted[(c.seq+2)%4], "NEGATIVE_EXACT"
	f.add(b, campaignNegativeKeywords, word)
	if c.seq%3 == 0 {
		clause := f.seeded(c, at, "", 0)
		clause.expression = []predicate{{"ASIN_BRAND_SAME_AS", strconv.FormatUint(1000+c.seq, 10), true}}
		f.add(b, campaignNegativeTargets, clause)
	}
}

func (f *fake) seedKeywords(b *batch, c *campaign, group *child, place int, ware string, wanted int) {
	for i := range cmp.Or(wanted, 4+int(c.seq%5)) {
		k := f.seeded(c, group.campaignAt, group.id, place)
		k.name, k.match = qualities[i%8]+" "+ware, matchTypes[i%3]
		if i >= 24 { // all words with all match types are used up
			k.name += " " + strconv.Itoa(i/24)
		}
		if i%2 == 0 {
			k.bid, k.hasBid = b.p.seedBid(i), true
		}
		switch i {
		case 3:
			k.state = paused
			k.until(b.p, b.now.Add(-8*24*time.Hour))
		case 6:
			k.state = archived
			k.until(b.p, b.now.Add(-40*24*time.Hour))
		}
		f.add(b, keywords, k)
	}
}

func (f *fake) seedTargets(b *batch, c *campaign, group *child, place int) {
	for i, expression := range [][]predicate{
		{{"ASIN_SAME_AS", f.asinOf(b.p, "target "+group.id), true}},
		{{"ASIN_CATEGORY_SAME_AS", strconv.FormatUint(10_000+c.seq, 10), true}, {"ASIN_PRICE_BETWEEN", "10-50", true}},
		{{"ASIN_EXPANDED_FROM", f.asinOf(b.p, "near "+group.id), true}},
	} {
		t := f.seeded(c, group.campaignAt, group.id, place)
		t.expression, t.bid, t.hasBid = expression, b.p.seedBid(i), true
		f.add(b, targets, t)
	}
}

// seeded makes a child as old as its campaign.
func (f *fake) seeded(c *campaign, at int, group string, groupAt int) *child {
	return &child{
		head:     head{state: enabled, created: c.created, updated: c.updated},
		campaign: c.id, campaignAt: at, group: group, groupAt: groupAt,
	}
}

// seedBid is a bid that the marketplace takes and that no seeded budget is below.
func (p *profile) seedBid(n int) float64 {
	return math.Round(p.country.bids().low*float64(20+n%20)*100) / 100
}

// asinOf is the product that a profile's SKU, or another label, stands for.
func (f *fake) asinOf(p *profile, label string) string {
	return "B0" + f.world.Letters("ads asin "+p.id+" "+label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 8)
}

// thingID makes the id of the thing with a sequence number: 15 digits that look like chance but never meet.
func (f *fake) thingID(seq uint64) string {
	const span = 1_000_000
	return strconv.FormatUint((1e8+f.world.Number("ads thing "+strconv.FormatUint(seq, 10), 9e8))*span+seq%span, 10)
}
