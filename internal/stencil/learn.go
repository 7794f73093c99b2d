package stencil

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Learn learns from an item and its row. The items of a kind have the same holes. Read reads another item of the kind as this one was read, and
// makes its row, which is good until it is called again; ok is false where it would have none.
//
// Learning costs more than it saves, so it goes on only as long as enough was written by what was learned.
func (s *Set) Learn(kind string, holes func() []Hole, item string, row Row, read func(item string) (Row, bool)) {
	if s.learned > tried+s.copied/32 {
		return
	}
	if found, _ := s.find(item); found != nil {
		return // one of its values is one that cannot be copied
	}
	s.learned++
	if s.holes[kind] == nil {
		s.know(kind, holes())
	}
	ways := s.cut(item, s.holes[kind])
	if ways == nil {
		return
	}
	values := make([]string, len(s.slots))
	for i := range s.slots {
		values[i] = s.slots[i].value
	}
	drawn := s.draw(ways, read)
	if drawn == nil {
		return
	}
	for i := range s.slots {
		s.slots[i].value = values[i]
	}
	if !s.say() { // what the item says cannot be copied, so another sample has to do
		var ok bool
		if row, ok = s.sample(ways, 1, read); !ok {
			return
		}
	}
	if !s.writes(drawn, row) {
		return
	}
	ways[len(ways)-1].row = drawn
	s.root.add(ways)
}

// writes reports whether a stencil writes the row of the slots.
func (s *Set) writes(by *stencil, row Row) bool {
	text, stamp := s.write(nil, by)
	return bytes.Equal(text, row.Text) && stamp == row.Stamp
}

func (s *Set) know(kind string, holes []Hole) {
	if s.holes == nil {
		s.holes = map[string][]*hole{}
	}
	for _, h := range holes {
		if h.Fits == nil {
			h.Fits = canon.PlainText
		}
		one := &hole{Hole: h}
		if h.Says != nil {
			one.said = make([]saying, few)
		}
		s.holes[kind] = append(s.holes[kind], one)
	}
}

// draw makes the stencil of an item that was cut: it looks for what a row says of samples in the place of its values.
func (s *Set) draw(ways []*way, read func(string) (Row, bool)) *stencil {
	row, ok := s.sample(ways, 0, read)
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
func (s *Set) sample(ways []*way, turn int, read func(string) (Row, bool)) (Row, bool) {
	var item strings.Builder
	for i := range s.slots {
		slot := &s.slots[i]
		slot.value = slot.hole.Sample(slot.nth + 7*turn)
		item.WriteString(ways[i].text + slot.value)
	}
	item.WriteString(ways[len(ways)-1].text)
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

// add makes ways of a node and those behind it.
func (n *node) add(ways []*way) {
	for _, w := range ways {
		known := n.known(w)
		if known == nil {
			n.ways, known = append(n.ways, w), w
		}
		n = &known.next
	}
}

func (n *node) known(w *way) *way {
	for _, known := range n.ways {
		if known.text == w.text && known.hole == w.hole && known.row == nil && w.row == nil {
			return known
		}
	}
	return nil
}
