package adsfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Values that writes may carry (OAS: CreateOrUpdate... enums, exact).
var (
	writeStates  = []string{enabled, paused, "PROPOSED"}
	readStates   = []string{archived, enabled, "ENABLING", "OTHER", paused, "PROPOSED", "USER_DELETED"}
	targetings   = []string{"AUTO", "MANUAL"}
	strategies   = []string{"AUTO_FOR_SALES", "LEGACY_FOR_SALES", "MANUAL", "RULE_BASED"}
	placements   = []string{"PLACEMENT_PRODUCT_PAGE", "PLACEMENT_REST_OF_SEARCH", "PLACEMENT_TOP", "SITE_AMAZON_BUSINESS"}
	segmentKinds = []string{"BEHAVIOR_DYNAMIC", "SPONSORED_ADS_AMC"}
	siteValues   = []string{"AMAZON_BUSINESS", "AMAZON_HAUL"}
	offAmazons   = []string{"MAXIMIZE_REACH", "MINIMIZE_SPEND"}
)

const (
	mostTags     = 50
	mostPercent  = 900
	nameSeller   = 128 // characters, ads-lwa 2.4
	nameVendor   = 116
	audienceLong = 20
)

// A check gathers what is wrong with one item. It reads the profile's rules and never changes anything.
type check struct {
	p      *profile
	in     *input
	today  string
	errors []itemError
}

func (k *check) fail(e itemError) { k.errors = append(k.errors, e) }

// enum checks a value against the allowed ones and returns it.
func (k *check) enum(value *string, at string, allowed []string) string {
	if value == nil {
		return ""
	}
	if !slices.Contains(allowed, *value) {
		k.fail(notInEnum(at, *value, allowed))
	}
	return *value
}

// name checks the form of a campaign's name; whether it is free is the batch's to know.
func (k *check) name() {
	if k.in.name == nil {
		return
	}
	name, at, most := *k.in.name, k.in.at+".name", nameSeller
	if k.p.kind == "vendor" {
		most = nameVendor
	}
	switch {
	case strings.TrimSpace(name) == "":
		k.fail(malformed("BLANK", at, name, "The name is blank"))
	case strings.TrimSpace(name) != name:
		e := malformed("LEADING_OR_TRAILING_WHITESPACE", at, name, "The name begins or ends with white space")
		e.extra = []tag{{"fragment", name}}
		k.fail(e)
	case utf8.RuneCountInString(name) > most:
		k.fail(malformed("TOO_LONG", at, name, fmt.Sprintf("The name has more than %d characters", most)))
	default:
		if i := strings.IndexFunc(name, unicode.IsControl); i >= 0 {
			e := malformed("FORBIDDEN_CHARS", at, name, "The name has characters that are not allowed")
			r, _ := utf8.DecodeRuneInString(name[i:])
			e.extra = []tag{{"fragment", string(r)}}
			k.fail(e)
		}
	}
}

// state checks a state that a write asks for. Archiving is what delete is for; proposing needs a right that nobody here has.
func (k *check) state() {
	if k.in.state == nil {
		return
	}
	s, at := *k.in.state, k.in.at+".state"
	switch {
	case s == "PROPOSED":
		k.fail(badState("INVALID_TARGET_STATE", at, s, "The advertiser has no right to propose campaigns"))
	case slices.Contains(writeStates, s):
	case slices.Contains(readStates, s):
		k.fail(badState("INVALID_TARGET_STATE", at, s, "A campaign cannot be brought into this state by a write"))
	default:
		k.fail(notInEnum(at, s, writeStates))
	}
}

func (k *check) budget() {
	if k.in.budget == nil {
		return
	}
	at := k.in.at + ".budget"
	if k.in.budget.kind == nil {
		k.fail(missing(at + ".budgetType"))
	} else {
		k.enum(k.in.budget.kind, at+".budgetType", []string{"DAILY"})
	}
	if k.in.budget.amount == nil {
		k.fail(missing(at + ".budget"))
		return
	}
	amount, c := *k.in.budget.amount, k.p.country
	if amount >= c.minBudget && amount <= c.maxBudget {
		return
	}
	e := itemError{
		kind: "budgetError", reason: "BUDGET_TOO_LOW", message: "The daily budget is outside of what the marketplace allows",
		at: at + ".budget", trigger: plain(amount), extra: []tag{{"lowerLimit", plain(c.minBudget)}, {"upperLimit", plain(c.maxBudget)}},
	}
	if amount > c.maxBudget {
		e.reason = "BUDGET_TOO_HIGH"
	}
	k.fail(e)
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (k *check) bidding() {
	d, at := k.in.bidding, k.in.at+".dynamicBidding"
	if d == nil {
		return
	}
	k.enum(d.strategy, at+".strategy", strategies)
	seen := map[string]bool{}
	for i, p := range d.placements {
		at := fmt.Sprintf("%s.placementBidding[%d]", at, i)
		switch {
		case p.name == nil:
			k.fail(missing(at + ".placement"))
		case !slices.Contains(placements, *p.name):
			k.fail(badBid("BID_INVALID_PLACEMENT", at+".placement", *p.name, "There is no such placement"))
		case seen[*p.name]:
			k.fail(duplicate("DUPLICATE_VALUE", at+".placement", *p.name, "The placement stands twice"))
		default:
			seen[*p.name] = true
		}
		k.percent(p.percent, at)
	}
	if len(d.cohorts) > 1 {
		k.fail(badBid("BID_SHOPPER_COHORTS_MORE_THAN_ALLOWED", at+".shopperCohortBidding", "", "At most one shopper cohort is allowed"))
	}
	for i := range d.cohorts {
		k.cohort(&d.cohorts[i], fmt.Sprintf("%s.shopperCohortBidding[%d]", at, i))
	}
}

func (k *check) percent(v *int64, at string) {
	if v != nil && (*v < 0 || *v > mostPercent) {
		k.fail(outOfRange(at+".percentage", *v, 0, mostPercent))
	}
}

func (k *check) cohort(c *cohortInput, at string) {
	if c.kind == nil {
		k.fail(missing(at + ".shopperCohortType"))
	} else if *c.kind != "AUDIENCE_SEGMENT" {
		k.fail(badBid("BID_INVALID_SHOPPER_COHORT_TYPE", at+".shopperCohortType", *c.kind, "There is no such type of shopper cohort"))
	}
	k.percent(c.percent, at)
	at += ".audienceSegments"
	if len(c.segments) == 0 {
		k.fail(badBid("BID_MISSING_AUDIENCES", at, "", "An audience is needed"))
	}
	if len(c.segments) > 1 {
		k.fail(badBid("BID_AUDIENCES_MORE_THAN_ALLOWED", at, "", "At most one audience is allowed"))
	}
	for i, s := range c.segments {
		if s.id == "" || len(s.id) > audienceLong {
			k.fail(badBid("BID_INVALID_AUDIENCE_ID", fmt.Sprintf("%s[%d].audienceId", at, i), s.id, "The audience id is not valid"))
		}
		if s.kind != "" && !slices.Contains(segmentKinds, s.kind) {
			k.fail(badBid("BID_INVALID_AUDIENCE_SEGMENT_TYPE", fmt.Sprintf("%s[%d].audienceSegmentType", at, i), s.kind,
				"There is no such type of audience segment"))
		}
	}
}

// rest checks what has no rules across fields.
func (k *check) rest() {
	k.enum(k.in.targeting, k.in.at+".targetingType", targetings)
	k.enum(k.in.offAmazon, k.in.at+".offAmazonSettings.offAmazonBudgetControlStrategy", offAmazons)
	if n := len(k.in.tags); n > mostTags {
		k.fail(outOfRange(k.in.at+".tags", int64(n), 0, mostTags))
	}
	if k.in.sites != nil {
		at := k.in.at + ".siteRestrictions"
		if n := len(k.in.sites); n != 1 {
			k.fail(outOfRange(at, int64(n), 1, 1))
		}
		for i := range k.in.sites {
			k.enum(&k.in.sites[i], fmt.Sprintf("%s[%d]", at, i), siteValues)
		}
	}
	if k.in.portfolio != nil && !slices.Contains(k.p.portfolio, *k.in.portfolio) {
		k.fail(itemError{
			kind: "parentEntityError", reason: "PARENT_ENTITY_NOT_FOUND", message: "No portfolio has this id",
			at: k.in.at + ".portfolioId", trigger: *k.in.portfolio,
		})
	}
}
