package adsfake

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Where the parts of a target are in v1.
const (
	v1Keyword  = "targetDetails.keywordTarget."
	v1Product  = "targetDetails.productTarget."
	v1Category = "targetDetails.productCategoryTarget.productCategoryRefinement.productCategoryRefinement."
)

// targetShapes are targets, which are of several kinds in v3.
func targetShapes(f *fake) []*v1Shape {
	rules := func(numeric bool) []v1Rule {
		return []v1Rule{
			stateRule(numeric),
			{v1: "adGroupId", v3: "adGroupId", once: true},
			{v1: "campaignId", v3: "campaignId", once: true},
			{v1: "marketplaceScope", form: singleMarket},
			{v1: "bid.bid", v3: "bid", clear: true},
			{v1: v1Keyword + "keyword", v3: "keywordText", once: true},
			{v1: v1Keyword + "matchType", v3: "matchType", once: true},
			{v1: v1Keyword + "nativeLanguageKeyword", v3: "nativeLanguageKeyword", once: true},
			{v1: v1Keyword + "nativeLanguageLocale", v3: "nativeLanguageLocale", once: true},
		}
	}
	products := &v1Shape{product: sponsoredProducts, layout: day, rules: rules(false), places: map[string]string{"expression": "targetDetails", "keywordId": "targetId"}}
	for _, n := range targetKinds {
		products.stores = append(products.stores, f.childCollection(n))
	}
	return []*v1Shape{products.with((*translation).target)}
}

// target says which kind of v3 a target of Sponsored Products is of, and how it is told there.
func (t *translation) target() {
	if !t.create {
		return
	}
	negative, ok := scalar(seek(t.in, "negative")).(bool)
	if !ok {
		t.fail(missing(t.at + ".negative"))
		return
	}
	t.home()
	grouped := seek(t.in, "adGroupId") != nil
	switch kind := t.string("targetType"); kind {
	case "KEYWORD":
		if match := t.string(v1Keyword + "matchType"); negative && match != "" {
			t.put("matchType", "NEGATIVE_"+match)
		}
		t.among(negative, grouped, keywords, negativeKeywords, campaignNegativeKeywords)
	case "PRODUCT", "PRODUCT_CATEGORY":
		t.put("expression", t.expression(kind, negative))
		t.among(negative, grouped, targets, negativeTargets, campaignNegativeTargets)
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
}

// among picks the store of one of the kinds.
func (t *translation) among(negative, grouped bool, positive, inGroup, inCampaign int) {
	n := positive
	switch {
	case negative && grouped:
		n = inGroup
	case negative:
		n = inCampaign
	}
	t.store = t.shape.stores[slices.Index(targetKinds, n)]
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
		if form := t.string(v1Product + "productIdType"); form != "ASIN" {
			t.fail(notInEnum(t.at+"."+v1Product+"productIdType", form, []string{"ASIN"}))
		}
		asin := t.string(v1Product + "product.productId")
		switch match := t.string(v1Product + "matchType"); {
		case match == "PRODUCT_EXACT":
			return []map[string]string{{"type": "ASIN_SAME_AS", "value": asin}}
		case match == "PRODUCT_SIMILAR" && !negative:
			return []map[string]string{{"type": "ASIN_EXPANDED_FROM", "value": asin}}
		default:
			t.fail(notInEnum(t.at+"."+v1Product+"matchType", match, []string{"PRODUCT_EXACT", "PRODUCT_SIMILAR"}))
			return nil
		}
	}
	var all []map[string]string
	for _, r := range v1Refinements {
		if raw := seek(t.in, v1Category+r.v1); raw != nil {
			all = append(all, map[string]string{"type": r.v3, "value": plainText(raw)})
		}
	}
	for _, r := range []struct{ v1, v3 string }{{"productPrice", "ASIN_PRICE_"}, {"productRating", "ASIN_REVIEW_RATING_"}} {
		low, high := seek(t.in, v1Category+r.v1+"GreaterThan"), seek(t.in, v1Category+r.v1+"LessThan")
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
