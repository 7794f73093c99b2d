package canon

import (
	"encoding/json"
	"time"
)

// An AdsKind names a sort of object of the advertising model (contract ads-model 1.6). Its values are the last words of paths and commands.
type AdsKind string

// The kinds. Portfolio, TargetOption and the writing of Target are additions to Unified's category; all else has its names there.
const (
	KindOrganization   AdsKind = "organization"
	KindPortfolio      AdsKind = "portfolio"
	KindCampaign       AdsKind = "campaign"
	KindGroup          AdsKind = "group"
	KindAd             AdsKind = "ad"
	KindCreative       AdsKind = "creative"
	KindAsset          AdsKind = "asset"
	KindInsertionOrder AdsKind = "insertionorder" // of Amazon's display platform alone: always an empty list here
	KindTarget         AdsKind = "target"
	KindTargetOption   AdsKind = "targetoption"
	KindPromoted       AdsKind = "promoted"
)

// An AdsObject is one object of the advertising model: a pointer to one of the Ads types.
type AdsObject interface {
	// Common returns what every object has. It may be changed.
	Common() *AdsCommon
	// AdsKind says what sort of object it is.
	AdsKind() AdsKind
	// Unify fills the fields that Unified's clients read from those that hold the truth.
	Unify()
	// Settle fills the fields that hold the truth from those of Unified's that are given, and fails where both are given and differ.
	Settle() error
}

// NewAds makes an empty object of a kind; nil of a kind that has none.
func NewAds(kind AdsKind) AdsObject {
	switch kind {
	case KindOrganization:
		return &AdsOrganization{}
	case KindPortfolio:
		return &AdsPortfolio{}
	case KindCampaign:
		return &AdsCampaign{}
	case KindGroup:
		return &AdsGroup{}
	case KindAd:
		return &AdsAd{}
	case KindCreative:
		return &AdsCreative{}
	case KindAsset:
		return &AdsAsset{}
	case KindTarget:
		return &AdsTarget{}
	case KindTargetOption:
		return &AdsTargetOption{}
	case KindPromoted:
		return &AdsPromoted{}
	}
	return nil
}

// AdsCommon is what every object of the advertising model has.
type AdsCommon struct {
	ID               string            `json:"id,omitempty"`                // Amazon's id as text, also where Amazon sends a number
	Provider         string            `json:"provider,omitempty"`          // "amazon"
	ConnectionID     string            `json:"connection_id,omitempty"`     // name of the grant through which it was read
	OrganizationID   string            `json:"organization_id,omitempty"`   // id of the Ads profile that it belongs to
	Name             string            `json:"name,omitempty"`              // as its owner calls it; some kinds have none
	Status           AdsStatus         `json:"status,omitempty"`            // what its owner wants: ACTIVE, PAUSED, ARCHIVED for good; DRAFT and REMOVED are Amazon's to set
	EffectiveStatus  AdsEffective      `json:"effective_status,omitempty"`  // what it does: SERVING, PAUSED, PENDING, ENDED, OUT_OF_BUDGET, PAYMENT_PROBLEM, NOT_ELIGIBLE ...
	EffectiveReasons []string          `json:"effective_reasons,omitempty"` // why, in Amazon's own codes such as CAMPAIGN_OUT_OF_BUDGET
	CreatedAt        time.Time         `json:"created_at,omitzero"`         // UTC
	UpdatedAt        time.Time         `json:"updated_at,omitzero"`         // UTC
	FetchedAt        time.Time         `json:"fetched_at,omitzero"`         // when Lockkeeper read it from Amazon, UTC
	ETag             string            `json:"etag,omitempty"`              // for If-Match; changes with anything that can be written
	Labels           []string          `json:"labels,omitempty"`            // the owner's own words for sorting; Amazon Ads has none
	Tags             map[string]string `json:"tags,omitempty"`              // the owner's own names with values, as Amazon's tags
	Ext              map[string]any    `json:"ext,omitempty"`               // what the platform has and the model has no name for; decoded JSON
	Raw              json.RawMessage   `json:"raw,omitempty"`               // the platform's own object, only where asked for
}

// Common implements AdsObject.
func (c *AdsCommon) Common() *AdsCommon { return c }

// An AdsStatus is what the owner of an object wants.
type AdsStatus string

// The statuses. Amazon's ENABLED is Active; Archived is final. Removed stands beside Unified's own.
const (
	StatusActive   AdsStatus = "ACTIVE"
	StatusPaused   AdsStatus = "PAUSED"
	StatusArchived AdsStatus = "ARCHIVED"
	StatusDraft    AdsStatus = "DRAFT"
	StatusRemoved  AdsStatus = "REMOVED"
)

// AdsStatuses lists the statuses.
func AdsStatuses() []AdsStatus {
	return []AdsStatus{StatusActive, StatusPaused, StatusArchived, StatusDraft, StatusRemoved}
}

// An AdsEffective is what an object does, whatever its owner wants.
type AdsEffective string

// The effective statuses: Unified's, then the two that Amazon says only by reasons.
const (
	EffectiveServing        AdsEffective = "SERVING"
	EffectiveLimited        AdsEffective = "LIMITED"
	EffectiveLearning       AdsEffective = "LEARNING"
	EffectivePaused         AdsEffective = "PAUSED"
	EffectivePending        AdsEffective = "PENDING"
	EffectiveEnded          AdsEffective = "ENDED"
	EffectiveMisconfigured  AdsEffective = "MISCONFIGURED"
	EffectiveNotEligible    AdsEffective = "NOT_ELIGIBLE"
	EffectiveArchived       AdsEffective = "ARCHIVED"
	EffectiveRemoved        AdsEffective = "REMOVED"
	EffectiveOutOfBudget    AdsEffective = "OUT_OF_BUDGET"
	EffectivePaymentProblem AdsEffective = "PAYMENT_PROBLEM"
)

// A Channel is an ad product, in the words of Amazon's v1 model.
type Channel string

// The channels that are read and written here.
const (
	SponsoredProducts Channel = "SPONSORED_PRODUCTS"
	SponsoredBrands   Channel = "SPONSORED_BRANDS"
	SponsoredDisplay  Channel = "SPONSORED_DISPLAY"
)

// Channels lists the channels in Amazon's order.
func Channels() []Channel { return []Channel{SponsoredProducts, SponsoredBrands, SponsoredDisplay} }

// ChannelOf is the ad product of an object; empty for kinds that stand above the channels.
func ChannelOf(o AdsObject) Channel {
	switch o := o.(type) {
	case *AdsCampaign:
		return o.Channel
	case *AdsGroup:
		return o.Channel
	case *AdsAd:
		return o.Channel
	case *AdsTarget:
		return o.Channel
	case *AdsCreative:
		return o.Channel
	}
	return ""
}

// A Day is a calendar day "YYYY-MM-DD" in the timezone of the organization; never an instant. Empty means none.
type Day string

// A Review is what Amazon's moderation says.
type Review struct {
	Status  string   `json:"status,omitempty"`  // APPROVED, PENDING, REJECTED, LIMITED
	Reasons []string `json:"reasons,omitempty"` // why it is not approved, in Amazon's own words
	Version string   `json:"version,omitempty"` // of the creative that was looked at
}

// A PromotedRef names something that is advertised.
type PromotedRef struct {
	ID   string `json:"id"`             // an ASIN, a SKU, or an address, as Type says
	Type string `json:"type"`           // ASIN, SKU, GTIN, BRAND_STORE, STORE_PAGE, LANDING_PAGE, BRAND
	Name string `json:"name,omitempty"` // Unified's; a title where one is known
}
