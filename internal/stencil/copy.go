package stencil

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A node is a place in items at which they go on in several ways; the one that was met last stands first.
type node struct{ ways []*way }

// A way is a stretch of text, and the hole behind it; or the end of an item, and what its row is written by.
type way struct {
	text string
	hole *hole
	nth  int
	next node
	row  *stencil
}

// A stencil is what a row is written by: stretches of text, and what stands behind each.
type stencil struct {
	pieces []piece
	sum    uint64 // without what the slots add
}

// A piece is a stretch of text, and what stands behind it: a text that is said of a slot, or one of those below.
type piece struct {
	text string
	slot int
	said int
}

// What stands behind a piece besides.
const (
	nothing = -1 - iota
	theStamp
	theSum
)

// Copy appends the row of the item that text begins with, where it knows one like it, and tells how long the item is and where in the row
// the stamp stands. The item's length is 0 where it knows none.
func (s *Set) Copy(b []byte, text string) (row []byte, stamp, item int) {
	found, n := s.find(text)
	if found == nil {
		return b, 0, 0
	}
	if !s.say() {
		return b, 0, 0
	}
	s.copied++
	from := len(b)
	if b, stamp = s.write(b, found); stamp > 0 {
		stamp -= from
	}
	return b, stamp, n
}

// find follows an item to its end.
func (s *Set) find(text string) (*stencil, int) {
	s.slots = s.slots[:0]
	at := 0
	for n := &s.root; ; {
		w, value := n.follow(text[at:])
		switch {
		case w == nil:
			return nil, 0
		case w.row != nil:
			return w.row, at + len(w.text)
		}
		s.slot(w.hole, w.nth, value)
		at += len(w.text) + len(value)
		n = &w.next
	}
}

// slot adds a slot. It leaves alone what was said of the one that stood there, since that is said anew.
func (s *Set) slot(h *hole, nth int, value string) {
	n := len(s.slots)
	if n == cap(s.slots) {
		s.slots = append(s.slots, slot{})
	}
	s.slots = s.slots[:n+1]
	one := &s.slots[n]
	one.hole, one.nth, one.value = h, nth, value
}

// follow is the way that text goes on, and the value of the hole at its end.
func (n *node) follow(text string) (*way, string) {
	for i, w := range n.ways {
		if !strings.HasPrefix(text, w.text) {
			continue
		}
		var value string
		if w.row == nil {
			if value = w.hole.value(text[len(w.text):]); value == "" {
				continue
			}
		}
		if i > 0 {
			copy(n.ways[1:i+1], n.ways[:i])
			n.ways[0] = w
		}
		return w, value
	}
	return nil, ""
}

// value is what text begins with: a number, or all up to a quote.
func (h *hole) value(text string) string {
	if !h.Number {
		return text[:max(0, strings.IndexByte(text, '"'))]
	}
	n := 0
	for n < len(text) && (text[n] >= '0' && text[n] <= '9' || text[n] == '.' || text[n] == '-' || text[n] == '+' || text[n]|0x20 == 'e') {
		n++
	}
	return text[:n]
}

// write appends the row of the slots.
func (s *Set) write(b []byte, by *stencil) (row []byte, stamp int) {
	for i := range by.pieces {
		p := &by.pieces[i]
		b = append(b, p.text...)
		switch p.slot {
		case nothing:
		case theStamp:
			stamp = len(b)
			b = append(b, s.Stamp...)
		case theSum:
			b = canon.AppendETag(b, by.sum+s.sum())
		default:
			b = append(b, s.slots[p.slot].said[p.said]...)
		}
	}
	return b, stamp
}

// say finds out what the row says of the slots.
func (s *Set) say() bool {
	for i := range s.slots {
		if !s.slots[i].say() {
			return false
		}
		if s.slots[i].hole.Own {
			s.ID = s.slots[i].value
		}
	}
	return true
}

// sum adds to a sum what the slots add.
func (s *Set) sum() (sum uint64) {
	for i := range s.slots {
		sum += s.slots[i].sum()
	}
	return sum
}
