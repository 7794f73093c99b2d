package stencil

import "strings"

// cut takes an item apart at its holes: the ways to them, and the way to its end. What stands in the holes is in the slots then. There is
// nothing where the item is no JSON.
func (s *Set) cut(item string, holes []*hole) []*way {
	item = strings.Clone(item) // it is a part of a whole page
	s.slots = s.slots[:0]
	var ways []*way
	key, from := "", 0
	take := func(number bool, begin, end int) {
		for _, h := range holes {
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
			ways = append(ways, &way{text: item[from:begin], hole: h, nth: nth})
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
			end := at + len((&hole{Hole: Hole{Number: true}}).value(item[at:]))
			take(true, at, end)
			at = end
		default:
			at++
		}
	}
	return append(ways, &way{text: item[from:]})
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
