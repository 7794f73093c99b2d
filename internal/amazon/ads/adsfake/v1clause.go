package adsfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// A v1Clause is a target of any ad product, as v1 tells it.
type v1Clause struct {
	keyword    string
	match      string
	native     string
	locale     string
	expression []predicate // of what is no keyword
	theme      string      // of Sponsored Brands
	auto       bool        // a clause of automatic targeting
	negative   bool
}

func (c *child) v1Clause() v1Clause {
	return v1Clause{
		keyword: c.name, match: strings.TrimPrefix(c.match, "NEGATIVE_"), native: c.native, locale: c.locale, expression: c.expression, auto: c.auto, negative: isNegative(c.kind),
	}
}

func (t *thing) v1Clause() v1Clause {
	c := v1Clause{negative: t.kind.mark == 'K' || t.kind.mark == 'T', auto: t.text("expressionType") == "auto", theme: t.text("themeType")}
	if c.theme != "" {
		return c
	}
	if t.kind.at("keywordText") < 0 {
		c.expression = t.predicates()
		return c
	}
	c.keyword, c.native, c.locale = t.name, t.text("nativeLanguageKeyword"), t.text("nativeLanguageLocale")
	c.match = strings.ToUpper(strings.TrimPrefix(t.text("matchType"), "negative"))
	return c
}

// v1Themes are the clauses of automatic targeting, keyword groups and similar products in v1's words.
var v1Themes = map[string]string{
	"QUERY_HIGH_REL_MATCHES": "KEYWORDS_CLOSE_MATCH", "QUERY_BROAD_REL_MATCHES": "KEYWORDS_LOOSE_MATCH", "ASIN_SUBSTITUTE_RELATED": "PRODUCT_SUBSTITUTES",
	"ASIN_ACCESSORY_RELATED": "PRODUCT_COMPLEMENTS", "KEYWORD_GROUP_SAME_AS": "KEYWORDS_RELATED_TO_YOUR_PRODUCT_CATEGORY", "SIMILAR_PRODUCT": similarTheme,
}

// kind is the clause's targetType.
func (c *v1Clause) kind() string {
	if c.theme != "" {
		return "THEME"
	}
	if c.expression == nil {
		return "KEYWORD"
	}
	first := ""
	if len(c.expression) > 0 {
		first = c.expression[0].kind
	}
	switch {
	case v1Themes[first] != "":
		return "THEME"
	case first == "ASIN_SAME_AS" || first == "ASIN_EXPANDED_FROM":
		return "PRODUCT"
	case first == "AUDIENCE":
		return "AUDIENCE"
	case first == "VIEWS" || first == "PURCHASES":
		return "PRODUCT_AUDIENCE"
	case first == "CONTENT_CATEGORY_SAME_AS":
		return "CONTENT_CATEGORY"
	}
	return "PRODUCT_CATEGORY"
}

// matchType is what a filter compares; empty where there is none.
func (c *v1Clause) matchType() string {
	switch c.kind() {
	case "KEYWORD":
		return c.match
	case "THEME":
		if c.theme != "" {
			return c.theme
		}
		return v1Themes[c.expression[0].kind]
	case "PRODUCT":
		if c.expression[0].kind == "ASIN_EXPANDED_FROM" {
			return "PRODUCT_SIMILAR"
		}
		return "PRODUCT_EXACT"
	case "PRODUCT_AUDIENCE":
		match, _ := c.visit()
		return match
	}
	return ""
}

// visit is which products an audience of visitors is of, and how far back.
func (c *v1Clause) visit() (match, lookback string) {
	match, lookback = "PRODUCT_SIMILAR", "DAYS_30"
	var parts []struct {
		Type  string
		Value any
	}
	_ = json.Unmarshal([]byte(c.expression[0].value), &parts) // what is no list says nothing
	for _, p := range parts {
		if p.Type == "exactProduct" {
			match = "PRODUCT_EXACT"
		}
		if days, ok := p.Value.(string); ok && p.Type == "lookback" && slices.Contains(lookbacks, days) {
			lookback = "DAYS_" + days
		}
	}
	return match, lookback
}

// appendDetails writes targetDetails.
func (c *v1Clause) appendDetails(b []byte) []byte {
	text := func(key, value string) {
		if value != "" {
			b = appendString(append(appendString(append(b, ','), key), ':'), value)
		}
	}
	switch kind := c.kind(); kind {
	case "KEYWORD":
		b = appendString(append(b, `{"keywordTarget":{"keyword":`...), c.keyword)
		b = appendString(append(b, `,"matchType":`...), c.match)
		text("nativeLanguageKeyword", c.native)
		text("nativeLanguageLocale", c.locale)
	case "PRODUCT":
		b = appendString(append(b, `{"productTarget":{"matchType":`...), c.matchType())
		b = append(appendString(append(b, `,"productIdType":"ASIN","product":{"productId":`...), c.expression[0].value), '}')
	case "THEME":
		b = appendString(append(b, `{"themeTarget":{"matchType":`...), c.matchType())
	case "AUDIENCE":
		var parts []struct{ Value any }
		_ = json.Unmarshal([]byte(c.expression[0].value), &parts) // what is no list names no audience
		id := ""
		if len(parts) > 0 {
			id, _ = parts[0].Value.(string)
		}
		b = append(appendString(append(b, `{"audienceTarget":{"audienceId":{"defaultValue":`...), id), '}')
	case "PRODUCT_AUDIENCE":
		match, lookback := c.visit()
		b = appendString(append(b, `{"productAudienceTarget":{"matchType":`...), match)
		event := visitorEvents[slices.IndexFunc(visitorEvents[:], func(e [2]string) bool { return e[1] == c.expression[0].kind })]
		b = appendString(append(b, `,"event":`...), event[0])
		text("lookback", lookback)
		b = append(b, `,"asin":{}`...) // the advertised products
	case "CONTENT_CATEGORY":
		b = appendString(append(b, `{"contentCategoryTarget":{"contentCategoryId":`...), c.expression[0].value)
	default:
		b = appendRefinement(append(b, `{"productCategoryTarget":{"productCategoryRefinement":{"productCategoryRefinement":{`...), c.expression)
		b = append(b, '}', '}')
	}
	return append(b, '}', '}')
}

// tellTarget writes of a target of Sponsored Brands or Display what no rule says.
func tellTarget(n *nest, _ *prospect, t *thing) {
	c := t.v1Clause()
	if c.expression != nil {
		n.at("targetDetails")
		n.b = c.appendDetails(n.b)
	}
	n.text("targetLevel", "AD_GROUP")
	n.at("negative")
	n.b = strconv.AppendBool(n.b, c.negative)
	n.text("targetType", c.kind())
}
