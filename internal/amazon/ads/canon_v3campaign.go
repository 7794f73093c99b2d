package ads

import (
	"encoding/json"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

var v3CampaignFields = map[string]string{
	"name": "name", "state": "status", "portfolioId": "portfolio_id", "startDate": "start_date", "endDate": "end_date", "budget": "budgets",
	"dynamicBidding": "bid_strategy", "dynamicBidding.placementBidding": "bid_adjustments", "tags": "tags", "targetingType": "targeting_mode",
}

// A v3Campaign is a campaign of Sponsored Products v3.
type v3Campaign struct {
	ID string `json:"campaignId,omitempty"`
	v3Common
	Name        string            `json:"name,omitempty"`
	Targeting   string            `json:"targetingType,omitempty"`
	PortfolioID string            `json:"portfolioId,omitempty"`
	Start       string            `json:"startDate,omitempty"`
	End         string            `json:"endDate,omitempty"`
	Budget      *v3Budget         `json:"budget,omitempty"`
	Bidding     *v3Bidding        `json:"dynamicBidding,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Sites       []string          `json:"siteRestrictions,omitempty"`
	OffAmazon   *v3OffAmazon      `json:"offAmazonSettings,omitempty"`
	Manage      *bool             `json:"autoManageCampaign,omitempty"`
}

type v3Budget struct {
	Amount    json.Number `json:"budget"`
	Type      string      `json:"budgetType"`
	Effective json.Number `json:"effectiveBudget,omitempty"`
}

type v3OffAmazon struct {
	Strategy string `json:"offAmazonBudgetControlStrategy,omitempty"`
}

type v3Bidding struct {
	Strategy   string           `json:"strategy,omitempty"`
	Placements []v3PlacementBid `json:"placementBidding,omitempty"`
	Cohorts    []v3Cohort       `json:"shopperCohortBidding,omitempty"`
}

type v3PlacementBid struct {
	Placement string `json:"placement"`
	Percent   int    `json:"percentage"`
}

type v3Cohort struct {
	Type     string      `json:"shopperCohortType"`
	Percent  int         `json:"percentage"`
	Segments []v3Segment `json:"audienceSegments,omitempty"`
}

type v3Segment struct {
	ID   string `json:"audienceId"`
	Type string `json:"audienceSegmentType,omitempty"`
}

// Words of v3 and of canon, which has v1's for placements (ads-lwa 6.3).
var (
	spStrategies   = [][2]string{{"LEGACY_FOR_SALES", "DOWN_ONLY"}, {"AUTO_FOR_SALES", "UP_AND_DOWN"}}
	spV3Placements = [][2]string{{"PLACEMENT_TOP", "TOP_OF_SEARCH"}, {"PLACEMENT_PRODUCT_PAGE", "PRODUCT_PAGE"}, {"PLACEMENT_REST_OF_SEARCH", "REST_OF_SEARCH"}}
)

func decodeV3Campaign(w *v3Campaign, v *view) (*canon.AdsCampaign, error) {
	c := &canon.AdsCampaign{
		PortfolioID: w.PortfolioID, Channel: canon.SponsoredProducts, TargetingMode: w.Targeting, CostType: "CPC", Timezone: v.account.Timezone, Place: v.place,
		StartDate: canon.Day(w.Start), EndDate: canon.Day(w.End),
	}
	if err := w.take(&c.AdsCommon); err != nil {
		return nil, err
	}
	c.ID, c.Name, c.Tags = w.ID, w.Name, w.Tags
	if w.Budget != nil {
		m, err := v.money(w.Budget.Amount, "")
		if err != nil {
			return nil, err
		}
		b := canon.AdsBudget{Money: m, Period: w.Budget.Type}
		if b.RuleAmount, err = v.money(w.Budget.Effective, ""); err != nil {
			return nil, err
		}
		if m != nil {
			if b.RuleAmount != nil && *b.RuleAmount == *m {
				b.RuleAmount = nil // no rule changes it
			}
			c.Budgets = []canon.AdsBudget{b}
		}
	}
	extra := campaignExtra{sites: w.Sites, managed: w.Manage}
	if w.OffAmazon != nil {
		extra.offAmazon = w.OffAmazon.Strategy
	}
	if w.Bidding != nil {
		if w.Bidding.Strategy != "" {
			c.BidStrategy = &canon.AdsBidStrategy{Type: toCanon(spStrategies, w.Bidding.Strategy)}
		}
		for _, p := range w.Bidding.Placements {
			c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "PLACEMENT", Key: toCanon(spV3Placements, p.Placement), Percent: p.Percent})
		}
		for _, cohort := range w.Bidding.Cohorts {
			for _, s := range cohort.Segments {
				c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "AUDIENCE", Key: s.ID, Percent: cohort.Percent})
				if s.Type != "" {
					extra.segments = append(extra.segments, s.ID+"="+s.Type)
				}
			}
		}
	}
	c.Ext = extra.ext()
	return c, nil
}

func encodeV3Campaign(c *canon.AdsCampaign, v *view) (*v3Campaign, error) {
	extra, err := campaignExtraOf(c.Ext)
	if err != nil {
		return nil, err
	}
	w := &v3Campaign{Name: c.Name, Targeting: c.TargetingMode, PortfolioID: c.PortfolioID, Tags: c.Tags, Sites: extra.sites, Manage: extra.managed}
	if err := w.put(&c.AdsCommon, "CAMPAIGN_STATUS_ENABLED", v); err != nil {
		return nil, err
	}
	if err := spCampaignSound(c); err != nil {
		return nil, err
	}
	w.Start, w.End = string(c.StartDate), string(c.EndDate)
	if len(c.Budgets) > 0 {
		if len(c.Budgets) > 1 {
			return nil, fmt.Errorf("a campaign of Sponsored Products has one budget, not %d", len(c.Budgets))
		}
		b := c.Budgets[0]
		amount, err := v.amount(b.Money)
		if err != nil || amount == "" {
			return nil, fmt.Errorf("a budget of Sponsored Products is an amount of money: %w", err)
		}
		w.Budget = &v3Budget{Amount: amount, Type: b.Period}
		if v.told {
			if w.Budget.Effective, err = v.amount(b.RuleAmount); err != nil {
				return nil, err
			}
		}
	}
	if extra.offAmazon != "" {
		w.OffAmazon = &v3OffAmazon{extra.offAmazon}
	}
	if v.told {
		w.ID = c.ID
	}
	w.Bidding, err = v3BiddingOf(c, extra)
	return w, err
}

func v3BiddingOf(c *canon.AdsCampaign, extra campaignExtra) (*v3Bidding, error) {
	if c.BidStrategy == nil && c.BidAdjustments == nil {
		return nil, nil
	}
	b := &v3Bidding{}
	if c.BidStrategy != nil {
		b.Strategy = toWire(spStrategies, c.BidStrategy.Type)
	}
	for _, a := range c.BidAdjustments {
		switch a.Dimension {
		case "PLACEMENT":
			b.Placements = append(b.Placements, v3PlacementBid{toWire(spV3Placements, a.Key), a.Percent})
		case "AUDIENCE":
			b.Cohorts = append(b.Cohorts, v3Cohort{"AUDIENCE_SEGMENT", a.Percent, []v3Segment{{a.Key, extra.segment(a.Key)}}})
		default:
			return nil, fmt.Errorf("bids of Sponsored Products are not adjusted by %q", a.Dimension)
		}
	}
	return b, nil
}

// spCampaignSound holds that a campaign of Sponsored Products says nothing that neither wire has a word for.
func spCampaignSound(c *canon.AdsCampaign) error {
	if c.CostType != "" && c.CostType != "CPC" {
		return fmt.Errorf("campaigns of Sponsored Products pay by CPC, not %s", c.CostType)
	}
	if c.TargetingMode != "AUTO" && c.TargetingMode != "MANUAL" && c.TargetingMode != "" { // Amazon need not tell it
		return fmt.Errorf("targeting mode %q is neither AUTO nor MANUAL", c.TargetingMode)
	}
	for _, d := range []canon.Day{c.StartDate, c.EndDate} {
		if _, err := canon.ParseDay(string(d)); d != "" && err != nil {
			return fmt.Errorf("%q is no day", d)
		}
	}
	return nil
}
