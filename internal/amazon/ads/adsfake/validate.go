package adsfake

import (
	"fmt"
	"slices"
	"strconv"
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
	findings
	p     *profile
	in    *campaignInput
	today string
}

// name checks the form of a campaign's name; whether it is free is the batch's to know.
func (k *check) name() {
	most := nameSeller
	if k.p.kind == "vendor" {
		most = nameVendor
	}
	k.text(k.in.name, k.in.at+".name", most)
}

func (k *check) state() { k.writeState("CAMPAIGN", k.in.state, k.in.at+".state") }

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
	e := bounded("budgetError", "BUDGET_TOO_LOW", at+".budget", amount, c.minBudget, c.maxBudget)
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
	if k.in.portfolio != nil {
		if _, _, ok := k.p.portfolios.find(*k.in.portfolio); !ok {
			k.fail(orphan(k.in.at+".portfolioId", *k.in.portfolio))
		}
	}
}
