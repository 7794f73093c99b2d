package stencil

import "strings"

// A step is a stretch of an item, and the hole behind it; nil for the item's end.
type step struct {
	text string
	hole *hole
	nth  int // which value of the hole's key it is
}

// cut takes an item apart at its holes, and puts what stands in these into the slots. There is nothing where the item is no JSON.
func (s *Set) cut(item string) (steps []step) {
	item = strings.Clone(item) // it is a part of a whole page
	s.slots = s.slots[:0]
	key, from := "", 0
	take := func(number bool, begin, end int) {
		for _, h := range s.holes {
			if h.Key != key || h.Number != number || begin == end {
				continue
			}
			nth := 0
			for i := range s.slots {
				if s.slots[i].hole == h {
					nth++
				}
			}
			s.slot(h, nth, item[begin:end])
			steps = append(steps, step{item[from:begin], h, nth})
			from = end
		}
	}
	for at := 0; at < len(item); {
		switch c := item[at]; {
		case c == '"':
			end := quoted(item, at)
			if end < 0 {
				return nil
			}
			if rest := strings.TrimLeft(item[end:], " \t\r\n"); rest != "" && rest[0] == ':' {
				key = item[at+1 : end-1]
			} else {
				take(false, at+1, end-1)
			}
			at = end
		case c == '-' || c >= '0' && c <= '9':
			end := at + number(item[at:])
			take(true, at, end)
			at = end
		default:
			at++
		}
	}
	return append(steps, step{text: item[from:]})
}

// quoted is where the text that begins at a quote ends; -1 for nowhere.
func quoted(item string, at int) int {
	for at++; at < len(item); at++ {
		switch item[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return -1
}

// number is how long the number is that a text begins with.
func number(text string) (n int) {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return 0
	}
	for n < len(text) && (text[n] >= '0' && text[n] <= '9' || text[n] == '.' || text[n] == '-' || text[n] == '+' || text[n]|0x20 == 'e') {
		n++
	}
	return n
}
