package canon

import "encoding/json"

// AdsGroup is an ad group: ads and targets that share a default bid.
type AdsGroup struct {
	AdsCommon
	CampaignID       string          `json:"campaign_id,omitempty"`       // id of the campaign that it is in; fixed at creation
	ParentID         string          `json:"parent_id,omitempty"`         // Unified's: the campaign's id
	Channel          Channel         `json:"channel,omitempty"`           // its campaign's
	Type             string          `json:"type,omitempty"`              // of creative, where the platform tells groups apart by it: IMAGE, VIDEO
	DefaultBid       *Money          `json:"default_bid,omitempty"`       // most for a click, or for a thousand views, of targets without a bid of their own
	BidStrategy      *AdsBidStrategy `json:"bid_strategy,omitempty"`      // nil where the campaign's holds
	OptimizationGoal string          `json:"optimization_goal,omitempty"` // Unified's words: LINK_CLICKS, CONVERSIONS, REACH
	BillingEvent     string          `json:"billing_event,omitempty"`     // LINK_CLICKS, IMPRESSIONS
	Promoted         []PromotedRef   `json:"promoted,omitempty"`          // what all its ads advertise, where the platform says so by group

	// Unified's own, derived from DefaultBid.
	BidAmount json.Number `json:"bid_amount,omitempty"`
	Currency  string      `json:"currency,omitempty"` // ISO 4217, of BidAmount
}

// AdsKind implements AdsObject.
func (*AdsGroup) AdsKind() AdsKind { return KindGroup }

// Unify implements AdsObject.
func (g *AdsGroup) Unify() {
	g.ParentID = g.CampaignID
	g.BidAmount, g.Currency = unifiedBid(g.DefaultBid, g.Currency)
}

func unifiedBid(bid *Money, currency string) (json.Number, string) {
	if bid == nil {
		return "", currency
	}
	if bid.Currency != "" {
		currency = bid.Currency
	}
	return bid.Number(), currency
}

// Settle implements AdsObject.
func (g *AdsGroup) Settle() error {
	switch {
	case g.CampaignID == "":
		g.CampaignID = g.ParentID
	case g.ParentID != "" && g.ParentID != g.CampaignID:
		return ErrBothDiffer
	}
	return settleBid(&g.DefaultBid, g.BidAmount, g.Currency)
}

// settleBid takes Unified's bid into the exact one.
func settleBid(bid **Money, amount json.Number, currency string) error {
	if amount == "" {
		return nil
	}
	m, err := ParseMoney(amount.String(), currency)
	if err != nil {
		return err
	}
	if *bid == nil {
		*bid = &m
		return nil
	}
	if have := **bid; have.Micros != m.Micros || currency != "" && have.Currency != "" && have.Currency != currency {
		return ErrBothDiffer
	}
	return nil
}
