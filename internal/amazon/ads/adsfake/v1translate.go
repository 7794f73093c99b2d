package adsfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A translation puts one item of a v1 write into the words of v3.
type translation struct {
	findings
	f        *fake
	b        *batch
	resource *v1Resource
	in       object
	at       string // "campaigns[0]"
	create   bool
	out      object // the item in v3's words
	kind     int    // of the child; for targets, found out on the way
}

// run translates the item and applies it.
func (t *translation) run(seen map[string]bool) (record, []itemError) {
	if product := t.string("adProduct"); product != "" && product != sponsoredProducts {
		return nil, []itemError{{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "Only Sponsored Products are served here", at: t.at + ".adProduct", trigger: product}}
	}
	if t.create {
		t.want("adProduct")
	}
	id := t.string(t.resource.id)
	if !t.create {
		if id == "" {
			return nil, []itemError{missing(t.at + "." + t.resource.id)}
		}
		if seen[id] {
			return nil, []itemError{{kind: "duplicateValueError", reason: "DUPLICATE_RESOURCE_ID_FOUND", message: "The id stands twice in the request", at: t.at + "." + t.resource.id, trigger: id}}
		}
		seen[id] = true
		if t.resource.stores != nil {
			n, ok := t.resource.find(t.b.p, id)
			if !ok {
				return nil, []itemError{t.f.childCollection(n).notFound(t.at+"."+t.resource.id, id)}
			}
			t.kind = n
		}
	}
	t.same("name", "name")
	t.same("state", "state")
	t.resource.translate(t)
	if len(t.errors) > 0 {
		return nil, t.errors
	}
	return t.apply(id)
}

// apply hands the translated item to the rules of v3.
func (t *translation) apply(id string) (record, []itemError) {
	at := row{at: t.at}
	if !t.create {
		at.id = &id
	}
	bad := func(err error) []itemError {
		return []itemError{{kind: "malformedValueError", reason: "PATTERN_NOT_MATCHED", message: err.Error(), at: t.at}}
	}
	if t.resource.stores == nil {
		c := t.f.campaigns()
		in, err := c.parse(t.out, at)
		if err != nil {
			return nil, bad(err)
		}
		made, errors := c.updatedOr(t.b, in, t.create)
		if errors != nil {
			return nil, errors
		}
		return made, nil
	}
	c := t.f.childCollection(t.kind)
	in, err := c.parse(t.out, at)
	if err != nil {
		return nil, bad(err)
	}
	made, errors := c.updatedOr(t.b, in, t.create)
	if errors != nil {
		return nil, errors
	}
	return made, nil
}

// updatedOr applies one item of an update, or of a create.
func (c *collection[T, I]) updatedOr(b *batch, in I, create bool) (T, []itemError) {
	if create {
		return c.create(b, in)
	}
	return c.updated(b, in)
}

// dig finds a value inside objects and arrays; nil where it is not.
func dig(o object, path ...string) json.RawMessage {
	for i, key := range path {
		raw, ok := o[key]
		if !ok || isNull(raw) {
			return nil
		}
		if i == len(path)-1 {
			return raw
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			raw = list[0]
		}
		var next object
		if json.Unmarshal(raw, &next) != nil {
			return nil
		}
		o = next
	}
	return nil
}

// string is a value of the item that is a string; empty where it is none.
func (t *translation) string(path ...string) string {
	var s string
	_ = json.Unmarshal(dig(t.in, path...), &s) // what is no string is none
	return s
}

// want holds that a create has a field.
func (t *translation) want(path ...string) {
	if t.create && dig(t.in, path...) == nil {
		t.fail(missing(t.at + "." + strings.Join(path, ".")))
	}
}

// same carries a value over as it is, null included.
func (t *translation) same(from, to string) {
	if raw, ok := t.in[from]; ok {
		t.out[to] = raw
	}
}

// move carries a value over from further inside.
func (t *translation) move(to string, path ...string) {
	if raw := dig(t.in, path...); raw != nil {
		t.out[to] = raw
	}
}

func (t *translation) put(key string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic("adsfake: a translated value is no JSON: " + err.Error())
	}
	t.out[key] = text
}

// day carries an instant over as the day that it falls on for the profile.
func (t *translation) day(from, to string) {
	raw, sent := t.in[from]
	if !sent {
		return
	}
	if s := t.string(from); s != "" {
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			t.put(to, at.In(t.b.p.location).Format(day))
			return
		}
	}
	t.out[to] = raw // an error of v3, unless it is null
	if isNull(raw) && to == "startDate" {
		delete(t.out, to)
	}
}

// campaign translates a campaign.
func (t *translation) campaign() {
	t.want("autoCreationSettings", "autoCreateTargets")
	t.want("budgets")
	t.want("marketplaceScope")
	t.want("startDateTime")
	if scope := t.string("marketplaceScope"); scope != "" && scope != "SINGLE_MARKETPLACE" {
		t.fail(itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "There are no global campaigns here", at: t.at + ".marketplaceScope", trigger: scope})
	}
	var countries []string
	_ = json.Unmarshal(dig(t.in, "countries"), &countries) // what is no list names no country
	if len(countries) > 1 || (len(countries) == 1 && countries[0] != t.b.p.country.iso()) {
		t.fail(itemError{kind: "otherError", reason: "UNSUPPORTED_MARKETPLACE", message: "The profile is of another country", at: t.at + ".countries"})
	}
	t.day("startDateTime", "startDate")
	t.day("endDateTime", "endDate")
	t.same("portfolioId", "portfolioId")
	t.same("siteRestrictions", "siteRestrictions")
	t.move("autoManageCampaign", "autoCreationSettings", "autoManageCampaign")
	var auto bool
	if raw := dig(t.in, "autoCreationSettings", "autoCreateTargets"); raw != nil && json.Unmarshal(raw, &auto) == nil {
		t.put("targetingType", map[bool]string{true: "AUTO", false: "MANUAL"}[auto])
	}
	if dig(t.in, "budgets") != nil {
		budget := map[string]json.RawMessage{}
		if raw := dig(t.in, "budgets", "budgetValue", "monetaryBudgetValue", "monetaryBudget", "value"); raw != nil {
			budget["budget"] = raw
		}
		if raw := dig(t.in, "budgets", "recurrenceTimePeriod"); raw != nil {
			budget["budgetType"] = raw
		}
		if kind := t.string("budgets", "budgetType"); kind != "MONETARY" {
			t.fail(notInEnum(t.at+".budgets[0].budgetType", kind, []string{"MONETARY"}))
		}
		if currency := t.string("budgets", "budgetValue", "monetaryBudgetValue", "monetaryBudget", "currencyCode"); currency != "" && currency != t.b.p.country.currency {
			t.fail(notInEnum(t.at+".budgets[0].budgetValue.monetaryBudgetValue.monetaryBudget.currencyCode", currency, []string{t.b.p.country.currency}))
		}
		t.put("budget", budget)
	}
	t.bidding()
	var tags []struct{ Key, Value string }
	if raw := dig(t.in, "tags"); raw != nil {
		if json.Unmarshal(raw, &tags) != nil {
			t.fail(malformed("PATTERN_NOT_MATCHED", t.at+".tags", "", "Tags are pairs of key and value"))
		}
		m := map[string]string{}
		for _, tag := range tags {
			m[tag.Key] = tag.Value
		}
		t.put("tags", m)
	}
}

// Placements in v1's words, beside v3's.
var v1Placements = map[string]string{
	"PLACEMENT_PRODUCT_PAGE": "PRODUCT_PAGE", "PLACEMENT_REST_OF_SEARCH": "REST_OF_SEARCH", "PLACEMENT_TOP": "TOP_OF_SEARCH", "SITE_AMAZON_BUSINESS": "SITE_AMAZON_BUSINESS",
}

// back finds the key of a value; the value itself where there is none, so that v3's rules refuse it.
func back(m map[string]string, value string) string {
	for k, v := range m {
		if v == value {
			return k
		}
	}
	return value
}

func (t *translation) bidding() {
	settings := []string{"optimizations", "bidSettings"}
	if dig(t.in, settings...) == nil {
		return
	}
	out := map[string]any{}
	if s := t.string(append(settings, "bidStrategy")...); s != "" {
		out["strategy"] = back(v1Strategies, s)
	}
	var places []struct {
		Placement  string
		Percentage json.RawMessage
	}
	if raw := dig(t.in, append(settings, "bidAdjustments", "placementBidAdjustments")...); raw != nil && json.Unmarshal(raw, &places) == nil {
		list := []map[string]any{}
		for _, p := range places {
			list = append(list, map[string]any{"placement": back(v1Placements, p.Placement), "percentage": p.Percentage})
		}
		out["placementBidding"] = list
	}
	var audiences []struct {
		AudienceID string
		Percentage json.RawMessage
	}
	if raw := dig(t.in, append(settings, "bidAdjustments", "audienceBidAdjustments")...); raw != nil && json.Unmarshal(raw, &audiences) == nil {
		list := []map[string]any{}
		for _, a := range audiences {
			list = append(list, map[string]any{"shopperCohortType": "AUDIENCE_SEGMENT", "percentage": a.Percentage, "audienceSegments": []map[string]string{{"audienceId": a.AudienceID}}})
		}
		out["shopperCohortBidding"] = list
	}
	t.put("dynamicBidding", out)
}

// group translates an ad group.
func (t *translation) group() {
	t.kind = adGroups
	t.same("campaignId", "campaignId")
	t.want("bid", "defaultBid")
	t.move("defaultBid", "bid", "defaultBid")
}

// home says in which campaign the item's ad group is, which v3 wants to hear.
func (t *translation) home() {
	t.same("campaignId", "campaignId")
	t.same("adGroupId", "adGroupId")
	if group, _, ok := t.b.p.children[adGroups].find(t.string("adGroupId")); ok && t.string("campaignId") == "" {
		t.put("campaignId", group.campaign)
	} else if t.string("adGroupId") != "" && t.string("campaignId") == "" {
		t.fail(orphan(t.at+".adGroupId", t.string("adGroupId")))
	}
}

// ad translates an ad.
func (t *translation) ad() {
	t.kind = productAds
	delete(t.out, "name") // ads of Sponsored Products have none
	if !t.create {
		return
	}
	t.want("adGroupId")
	t.want("creative")
	t.home()
	if kind := t.string("adType"); kind != "PRODUCT_AD" {
		t.fail(notInEnum(t.at+".adType", kind, []string{"PRODUCT_AD"}))
	}
	settings := []string{"creative", "productCreative", "productCreativeSettings"}
	product := append(slices.Clip(settings), "advertisedProduct")
	switch kind := t.string(append(product, "productIdType")...); kind {
	case "ASIN":
		t.move("asin", append(product, "productId")...)
	case "SKU":
		t.move("sku", append(product, "productId")...)
	default:
		t.fail(notInEnum(t.at+"."+strings.Join(product, ".")+".productIdType", kind, []string{"ASIN", "SKU"}))
	}
	t.move("customText", append(slices.Clip(settings), "headline")...)
}

// target translates a target, which is one of six kinds in v3.
func (t *translation) target() {
	if raw, ok := t.in["bid"]; ok && kinds[t.kind].bid == "bid" || ok && t.create {
		if isNull(raw) {
			t.out["bid"] = raw
		}
		t.move("bid", "bid", "bid")
	}
	if !t.create {
		return
	}
	var negative bool
	if raw := dig(t.in, "negative"); raw == nil || json.Unmarshal(raw, &negative) != nil {
		t.fail(missing(t.at + ".negative"))
		return
	}
	t.home()
	grouped := dig(t.in, "adGroupId") != nil
	switch kind := t.string("targetType"); kind {
	case "KEYWORD":
		t.move("keywordText", "targetDetails", "keywordTarget", "keyword")
		t.move("nativeLanguageKeyword", "targetDetails", "keywordTarget", "nativeLanguageKeyword")
		t.move("nativeLanguageLocale", "targetDetails", "keywordTarget", "nativeLanguageLocale")
		match := t.string("targetDetails", "keywordTarget", "matchType")
		if negative && match != "" {
			match = "NEGATIVE_" + match
		}
		if match != "" {
			t.put("matchType", match)
		}
		t.kind = pick(negative, grouped, keywords, negativeKeywords, campaignNegativeKeywords)
	case "PRODUCT", "PRODUCT_CATEGORY":
		t.put("expression", t.expression(kind, negative))
		t.kind = pick(negative, grouped, targets, negativeTargets, campaignNegativeTargets)
		if !negative {
			t.put("expressionType", "MANUAL")
		}
	case "THEME":
		t.fail(setup("AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY", t.at+".targetType", kind, autoOnly))
	case "LOCATION":
		t.fail(itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "There are no location targets here", at: t.at + ".targetType", trigger: kind})
	default:
		t.fail(notInEnum(t.at+".targetType", kind, []string{"KEYWORD", "LOCATION", "PRODUCT", "PRODUCT_CATEGORY", "THEME"}))
	}
	if kinds[t.kind].bid != "bid" {
		delete(t.out, "bid")
	}
}

func pick(negative, grouped bool, positive, inGroup, inCampaign int) int {
	switch {
	case !negative:
		return positive
	case grouped:
		return inGroup
	}
	return inCampaign
}

// Refinements of a category in v1's words, beside the predicates of v3.
var v1Refinements = []struct{ v1, v3 string }{
	{"productCategoryId", "ASIN_CATEGORY_SAME_AS"},
	{"productBrandId", "ASIN_BRAND_SAME_AS"},
	{"productGenreId", "ASIN_GENRE_SAME_AS"},
	{"productAgeRangeId", "ASIN_AGE_RANGE_SAME_AS"},
	{"productPrimeShippingEligible", "ASIN_IS_PRIME_SHIPPING_ELIGIBLE"},
}

// expression makes a targeting expression of a product or a category.
func (t *translation) expression(kind string, negative bool) []map[string]string {
	if kind == "PRODUCT" {
		if form := t.string("targetDetails", "productTarget", "productIdType"); form != "ASIN" {
			t.fail(notInEnum(t.at+".targetDetails.productTarget.productIdType", form, []string{"ASIN"}))
		}
		asin := t.string("targetDetails", "productTarget", "product", "productId")
		switch match := t.string("targetDetails", "productTarget", "matchType"); {
		case match == "PRODUCT_EXACT":
			return []map[string]string{{"type": "ASIN_SAME_AS", "value": asin}}
		case match == "PRODUCT_SIMILAR" && !negative:
			return []map[string]string{{"type": "ASIN_EXPANDED_FROM", "value": asin}}
		default:
			t.fail(notInEnum(t.at+".targetDetails.productTarget.matchType", match, []string{"PRODUCT_EXACT", "PRODUCT_SIMILAR"}))
			return nil
		}
	}
	refinement := []string{"targetDetails", "productCategoryTarget", "productCategoryRefinement", "productCategoryRefinement"}
	var all []map[string]string
	for _, r := range v1Refinements {
		if raw := dig(t.in, append(refinement, r.v1)...); raw != nil {
			all = append(all, map[string]string{"type": r.v3, "value": plainText(raw)})
		}
	}
	for _, r := range []struct{ v1, v3 string }{{"productPrice", "ASIN_PRICE_"}, {"productRating", "ASIN_REVIEW_RATING_"}} {
		low, high := dig(t.in, append(refinement, r.v1+"GreaterThan")...), dig(t.in, append(refinement, r.v1+"LessThan")...)
		switch {
		case low != nil && high != nil:
			all = append(all, map[string]string{"type": r.v3 + "BETWEEN", "value": trimNumber(low) + "-" + trimNumber(high)})
		case low != nil:
			all = append(all, map[string]string{"type": r.v3 + "GREATER_THAN", "value": trimNumber(low)})
		case high != nil:
			all = append(all, map[string]string{"type": r.v3 + "LESS_THAN", "value": trimNumber(high)})
		}
	}
	return all
}

// trimNumber writes a number of JSON as expressions do.
func trimNumber(raw json.RawMessage) string {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return string(raw)
	}
	return plain(f)
}

// iso is the country's code outside of /v2/profiles: GB, not UK (ads-lwa 2.4).
func (c *country) iso() string {
	if c.code == "UK" {
		return "GB"
	}
	return c.code
}
