package adsfake

import (
	"strconv"
	"strings"
)

// factColumns are the columns that say what a row is about.
func factColumns() map[string]column {
	group := func(f func(*lineGroup) string) column { return word(func(r *reportRow) string { return f(r.g) }) }
	clause := func(f func(*lineClause) string) column { return word(func(r *reportRow) string { return f(r.k) }) }
	text := clause(func(k *lineClause) string { return k.text })
	match := clause(func(k *lineClause) string { return k.match })
	clauseID := id(func(r *reportRow) string { return r.k.id })
	budget := column{text: func(b []byte, r *reportRow) []byte { return appendDouble(b, r.l.budget) }}
	asin := word(func(r *reportRow) string { return r.g.ads[r.ad].asin })
	sku := word(func(r *reportRow) string { return r.g.ads[r.ad].sku })
	all := map[string]column{
		"date":      {text: func(b []byte, r *reportRow) []byte { return append(appendNumberedDay(append(b, '"'), int(r.day)), '"') }},
		"startDate": word(func(r *reportRow) string { return dayText(r.q.first) }), "endDate": word(func(r *reportRow) string { return dayText(r.q.last) }),
		"campaignId": id(func(r *reportRow) string { return r.l.id }), "campaignName": word(func(r *reportRow) string { return r.l.name }),
		"campaignStatus": word(func(r *reportRow) string { return r.l.state }), "campaignBudgetAmount": budget,
		"campaignBudgetType":         word(func(r *reportRow) string { return r.l.budgetType }),
		"campaignBudgetCurrencyCode": word(func(r *reportRow) string { return r.q.p.country.currency }),
		"campaignBiddingStrategy":    word(func(r *reportRow) string { return reportStrategies[r.l.strategy] }),
		"marketplaceId":              word(func(r *reportRow) string { return r.q.p.country.marketplace }),
		"portfolioId":                id(func(r *reportRow) string { return r.l.portfolio }),
		"costType":                   word(func(r *reportRow) string { return r.l.costType }), "campaignPriceTypeCode": word(func(r *reportRow) string { return r.l.costType }),
		"adGroupId": id(func(r *reportRow) string { return r.g.id }), "adGroupName": group(func(g *lineGroup) string { return g.name }),
		"adStatus":        group(func(g *lineGroup) string { return g.state }),
		"bidOptimization": group(func(g *lineGroup) string { return g.optimization }),
		"adId":            id(func(r *reportRow) string { return r.g.ads[r.ad].id }), "advertisedAsin": asin, "promotedAsin": asin, "advertisedSku": sku, "promotedSku": sku,
		"keywordId": clauseID, "targetingId": clauseID, "keyword": text, "keywordText": text, "targeting": text, "targetingText": text, "targetingExpression": text,
		"matchType": match, "keywordType": match, "targetingType": match, "adKeywordStatus": clause(func(k *lineClause) string { return k.state }),
		"keywordBid":    {text: func(b []byte, r *reportRow) []byte { return appendDouble(b, r.k.bid) }},
		"searchTerm":    word(func(r *reportRow) string { return r.q.f.searchTerm(r.q.p, r.k, int(r.term)) }),
		"purchasedAsin": word((*reportRow).bought), "asinBrandHalo": word((*reportRow).bought),
		"matchedTargetAsin": word(func(r *reportRow) string { return r.q.f.asinOf(r.q.p, "matched "+r.k.id+strconv.Itoa(int(r.term))) }),
		"productName":       word(func(r *reportRow) string { return "Example product " + r.bought() }),
		"productCategory":   word(func(*reportRow) string { return "Example category" }),
		"attributionType": word(func(r *reportRow) string {
			return map[bool]string{true: "Promoted", false: "Brand Halo"}[r.halo == promoted]
		}),
		"placementClassification": word(func(r *reportRow) string { return reportPlaces[r.place] }),
		"segmentName":             word(func(r *reportRow) string { return "Audience " + r.l.segment }), "segmentClassCode": word(func(r *reportRow) string { return r.l.segment }),
		"brandName": word(func(r *reportRow) string { return r.q.p.brand() }), "simplifiedPath": word((*reportRow).path),
	}
	for _, name := range []string{"campaignApplicableBudgetRuleId", "campaignApplicableBudgetRuleName", "campaignRuleBasedBudgetAmount"} {
		all[name] = null()
	}
	for name, step := range map[string]string{"sponsoredProductsFrequency": stepProducts, "sponsoredBrandsDisplayFrequency": stepBrands, "sponsoredDisplayFrequency": stepDisplay, "sponsoredDisplayDisplayFrequency": stepDisplay} {
		all[name] = column{text: func(b []byte, r *reportRow) []byte {
			return strconv.AppendInt(b, int64(strings.Count(r.path(), step)), 10)
		}}
	}
	for _, name := range []string{
		"amazonDspAudioFrequency", "amazonDspDisplayFrequency", "amazonDspOnlineVideoFrequency", "amazonDspStreamingTvFrequency", "sponsoredBrandsVideoFrequency",
		"sponsoredDisplayOnlineVideoFrequency", "sponsoredTvStreamingTvFrequency",
	} {
		all[name] = column{nothing: true}
	}
	return all
}

// Steps of a shopper's path to an order.
const (
	stepProducts = "Sponsored Products"
	stepBrands   = "Sponsored Brands"
	stepDisplay  = "Sponsored Display"
)

// path is the way of advertising on which the row's shoppers came.
func (r *reportRow) path() string {
	step := [...]string{stepProducts, stepBrands, stepDisplay}[r.product]
	if r.second {
		return step + " > " + step
	}
	return step
}

// bought is the product that an order was of.
func (r *reportRow) bought() string {
	ad := &r.g.ads[r.ad]
	if r.halo == promoted {
		return ad.asin
	}
	return r.q.f.asinOf(r.q.p, "halo "+ad.id+strconv.Itoa(int(r.halo)))
}

// brand is what the profile's products are sold as.
func (p *profile) brand() string {
	if p.name != "" {
		return p.name
	}
	return "Example " + p.country.code
}

// What reports call placements and strategies.
var (
	reportPlaces     = [...]string{"Top of Search on-Amazon", "Detail Page on-Amazon", "Other on-Amazon", "Off Amazon"}
	reportStrategies = map[string]string{"LEGACY_FOR_SALES": "legacy", "AUTO_FOR_SALES": "optimizeForSales", "MANUAL": "manual", "RULE_BASED": "ruleBased"}
)

// searchTerm is what shoppers typed, or the product whose page they looked at, when a clause was shown.
func (f *fake) searchTerm(p *profile, k *lineClause, n int) string {
	if k.expression == nil {
		extra := qualities[(int(k.key%8)+n)%len(qualities)]
		switch {
		case n == 0 || k.match == "EXACT":
			return strings.ToLower(k.name)
		case k.match == "PHRASE" && n == 1:
			return strings.ToLower(k.name) + " for " + extra
		case k.match == "PHRASE":
			return extra + " " + strings.ToLower(k.name)
		}
		words := strings.Fields(strings.ToLower(k.name))
		return strings.Join(append(words[len(words)/2:], append([]string{extra}, words[:len(words)/2]...)...), " ")
	}
	switch e := k.expression[0]; e.kind {
	case "QUERY_HIGH_REL_MATCHES", "QUERY_BROAD_REL_MATCHES", "KEYWORD_GROUP_SAME_AS":
		return qualities[(int(k.key%8)+n)%8] + " " + strings.ToLower(wares[k.key/8%8])
	case "ASIN_SAME_AS":
		return strings.ToLower(e.value)
	}
	return strings.ToLower(f.asinOf(p, "searched "+k.id+strconv.Itoa(n)))
}
