package adsfake

import (
	"maps"
	"slices"
	"time"
)

// create checks one item of a create request and, if nothing is wrong with it, adds the campaign.
func (f *fake) create(b *batch, in *campaignInput) (*campaign, []itemError) {
	k := &check{p: b.p, in: in, today: b.today}
	if in.name == nil {
		k.fail(missing(in.at + ".name"))
	}
	if in.state == nil {
		k.fail(missing(in.at + ".state"))
	}
	if in.targeting == nil {
		k.fail(missing(in.at + ".targetingType"))
	}
	if in.budget == nil {
		k.fail(missing(in.at + ".budget"))
	}
	k.name()
	k.state()
	k.budget()
	k.bidding()
	k.rest()
	start, end := k.dates(nil)
	if in.name != nil && !b.p.campaigns.free(*in.name, "") {
		k.fail(duplicate("NAME_NOT_UNIQUE", in.at+".name", *in.name, "Another campaign of the account has this name"))
	}
	if b.p.payment == unpaid && in.state != nil && *in.state == enabled {
		k.fail(itemError{
			kind: "billingError", reason: "ADVERTISER_BILLING_SETUP_INCOMPLETE", message: "The advertiser has no valid payment method",
			at: in.at,
		})
	}
	if len(k.errors) == 0 && b.live("", markCampaign) >= f.quota {
		k.fail(overQuota("CAMPAIGN", "ACCOUNT", in.at, f.quota))
	}
	if len(k.errors) > 0 {
		return nil, k.errors
	}
	seq := f.sequence.Add(1)
	c := &campaign{
		head:      head{seq: seq, id: f.campaignID(seq), name: *in.name, state: *in.state, created: b.now},
		targeting: *in.targeting, start: start, end: end,
		budget: *in.budget.amount, bidding: &bidding{strategy: "LEGACY_FOR_SALES"},
	}
	in.apply(c, b.now)
	b.p.campaigns.put(b, c)
	return c, nil
}

// update checks one item of an update request and, if nothing is wrong with it, replaces the campaign.
func (f *fake) update(b *batch, old *campaign, in *campaignInput) (*campaign, []itemError) {
	k := &check{p: b.p, in: in, today: b.today}
	k.name()
	k.state()
	k.budget()
	k.bidding()
	k.rest()
	start, end := k.dates(old)
	if in.name != nil && !b.p.campaigns.free(*in.name, old.id) {
		k.fail(duplicate("NAME_NOT_UNIQUE", in.at+".name", *in.name, "Another campaign of the account has this name"))
	}
	if in.targeting != nil && *in.targeting != old.targeting {
		k.fail(itemError{
			kind: "otherError", reason: "OTHER_ERROR", message: "The targeting type of a campaign cannot be changed",
			at: in.at + ".targetingType", trigger: *in.targeting,
		})
	}
	if in.sites != nil && !slices.Equal(in.sites, old.sites) {
		k.fail(itemError{
			kind: "otherError", reason: "OTHER_ERROR", message: "The site restrictions of a campaign cannot be changed",
			at: in.at + ".siteRestrictions",
		})
	}
	if in.budget != nil && in.budget.amount != nil && *in.budget.amount < old.budget {
		k.bidsWithin(b, old, *in.budget.amount)
	}
	if len(k.errors) > 0 {
		return nil, k.errors
	}
	c := *old
	c.start, c.end = start, end
	if in.name != nil {
		c.name = *in.name
	}
	if in.state != nil {
		c.state = *in.state
	}
	if in.budget != nil {
		c.budget = *in.budget.amount
	}
	in.apply(&c, b.now)
	b.p.campaigns.put(b, &c)
	return &c, nil
}

// bidsWithin checks that a lower budget stays above the bids in the campaign that are not archived.
func (k *check) bidsWithin(b *batch, c *campaign, budget float64) {
	for _, r := range []struct {
		kind   int
		reason string
	}{{adGroups, "BUDGET_LT_DEFAULT_BIDS"}, {keywords, "BUDGET_LT_KEYWORD_BIDS"}, {targets, "BUDGET_LT_PREDEFINED_TARGET_BIDS"}} {
		for _, e := range b.p.children[r.kind].work {
			if e.campaign == c.id && e.state != archived && e.bid > budget {
				k.fail(bounded("budgetError", r.reason, k.in.at+".budget.budget", budget, e.bid, k.p.country.maxBudget))
				break
			}
		}
	}
}

// apply sets the optional fields that a checked input carries.
func (in *campaignInput) apply(c *campaign, now time.Time) {
	c.updated = now
	if in.portfolio != nil {
		c.portfolio = *in.portfolio
	} else if in.noFolio {
		c.portfolio = ""
	}
	if in.managed != nil {
		c.managed = in.managed
	}
	if in.offAmazon != nil {
		c.offAmazon = *in.offAmazon
	}
	if in.sites != nil {
		c.sites = in.sites
	}
	if in.hasTags {
		c.tags = nil
		for _, key := range slices.Sorted(maps.Keys(in.tags)) {
			c.tags = append(c.tags, tag{key, in.tags[key]})
		}
	}
	if in.bidding != nil {
		c.bidding = in.bidding.merge(c.bidding)
	}
}

// merge makes the bidding that old becomes: what was not sent stays as it was.
func (d *biddingInput) merge(old *bidding) *bidding {
	next := *old
	if d.strategy != nil {
		next.strategy = *d.strategy
	}
	if d.hasPlaces {
		next.placements = nil
		for _, p := range d.placements {
			n := placement{name: *p.name}
			if p.percent != nil {
				n.percent = *p.percent
			}
			next.placements = append(next.placements, n)
		}
	}
	if d.hasCohorts {
		next.cohorts = nil
		for _, s := range d.cohorts {
			n := cohort{kind: *s.kind, segments: s.segments}
			if s.percent != nil {
				n.percent, n.hasPct = *s.percent, true
			}
			next.cohorts = append(next.cohorts, n)
		}
	}
	return &next
}
