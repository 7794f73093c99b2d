// Package stencil writes the rows of long lists without reading the items that they are of.
//
// Items of one list are mostly alike: the same text but for ids, names, times and amounts. From one item and its row a Set learns what stands
// around these, by having the item read a second time with other values in their places and looking where they come out; from then on it
// writes the rows of items that are like it by putting their values there. What it learned it holds against the row that it learned from,
// and what does not come out byte by byte is not used: whoever reads items stays the only one who knows what they mean.
package stencil

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A Hole is a value of items that differs from one to the next, and of which rows say nothing but what Says or the value itself tells.
type Hole struct {
	// Key is the member whose value it is, at whatever depth of the item and however often.
	Key string

	// Number tells that the value is a number. Defaults to text.
	Number bool

	// Sample is the nth of values that no item has. It is in the item as it stands there, without its quotes.
	Sample func(nth int) string

	// Fits reports whether rows say the value as it stands in the item. Where neither it nor Says is given, text fits that needs no escapes.
	Fits func(value string) bool

	// Says is what rows say of the value: one text, or two, which may be parts of it. Defaults to the value itself.
	Says func(value string) (said [2]string, ok bool)

	// Few tells that the values are few, so that what is said of them is worth remembering. Defaults to as many as there are items.
	Few bool

	// Mark is what the first text that the row says of a value adds to the row's sum as; First is which of such values the key's first is.
	// Defaults to nothing.
	Mark  canon.AdsMarked
	First int

	// Own tells that the value is the item's own id.
	Own bool
}

// A Row is what was made of an item.
type Row struct {
	Text  []byte
	Stamp int // where Set.Stamp stands in it; 0 for nowhere
	Sum   int // where its sum stands, as 16 hexadecimal digits; 0 for nowhere
}

// A Set learns stencils, and writes rows by them. It is for one list, whose rows depend on nothing but their items and the stamp, and for one
// goroutine at a time.
type Set struct {
	Stamp string // stands in the rows that are written
	ID    string // of the item whose row was written last: a part of that item

	holes   []*hole
	root    node
	slots   []slot // of the item under way
	learned int    // how often it was tried
	copied  int
}

// New returns a Set for items that differ in some holes.
func New(holes []Hole) *Set {
	s := &Set{}
	for _, h := range holes {
		if h.Fits == nil {
			h.Fits = canon.PlainText
		}
		one := &hole{Hole: h}
		if h.Few {
			one.said = make([]saying, few)
		}
		s.holes = append(s.holes, one)
	}
	return s
}

// A hole is a Hole that remembers what rows said of some of its values.
type hole struct {
	Hole
	said []saying // by their hash
}

type saying struct {
	value string
	said  [2]string
}

// A slot is a hole of one item.
type slot struct {
	hole  *hole
	nth   int // of the hole's key
	value string
	said  [2]string
}

// few is how many values of a hole are remembered, and tried how many items are learned from before any was of use.
const (
	few   = 1 << 8
	tried = 16
)

// say finds out what a row says of the slot's value.
func (s *slot) say() (ok bool) {
	h := s.hole
	switch {
	case h.Says == nil:
		s.said = [2]string{s.value}
		return h.Fits(s.value)
	case !h.Few:
		s.said, ok = h.Says(s.value)
		return ok
	}
	known := &h.said[hash(s.value)%few]
	if known.value != s.value {
		value := strings.Clone(s.value) // it is a part of a whole page
		texts, ok := h.Says(value)
		if !ok {
			return false
		}
		*known = saying{value, texts}
	}
	s.said = known.said
	return true
}

// hash spreads short values.
func hash(s string) uint64 {
	h := uint64(len(s))
	for i := range min(len(s), 10) {
		h = h*31 + uint64(s[i])
	}
	return h
}

// sum is what the slot adds to the row's sum.
func (s *slot) sum() uint64 {
	if s.hole.Mark == canon.MarkedNothing {
		return 0
	}
	return canon.AdsMark(s.hole.Mark, s.hole.First+s.nth, s.said[0])
}
