package canon

import (
	"encoding/json"
	"fmt"
	"time"
)

// A writer appends JSON in the very bytes of encoding/json. Its first error stays.
type writer struct {
	b   []byte
	err error
}

func (w *writer) byte(c byte) { w.b = append(w.b, c) }

// name begins a member of an object, whose value follows. What is not the first comes after a comma.
func (w *writer) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

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

// always writes a member that is text, text one that is there unless it is empty.
func (w *writer) always(name, value string) {
	w.name(name)
	w.quote(value)
}

func (w *writer) text(name, value string) {
	if value != "" {
		w.always(name, value)
	}
}

// quote writes text. What needs escaping is left to encoding/json.
func (w *writer) quote(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			w.any(s)
			return
		}
	}
	w.b = append(append(append(w.b, '"'), s...), '"')
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
	w.name(name)
	w.byte('"')
	text, err := t.AppendText(w.b)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("writing a time: %w", err)
	}
	w.b = append(text, '"')
}

func (w *writer) money(name string, m *Money) {
	if m == nil {
		return
	}
	w.name(name)
	w.b = append(w.b, `{"amount":"`...)
	w.b = append(m.AppendAmount(w.b), '"')
	w.text("currency", m.Currency)
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
