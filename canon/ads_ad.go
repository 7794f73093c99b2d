package canon

import "encoding/json"

// AdsAd is one advertisement in a group. Where the platform keeps the creative inside the ad it stands in Creative.
type AdsAd struct {
	AdsCommon
	CampaignID  string        `json:"campaign_id,omitempty"`     // id of the campaign that it is in; fixed at creation
	GroupID     string        `json:"group_id,omitempty"`        // id of the ad group that it is in; fixed at creation
	Channel     Channel       `json:"channel,omitempty"`         // its campaign's
	AdType      string        `json:"ad_type,omitempty"`         // Unified's words: SHOPPING, IMAGE, VIDEO, CAROUSEL
	Promoted    []PromotedRef `json:"promoted,omitempty"`        // what it advertises, at least one; of a store's or a page's ad its address
	Creative    *AdsCreative  `json:"creative,omitempty"`        // what people see, where the platform keeps it inside the ad
	CreativeIDs []string      `json:"creative_ids,omitempty"`    // ids of its creatives, where they are objects of their own
	Headline    string        `json:"headline,omitempty"`        // Unified's; the creative's headline
	Description string        `json:"description,omitempty"`     // Unified's; the creative's text
	FinalURL    string        `json:"final_url,omitempty"`       // where a click leads, where that is no product page
	Advertiser  string        `json:"advertiser_name,omitempty"` // the brand's name as people see it
	Review      *Review       `json:"review,omitempty"`          // what moderation says; nil where nobody looks
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
	Channel    Channel         `json:"channel,omitempty"`       // Amazon's ad product, of one that is read by itself
	CampaignID string          `json:"campaign_id,omitempty"`   // id of the campaign of its ad
	GroupID    string          `json:"group_id,omitempty"`      // id of the ad group of its ad
	ItemID     string          `json:"item_id,omitempty"`       // the ad that it is part of
	Type       string          `json:"creative_type,omitempty"` // Unified's words: IMAGE, VIDEO, ASSET_BASED, NATIVE
	Width      int             `json:"width,omitempty"`         // pixels
	Height     int             `json:"height,omitempty"`        // pixels
	AssetURLs  []string        `json:"asset_urls,omitempty"`    // addresses of its pictures and films, where Amazon tells them
	AssetIDs   []string        `json:"asset_ids,omitempty"`     // ids of its pictures and films in the asset library
	LinkURL    string          `json:"link_url,omitempty"`      // where a click leads
	Title      string          `json:"title,omitempty"`         // the headline
	Body       string          `json:"body,omitempty"`          // the text below the headline
	Promoted   []PromotedRef   `json:"promoted,omitempty"`      // the products shown in it, in their order
	Data       json.RawMessage `json:"data,omitempty"`          // the platform's own form, kept whole
	Review     *Review         `json:"review,omitempty"`        // what moderation says of its newest version
}

// AdsKind implements AdsObject.
func (*AdsCreative) AdsKind() AdsKind { return KindCreative }

// Unify implements AdsObject.
func (*AdsCreative) Unify() {}

// Settle implements AdsObject.
func (*AdsCreative) Settle() error { return nil }

// AdsAsset is a picture, film or text that creatives are made of, in its newest version. Amazon's are in the creative asset library of an
// advertiser. One that Amazon still works on is PENDING in its effective status, one whose file is no good NOT_ELIGIBLE; neither can be used.
type AdsAsset struct {
	AdsCommon
	Type     string        `json:"type,omitempty"`      // Unified's words: IMAGE, VIDEO, YOUTUBE_VIDEO, MEDIA_BUNDLE, TEXT. Amazon has the first two
	SubTypes []string      `json:"sub_types,omitempty"` // what it is for. Amazon's: LOGO, PRODUCT_IMAGE, AUTHOR_IMAGE, LIFESTYLE_IMAGE, OTHER_IMAGE, BACKGROUND_VIDEO
	Version  string        `json:"version,omitempty"`   // the platform's name of the version, such as version_v1
	URL      string        `json:"url,omitempty"`       // where it can be seen. Of a new one: the upload location that its file was put to
	Content  string        `json:"content,omitempty"`   // of a new one: its file in base64, at most 10 MiB, in place of url. Nobody tells it again
	MIMEType string        `json:"mime_type,omitempty"` // such as image/png; of new content, where its first bytes do not tell it
	Width    int           `json:"width,omitempty"`     // pixels
	Height   int           `json:"height,omitempty"`    // pixels
	FileSize int64         `json:"file_size,omitempty"` // bytes
	Promoted []PromotedRef `json:"promoted,omitempty"`  // products that a new one shall be found by; Amazon does not tell them of what there is
	Review   *Review       `json:"review,omitempty"`    // what moderation says, of one that is read by its id; lists do not tell it
}

// AdsKind implements AdsObject.
func (*AdsAsset) AdsKind() AdsKind { return KindAsset }

// Unify implements AdsObject.
func (*AdsAsset) Unify() {}

// Settle implements AdsObject.
func (*AdsAsset) Settle() error { return nil }
