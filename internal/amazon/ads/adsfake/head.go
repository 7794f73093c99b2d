package adsfake

import (
	"time"
)

// A head is what everything has that is kept in a collection. Once published it is never changed, only replaced, so that
// lists read it without a lock; wire holds its JSON from the moment it was made.
type head struct {
	seq     uint64 // order of creation; what a nextToken points at
	id      string // a string on the wire everywhere but in reports (ads-lwa 8.3)
	name    string // or the text of a keyword
	state   string
	created time.Time
	updated time.Time
	shifts  []shift // when it was ENABLED, in the order of days

	wire []byte // the read shape without extendedData and without its closing brace
}

// States that the fake can bring about.
const (
	enabled  = "ENABLED"
	paused   = "PAUSED"
	archived = "ARCHIVED"
)

func (h *head) top() *head { return h }

// A record is what a collection keeps.
type record interface {
	top() *head
	value(field) string // what a filter compares
	tally() tally       // what it counts as while it is not archived
	unique() string     // no other of its collection may have the same; empty: any may
	seal()              // writes its JSON; once, before it is published
}

// A field is something that lists can be filtered by beyond state and id.
type field int8

const (
	byName field = iota
	byCampaign
	byGroup
	byPortfolio
	byMatch
	byExpressionType
	byASIN
	byTargeting
	byLocale
)

// A tally is a count that quotas and conflicts between neighbours are decided by: of one kind of thing in one parent.
type tally struct {
	parent string
	mark   byte
}
