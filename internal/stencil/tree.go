package stencil

import "strings"

// A node is a place in items. All items that are known are in one tree, so that each byte of another is compared once, however many there are.
type node struct {
	branches []branch // the text that follows; no two begin with the same byte
	hole     *hole    // a value follows where no branch does; nil for none
	nth      int      // which value of the hole's key it is
	behind   *node    // the value
	row      *stencil // the item ends here
}

type branch struct {
	text string
	to   *node
}

// find follows an item to its end, and puts what stands in its holes into the slots.
func (s *Set) find(text string) (by *stencil, length int) {
	s.slots = s.slots[:0]
	at, n := 0, &s.root
	for n.row == nil {
		if b := n.branch(text[at:]); b != nil {
			at, n = at+len(b.text), b.to
			continue
		}
		if n.hole == nil {
			return nil, 0
		}
		value := n.hole.value(text[at:])
		if value == "" {
			return nil, 0
		}
		s.slot(n.hole, n.nth, value)
		at, n = at+len(value), n.behind
	}
	return n.row, at
}

// branch is the one that a text follows.
func (n *node) branch(text string) *branch {
	for i := range n.branches {
		if b := &n.branches[i]; text != "" && b.text[0] == text[0] {
			if strings.HasPrefix(text, b.text) {
				return b
			}
			return nil
		}
	}
	return nil
}

// value is what text begins with: a number, or all up to a quote.
func (h *hole) value(text string) string {
	if !h.Number {
		return text[:max(0, strings.IndexByte(text, '"'))]
	}
	return text[:number(text)]
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

// add takes an item that was cut into the tree.
func (n *node) add(steps []step, row *stencil) {
	for _, s := range steps {
		if n = n.along(s.text); s.hole == nil {
			break
		}
		if n.behind == nil {
			n.hole, n.nth, n.behind = s.hole, s.nth, &node{}
		}
		n = n.behind
	}
	n.row = row
}

// along is where a text leads, which becomes a part of the tree as far as it is none.
func (n *node) along(text string) *node {
	for i := 0; i < len(n.branches) && text != ""; i++ {
		b := &n.branches[i]
		same := common(b.text, text)
		if same == 0 {
			continue
		}
		if same < len(b.text) {
			fork := &node{branches: []branch{{b.text[same:], b.to}}}
			b.text, b.to = b.text[:same], fork
		}
		n, text, i = b.to, text[same:], -1
	}
	if text != "" {
		to := &node{}
		n.branches = append(n.branches, branch{text, to})
		n = to
	}
	return n
}

// common is how many bytes two texts begin with alike.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
