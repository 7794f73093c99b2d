package canon

import (
	"encoding/json"
	"errors"
	"time"
)

// AdsPortfolio is a purse over campaigns. It is no level of the hierarchy: a campaign may have none (contract ads-model 1.4).
type AdsPortfolio struct {
	AdsCommon
	Budget        *AdsBudget `json:"budget,omitempty"`         // what all its campaigns may spend together; nil for no limit
	CampaignCount *int       `json:"campaign_count,omitempty"` // how many campaigns are in it; nil where Amazon does not say; read-only
	StartDate     Day        `json:"start_date,omitempty"`     // first day of the budget
	EndDate       Day        `json:"end_date,omitempty"`       // last day of the budget; empty for no end
}

// AdsKind implements AdsObject.
func (*AdsPortfolio) AdsKind() AdsKind { return KindPortfolio }

// Unify implements AdsObject: Unified has no portfolios.
func (*AdsPortfolio) Unify() {}

// Settle implements AdsObject.
func (*AdsPortfolio) Settle() error { return nil }

// AdsBudget is one limit of spending.
type AdsBudget struct {
	Money       *Money `json:"money,omitempty"`       // most that is spent in a period, in the account's currency
	Impressions int64  `json:"impressions,omitempty"` // most showings in a period, where it is no budget of money
	Period      string `json:"period"`                // DAILY, MONTHLY, LIFETIME
	SharedID    string `json:"shared_id,omitempty"`   // where other campaigns draw on it too
	Country     string `json:"country,omitempty"`     // where it holds for one country alone
	RuleAmount  *Money `json:"rule_amount,omitempty"` // what a budget rule makes of it today; read-only
}

// AdsBidStrategy says how bids are chosen.
type AdsBidStrategy struct {
	Type         string  `json:"type"`                    // MANUAL, DOWN_ONLY, UP_AND_DOWN, RULE_BASED, MAXIMIZE_CONVERSIONS ... (contract ads-model 1.6)
	TargetAmount *Money  `json:"target_amount,omitempty"` // what a sale or a click is to cost on average, where Type aims at that
	TargetRatio  Decimal `json:"target_ratio,omitempty"`  // of sales to cost
}

// AdsBidAdjustment raises bids in one situation.
type AdsBidAdjustment struct {
	Dimension string `json:"dimension"` // PLACEMENT, DEVICE, AUDIENCE, CREATIVE, SCHEDULE
	Key       string `json:"key"`       // of a placement: TOP_OF_SEARCH, PRODUCT_PAGE, REST_OF_SEARCH, SITE_AMAZON_BUSINESS
	Percent   int    `json:"percent"`   // added to the bid
}

// AdsKPI is what a campaign is measured by.
type AdsKPI struct {
	Type   string `json:"type"`             // such as CLICKS, CONVERSIONS, VIEWABLE_IMPRESSIONS, in Amazon's words (contract ads-model 1.6)
	Amount *Money `json:"amount,omitempty"` // what one is to cost at most; nil for none
}

// AdsCampaign holds a budget, a time and a strategy; groups are in it.
type AdsCampaign struct {
	AdsCommon
	PortfolioID    string             `json:"portfolio_id,omitempty"`    // id of the portfolio that it is in; empty for none
	Channel        Channel            `json:"channel,omitempty"`         // the ad product: SPONSORED_PRODUCTS, SPONSORED_BRANDS, SPONSORED_DISPLAY; fixed at creation
	TargetingMode  string             `json:"targeting_mode,omitempty"`  // AUTO, MANUAL, NONE; fixed at creation
	Goal           string             `json:"goal,omitempty"`            // Unified's words: BRAND_AWARENESS, WEBSITE_TRAFFIC, SALES ...
	KPI            *AdsKPI            `json:"kpi,omitempty"`             // what Amazon steers by; nil where it does not say
	CostType       string             `json:"cost_type,omitempty"`       // CPC, CPM, VCPM, CPV, CPA, FIXED; fixed at creation
	Budgets        []AdsBudget        `json:"budgets,omitempty"`         // limits of spending; Amazon's campaigns have one, by day or for the campaign's life
	BidStrategy    *AdsBidStrategy    `json:"bid_strategy,omitempty"`    // nil where the channel has one for all
	BidAdjustments []AdsBidAdjustment `json:"bid_adjustments,omitempty"` // by how much bids are raised, and where
	StartDate      Day                `json:"start_date,omitempty"`      // first day
	EndDate        Day                `json:"end_date,omitempty"`        // the last day; empty for no end
	Timezone       string             `json:"timezone,omitempty"`        // IANA name, in which the days are; the organization's
	Place          *Place             `json:"-"`                         // of Timezone, where whoever made the object knows it already
	Countries      []string           `json:"countries,omitempty"`       // where it shows, as Amazon writes countries; empty for the account's own
	BrandID        string             `json:"brand_id,omitempty"`        // id of the registered brand that a Sponsored Brands campaign is for
	SpendToDate    *Money             `json:"spend_to_date,omitempty"`   // read-only

	// Unified's own fields, derived from those above; on a write either may be given.
	AdvertisingChannelType string      `json:"advertising_channel_type,omitempty"` // SHOPPING, SEARCH, DISPLAY
	BudgetAmount           json.Number `json:"budget_amount,omitempty"`            // the first budget's amount: whole currency, or impressions
	BudgetPeriod           string      `json:"budget_period,omitempty"`            // the first budget's: DAILY, MONTHLY, LIFETIME; TOTAL is taken for LIFETIME
	BudgetUnit             string      `json:"budget_unit,omitempty"`              // CURRENCY, IMPRESSIONS
	Currency               string      `json:"currency,omitempty"`                 // ISO 4217, of BudgetAmount and TotalSpendAmount
	TotalSpendAmount       json.Number `json:"total_spend_amount,omitempty"`       // SpendToDate in whole currency; read-only
	StartAt                time.Time   `json:"start_at,omitzero"`                  // the first moment of StartDate in Timezone
	EndAt                  time.Time   `json:"end_at,omitzero"`                    // the last second of EndDate in Timezone
}

// AdsKind implements AdsObject.
func (*AdsCampaign) AdsKind() AdsKind { return KindCampaign }

// unifiedChannels are Unified's words for the channels.
var unifiedChannels = map[Channel]string{SponsoredProducts: "SHOPPING", SponsoredBrands: "SEARCH", SponsoredDisplay: "DISPLAY"}

// Unify implements AdsObject.
func (c *AdsCampaign) Unify() {
	c.AdvertisingChannelType = unifiedChannels[c.Channel]
	if len(c.Budgets) > 0 {
		c.BudgetAmount, c.BudgetPeriod, c.BudgetUnit, c.Currency = unifiedBudget(c.Budgets[0], c.Currency)
	}
	if c.SpendToDate != nil {
		c.TotalSpendAmount = c.SpendToDate.Number()
	}
	if c.StartDate != "" || c.EndDate != "" {
		in := c.place()
		c.StartAt, c.EndAt = in.Start(c.StartDate), in.End(c.EndDate)
	}
}

// place is where the campaign's days are; UTC where that is not known.
func (c *AdsCampaign) place() *Place {
	if c.Place != nil {
		return c.Place
	}
	if l, err := time.LoadLocation(c.Timezone); err == nil {
		return NewPlace(l)
	}
	return NewPlace(time.UTC)
}

func unifiedBudget(b AdsBudget, currency string) (amount json.Number, period, unit, in string) {
	if b.Money == nil {
		return json.Number(itoa(b.Impressions)), b.Period, "IMPRESSIONS", currency
	}
	if b.Money.Currency != "" {
		currency = b.Money.Currency
	}
	return b.Money.Number(), b.Period, "CURRENCY", currency
}

// ErrBothDiffer says that a value was given in both of its spellings, and not the same.
var ErrBothDiffer = errors.New("the same thing is given in two fields, and they differ")

// Settle implements AdsObject.
func (c *AdsCampaign) Settle() error {
	for channel, word := range unifiedChannels {
		switch {
		case word != c.AdvertisingChannelType:
		case c.Channel == "":
			c.Channel = channel
		case c.Channel != channel:
			return ErrBothDiffer
		}
	}
	if !c.StartAt.IsZero() || !c.EndAt.IsZero() {
		in := c.place()
		if err := settleDay(&c.StartDate, c.StartAt, in.Location); err != nil {
			return err
		}
		if err := settleDay(&c.EndDate, c.EndAt, in.Location); err != nil {
			return err
		}
	}
	return settleBudget(&c.Budgets, c.BudgetAmount, c.BudgetPeriod, c.Currency)
}

// settleBudget takes Unified's budget fields into the first of budgets.
func settleBudget(budgets *[]AdsBudget, amount json.Number, period, currency string) error {
	if amount == "" {
		return nil
	}
	m, err := ParseMoney(amount.String(), currency)
	if err != nil {
		return err
	}
	if period == "TOTAL" {
		period = "LIFETIME"
	}
	if len(*budgets) == 0 {
		if period == "" {
			period = "DAILY"
		}
		*budgets = []AdsBudget{{Money: &m, Period: period}}
		return nil
	}
	b := (*budgets)[0]
	if b.Money == nil || b.Money.Micros != m.Micros || currency != "" && b.Money.Currency != "" && b.Money.Currency != currency || period != "" && period != b.Period {
		return ErrBothDiffer
	}
	return nil
}
