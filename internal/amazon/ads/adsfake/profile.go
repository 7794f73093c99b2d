package adsfake

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A profile is one advertiser in one marketplace: what the Scope header names.
type profile struct {
	number    int64  // as /v2/profiles writes it
	id        string // as everything else does
	country   *country
	kind      string // seller, vendor or agency
	subType   string
	name      string
	entity    string // accountInfo.id: a merchant id or ENTITY...
	payment   payment
	location  *time.Location
	linkedAt  time.Time // calls fail for an hour from here
	portfolio []string  // ids of the portfolios that its campaigns may be in
	shown     bool      // a campaign was once made in the console, so /v2/profiles lists it

	daily atomic.Pointer[float64]     // dailyBudget; nil where Amazon gives none
	list  atomic.Pointer[[]*campaign] // in the order of creation; replaced, never changed

	mu    sync.Mutex        // held by who changes campaigns
	byID  map[string]int    // where in list
	names map[string]string // name to id; archived ones keep theirs
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
	p.byID, p.names = map[string]int{}, map[string]string{}
	p.list.Store(&[]*campaign{})
	return p
}

// campaigns returns all campaigns of the profile in the order of creation. The slice must not be changed.
func (p *profile) campaigns() []*campaign { return *p.list.Load() }

// A batch is a set of changes to a profile's campaigns under way. They are seen by the changes that follow in the same
// batch at once, and by everybody when the batch ends.
type batch struct {
	p     *profile
	list  []*campaign
	dirty bool
}

// change runs f with the profile's campaigns held, then publishes what f did.
func (p *profile) change(f func(*batch)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := &batch{p: p, list: p.campaigns()}
	f(b)
	if b.dirty {
		p.list.Store(&b.list)
	}
}

// find returns the campaign with an id, or nil.
func (b *batch) find(id string) *campaign {
	if i, ok := b.p.byID[id]; ok {
		return b.list[i]
	}
	return nil
}

// taken reports whether a campaign other than id has the name.
func (b *batch) taken(name, id string) bool {
	owner, ok := b.p.names[name]
	return ok && owner != id
}

// live counts the campaigns that are not archived.
func (b *batch) live() int {
	n := 0
	for _, c := range b.list {
		if c.state != archived {
			n++
		}
	}
	return n
}

// put adds a campaign, or replaces the one with its id.
func (b *batch) put(c *campaign) {
	if !b.dirty {
		b.list, b.dirty = slices.Clone(b.list), true
	}
	c.seal()
	if i, ok := b.p.byID[c.id]; ok {
		if old := b.list[i]; old.name != c.name {
			delete(b.p.names, old.name)
		}
		b.list[i] = c
	} else {
		b.p.byID[c.id] = len(b.list)
		b.list = append(b.list, c)
	}
	b.p.names[c.name] = c.id
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
	for _, c := range p.campaigns() {
		n[c.state]++
	}
	return maps.Clone(n)
}
