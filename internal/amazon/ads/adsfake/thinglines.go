package adsfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// thingLines gathers what a profile shows of Sponsored Brands or Sponsored Display.
func (p *profile) thingLines(product string) []line {
	campaigns, groups, ads, clauses := sbCampaigns, sbGroups, sbAds, []int{sbKeywords, sbTargets, sbThemes}
	if product == sponsoredDisplay {
		campaigns, groups, ads, clauses = sdCampaigns, sdGroups, sdAds, []int{sdTargets}
	}
	var bids [][]*thing
	for _, n := range clauses {
		bids = append(bids, p.things[n].all())
	}
	shown, sets, tops := p.things[ads].all(), p.things[groups].all(), p.things[campaigns].all()
	all := make([]line, len(tops))
	for i, c := range tops {
		l := &all[i]
		*l = line{
			head: &c.head, product: product, last: forever, budget: c.amount("budget"), budgetType: "DAILY_BUDGET", portfolio: c.text("portfolioId"),
			costType: strings.ToUpper(c.text("costType")), segment: cohortOf(c),
		}
		if c.text("budgetType") == "LIFETIME" {
			l.budgetType = "LIFETIME_BUDGET"
		}
		l.first, _ = c.kind.dayNumber(c.text("startDate"))
		if end, ok := c.kind.dayNumber(c.text("endDate")); ok {
			l.last = end
		}
	}
	at := make([]int, len(sets))
	for i, g := range sets {
		l := &all[g.campaignAt]
		at[i] = len(l.groups)
		l.groups = append(l.groups, lineGroup{head: &g.head, optimization: g.text("bidOptimization")})
	}
	in := func(t *thing) *lineGroup { return &all[t.campaignAt].groups[at[t.groupAt]] }
	for _, a := range shown {
		g := in(a)
		ad := lineAd{head: &a.head, key: a.number(), asin: a.text("asin"), sku: a.text("sku")}
		if i := a.kind.at("creative"); i >= 0 {
			var c struct {
				Type  any
				ASINs any
			}
			_ = json.Unmarshal(a.values[i], &c) // it was read as an object when it was sent
			ad.video = strings.Contains(fmt.Sprint(c.Type), "VIDEO")
			if list, ok := c.ASINs.([]any); ok && len(list) > 0 {
				ad.asin = fmt.Sprint(list[0])
			}
		}
		g.ads = append(g.ads, ad)
	}
	for _, list := range bids {
		for _, k := range list {
			g := in(k)
			clause := lineClause{head: &k.head, key: k.number(), bid: k.amount("bid")}
			switch k.kind.n {
			case sbKeywords:
				clause.text, clause.match = k.name, strings.ToUpper(k.text("matchType"))
			case sbThemes:
				clause.text, clause.match = strings.ToLower(strings.ReplaceAll(k.text("themeType"), "_", "-")), "THEME"
			default:
				clause.expression = k.predicates()
				clause.text, clause.match = expressionText(clause.expression), "TARGETING_EXPRESSION"
			}
			g.clauses = append(g.clauses, clause)
		}
	}
	return all
}

// cohortOf is the audience that a campaign raises its bids for, if any.
func cohortOf(c *thing) string {
	i := c.kind.at("bidding")
	if i < 0 || c.values[i] == nil {
		return ""
	}
	var b struct {
		ShopperCohortBidAdjustments []struct {
			AudienceSegments []struct{ AudienceID string }
		}
	}
	if json.Unmarshal(c.values[i], &b) != nil || len(b.ShopperCohortBidAdjustments) == 0 || len(b.ShopperCohortBidAdjustments[0].AudienceSegments) == 0 {
		return ""
	}
	return b.ShopperCohortBidAdjustments[0].AudienceSegments[0].AudienceID
}

// dayNumber reads a date as the kind writes them.
func (k *thingKind) dayNumber(s string) (int, bool) {
	t, err := time.Parse(k.layout(), s)
	return int(t.Unix() / 86400), err == nil
}

// predicates are a targeting expression in the words of Sponsored Products.
func (t *thing) predicates() []predicate {
	i := slices.IndexFunc(t.kind.fields, func(f thingField) bool { return f.form == fList })
	var list []struct {
		Type  string
		Value any
	}
	_ = json.Unmarshal(t.values[i], &list) // it was read as a list when it was sent
	all := make([]predicate, 0, len(list))
	for _, p := range list {
		next := predicate{kind: upperSnake(p.Type)}
		switch v := p.Value.(type) {
		case nil:
		case string:
			next.value, next.hasValue = v, true
		default:
			text, _ := json.Marshal(v) // what was JSON is JSON
			next.value, next.hasValue = string(text), true
		}
		all = append(all, next)
	}
	return all
}

// upperSnake writes asinSameAs as ASIN_SAME_AS.
func upperSnake(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToUpper(string(r)))
	}
	return b.String()
}
