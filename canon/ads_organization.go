package canon

// AdsOrganization is an account that advertises: at Amazon an Ads profile, or what stands above one.
type AdsOrganization struct {
	AdsCommon
	Kind          string        `json:"kind,omitempty"`           // ACCOUNT, PROFILE, MANAGER, BUSINESS, DSP_ADVERTISER
	AccountType   string        `json:"account_type,omitempty"`   // SELLER, VENDOR, AGENCY, AUTHOR, OTHER
	Country       string        `json:"country,omitempty"`        // as Amazon writes it: "UK", not "GB"
	MarketplaceID string        `json:"marketplace_id,omitempty"` // Amazon's id of the marketplace, such as ATVPDKIKX0DER
	Region        Region        `json:"region,omitempty"`         // which of Amazon's three hosts serves it: NA, EU, FE
	Currency      string        `json:"currency,omitempty"`       // ISO 4217
	Timezone      string        `json:"timezone,omitempty"`       // IANA name; its days begin here
	ParentID      string        `json:"parent_id,omitempty"`      // id of the organization that it is in; empty for none
	Managers      []NamedRef    `json:"managers,omitempty"`       // top-most first
	AccountNumber string        `json:"account_number,omitempty"` // Amazon's merchant, vendor or entity id
	AlternateIDs  []AlternateID `json:"alternate_ids,omitempty"`  // the other ids by which Amazon's APIs call it
	PaymentOK     *bool         `json:"payment_ok,omitempty"`     // nil where Amazon does not say
	Capabilities  []string      `json:"capabilities,omitempty"`   // READ, WRITE
}

// AdsKind implements AdsObject.
func (*AdsOrganization) AdsKind() AdsKind { return KindOrganization }

// Unify implements AdsObject.
func (*AdsOrganization) Unify() {}

// Settle implements AdsObject.
func (*AdsOrganization) Settle() error { return nil }

// A NamedRef is an id with its name.
type NamedRef struct {
	ID   string `json:"id"`             // as its Amazon API writes it
	Name string `json:"name,omitempty"` // as people read it; empty where it is not known
}

// An AlternateID is another id by which Amazon knows the same organization.
type AlternateID struct {
	Type    string `json:"type"`              // PROFILE, ENTITY, DSP_ADVERTISER
	Value   string `json:"value"`             // the id itself
	Country string `json:"country,omitempty"` // where it holds for one country alone
}
