package adsfake

import (
	"slices"
	"strings"
)

// v1Keyword is where a keyword is in v1.
const v1Keyword = "targetDetails.keywordTarget."

// v1Theme is where a theme is.
const v1Theme = "targetDetails.themeTarget.matchType"

// Match types of keywords of the older dialect.
var matchWords = []v1Word{
	{"BROAD", "broad"},
	{"EXACT", "exact"},
	{"PHRASE", "phrase"},
	{"EXACT", "negativeExact"},
	{"PHRASE", "negativePhrase"},
}

// targetShapes are targets, which are of several kinds in v3.
func targetShapes(f *fake) []*v1Shape {
	rules := func(numeric bool) []v1Rule {
		match := v1Rule{v1: v1Keyword + "matchType", v3: "matchType", once: true}
		if numeric {
			match.form = words(matchWords...)
		}
		return []v1Rule{
			stateRule(numeric),
			{v1: "adGroupId", v3: "adGroupId", once: true},
			{v1: "campaignId", v3: "campaignId", once: true},
			{v1: "marketplaceScope", form: singleMarket},
			{v1: "marketplaces", form: homeCountry},
			{v1: "bid.bid", v3: "bid", clear: true},
			{v1: "bid.currencyCode", form: currency, beside: "bid"},
			{v1: v1Keyword + "keyword", v3: "keywordText", once: true},
			match,
			{v1: v1Keyword + "nativeLanguageKeyword", v3: "nativeLanguageKeyword", once: true},
			{v1: v1Keyword + "nativeLanguageLocale", v3: "nativeLanguageLocale", once: true},
		}
	}
	places := map[string]string{"expression": "targetDetails", "expressions": "targetDetails", "keywordId": "targetId", "themeId": "targetId"}
	products := &v1Shape{product: sponsoredProducts, layout: day, rules: rules(false), types: []string{"KEYWORD", "PRODUCT", "PRODUCT_CATEGORY", "THEME", "LOCATION"}}
	for _, n := range targetKinds {
		products.stores = append(products.stores, f.childCollection(n))
	}
	theme := v1Rule{v1: v1Theme, v3: "themeType", once: true}
	brands := f.thingShape(append(rules(true), theme), sbKeywords, sbNegativeKeywords, sbTargets, sbNegativeTargets, sbThemes)
	brands.types = []string{"KEYWORD", "PRODUCT", "PRODUCT_CATEGORY", "THEME"}
	display := f.thingShape(rules(true), sdTargets, sdNegativeTargets)
	display.types = []string{"PRODUCT", "PRODUCT_CATEGORY", "PRODUCT_AUDIENCE", "AUDIENCE", "CONTENT_CATEGORY", "THEME", "LOCATION"}
	all := []*v1Shape{products, brands, display}
	for _, s := range all {
		s.places, s.tell = places, tellTarget
		s.with((*translation).target)
	}
	return all
}

// target says which kind of v3 a target is of, and how it is told there.
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
	kind := t.string("targetType")
	if !slices.Contains(t.shape.types, kind) {
		t.fail(notInEnum(t.at+".targetType", kind, t.shape.types))
		return
	}
	n := t.among(kind == "KEYWORD", negative, seek(t.in, "adGroupId") != nil)
	t.store = t.shape.stores[n]
	switch {
	case kind == "KEYWORD" && negative && t.string(v1Keyword+"matchType") != "":
		match := t.string(v1Keyword + "matchType")
		if t.shape.product == sponsoredProducts {
			t.put("matchType", "NEGATIVE_"+match)
		} else {
			t.put("matchType", "negative"+match[:1]+strings.ToLower(match[1:]))
		}
	case kind == "KEYWORD":
	case kind == "THEME" && t.shape.product == sponsoredBrands:
		t.store = t.shape.stores[4]
		if negative {
			t.fail(itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "There are no negative themes", at: t.at + ".negative", trigger: kind})
		}
	case kind == "LOCATION":
		t.fail(itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "There are no targets of this type here", at: t.at + ".targetType", trigger: kind})
	case kind == "THEME" && t.shape.product == sponsoredProducts:
		t.fail(setup("AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY", t.at+".targetType", kind, autoOnly))
	default:
		t.expressed(kind, negative)
	}
}

// among picks the store that a target goes to, by its place among the shape's.
func (t *translation) among(keyword, negative, grouped bool) int {
	n := targets
	switch t.shape.product {
	case sponsoredBrands:
		return map[[2]bool]int{{true, false}: 0, {true, true}: 1, {false, false}: 2, {false, true}: 3}[[2]bool{keyword, negative}]
	case sponsoredDisplay:
		return map[bool]int{false: 0, true: 1}[negative]
	}
	switch {
	case keyword && negative && grouped:
		n = negativeKeywords
	case keyword && negative:
		n = campaignNegativeKeywords
	case keyword:
		n = keywords
	case negative && grouped:
		n = negativeTargets
	case negative:
		n = campaignNegativeTargets
	}
	return slices.Index(targetKinds, n)
}

// expressed carries a targeting expression, in the words of the ad product.
func (t *translation) expressed(kind string, negative bool) {
	all := t.expression(kind, negative)
	if t.shape.product == sponsoredProducts {
		t.put("expression", all)
		if !negative {
			t.put("expressionType", "MANUAL")
		}
		return
	}
	for _, p := range all {
		p["type"] = lowerCamel(p["type"].(string))
	}
	if t.shape.product == sponsoredBrands {
		t.put("expressions", all)
		return
	}
	t.put("expression", all)
	t.put("expressionType", map[bool]string{true: "auto", false: "manual"}[kind == "THEME"])
}
