package ads

import (
	"encoding/json"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

var (
	v4CampaignUpdate = []string{"name", "status", "portfolio_id", "budgets", "bid_strategy", "bid_adjustments", "start_date", "end_date", "tags"}
	v4CampaignCreate = append([]string{"brand_id", "cost_type", "goal", "ext"}, v4CampaignUpdate...)
	v4CampaignFields = map[string]string{
		"name": "name", "state": "status", "portfolioId": "portfolio_id", "startDate": "start_date", "endDate": "end_date", "budget": "budgets", "budgetType": "budgets",
		"bidding": "bid_strategy", "bidding.bidAdjustmentsByPlacement": "bid_adjustments", "tags": "tags", "brandEntityId": "brand_id", "costType": "cost_type", "goal": "goal",
	}
	v4Goals      = [][2]string{{"PAGE_VISIT", "WEBSITE_TRAFFIC"}, {"BRAND_IMPRESSION_SHARE", "BRAND_AWARENESS"}}
	v4Placements = [][2]string{{"DETAIL_PAGE", "PRODUCT_PAGE"}}
)

// Ext of campaigns of Sponsored Brands, under Amazon's names.
const (
	extLocation = "productLocation"
	extDefaults = "smartDefault"
)

// placementsByAmazon is the strategy in which Amazon alone sets how bids differ by placement.
const placementsByAmazon = "AUTOMATIC_PLACEMENTS"

// A v4Campaign is a campaign of Sponsored Brands v4.
type v4Campaign struct {
	ID string `json:"campaignId,omitempty"`
	v4Common
	Name        string            `json:"name,omitempty"`
	Budget      json.Number       `json:"budget,omitempty"`
	Period      string            `json:"budgetType,omitempty"`
	RuleBudget  *ruleBudget       `json:"ruleBasedBudget,omitempty"`
	BrandID     string            `json:"brandEntityId,omitempty"`
	PortfolioID string            `json:"portfolioId,omitempty"`
	Bidding     *v4Bidding        `json:"bidding,omitempty"`
	CostType    string            `json:"costType,omitempty"`
	Goal        string            `json:"goal,omitempty"`
	Location    string            `json:"productLocation,omitempty"`
	Defaults    []string          `json:"smartDefault,omitempty"`
	Sites       []string          `json:"siteRestrictions,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Start       string            `json:"startDate,omitempty"`
	End         string            `json:"endDate,omitempty"`
}

// A ruleBudget is what a budget rule makes of a budget today, in Sponsored Brands and Sponsored Display.
type ruleBudget struct {
	Value json.Number `json:"value,omitempty"`
}

type v4Bidding struct {
	Automatic  *bool            `json:"bidOptimization,omitempty"`
	Placements []v3PlacementBid `json:"bidAdjustmentsByPlacement,omitempty"`
	Cohorts    []v3Cohort       `json:"shopperCohortBidAdjustments,omitempty"`
}

func decodeV4Campaign(w *v4Campaign, v *view) (*canon.AdsCampaign, error) {
	c := &canon.AdsCampaign{
		PortfolioID: w.PortfolioID, Channel: canon.SponsoredBrands, CostType: w.CostType, Goal: toCanon(v4Goals, w.Goal), BrandID: w.BrandID,
		Timezone: v.account.Timezone, Place: v.place, StartDate: canon.Day(w.Start), EndDate: canon.Day(w.End),
	}
	if err := w.take(&c.AdsCommon); err != nil {
		return nil, err
	}
	c.ID, c.Name, c.Tags = w.ID, w.Name, w.Tags
	var err error
	if c.Budgets, err = v.budgets(w.Budget, w.Period, w.RuleBudget); err != nil {
		return nil, err
	}
	ext := map[string]any{}
	if w.Location != "" {
		ext[extLocation] = w.Location
	}
	if len(w.Defaults) > 0 {
		ext[extDefaults] = list(w.Defaults)
	}
	if len(w.Sites) > 0 {
		ext[extSites] = list(w.Sites)
	}
	if b := w.Bidding; b != nil {
		if b.Automatic != nil {
			c.BidStrategy = &canon.AdsBidStrategy{Type: map[bool]string{true: placementsByAmazon, false: "MANUAL"}[*b.Automatic]}
		}
		for _, p := range b.Placements {
			c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "PLACEMENT", Key: toCanon(v4Placements, p.Placement), Percent: p.Percent})
		}
		var types []string
		for _, cohort := range b.Cohorts {
			for _, s := range cohort.Segments {
				c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "AUDIENCE", Key: s.ID, Percent: cohort.Percent})
				if s.Type != "" {
					types = append(types, s.ID+"="+s.Type)
				}
			}
		}
		if types != nil {
			ext[extSegments] = list(types)
		}
	}
	if len(ext) > 0 {
		c.Ext = ext
	}
	return c, nil
}

func encodeV4Campaign(c *canon.AdsCampaign, v *view) (*v4Campaign, error) {
	w := &v4Campaign{
		Name: c.Name, BrandID: c.BrandID, PortfolioID: c.PortfolioID, CostType: c.CostType, Goal: toWire(v4Goals, c.Goal), Tags: c.Tags,
		Start: string(c.StartDate), End: string(c.EndDate),
	}
	if err := w.put(&c.AdsCommon, "CAMPAIGN_STATUS_ENABLED", v); err != nil {
		return nil, err
	}
	if c.CostType != "" && c.CostType != "CPC" && c.CostType != "VCPM" {
		return nil, fmt.Errorf("campaigns of Sponsored Brands pay by CPC or VCPM, not %s", c.CostType)
	}
	extra := campaignExtra{}
	for _, key := range sortedKeys(c.Ext) {
		ok := false
		switch key {
		case extLocation:
			w.Location, ok = c.Ext[key].(string)
		case extDefaults:
			w.Defaults, ok = texts(c.Ext[key])
		case extSites:
			w.Sites, ok = texts(c.Ext[key])
		case extSegments:
			extra.segments, ok = texts(c.Ext[key])
		}
		if !ok {
			return nil, fmt.Errorf("ext.%s is not what a campaign of Sponsored Brands has", key)
		}
	}
	var err error
	if w.Budget, w.Period, w.RuleBudget, err = v.budgetOf(c.Budgets, "DAILY", "LIFETIME"); err != nil {
		return nil, err
	}
	if v.told {
		w.ID = c.ID
	}
	w.Bidding, err = v4BiddingOf(c, extra)
	return w, err
}

func v4BiddingOf(c *canon.AdsCampaign, extra campaignExtra) (*v4Bidding, error) {
	if c.BidStrategy == nil && c.BidAdjustments == nil {
		return nil, nil
	}
	b := &v4Bidding{}
	if c.BidStrategy != nil {
		automatic := c.BidStrategy.Type == placementsByAmazon
		if !automatic && c.BidStrategy.Type != "MANUAL" {
			return nil, fmt.Errorf("bids of Sponsored Brands are MANUAL or %s, not %s", placementsByAmazon, c.BidStrategy.Type)
		}
		b.Automatic = &automatic
	}
	for _, a := range c.BidAdjustments {
		switch a.Dimension {
		case "PLACEMENT":
			b.Placements = append(b.Placements, v3PlacementBid{toWire(v4Placements, a.Key), a.Percent})
		case "AUDIENCE":
			b.Cohorts = append(b.Cohorts, v3Cohort{"AUDIENCE_SEGMENT", a.Percent, []v3Segment{{a.Key, extra.segment(a.Key)}}})
		default:
			return nil, fmt.Errorf("bids of Sponsored Brands are not adjusted by %q", a.Dimension)
		}
	}
	return b, nil
}

// budgets reads the one budget that a campaign of Sponsored Brands or Sponsored Display has.
func (v *view) budgets(amount json.Number, period string, rule *ruleBudget) ([]canon.AdsBudget, error) {
	m, err := v.money(amount, "")
	if err != nil || m == nil {
		return nil, err
	}
	b := canon.AdsBudget{Money: m, Period: period}
	if rule != nil {
		if b.RuleAmount, err = v.money(rule.Value, ""); err != nil {
			return nil, err
		}
	}
	return []canon.AdsBudget{b}, nil
}

// budgetOf writes it. What a rule makes of it is Amazon's to tell.
func (v *view) budgetOf(budgets []canon.AdsBudget, periods ...string) (amount json.Number, period string, rule *ruleBudget, err error) {
	if len(budgets) == 0 {
		return "", "", nil, nil
	}
	b := budgets[0]
	known := false
	for _, p := range periods {
		known = known || p == b.Period
	}
	if amount, err = v.amount(b.Money); err != nil {
		return "", "", nil, err
	}
	if len(budgets) > 1 || amount == "" || !known {
		return "", "", nil, fmt.Errorf("a campaign has one budget, an amount of money for a period of %v", periods)
	}
	if v.told && b.RuleAmount != nil {
		rule = &ruleBudget{}
		rule.Value, err = v.amount(b.RuleAmount)
	}
	return amount, b.Period, rule, err
}
