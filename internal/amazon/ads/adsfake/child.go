package adsfake

import (
	"slices"
	"strings"
)

// A child is an ad group, an ad, a keyword or a targeting clause, negative or not. Fields that its kind has not are empty.
type child struct {
	head
	kind       *kind
	campaign   string // id
	group      string // id of the ad group, where the kind lives in one
	campaignAt int    // where in the profile's campaigns
	groupAt    int    // where in the profile's ad groups
	auto       bool   // an ad group of an AUTO campaign, or a clause of automatic targeting
	bid        float64
	hasBid     bool
	match      string
	sku        string
	asin       string
	custom     string // customText
	store      string // globalStoreSetting.catalogSourceCountryCode
	native     string // nativeLanguageKeyword
	locale     string
	expression []predicate
}

type predicate struct {
	kind     string
	value    string
	hasValue bool
}

func (c *child) value(f field) string {
	switch f {
	case byName:
		return c.name
	case byCampaign:
		return c.campaign
	case byGroup:
		return c.group
	case byMatch:
		return c.match
	case byExpressionType, byTargeting:
		return c.targeting()
	case byLocale:
		return c.locale
	case byASIN:
		for _, p := range c.expression {
			if p.kind == "ASIN_SAME_AS" || p.kind == "ASIN_EXPANDED_FROM" {
				return p.value
			}
		}
	}
	return ""
}

func (c *child) targeting() string {
	if c.auto {
		return "AUTO"
	}
	return "MANUAL"
}

// parent is the id of what the child's quota and uniqueness belong to.
func (c *child) parent() string {
	if c.kind.grouped {
		return c.group
	}
	return c.campaign
}

// markGroups counts clauses of keyword groups, which live beside keywords and not beside product targets.
const markGroups = 'g'

func (c *child) tally() tally {
	if c.kind.mark == 't' && c.expression[0].kind == "KEYWORD_GROUP_SAME_AS" {
		return tally{c.group, markGroups}
	}
	return tally{c.parent(), c.kind.mark}
}

// unique is what no sibling may have: the name of an ad group, the text and match type of a keyword, the product of an ad,
// the expression of a clause. Archived ad groups keep their name; what else is archived gives way.
func (c *child) unique() string {
	if c.state == archived && c.kind.mark != 'a' {
		return ""
	}
	switch {
	case c.expression != nil:
		var b strings.Builder
		b.WriteString(c.parent())
		for _, p := range c.expression {
			b.WriteString("\x00" + p.kind + "\x00" + p.value)
		}
		return b.String()
	case c.match != "":
		return c.parent() + "\x00" + c.match + "\x00" + strings.ToLower(c.name)
	case c.name != "":
		return c.parent() + "\x00" + c.name
	case c.sku != "":
		return c.parent() + "\x00" + c.sku
	}
	return c.parent() + "\x00" + c.asin
}

// seal writes the child's JSON. The order of the keys follows ads-lwa 3.4.
func (c *child) seal() {
	b := make([]byte, 0, 240)
	b = append(appendString(append(b, '{'), c.kind.key), ':')
	b = appendString(b, c.id)
	text := func(key, value string) {
		if value != "" {
			b = append(appendString(append(b, ','), key), ':')
			b = appendString(b, value)
		}
	}
	text("campaignId", c.campaign)
	text("adGroupId", c.group)
	if c.kind.matches != nil {
		text("keywordText", c.name)
		text("matchType", c.match)
	} else {
		text("name", c.name)
	}
	text("asin", c.asin)
	text("sku", c.sku)
	text("customText", c.custom)
	if c.store != "" {
		b = append(appendString(append(b, `,"globalStoreSetting":{"catalogSourceCountryCode":`...), c.store), '}')
	}
	if c.expression != nil {
		if c.kind.mark == 't' {
			text("expressionType", c.targeting())
		}
		b = appendExpression(append(b, `,"expression":`...), c.expression)
		b = appendExpression(append(b, `,"resolvedExpression":`...), c.expression)
	}
	text("state", c.state)
	if c.hasBid {
		b = append(appendString(append(b, ','), c.kind.bid), ':')
		b = appendDouble(b, c.bid)
	}
	text("nativeLanguageKeyword", c.native)
	text("nativeLanguageLocale", c.locale)
	c.wire = slices.Clip(b)
}

func appendExpression(b []byte, expression []predicate) []byte {
	b = append(b, '[')
	for i, p := range expression {
		b = appendString(append(comma(b, i), `{"type":`...), p.kind)
		if p.hasValue {
			b = appendString(append(b, `,"value":`...), p.value)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}
