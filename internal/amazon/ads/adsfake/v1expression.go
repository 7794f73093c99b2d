package adsfake

import (
	"slices"
	"strconv"
	"strings"
)

// Where what is targeted is in v1.
const (
	v1Product  = "targetDetails.productTarget."
	v1Category = "targetDetails.productCategoryTarget.productCategoryRefinement.productCategoryRefinement."
	v1Audience = "targetDetails.productAudienceTarget."
)

// A v1Piece is one predicate of a targeting expression, in the words of Sponsored Products; Display has more of them.
type v1Piece = map[string]any

// Refinements of a category in v1's words, beside the predicates of v3.
var v1Refinements = []struct{ v1, v3 string }{
	{"productCategoryId", "ASIN_CATEGORY_SAME_AS"},
	{"productBrandId", "ASIN_BRAND_SAME_AS"},
	{"productGenreId", "ASIN_GENRE_SAME_AS"},
	{"productAgeRangeId", "ASIN_AGE_RANGE_SAME_AS"},
	{"productPrimeShippingEligible", "ASIN_IS_PRIME_SHIPPING_ELIGIBLE"},
}

// expression makes a targeting expression of a target's details.
func (t *translation) expression(kind string, negative bool) []v1Piece {
	switch kind {
	case "PRODUCT":
		return t.productPart(negative)
	case "PRODUCT_CATEGORY":
		return t.categoryParts()
	case "PRODUCT_AUDIENCE":
		return t.visitors()
	case "AUDIENCE":
		id := t.string("targetDetails.audienceTarget.audienceId.defaultValue")
		if id == "" {
			t.fail(missing(t.at + ".targetDetails.audienceTarget.audienceId.defaultValue"))
		}
		return []v1Piece{{"type": "AUDIENCE", "value": []v1Piece{{"type": "audienceSameAs", "value": id}}}}
	case "CONTENT_CATEGORY":
		return []v1Piece{{"type": "CONTENT_CATEGORY_SAME_AS", "value": t.string("targetDetails.contentCategoryTarget.contentCategoryId")}}
	}
	if match := t.string(v1Theme); match != similarTheme {
		t.fail(notInEnum(t.at+"."+v1Theme, match, []string{similarTheme}))
	}
	return []v1Piece{{"type": "SIMILAR_PRODUCT"}}
}

// similarTheme is the only theme of Sponsored Display.
const similarTheme = "PRODUCTS_SIMILAR_TO_ADVERTISED_PRODUCTS"

func (t *translation) productPart(negative bool) []v1Piece {
	if form := t.string(v1Product + "productIdType"); form != "ASIN" {
		t.fail(notInEnum(t.at+"."+v1Product+"productIdType", form, []string{"ASIN"}))
	}
	asin := t.string(v1Product + "product.productId")
	switch match := t.string(v1Product + "matchType"); {
	case match == "PRODUCT_EXACT":
		return []v1Piece{{"type": "ASIN_SAME_AS", "value": asin}}
	case match == "PRODUCT_SIMILAR" && !negative:
		return []v1Piece{{"type": "ASIN_EXPANDED_FROM", "value": asin}}
	default:
		t.fail(notInEnum(t.at+"."+v1Product+"matchType", match, []string{"PRODUCT_EXACT", "PRODUCT_SIMILAR"}))
		return nil
	}
}

func (t *translation) categoryParts() []v1Piece {
	all := []v1Piece{}
	for _, r := range v1Refinements {
		if raw := seek(t.in, v1Category+r.v1); raw != nil {
			all = append(all, v1Piece{"type": r.v3, "value": plainText(raw)})
		}
	}
	for _, r := range []struct{ v1, v3 string }{{"productPrice", "ASIN_PRICE_"}, {"productRating", "ASIN_REVIEW_RATING_"}} {
		low, high := t.bound(r.v1+"GreaterThan"), t.bound(r.v1+"LessThan")
		switch {
		case low != "" && high != "":
			all = append(all, v1Piece{"type": r.v3 + "BETWEEN", "value": low + "-" + high})
		case low != "":
			all = append(all, v1Piece{"type": r.v3 + "GREATER_THAN", "value": low})
		case high != "":
			all = append(all, v1Piece{"type": r.v3 + "LESS_THAN", "value": high})
		}
	}
	return all
}

// Events and products that an audience of visitors is made of, in the words of Display beside v1's.
var (
	visitorEvents   = [...][2]string{{"VIEW", "VIEWS"}, {"PURCHASE", "PURCHASES"}}
	visitorProducts = [...][2]string{{"PRODUCT_EXACT", "exactProduct"}, {"PRODUCT_SIMILAR", "similarProduct"}}
	lookbacks       = []string{"7", "14", "30", "60", "90", "180", "365"}
)

// visitors makes the expression of who saw or bought the advertised products, or ones like them.
func (t *translation) visitors() []v1Piece {
	pick := func(key string, from [2][2]string) string {
		said := t.string(v1Audience + key)
		for _, p := range from {
			if p[0] == said {
				return p[1]
			}
		}
		t.fail(notInEnum(t.at+"."+v1Audience+key, said, []string{from[0][0], from[1][0]}))
		return ""
	}
	event, product := pick("event", visitorEvents), pick("matchType", visitorProducts)
	days, ok := strings.CutPrefix(t.string(v1Audience+"lookback"), "DAYS_")
	if !ok || !slices.Contains(lookbacks, days) {
		t.fail(notInEnum(t.at+"."+v1Audience+"lookback", days, lookbacks))
	}
	if asin := t.string(v1Audience + "asin.defaultValue"); asin != "" {
		t.fail(itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "Audiences are of the advertised products here, not of one that is named", at: t.at + "." + v1Audience + "asin", trigger: asin})
	}
	return []v1Piece{{"type": event, "value": []v1Piece{{"type": product}, {"type": "lookback", "value": days}}}}
}

// bound is one end of a range of prices or ratings, as expressions write it; empty where there is none.
func (t *translation) bound(key string) string {
	raw := seek(t.in, v1Category+key)
	if raw == nil {
		return ""
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if text := plain(f); err == nil && numberForm.MatchString(text) {
		return text
	}
	t.fail(malformed("PATTERN_NOT_MATCHED", t.at+"."+v1Category+key, plainText(raw), "The value is no price and no rating"))
	return ""
}

// lowerCamel writes ASIN_SAME_AS as asinSameAs.
func lowerCamel(s string) string {
	parts := strings.Split(strings.ToLower(s), "_")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, "")
}
