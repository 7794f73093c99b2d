package adsfake

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits of ads-lwa 2.4 and of the OpenAPI document.
const (
	groupNameLong  = 255
	keywordLong    = 80
	keywordWords   = 10
	phraseWords    = 4 // of a negative phrase
	customShortest = 50
	customLongest  = 150
	skuLong        = 40
)

var (
	asinForm   = regexp.MustCompile(`^[A-Z0-9]{10}$`)
	localeForm = regexp.MustCompile(`^[a-z]{2}_[A-Z]{2}$`)
	customForm = regexp.MustCompile(`^[^a-z<>^][^<>^]+$`)
)

// parents finds what the child is to belong to, and returns the campaign if all of it is there and alive.
func (c *childCheck) parents(e *child) *campaign {
	in, good := c.in, true
	fail := func(x itemError) { c.fail(x); good = false }
	var parent *campaign
	if in.campaign == nil {
		good = false
	} else if found, at, ok := c.b.p.campaigns.find(*in.campaign); !ok {
		fail(orphan(in.at+".campaignId", *in.campaign))
	} else {
		parent, e.campaign, e.campaignAt = found, found.id, at
		if found.state == archived {
			fail(deadParent(in.at+".campaignId", found.id))
		}
	}
	if !c.k.grouped {
		if !good {
			return nil
		}
		e.auto = c.k.mark == 'a' && parent.targeting == "AUTO"
		return parent
	}
	if in.group == nil {
		good = false
	} else if group, at, ok := c.b.p.children[adGroups].find(*in.group); !ok || (parent != nil && group.campaign != parent.id) {
		fail(orphan(in.at+".adGroupId", *in.group))
	} else {
		e.group, e.groupAt = group.id, at
		if group.state == archived {
			fail(deadParent(in.at+".adGroupId", group.id))
		}
	}
	if !good {
		return nil
	}
	return parent
}

func deadParent(at, id string) itemError {
	return itemError{kind: "parentEntityError", reason: "PARENT_ENTITY_ARCHIVED", message: "What it is to belong to is archived", at: at, trigger: id}
}

// values checks the fields by themselves, and reads the expression into the child.
func (c *childCheck) values(e *child) {
	in := c.in
	c.writeState(c.k.entity, in.state, in.at+".state")
	c.bidInRange()
	switch {
	case c.k.mark == 'a':
		c.text(in.name, in.at+".name", groupNameLong)
	case c.k.matches != nil:
		c.enum(in.match, in.at+".matchType", c.k.matches)
		c.keyword()
	case c.k.mark == 'd' && e.id == "":
		c.product()
	}
	if in.expressed {
		e.expression = c.expression()
	}
}

// keyword checks a keyword's text: 80 characters, 10 words, 4 in a negative phrase (ads-lwa 2.4).
func (c *childCheck) keyword() {
	in, at := c.in, c.in.at+".keywordText"
	before := len(c.errors)
	c.text(in.name, at, keywordLong)
	if in.name != nil && len(c.errors) == before {
		c.clean(*in.name, at, func(r rune) bool { return strings.ContainsRune("<>{}|^~\\", r) })
		words, most := len(strings.Fields(*in.name)), keywordWords
		if in.match != nil && *in.match == "NEGATIVE_PHRASE" {
			most = phraseWords
		}
		if words > most {
			c.fail(malformed("TOO_LONG", at, *in.name, fmt.Sprintf("The keyword has more than %d words", most)))
		}
	}
	if in.locale != nil && !localeForm.MatchString(*in.locale) {
		if c.k.mark == 'k' {
			c.fail(itemError{
				kind: "localeError", reason: "INVALID_LOCALE", message: "There is no such locale",
				at: in.at + ".nativeLanguageLocale", trigger: *in.locale,
			})
		} else { // negative keywords have no localeError (OAS)
			c.fail(malformed("PATTERN_NOT_MATCHED", in.at+".nativeLanguageLocale", *in.locale, "There is no such locale"))
		}
	}
}

// product checks what an ad advertises: a seller's SKU or a vendor's ASIN.
func (c *childCheck) product() {
	in := c.in
	bad := func(reason, key, value, message string) {
		c.fail(itemError{kind: "productIdentifierError", reason: reason, message: message, at: in.at + key, trigger: value})
	}
	switch seller := c.b.p.kind == "seller"; {
	case seller && in.sku == nil:
		c.fail(missing(in.at + ".sku"))
	case seller && (strings.TrimSpace(*in.sku) != *in.sku || *in.sku == "" || utf8.RuneCountInString(*in.sku) > skuLong):
		bad("INVALID_SKU", ".sku", *in.sku, "The SKU is not valid")
	case !seller && in.sku != nil:
		bad("INVALID_SKU", ".sku", *in.sku, "A vendor has no SKUs")
	case !seller && in.asin == nil:
		c.fail(missing(in.at + ".asin"))
	}
	if in.asin != nil && !asinForm.MatchString(*in.asin) {
		bad("INVALID_ASIN", ".asin", *in.asin, "The ASIN is not valid")
	}
	if in.custom == nil {
		return
	}
	switch at, n := in.at+".customText", utf8.RuneCountInString(*in.custom); {
	case n < customShortest:
		c.fail(malformed("TOO_SHORT", at, *in.custom, fmt.Sprintf("The text has less than %d characters", customShortest)))
	case n > customLongest:
		c.fail(malformed("TOO_LONG", at, *in.custom, fmt.Sprintf("The text has more than %d characters", customLongest)))
	case !customForm.MatchString(*in.custom):
		c.fail(malformed("PATTERN_NOT_MATCHED", at, *in.custom, "The text has characters that are not allowed"))
	}
}

// bidInRange checks a bid against the marketplace (ads-lwa 2.4).
func (c *childCheck) bidInRange() {
	if bid := c.in.bid; bid != nil {
		if r := c.b.p.country.bids(); *bid < r.low || *bid > r.high {
			c.fail(bounded("biddingError", "BID_OUT_OF_MARKET_PLACE_RANGE", c.in.at+"."+c.k.bid, *bid, r.low, r.high))
		}
	}
}

// bidBelow checks a bid against the campaign's budget.
func (c *childCheck) bidBelow(parent *campaign) {
	if bid := c.in.bid; bid != nil && *bid > parent.budget && *bid <= c.b.p.country.bids().high {
		c.fail(bounded("biddingError", "BID_GT_BUDGET", c.in.at+"."+c.k.bid, *bid, c.b.p.country.bids().low, parent.budget))
	}
}

// place checks what the child's campaign and its neighbours have to say.
func (c *childCheck) place(e *child, parent *campaign) {
	c.bidBelow(parent)
	if c.k.mark != 'k' && c.k.mark != 't' {
		return
	}
	at := c.in.at + ".keywordText"
	if c.k.mark == 't' {
		at = c.in.at + ".expression"
		if c.in.how != nil {
			switch *c.in.how {
			case "MANUAL":
			case "AUTO":
				c.fail(setup("AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY", c.in.at+".expressionType", "AUTO", autoOnly))
			default:
				c.fail(itemError{
					kind: "expressionTypeError", reason: "UNSUPPORTED_EXPRESSION_TYPE", message: "There is no such type of expression",
					at: c.in.at + ".expressionType", trigger: *c.in.how,
				})
			}
		}
	}
	if parent.targeting == "AUTO" {
		c.fail(setup("TARGETING_TYPE_NOT_ALLOWED_FOR_AUTO_TARGETING_CAMPAIGN", at, "", "The campaign chooses its targets itself"))
		return
	}
	if len(c.errors) == 0 {
		c.conflict(e, nil)
	}
}

// conflict checks that an ad group does not get both keywords and product targets. instead is the clause that gives way.
func (c *childCheck) conflict(e, instead *child) {
	b, at := c.b, c.in.at+".expression"
	products := b.live(e.group, 't')
	words := b.live(e.group, 'k') + b.live(e.group, markGroups)
	if instead != nil {
		if instead.tally().mark == 't' {
			products--
		} else {
			words--
		}
	}
	clash := products > 0
	switch {
	case c.k.mark == 'k':
		at = c.in.at + ".keywordText"
	case c.k.mark == 't' && e.tally().mark == 't':
		clash = words > 0
	case c.k.mark != 't':
		return
	}
	if clash {
		c.fail(setup("TYPE_CONFLICT_IN_AD_GROUP", at, "", "An ad group has either keywords or product targets"))
	}
}
