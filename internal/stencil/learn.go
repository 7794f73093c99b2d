package stencil

import (
	"bytes"
	"strconv"
	"strings"
)

// Learn learns from an item and its row. Read reads another item as this one was read, and makes its row, which is good until it is called again;
// ok is false where it would have none.
//
// Learning costs more than it saves, so it goes on only as long as enough was written by what was learned.
func (s *Set) Learn(item string, row Row, read func(item string) (Row, bool)) {
	if s.learned > tried+s.copied/32 {
		return
	}
	if found, _ := s.find(item); found != nil {
		return // one of its values is one that cannot be copied
	}
	s.learned++
	steps := s.cut(item)
	if steps == nil {
		return
	}
	values := make([]string, len(s.slots))
	for i := range s.slots {
		values[i] = s.slots[i].value
	}
	drawn := s.draw(steps, read)
	if drawn == nil {
		return
	}
	for i := range s.slots {
		s.slots[i].value = values[i]
	}
	if !s.say() { // what the item says cannot be copied, so another sample has to do
		var ok bool
		if row, ok = s.sample(steps, 1, read); !ok {
			return
		}
	}
	if s.writes(drawn, row) {
		s.root.add(steps, drawn)
	}
}

// writes reports whether a stencil writes the row of the slots.
func (s *Set) writes(by *stencil, row Row) bool {
	text, stamp := s.write(nil, by)
	return bytes.Equal(text, row.Text) && stamp == row.Stamp
}

// draw makes the stencil of an item that was cut: it looks for what a row says of samples in the place of its values.
func (s *Set) draw(steps []step, read func(string) (Row, bool)) *stencil {
	row, ok := s.sample(steps, 0, read)
	if !ok {
		return nil
	}
	drawn := &stencil{pieces: s.pieces(row)}
	if row.Sum > 0 {
		sum, err := strconv.ParseUint(string(row.Text[row.Sum:row.Sum+16]), 16, 64)
		if err != nil {
			return nil
		}
		drawn.sum = sum - s.sum()
	}
	return drawn
}

// sample puts samples into the slots, and has the item read that is made of them.
func (s *Set) sample(steps []step, turn int, read func(string) (Row, bool)) (Row, bool) {
	var item strings.Builder
	for i := range s.slots {
		slot := &s.slots[i]
		slot.value = slot.hole.Sample(slot.nth + 7*turn)
		item.WriteString(steps[i].text + slot.value)
	}
	item.WriteString(steps[len(steps)-1].text)
	row, ok := read(item.String())
	return row, ok && s.say()
}

// A needle is a text that is looked for in a row, and where it is found next.
type needle struct {
	text       string
	at         int
	slot, said int
}

// pieces takes a row apart at all that is said of the slots. Of what begins at the same place the longest counts: a moment begins with its day.
func (s *Set) pieces(row Row) (all []piece) {
	text := string(row.Text)
	var needles []needle
	if row.Stamp > 0 {
		needles = append(needles, needle{s.Stamp, row.Stamp, theStamp, 0})
	}
	if row.Sum > 0 {
		needles = append(needles, needle{text[row.Sum : row.Sum+16], row.Sum, theSum, 0})
	}
	for i := range s.slots {
		for j, said := range s.slots[i].said {
			if said != "" {
				needles = append(needles, needle{said, -1, i, j})
			}
		}
	}
	for at := 0; ; {
		next := needle{at: len(text), slot: nothing}
		for i := range needles {
			n := &needles[i]
			if n.at < at {
				n.at = len(text)
				if from := strings.Index(text[at:], n.text); from >= 0 && n.slot >= 0 {
					n.at = at + from
				}
			}
			if n.at < next.at || n.at == next.at && len(n.text) > len(next.text) && n.at < len(text) {
				next = *n
			}
		}
		all = append(all, piece{text[at:next.at], next.slot, next.said})
		if next.slot == nothing {
			return all
		}
		at = next.at + len(next.text)
	}
}
