package canon

import "encoding/json"

// AdsTarget says to whom or where ads are shown, or are not: a keyword, a product, a category, with its bid (contract ads-model 1.6).
type AdsTarget struct {
	AdsCommon
	Level        string          `json:"level,omitempty"`         // CAMPAIGN, GROUP
	CampaignID   string          `json:"campaign_id,omitempty"`   // id of the campaign that it is in; fixed at creation
	GroupID      string          `json:"group_id,omitempty"`      // id of the ad group that it is in; empty where Level is CAMPAIGN; fixed at creation
	Channel      Channel         `json:"channel,omitempty"`       // its campaign's
	Negative     bool            `json:"negative"`                // it keeps ads away, and has no bid; fixed at creation
	Type         string          `json:"type,omitempty"`          // KEYWORD, PRODUCT, PRODUCT_CATEGORY, THEME, AUDIENCE, LOCATION, OTHER
	MatchType    string          `json:"match_type,omitempty"`    // EXACT, PHRASE, BROAD, PRODUCT_EXACT, PRODUCT_SIMILAR, THEME_CLOSE_MATCH ...
	Keyword      *Keyword        `json:"keyword,omitempty"`       // where Type is KEYWORD; fixed at creation
	Product      *TargetProduct  `json:"product,omitempty"`       // where Type is PRODUCT; fixed at creation
	Category     *TargetCategory `json:"category,omitempty"`      // where Type is PRODUCT_CATEGORY; fixed at creation
	Audience     *TargetAudience `json:"audience,omitempty"`      // where Type is AUDIENCE; fixed at creation
	Bid          *Money          `json:"bid,omitempty"`           // none: the group's default holds
	SuggestedBid *SuggestedBid   `json:"suggested_bid,omitempty"` // read-only; nil where Amazon was not asked

	// Unified's own words for the bid.
	BidAmount json.Number `json:"bid_amount,omitempty"`
	Currency  string      `json:"currency,omitempty"` // ISO 4217, of BidAmount
}

// AdsKind implements AdsObject.
func (*AdsTarget) AdsKind() AdsKind { return KindTarget }

// Unify implements AdsObject.
func (t *AdsTarget) Unify() { t.BidAmount, t.Currency = unifiedBid(t.Bid, t.Currency) }

// Settle implements AdsObject.
func (t *AdsTarget) Settle() error { return settleBid(&t.Bid, t.BidAmount, t.Currency) }

// A Keyword is what people search for.
type Keyword struct {
	Text       string `json:"text"`                  // in the language of the marketplace
	Locale     string `json:"locale,omitempty"`      // of NativeText
	NativeText string `json:"native_text,omitempty"` // as the advertiser wrote it, where Text is a translation
}

// A TargetProduct is a product on whose pages ads are shown.
type TargetProduct struct {
	ID   string `json:"id"`      // the ASIN, SKU or GTIN
	Type string `json:"id_type"` // ASIN, SKU, GTIN
}

// A TargetCategory is a department, narrowed down.
type TargetCategory struct {
	ID          string            `json:"id,omitempty"`          // Amazon's number of the category
	Name        string            `json:"name,omitempty"`        // as Amazon calls it; read-only
	Refinements map[string]string `json:"refinements,omitempty"` // brand, price_less_than, price_between, rating_between, age, genre, prime
}

// A TargetAudience is a group of people.
type TargetAudience struct {
	ID       string `json:"id,omitempty"`       // Amazon's id, where Kind is AUDIENCE
	Kind     string `json:"kind,omitempty"`     // VIEWS, PURCHASES, AUDIENCE
	Lookback int    `json:"lookback,omitempty"` // days
	About    string `json:"about,omitempty"`    // what was viewed or bought: an expression of the platform's
}

// SuggestedBid is what Amazon thinks that a bid should be.
type SuggestedBid struct {
	Low  *Money `json:"low,omitempty"`  // of the range of bids that won lately
	Mid  *Money `json:"mid,omitempty"`  // what Amazon suggests
	High *Money `json:"high,omitempty"` // of the same range
}

// AdsTargetOption is an entry of the catalogue of what can be targeted: Unified's AdsTarget.
type AdsTargetOption struct {
	AdsCommon
	Channel          Channel `json:"channel,omitempty"`            // in which it can be targeted
	Type             string  `json:"type,omitempty"`               // PRODUCT_CATEGORY, AUDIENCE, LOCATION, KEYWORD ...
	IsActive         bool    `json:"is_active"`                    // it can be targeted itself
	ParentID         string  `json:"parent_id,omitempty"`          // what it is a part of
	AudienceCountMin *int64  `json:"audience_count_min,omitempty"` // people a day
	AudienceCountMax *int64  `json:"audience_count_max,omitempty"` // fewer than so many people a day
}

// AdsKind implements AdsObject.
func (*AdsTargetOption) AdsKind() AdsKind { return KindTargetOption }

// Unify implements AdsObject.
func (*AdsTargetOption) Unify() {}

// Settle implements AdsObject.
func (*AdsTargetOption) Settle() error { return nil }

// AdsPromoted is something that can be advertised, and whether it may be.
type AdsPromoted struct {
	AdsCommon
	Type              string   `json:"type,omitempty"`               // ASIN, SKU, GTIN, BRAND_STORE, STORE_PAGE, LANDING_PAGE, BRAND
	Title             string   `json:"title,omitempty"`              // as the marketplace shows it
	ImageURL          string   `json:"image_url,omitempty"`          // of the main picture
	Price             *Money   `json:"price,omitempty"`              // what it sells for now; nil where Amazon does not say
	Eligible          *bool    `json:"eligible,omitempty"`           // nil where Amazon was not asked
	IneligibleReasons []string `json:"ineligible_reasons,omitempty"` // why it may not be advertised, in Amazon's own codes
}

// AdsKind implements AdsObject.
func (*AdsPromoted) AdsKind() AdsKind { return KindPromoted }

// Unify implements AdsObject.
func (*AdsPromoted) Unify() {}

// Settle implements AdsObject.
func (*AdsPromoted) Settle() error { return nil }
