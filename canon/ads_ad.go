package canon

import "encoding/json"

// AdsAd is one advertisement in a group. Where the platform keeps the creative inside the ad it stands in Creative.
type AdsAd struct {
	AdsCommon
	CampaignID  string        `json:"campaign_id,omitempty"`
	GroupID     string        `json:"group_id,omitempty"`
	Channel     Channel       `json:"channel,omitempty"`
	AdType      string        `json:"ad_type,omitempty"` // Unified's words: SHOPPING, IMAGE, VIDEO, CAROUSEL
	Promoted    []PromotedRef `json:"promoted,omitempty"`
	Creative    *AdsCreative  `json:"creative,omitempty"`
	CreativeIDs []string      `json:"creative_ids,omitempty"`
	Headline    string        `json:"headline,omitempty"`
	Description string        `json:"description,omitempty"`
	FinalURL    string        `json:"final_url,omitempty"`
	Advertiser  string        `json:"advertiser_name,omitempty"`
	Review      *Review       `json:"review,omitempty"`
}

// AdsKind implements AdsObject.
func (*AdsAd) AdsKind() AdsKind { return KindAd }

// Unify implements AdsObject.
func (*AdsAd) Unify() {}

// Settle implements AdsObject.
func (*AdsAd) Settle() error { return nil }

// AdsCreative is what people see.
type AdsCreative struct {
	AdsCommon
	CampaignID string          `json:"campaign_id,omitempty"`
	GroupID    string          `json:"group_id,omitempty"`
	ItemID     string          `json:"item_id,omitempty"`       // the ad that it is part of
	Type       string          `json:"creative_type,omitempty"` // Unified's words: IMAGE, VIDEO, ASSET_BASED, NATIVE
	Width      int             `json:"width,omitempty"`         // pixels
	Height     int             `json:"height,omitempty"`        // pixels
	AssetURLs  []string        `json:"asset_urls,omitempty"`
	AssetIDs   []string        `json:"asset_ids,omitempty"`
	LinkURL    string          `json:"link_url,omitempty"`
	Title      string          `json:"title,omitempty"`
	Body       string          `json:"body,omitempty"`
	Promoted   []PromotedRef   `json:"promoted,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"` // the platform's own form, kept whole
	Review     *Review         `json:"review,omitempty"`
}

// AdsKind implements AdsObject.
func (*AdsCreative) AdsKind() AdsKind { return KindCreative }

// Unify implements AdsObject.
func (*AdsCreative) Unify() {}

// Settle implements AdsObject.
func (*AdsCreative) Settle() error { return nil }

// AdsAsset is a picture, film or text that creatives are made of.
type AdsAsset struct {
	AdsCommon
	Type     string `json:"type,omitempty"` // IMAGE, VIDEO, TEXT
	URL      string `json:"url,omitempty"`
	Content  string `json:"content,omitempty"`
	MIMEType string `json:"mime_type,omitempty"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	FileSize int64  `json:"file_size,omitempty"` // bytes
}

// AdsKind implements AdsObject.
func (*AdsAsset) AdsKind() AdsKind { return KindAsset }

// Unify implements AdsObject.
func (*AdsAsset) Unify() {}

// Settle implements AdsObject.
func (*AdsAsset) Settle() error { return nil }
