package adsfake

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A profile is one advertiser in one marketplace: what the Scope header names.
type profile struct {
	number   int64  // as /v2/profiles writes it
	id       string // as everything else does
	country  *country
	kind     string // seller, vendor or agency
	subType  string
	name     string
	entity   string // accountInfo.id: a merchant id or ENTITY...
	payment  payment
	location *time.Location
	linkedAt time.Time // calls fail for an hour from here
	shown    bool      // a campaign was once made in the console, so /v2/profiles lists it

	daily atomic.Pointer[float64] // dailyBudget; nil where Amazon gives none

	campaigns  store[*campaign]
	portfolios store[*portfolio]
	children   [len(kinds)]store[*child] // by their kind
	things     [thingCount]store[*thing] // of Sponsored Brands and Display, by their kind

	library library // the pictures and films of creatives

	mu     sync.Mutex // held by who changes any of them
	counts map[tally]int
}

// payment says what validPaymentMethod is.
type payment int8

const (
	unsaid payment = iota // the field is absent
	paid
	unpaid
)

func newProfile(p *profile) *profile {
	p.id = strconv.FormatInt(p.number, 10)
	p.location = p.country.location()
	p.counts = map[tally]int{}
	return p
}

// appendJSON writes the profile as /v2/profiles does, in the order of keys that real traffic has (ads-lwa 2.5).
func (p *profile) appendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"profileId":`...), p.number, 10)
	b = appendString(append(b, `,"countryCode":`...), p.country.code)
	b = appendString(append(b, `,"currencyCode":`...), p.country.currency)
	if d := p.daily.Load(); d != nil {
		b = appendDouble(append(b, `,"dailyBudget":`...), *d)
	}
	b = appendString(append(b, `,"timezone":`...), p.country.zone)
	b = appendString(append(b, `,"accountInfo":{"marketplaceStringId":`...), p.country.marketplace)
	b = appendString(append(b, `,"id":`...), p.entity)
	b = appendString(append(b, `,"type":`...), p.kind)
	if p.name != "" {
		b = appendString(append(b, `,"name":`...), p.name)
	}
	if p.subType != "" {
		b = appendString(append(b, `,"subType":`...), p.subType)
	}
	if p.payment != unsaid {
		b = strconv.AppendBool(append(b, `,"validPaymentMethod":`...), p.payment == paid)
	}
	return append(b, '}', '}')
}

// books returns how many campaigns of each state the profile has, for the control side.
func (p *profile) books() map[string]int {
	n := map[string]int{}
	for _, c := range p.campaigns.all() {
		n[c.state]++
	}
	return n
}
