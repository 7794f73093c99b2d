package canon

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// A writer appends JSON in the very bytes of encoding/json. Its first error stays.
//
// The members of an object are named with all that stands before their value: `,"id":"`. So each brings the comma before it, and the first
// one's becomes the brace.
type writer struct {
	b   []byte
	err error
}

func (w *writer) byte(c byte) { w.b = append(w.b, c) }

// object ends an object whose members were written from a place on.
func (w *writer) object(from int) {
	if len(w.b) == from {
		w.b = append(w.b, '{', '}')
		return
	}
	w.b[from] = '{'
	w.b = append(w.b, '}')
}

// name begins a member of an object, whose value follows.
func (w *writer) name(name string) { w.b = append(w.b, name...) }

// item begins an item of an array, whose value follows.
func (w *writer) item(i int) {
	if i == 0 {
		w.b = append(w.b, '[')
		return
	}
	w.b = append(w.b, ',')
}

// any leaves a value to encoding/json.
func (w *writer) any(v any) {
	text, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("writing an object: %w", err)
	}
	w.b = append(w.b, text...)
}

// members writes an object whose names are no fields of ours, in their order.
func members[V any](w *writer, all map[string]V, value func(V)) {
	var few [4]string // usual ones have no more
	names := few[:0]
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	w.byte('{')
	for i, name := range names {
		if i > 0 {
			w.byte(',')
		}
		w.quote(name)
		w.byte(':')
		value(all[name])
	}
	w.byte('}')
}

// decoded writes decoded JSON. What is more than text, truth and lists of these is left to encoding/json.
func (w *writer) decoded(v any) {
	switch v := v.(type) {
	case string:
		w.quote(v)
	case bool:
		w.b = strconv.AppendBool(w.b, v)
	case []any:
		if v == nil {
			w.any(v)
			return
		}
		w.byte('[')
		for i, one := range v {
			if i > 0 {
				w.byte(',')
			}
			w.decoded(one)
		}
		w.byte(']')
	default:
		w.any(v)
	}
}

func (w *writer) quote(s string) {
	w.byte('"')
	w.rest(s)
}

// always writes a member that is text, whose name ends with the quote; text one that is there unless it is empty.
func (w *writer) always(name, value string) {
	w.b = append(w.b, name...)
	w.rest(value)
}

func (w *writer) text(name, value string) {
	if value != "" {
		w.b = append(w.b, name...)
		w.rest(value)
	}
}

// rest writes text whose first quote stands already. What needs escaping is left to encoding/json.
func (w *writer) rest(s string) {
	if !PlainText(s) {
		w.b = w.b[:len(w.b)-1]
		w.any(s)
		return
	}
	w.b = append(append(w.b, s...), '"')
}

func (w *writer) texts(name string, all []string) {
	if len(all) == 0 {
		return
	}
	w.name(name)
	for i, s := range all {
		w.item(i)
		w.quote(s)
	}
	w.byte(']')
}

// time writes a time unless it is none.
func (w *writer) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.b = append(append(w.b, name...), '"')
	if text, ok := appendSecond(w.b, t); ok {
		w.b = append(text, '"')
		return
	}
	text, err := t.AppendText(w.b)
	switch {
	case err == nil:
		w.b = append(text, '"')
	case w.err == nil:
		w.err = fmt.Errorf("writing a time: %w", err)
	}
}

func (w *writer) money(name string, m *Money) {
	if m == nil {
		return
	}
	w.b = append(append(w.b, name...), `{"amount":"`...)
	w.b = append(m.AppendAmount(w.b), '"')
	w.text(`,"currency":"`, m.Currency)
	w.byte('}')
}

// number writes a number unless it is empty. One that is more than digits and a point is left to encoding/json, which refuses what is none.
func (w *writer) number(name string, n json.Number) {
	if n == "" {
		return
	}
	w.name(name)
	point := 0
	for i := range len(n) {
		switch c := n[i]; {
		case c == '.' && i > 0 && point == 0:
			point = i
		case c < '0' || c > '9' || i == 1 && n[0] == '0':
			w.any(n)
			return
		}
	}
	if point > 0 && point == len(n)-1 {
		w.any(n)
		return
	}
	w.b = append(w.b, n...)
}
