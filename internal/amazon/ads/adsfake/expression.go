package adsfake

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	mostPredicates = 1000
	autoOnly       = "Clauses of automatic targeting come with the ad group"
)

var numberForm = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,2})?$`)

func setup(reason, at, value, message string) itemError {
	return itemError{kind: "targetingClauseSetupError", reason: reason, message: message, at: at, trigger: value}
}

// expression checks a targeting expression and returns it.
func (c *childCheck) expression() []predicate {
	at := c.in.at + ".expression"
	if len(c.in.expression) == 0 {
		c.fail(missing(at))
	}
	if n := len(c.in.expression); n > mostPredicates {
		c.fail(outOfRange(at, int64(n), 1, mostPredicates))
	}
	all := make([]predicate, 0, len(c.in.expression))
	for i, p := range c.in.expression {
		at := fmt.Sprintf("%s[%d]", at, i)
		if p.kind == nil {
			c.fail(missing(at + ".type"))
			continue
		}
		next := predicate{kind: *p.kind, hasValue: p.value != nil}
		if p.value != nil {
			next.value = *p.value
		}
		c.predicate(next, at)
		all = append(all, next)
	}
	c.together(all, at)
	return all
}

// predicate checks one part of an expression by itself.
func (c *childCheck) predicate(p predicate, at string) {
	switch {
	case slices.Contains(c.k.predicates, p.kind):
	case slices.Contains(autoTypes, p.kind) && c.k.mark == 't':
		c.fail(setup("AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY", at+".type", p.kind, autoOnly))
		return
	case c.k.mark == 't':
		c.fail(itemError{
			kind: "expressionTypeError", reason: "UNSUPPORTED_EXPRESSION_TYPE", message: "There is no such type",
			at: at + ".type", trigger: p.kind,
		})
		return
	default: // negative clauses have no expressionTypeError (OAS)
		c.fail(notInEnum(at+".type", p.kind, c.k.predicates))
		return
	}
	if !p.sound() {
		c.fail(setup("TARGETING_EXPRESSION_INVALID_VALUE", at+".value", p.value, "The value does not fit the type"))
	}
}

// sound reports whether the value fits the type.
func (p predicate) sound() bool {
	low, high, isRange := strings.Cut(p.value, "-")
	switch p.kind {
	case "ASIN_SAME_AS", "ASIN_EXPANDED_FROM":
		return asinForm.MatchString(p.value)
	case "ASIN_PRICE_BETWEEN", "ASIN_REVIEW_RATING_BETWEEN":
		return isRange && p.number(low) >= 0 && p.number(low) <= p.number(high)
	case "ASIN_PRICE_GREATER_THAN", "ASIN_PRICE_LESS_THAN", "ASIN_REVIEW_RATING_GREATER_THAN", "ASIN_REVIEW_RATING_LESS_THAN":
		return p.number(p.value) >= 0
	case "ASIN_IS_PRIME_SHIPPING_ELIGIBLE":
		return p.value == "true" || p.value == "false"
	}
	return p.value != "" && strings.TrimSpace(p.value) == p.value && len(p.value) <= 256
}

// number reads a price or a rating; less than 0 is none.
func (p predicate) number(s string) float64 {
	if !numberForm.MatchString(s) {
		return -1
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || (strings.HasPrefix(p.kind, "ASIN_REVIEW") && n > 5) {
		return -1
	}
	return n
}

// together checks the parts of an expression with each other: products and keyword groups stand alone, refinements need a
// category or a brand to refine, and no type stands twice.
func (c *childCheck) together(all []predicate, at string) {
	if len(c.errors) > 0 || len(all) == 0 {
		return
	}
	alone, base := false, false
	seen := map[string]bool{}
	for _, p := range all {
		switch p.kind {
		case "ASIN_SAME_AS", "ASIN_EXPANDED_FROM", "KEYWORD_GROUP_SAME_AS":
			alone, base = true, true
		case "ASIN_CATEGORY_SAME_AS", "ASIN_BRAND_SAME_AS":
			base = true
		}
		if seen[p.kind] || c.k.mark != 't' && len(all) > 1 {
			alone = true
		}
		seen[p.kind] = true
	}
	if (alone && len(all) > 1) || !base {
		c.fail(setup("TARGETING_EXPRESSION_INVALID_VALUE", at, "", "These types do not go together"))
	}
}
