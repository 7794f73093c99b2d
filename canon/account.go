package canon

import "time"

// An Account is something that a grant opens, verified by asking Amazon: an Ads profile, an Associates store.
type Account struct {
	ID           string      `json:"id"`                      // Amazon's id as text: an Ads profile id such as "1234567890123456"
	Kind         AccountKind `json:"kind"`                    // what sort of account it is
	Name         string      `json:"name,omitempty"`          // as Amazon gives it; often absent for sellers
	Region       Region      `json:"region"`                  // the region whose hosts answer for it
	Country      string      `json:"country"`                 // as Amazon writes it: "UK", not "GB", in Ads
	Marketplace  string      `json:"marketplace"`             // marketplaceStringId, e.g. "ATVPDKIKX0DER"
	Currency     string      `json:"currency"`                // ISO 4217
	Timezone     string      `json:"timezone"`                // IANA name; the account's days begin here
	Entity       string      `json:"entity,omitempty"`        // accountInfo.id: merchant id or ENTITY...
	Manager      string      `json:"manager,omitempty"`       // id of the manager account it came through, if any
	ViewOnly     bool        `json:"view_only"`               // the consenting user may look but not change
	PaymentValid *bool       `json:"payment_valid,omitempty"` // nil where Amazon does not say
	VerifiedAt   time.Time   `json:"verified_at"`             // when Amazon last confirmed it
	FirstSeen    time.Time   `json:"first_seen,omitzero"`     // when Amazon first listed it; calls may fail for an hour after it was linked
}

// An AccountKind says what sort of business an account is.
type AccountKind string

// The kinds of Ads profile (Ads API, profiles v2).
const (
	Seller AccountKind = "seller"
	Vendor AccountKind = "vendor"
	Agency AccountKind = "agency"

	AWSAccount AccountKind = "aws" // opened by a key pair; Entity is the ARN as which
)

// Associate is an affiliate's presence in one marketplace (Associates programme, Creators API).
const Associate AccountKind = "associate"
