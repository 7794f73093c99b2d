package adsfake

import "strings"

// A nest writes values of one JSON object by their paths: "budgets[0].budgetType". Values that are in one object come one after another; of an
// array there is one element.
type nest struct {
	b     []byte
	open  []string // of the path so far
	first bool     // nothing stands in the innermost object yet
}

// at writes the key at a path, with what opens and closes before it. The value is the caller's to append.
func (n *nest) at(path string) {
	parts := strings.Split(path, ".")
	outer, key := parts[:len(parts)-1], parts[len(parts)-1]
	same := 0
	for same < len(outer) && same < len(n.open) && outer[same] == n.open[same] {
		same++
	}
	n.close(same)
	for _, part := range outer[same:] {
		name, list := strings.CutSuffix(part, "[0]")
		n.key(name)
		if list {
			n.b = append(n.b, '[')
		}
		n.b = append(n.b, '{')
		n.open, n.first = append(n.open, part), true
	}
	n.key(key)
}

func (n *nest) key(name string) {
	if !n.first {
		n.b = append(n.b, ',')
	}
	n.first = false
	n.b = append(appendString(n.b, name), ':')
}

// close ends the objects that are deeper than a depth.
func (n *nest) close(depth int) {
	for len(n.open) > depth {
		last := len(n.open) - 1
		n.b = append(n.b, '}')
		if strings.HasSuffix(n.open[last], "[0]") {
			n.b = append(n.b, ']')
		}
		n.open = n.open[:last]
		n.first = false
	}
}

// raw writes a value that is JSON already.
func (n *nest) raw(path string, value []byte) {
	n.at(path)
	n.b = append(n.b, value...)
}

// text writes a string.
func (n *nest) text(path, value string) {
	n.at(path)
	n.b = appendString(n.b, value)
}
