package amazon

import (
	"net/http"
	"time"
)

// Evidence is what is known of an exchange that may have been a refusal.
type Evidence struct {
	Status int         // 0 where unknown, as in a pasted text
	Header http.Header // may be nil
	Body   []byte      // at most 64 KiB of it
	Facts  []Fact      // what the sender knows besides the answer
	Now    time.Time   // for problems that say when to try again
}

// A Fact is something known of the request that its answer does not tell. Programs name theirs in their folder;
// these are common to all.
type Fact string

// Facts that every sender can know.
const (
	OtherRegion  Fact = "other_region"  // the account selected lives in another region than the one called
	NoSelector   Fact = "no_selector"   // no account was selected though the operation acts on one
	KnownAccount Fact = "known_account" // the account selected is verified for this grant
	OtherAccount Fact = "other_account" // the account selected is not among the grant's verified ones
	ViewOnly     Fact = "view_only"     // the account selected is one that the user may only look at
	IsWrite      Fact = "is_write"      // the operation writes
	NoBearer     Fact = "no_bearer"     // the request's Authorization lacked "Bearer "
	FreshLink    Fact = "fresh_link"    // the account or the security profile was linked less than an hour ago
	FreshToken   Fact = "fresh_token"   // Amazon gave the access token less than a minute ago
	NoToken      Fact = "no_token"      // the request had no Authorization at all
)
