package ads

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// A scan reads JSON from front to back, once and without reflection: long lists are what the model costs. It takes what Amazon sends and
// checks no more of it than it reads; what it does not understand it marks as bad, after which it reads nothing. A null leaves what it
// stands for as it was. Numbers stay text.
//
// What it reads are parts of one text, so that an item does not cost a dozen small ones. Whoever keeps one for long clones it.
type scan struct {
	b   []byte
	all string // b
	i   int
	bad bool
}

var errScan = errors.New("the JSON is broken, or not of the form that Amazon documents")

// A scanned value reads itself.
type scanned interface{ scan(s *scan) }

// unmarshal reads a whole text into a value.
func unmarshal(text []byte, into any) error {
	to, ok := into.(scanned)
	if !ok {
		return json.Unmarshal(text, into)
	}
	s := scan{b: text, all: string(text)}
	to.scan(&s)
	if s.peek(); s.bad || s.i < len(s.b) {
		return errScan
	}
	return nil
}

// peek is the next byte that is no blank; 0 at the end.
func (s *scan) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

func (s *scan) fail() { s.bad, s.i = true, len(s.b) }

// take goes past a byte, if it is the next.
func (s *scan) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

func (s *scan) want(c byte) {
	if !s.take(c) {
		s.fail()
	}
}

// null goes past a null.
func (s *scan) null() bool {
	if s.peek() == 'n' && bytes.HasPrefix(s.b[s.i:], []byte("null")) {
		s.i += 4
		return true
	}
	return false
}

// object calls field for each key; the value is field's to read, or is skipped where field says false.
func (s *scan) object(field func(key []byte) bool) {
	if s.null() {
		return
	}
	if s.want('{'); s.bad || s.take('}') {
		return
	}
	for {
		key := s.quoted()
		if s.want(':'); s.bad {
			return
		}
		if !field(key) {
			s.value()
		}
		if s.bad || !s.take(',') {
			break
		}
	}
	s.want('}')
}

// array calls item for each element, which is item's to read.
func (s *scan) array(item func()) {
	if s.null() {
		return
	}
	if s.want('['); s.bad || s.take(']') {
		return
	}
	for {
		item()
		if s.bad || !s.take(',') {
			break
		}
	}
	s.want(']')
}

// quoted goes past a string and returns what is between the quotes, escapes and all.
func (s *scan) quoted() []byte {
	if s.want('"'); s.bad {
		return nil
	}
	for from, at := s.i, s.i; ; {
		n := bytes.IndexByte(s.b[at:], '"')
		if n < 0 {
			s.fail()
			return nil
		}
		end := at + n
		escapes := 0
		for end-escapes > from && s.b[end-escapes-1] == '\\' {
			escapes++
		}
		if at = end + 1; escapes%2 == 0 {
			s.i = at
			return s.b[from:end]
		}
	}
}

// text reads a string.
func (s *scan) text(to *string) {
	if s.null() {
		return
	}
	from := s.i
	inner := s.quoted()
	switch {
	case s.bad:
	case plainText(inner):
		*to = s.all[s.i-1-len(inner) : s.i-1]
	case json.Unmarshal(s.b[from:s.i], to) != nil:
		s.fail()
	}
}

// plainText reports whether a string says what stands there: no escapes, no control characters, no byte beyond ASCII that might be broken.
func plainText(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '\\' || c >= 0x80 {
			return false
		}
	}
	return true
}

// number reads a number as text.
func (s *scan) number(to *json.Number) {
	if s.null() {
		return
	}
	c := s.peek()
	from := s.i
	for s.i < len(s.b) && (s.b[s.i] >= '0' && s.b[s.i] <= '9' || bytes.IndexByte([]byte("+-.eE"), s.b[s.i]) >= 0) {
		s.i++
	}
	if from == s.i || c != '-' && (c < '0' || c > '9') {
		s.fail()
		return
	}
	*to = json.Number(s.all[from:s.i])
}

// whole reads a whole number.
func (s *scan) whole(to *int) {
	var text json.Number
	if s.number(&text); s.bad || text == "" {
		return
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		s.fail()
		return
	}
	*to = n
}

// truth reads a boolean.
func (s *scan) truth(to **bool) {
	value := s.peek() == 't'
	word := "false"
	if value {
		word = "true"
	}
	switch {
	case s.null():
	case len(s.b)-s.i >= len(word) && string(s.b[s.i:s.i+len(word)]) == word:
		s.i += len(word)
		*to = &value
	default:
		s.fail()
	}
}

// texts reads an array of strings.
func (s *scan) texts(to *[]string) {
	s.array(func() {
		var one string
		s.text(&one)
		*to = append(*to, one)
	})
}

// value goes past any value and returns it.
func (s *scan) value() []byte {
	s.peek()
	from := s.i
	for depth := 0; ; {
		switch s.peek() {
		case '{', '[':
			depth++
			s.i++
		case '}', ']':
			depth--
			s.i++
		case '"':
			s.quoted()
		case ',', ':':
			s.i++
		case 0:
			s.fail()
			return nil
		default:
			for s.i < len(s.b) && bytes.IndexByte([]byte(",:]}\" \t\r\n[{"), s.b[s.i]) < 0 {
				s.i++
			}
		}
		if s.bad || depth < 0 {
			s.fail()
			return nil
		}
		if depth == 0 {
			return s.b[from:s.i]
		}
	}
}

// reflect reads a value that has no scan of its own.
func (s *scan) reflect(into any) {
	if text := s.value(); !s.bad && json.Unmarshal(text, into) != nil {
		s.fail()
	}
}
