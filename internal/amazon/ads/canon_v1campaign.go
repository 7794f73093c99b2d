package ads

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Fields of campaigns of Sponsored Products, by either wire.
var (
	spCampaignNeeds  = []string{"name", "status", "targeting_mode", "budgets", "start_date"}
	spCampaignUpdate = []string{"name", "status", "portfolio_id", "budgets", "bid_strategy", "bid_adjustments", "start_date", "end_date", "tags"}
	spCampaignCreate = append(slices.Clone(spCampaignUpdate), "targeting_mode", "cost_type", "ext")

	v1CampaignFields = map[string]string{
		"name": "name", "state": "status", "portfolioId": "portfolio_id", "startDateTime": "start_date", "endDateTime": "end_date", "budgets": "budgets",
		"optimizations": "bid_strategy", "tags": "tags", "adProduct": "channel", "autoCreationSettings": "targeting_mode", "countries": "countries",
		"optimizations.bidSettings.bidAdjustments.placementBidAdjustments": "bid_adjustments",
	}
)

// A v1Campaign is a campaign of v1.
type v1Campaign struct {
	ID string `json:"campaignId,omitempty"`
	v1Common
	Name             string           `json:"name,omitempty"`
	PortfolioID      string           `json:"portfolioId,omitempty"`
	Start            string           `json:"startDateTime,omitempty"`
	End              string           `json:"endDateTime,omitempty"`
	Auto             *v1Auto          `json:"autoCreationSettings,omitempty"`
	Budgets          []v1Budget       `json:"budgets,omitempty"`
	Scope            string           `json:"marketplaceScope,omitempty"`
	Countries        []string         `json:"countries,omitempty"`
	CostType         string           `json:"costType,omitempty"`
	Optimizations    *v1Optimizations `json:"optimizations,omitempty"`
	SiteRestrictions []string         `json:"siteRestrictions,omitempty"`
}

type v1Auto struct {
	Targets *bool `json:"autoCreateTargets,omitempty"`
	Manage  *bool `json:"autoManageCampaign,omitempty"`
}

// A v1Budget is one limit of spending. ruleValue is what a budget rule makes of it, which Amazon alone tells.
type v1Budget struct {
	Type   string `json:"budgetType"`
	Period string `json:"recurrenceTimePeriod"`
	Value  struct {
		Money *v1MoneyBudget `json:"monetaryBudgetValue,omitempty"`
		Views *v1Views       `json:"impressionBudgetValue,omitempty"`
	} `json:"budgetValue"`
}

type v1Views struct {
	Impressions json.Number `json:"impression"`
}

type v1MoneyBudget struct {
	Budget v1Money `json:"monetaryBudget"`
}

type v1Money struct {
	Currency string      `json:"currencyCode,omitempty"`
	Value    json.Number `json:"value"`
	Rule     json.Number `json:"ruleValue,omitempty"`
}

type v1Optimizations struct {
	Bids    *v1BidSettings    `json:"bidSettings,omitempty"`
	Budgets *v1BudgetSettings `json:"budgetSettings,omitempty"`
}

type v1BudgetSettings struct {
	OffAmazon string `json:"offAmazonBudgetControlStrategy,omitempty"`
}

type v1BidSettings struct {
	Strategy    string            `json:"bidStrategy,omitempty"`
	Adjustments *v1BidAdjustments `json:"bidAdjustments,omitempty"`
}

type v1BidAdjustments struct {
	Placements []v1PlacementBid `json:"placementBidAdjustments,omitempty"`
	Audiences  []v1AudienceBid  `json:"audienceBidAdjustments,omitempty"`
}

type v1PlacementBid struct {
	Placement string `json:"placement"`
	Percent   int    `json:"percentage"`
}

type v1AudienceBid struct {
	ID      string `json:"audienceId"`
	Percent int    `json:"percentage"`
}

// Bid strategies in Amazon's words of v1 and in canon's. What stands in neither column is the same in both.
var v1Strategies = [][2]string{{"SALES_DOWN_ONLY", "DOWN_ONLY"}, {"SALES_UP_AND_DOWN", "UP_AND_DOWN"}}

// toCanon and toWire look a word up; one that is not listed is the same on both sides.
func toCanon(pairs [][2]string, word string) string { return translate(pairs, word, 0) }
func toWire(pairs [][2]string, word string) string  { return translate(pairs, word, 1) }

func translate(pairs [][2]string, word string, from int) string {
	for _, p := range pairs {
		if p[from] == word {
			return p[1-from]
		}
	}
	return word
}

func (v *view) wireBudget(b *canon.AdsBudget) (v1Budget, error) {
	w := v1Budget{Type: "MONETARY", Period: b.Period}
	amount, err := v.amount(b.Money)
	if err != nil || amount == "" {
		return w, fmt.Errorf("a budget of Sponsored Products is an amount of money: %w", err)
	}
	m := v1Money{Currency: v.account.Currency, Value: amount}
	if v.told {
		if m.Rule, err = v.amount(b.RuleAmount); err != nil {
			return w, err
		}
	}
	w.Value.Money = &v1MoneyBudget{m}
	return w, nil
}

func encodeV1Campaign(c *canon.AdsCampaign, v *view) (*v1Campaign, error) {
	w := &v1Campaign{Name: c.Name, PortfolioID: c.PortfolioID, Scope: "SINGLE_MARKETPLACE"}
	if err := w.put(&c.AdsCommon, c.Channel, v); err != nil {
		return nil, err
	}
	if err := spCampaignSound(c); err != nil {
		return nil, err
	}
	extra, err := campaignExtraOf(c.Ext)
	if err != nil {
		return nil, err
	}
	if w.Start, err = v.begins(c.StartDate); err != nil {
		return nil, err
	}
	if w.End, err = v.ends(c.EndDate); err != nil {
		return nil, err
	}
	w.Auto, w.SiteRestrictions = &v1Auto{Manage: extra.managed}, extra.sites
	if auto := c.TargetingMode == "AUTO"; c.TargetingMode != "" {
		w.Auto.Targets = &auto
	}
	for i := range c.Budgets {
		b, err := v.wireBudget(&c.Budgets[i])
		if err != nil {
			return nil, err
		}
		w.Budgets = append(w.Budgets, b)
	}
	w.Optimizations, err = v1OptimizationsOf(c, extra)
	if v.told {
		w.ID, w.CostType, w.Countries = c.ID, c.CostType, c.Countries
		if c.Countries != nil {
			w.Scope = "GLOBAL"
		}
	}
	return w, err
}

func v1OptimizationsOf(c *canon.AdsCampaign, extra campaignExtra) (*v1Optimizations, error) {
	o := &v1Optimizations{}
	if c.BidStrategy != nil || c.BidAdjustments != nil {
		o.Bids = &v1BidSettings{}
	}
	if c.BidStrategy != nil {
		o.Bids.Strategy = toWire(v1Strategies, c.BidStrategy.Type)
	}
	if len(c.BidAdjustments) > 0 {
		o.Bids.Adjustments = &v1BidAdjustments{}
	}
	for _, a := range c.BidAdjustments {
		switch a.Dimension {
		case "PLACEMENT":
			o.Bids.Adjustments.Placements = append(o.Bids.Adjustments.Placements, v1PlacementBid{a.Key, a.Percent})
		case "AUDIENCE":
			o.Bids.Adjustments.Audiences = append(o.Bids.Adjustments.Audiences, v1AudienceBid{a.Key, a.Percent})
		default:
			return nil, fmt.Errorf("bids of Sponsored Products are not adjusted by %q", a.Dimension)
		}
	}
	if extra.offAmazon != "" {
		o.Budgets = &v1BudgetSettings{extra.offAmazon}
	}
	if o.Bids == nil && o.Budgets == nil {
		return nil, nil
	}
	return o, nil
}
