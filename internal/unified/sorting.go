package unified

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A key is what an object of a sorted list goes by.
type key struct {
	Number int64  `json:"n,omitempty"`
	Text   string `json:"t,omitempty"`
	ID     string `json:"i"`
}

func (k key) compare(other key) int {
	return cmp.Or(cmp.Compare(k.Number, other.Number), strings.Compare(k.Text, other.Text))
}

// compareIDs goes by length first: ids are numbers of any length.
func compareIDs(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }

// keyOf is an object's key. What is in it outlives the page that the object is of.
func (l *listing) keyOf(o canon.AdsObject) key {
	k := l.sort(o)
	k.Text, k.ID = strings.Clone(k.Text), strings.Clone(o.Common().ID)
	return k
}

// sorting reads the order. Objects that are equal in it stand in the order of accounts, then of their ids.
func (l *listing) sorting(p *parameters) {
	instant := func(of func(*canon.AdsCommon) time.Time) func(canon.AdsObject) key {
		return func(o canon.AdsObject) key { return key{Number: of(o.Common()).UnixMicro()} }
	}
	switch p.values.Get("sort") {
	case "":
	case "name":
		l.sort = func(o canon.AdsObject) key { return key{Text: o.Common().Name} }
	case "id":
		l.sort = func(o canon.AdsObject) key { return key{Number: int64(len(o.Common().ID)), Text: o.Common().ID} }
	case "status":
		l.sort = func(o canon.AdsObject) key { return key{Text: string(o.Common().Status)} }
	case "created_at":
		l.sort = instant(func(c *canon.AdsCommon) time.Time { return c.CreatedAt })
	case "updated_at":
		l.sort = instant(func(c *canon.AdsCommon) time.Time { return c.UpdatedAt })
	default:
		p.fail("sort", "it is name, id, status, created_at or updated_at")
	}
	switch strings.ToLower(p.values.Get("order")) {
	case "", "asc":
	case "desc":
		l.down = true
	default:
		p.fail("order", "it is asc or desc")
	}
}

// A sorting is one reading of a whole list, in its order.
type sorting struct {
	number   int64    // unlike any other's
	sources  []string // that it was read from
	items    []item
	failures []SourceFailure
	down     bool
	made     time.Time
	weight   int // bytes of memory, about
}

// An item is one row of a sorting.
type item struct {
	part
	source int
}

func (i *item) key() key { return i.keys[i.from] }

// compare puts any two objects of different ids into an order, which is the same at every reading.
func (s *sorting) compare(a key, from int, b key, of int) int {
	order := a.compare(b)
	if s.down {
		order = -order
	}
	return cmp.Or(order, cmp.Compare(from, of), compareIDs(a.ID, b.ID))
}

// newSorting sorts what was read.
func newSorting(sources []source, found [][]part, down bool, now time.Time) *sorting {
	s := &sorting{down: down, made: now}
	for i := range sources {
		s.sources = append(s.sources, sources[i].key())
		for _, p := range found[i] {
			s.weight += p.weight() + 64*len(p.all)
			for at := p.from; at < p.to; at++ {
				s.items = append(s.items, item{part{p.rows, at, at + 1, p.stamp}, i})
			}
		}
	}
	slices.SortStableFunc(s.items, func(a, b item) int { return s.compare(a.key(), a.source, b.key(), b.source) })
	return s
}

// after is the place of the first item behind a key.
func (s *sorting) after(k key, source int) int {
	at, _ := slices.BinarySearchFunc(s.items, 0, func(i item, _ int) int {
		if s.compare(i.key(), i.source, k, source) > 0 {
			return 1
		}
		return -1
	})
	return at
}
