package stencil

import "github.com/lockkeeper-dev/lockkeeper/canon"

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
