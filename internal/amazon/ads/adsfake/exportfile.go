package adsfake

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// An exporting is an export under way.
type exporting struct {
	*exportFilter
	*prospect
	b []byte
	n int
}

// export writes the file of an export: one JSON array, by ad product and in the order of creation.
func (p *profile) export(q *exportFilter, now time.Time) []byte {
	x := &exporting{exportFilter: q, b: []byte{'['}}
	for _, product := range q.products {
		if product == sponsoredProducts {
			x.sponsored(p, now)
		} else {
			x.things(p, now, product)
		}
	}
	return append(x.b, ']')
}

// begin writes what everything exported has; false stands for a record that the filters leave out.
func (x *exporting) begin(h *head, product, idKey, campaign, group, serving string, good bool) bool {
	if !slices.Contains(x.states, h.state) {
		return false
	}
	b := appendString(append(comma(x.b, x.n), `{"adProduct":`...), product)
	x.n++
	b = appendString(append(appendString(append(b, ','), idKey), ':'), h.id)
	if campaign != "" {
		b = appendString(append(b, `,"campaignId":`...), campaign)
	}
	if group != "" {
		b = appendString(append(b, `,"adGroupId":`...), group)
	}
	b = appendString(append(b, `,"state":`...), h.state)
	b = appendDelivery(b, serving, good)
	b = h.created.UTC().AppendFormat(append(b, `,"creationDateTime":"`...), instant)
	b = h.updated.UTC().AppendFormat(append(b, `","lastUpdatedDateTime":"`...), instant)
	x.b = append(b, '"')
	return true
}

// appendDelivery writes whether something is delivered and, if not, why.
func appendDelivery(b []byte, serving string, good bool) []byte {
	if good {
		return append(b, `,"deliveryStatus":"DELIVERING","deliveryReasons":[]`...)
	}
	b = appendString(append(b, `,"deliveryStatus":"NOT_DELIVERING","deliveryReasons":[`...), deliveryReason(serving))
	return append(b, ']')
}

// deliveryReason is a serving status in the words of exports and of Ads API v1.
func deliveryReason(serving string) string {
	switch serving {
	case "ENDED":
		return "CAMPAIGN_END_DATE_REACHED"
	case "PENDING_START_DATE":
		return "CAMPAIGN_PENDING_START_DATE"
	case "PORTFOLIO_ENDED":
		return "PORTFOLIO_END_DATE_REACHED"
	}
	serving = strings.Replace(serving, "TARGETING_CLAUSE_", "TARGET_", 1)
	return strings.Replace(serving, "_STATUS_", "_", 1)
}

func (x *exporting) text(key, value string) {
	if value != "" {
		x.b = appendString(append(appendString(append(x.b, ','), key), ':'), value)
	}
}

func (x *exporting) money(key string, value float64, currency string) {
	if value > 0 {
		x.b = appendDouble(append(append(append(x.b, `,"bid":{"`...), key...), '"', ':'), value)
		x.b = append(appendString(append(x.b, `,"currencyCode":`...), currency), '}')
	}
}

func (x *exporting) end() { x.b = append(x.b, '}') }

// sponsored writes what is of Sponsored Products.
func (x *exporting) sponsored(p *profile, now time.Time) {
	var children [len(kinds)][]*child
	for n := range kinds {
		children[n] = p.children[n].all()
	}
	x.prospect = p.prospect(now)
	switch x.letter {
	case "C":
		for _, c := range x.campaigns {
			if serving := x.campaign(c); x.begin(&c.head, sponsoredProducts, "campaignId", "", "", serving, serving == campaignServes) {
				x.text("name", c.name)
				x.text("portfolioId", c.portfolio)
				x.text("startDate", c.start)
				x.text("endDate", c.end)
				x.text("targetingSettings", c.targeting)
				x.budget(c.budget, "DAILY")
				x.text("bidStrategy", v1Strategies[c.bidding.strategy])
				x.end()
			}
		}
	case "A":
		for _, g := range children[adGroups] {
			if x.child(g, "adGroupId") {
				x.text("name", g.name)
				x.money("defaultBid", g.bid, p.country.currency)
				x.end()
			}
		}
	case "R":
		for _, a := range children[productAds] {
			if x.child(a, "adId") {
				x.text("adType", "PRODUCT_AD")
				x.product(a.asin, a.sku)
				x.end()
			}
		}
	case "T":
		for _, n := range targetKinds {
			for _, t := range children[n] {
				x.target(t)
			}
		}
	}
}

// targetKinds are the kinds of children that are targets in the newer model, in the order in which exports have them.
var targetKinds = []int{keywords, targets, negativeKeywords, negativeTargets, campaignNegativeKeywords, campaignNegativeTargets}

func (x *exporting) child(c *child, idKey string) bool {
	serving := x.prospect.child(c)
	return x.begin(&c.head, sponsoredProducts, idKey, c.campaign, c.group, serving, serving == c.kind.status)
}

func (x *exporting) budget(amount float64, period string) {
	x.b = appendString(append(x.b, `,"budgetCaps":[{"recurrenceTimePeriod":`...), period)
	x.b = appendDouble(append(x.b, `,"budgetType":"MONETARY","budgetValue":{"monetaryBudget":{"amount":`...), amount)
	x.b = appendString(append(x.b, `,"currencyCode":`...), x.p.country.currency)
	x.b = append(x.b, `}}}]`...)
}

func (x *exporting) product(asin, sku string) {
	x.b = append(x.b, `,"creative":{"products":[`...)
	for i, p := range [][2]string{{"ASIN", asin}, {"SKU", sku}} {
		if p[1] != "" {
			if i > 0 && asin != "" {
				x.b = append(x.b, ',')
			}
			x.b = appendString(append(x.b, `{"productIdType":`...), p[0])
			x.b = append(appendString(append(x.b, `,"productId":`...), p[1]), '}')
		}
	}
	x.b = append(x.b, ']', '}')
}

func (x *exporting) target(t *child) {
	negative, level := isNegative(t.kind), "AD_GROUP"
	if !t.kind.grouped {
		level = "CAMPAIGN"
	}
	kind := t.exportType()
	if !slices.Contains(x.negative, negative) || !slices.Contains(x.levels, level) || !slices.Contains(x.types, kind) || !x.child(t, "targetId") {
		return
	}
	x.text("targetType", kind)
	x.text("targetLevel", level)
	x.b = strconv.AppendBool(append(x.b, `,"negative":`...), negative)
	x.money("bid", t.bid, x.p.country.currency)
	x.b = append(x.b, `,"targetDetails":{`...)
	if t.expression != nil {
		x.b = appendExpression(append(x.b, `"expression":`...), t.expression)
	} else {
		x.b = appendString(append(x.b, `"matchType":`...), strings.TrimPrefix(t.match, "NEGATIVE_"))
		x.b = appendString(append(x.b, `,"keyword":`...), t.name)
	}
	x.b = append(x.b, '}')
	x.end()
}

// isNegative reports whether a kind keeps ads from being shown.
func isNegative(k *kind) bool {
	return strings.ContainsRune("KCTN", rune(k.mark))
}

// exportType is the type of a target in the newer model.
func (c *child) exportType() string {
	switch {
	case c.expression == nil:
		return "KEYWORD"
	case c.auto:
		return "AUTO"
	}
	switch c.expression[0].kind {
	case "ASIN_SAME_AS", "ASIN_EXPANDED_FROM":
		return "PRODUCT"
	case "KEYWORD_GROUP_SAME_AS":
		return "THEME"
	}
	return "PRODUCT_CATEGORY"
}

// things writes what is of Sponsored Brands or Sponsored Display.
func (x *exporting) things(p *profile, now time.Time, product string) {
	places := map[string][]int{"C": {sbCampaigns}, "A": {sbGroups}, "R": {sbAds}, "T": {sbKeywords, sbTargets, sbThemes, sbNegativeKeywords, sbNegativeTargets}}[x.letter]
	if product == sponsoredDisplay {
		places = map[string][]int{"C": {sdCampaigns}, "A": {sdGroups}, "R": {sdAds}, "T": {sdTargets, sdNegativeTargets}}[x.letter]
	}
	var all []*thing
	for _, n := range places {
		all = append(all, p.things[n].all()...)
	}
	x.prospect = p.prospect(now)
	for _, t := range all {
		kind, negative := "KEYWORD", t.kind.mark == 'K' || t.kind.mark == 'T'
		if x.letter == "T" {
			if e := t.kind.fields[slices.IndexFunc(t.kind.fields, func(f thingField) bool { return f.need })]; e.key != "keywordText" {
				kind = thingType(t)
			}
			if !slices.Contains(x.negative, negative) || !slices.Contains(x.levels, "AD_GROUP") || !slices.Contains(x.types, kind) {
				continue
			}
		}
		serving := x.thing(t)
		if !x.begin(&t.head, product, t.exportKey(), t.campaign, t.group, serving, serving == t.kind.status) {
			continue
		}
		switch x.letter {
		case "C":
			x.text("name", t.name)
			x.text("portfolioId", t.text("portfolioId"))
			x.text("startDate", t.text("startDate"))
			x.text("endDate", t.text("endDate"))
			period := "DAILY"
			if t.text("budgetType") == "LIFETIME" {
				period = "LIFETIME"
			}
			x.budget(t.amount("budget"), period)
		case "A":
			x.text("name", t.name)
			x.money("defaultBid", t.amount("defaultBid"), p.country.currency)
		case "R":
			x.text("name", t.name)
			x.product(t.text("asin"), t.text("sku"))
		case "T":
			x.text("targetType", kind)
			x.text("targetLevel", "AD_GROUP")
			x.b = strconv.AppendBool(append(x.b, `,"negative":`...), negative)
			x.money("bid", t.amount("bid"), p.country.currency)
			x.b = append(x.b, `,"targetDetails":{`...)
			if theme := t.text("themeType"); theme != "" {
				x.b = appendString(append(x.b, `"matchType":`...), theme)
			} else if kind == "KEYWORD" {
				x.b = appendString(append(x.b, `"matchType":`...), strings.ToUpper(strings.TrimPrefix(t.text("matchType"), "negative")))
				x.b = appendString(append(x.b, `,"keyword":`...), t.name)
			} else {
				x.b = appendExpression(append(x.b, `"expression":`...), t.predicates())
			}
			x.b = append(x.b, '}')
		}
		x.end()
	}
}

// exportKey is what exports call the thing's id: keywords and themes are targets there.
func (t *thing) exportKey() string {
	if t.kind.key == "keywordId" || t.kind.key == "themeId" {
		return "targetId"
	}
	return t.kind.key
}

// thingType is the type of a targeting expression in the newer model.
func thingType(t *thing) string {
	if t.kind.n == sbThemes {
		return "THEME"
	}
	switch p := t.predicates(); p[0].kind {
	case "AUDIENCE":
		return "AUDIENCE"
	case "VIEWS", "PURCHASES":
		return "PRODUCT_AUDIENCE"
	case "ASIN_CATEGORY_SAME_AS":
		return "PRODUCT_CATEGORY"
	}
	return "PRODUCT"
}
