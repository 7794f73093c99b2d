package ads

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/bits"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// A scan reads JSON from front to back, once and without reflection: long lists are what the model costs. It takes what Amazon sends and
// checks no more of it than it reads; what it does not understand it marks as bad, after which it reads nothing. A null leaves what it
// stands for as it was. Numbers stay text.
//
// What it reads are parts of one text, so that an item does not cost a dozen small ones. Whoever keeps one for long clones it.
type scan struct {
	b   []byte
	all string // b, as which nobody may change it
	i   int
	bad bool
}

var errScan = errors.New("the JSON is broken, or not of the form that Amazon documents")

// scanOf reads a text that nobody changes any more, as answers are: a copy of each page would be a tenth of what it costs to read one.
func scanOf(text []byte) scan {
	return scan{b: text, all: textOf(text)}
}

func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// peek is the next byte that is no blank; 0 at the end.
func (s *scan) peek() byte {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return s.b[s.i]
	}
	return s.pastBlanks()
}

func (s *scan) pastBlanks() byte {
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

// object calls field for each key; the value is field's to read, or is skipped where field says false. A key whose value is null is as one
// that is not there.
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
		if !s.null() && !field(key) {
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
	inner, _ := s.string()
	return inner
}

// string goes past a string and tells besides whether it says what stands there: no escapes, no control characters, no byte beyond ASCII that
// is broken. It looks at eight bytes at once.
func (s *scan) string() (inner []byte, plain bool) {
	if s.i < len(s.b) && s.b[s.i] == '"' {
		s.i++
	} else if s.want('"'); s.bad {
		return nil, false
	}
	from := s.i
	for at := from; at+8 <= len(s.b); at += 8 {
		found := notPlain(binary.LittleEndian.Uint64(s.b[at:]))
		if found == 0 {
			continue
		}
		if end := at + bits.TrailingZeros64(found)/8; s.b[end] == '"' {
			s.i = end + 1
			return s.b[from:end], true
		}
		break
	}
	return s.escaped()
}

// notPlain has the top bit of the first of eight bytes that ends a plain string: a quote, or what makes it no plain one. Bytes above that one
// may be marked though they are plain.
func notPlain(x uint64) uint64 {
	const ones = 0x0101010101010101
	quote, back := x^'"'*ones, x^'\\'*ones
	return (x | (x-' '*ones)&^x | (quote-ones)&^quote | (back-ones)&^back) & (0x80 * ones)
}

// escaped is string for what may be more than plain, and for what ends near the end.
func (s *scan) escaped() (inner []byte, plain bool) {
	for from, at := s.i, s.i; ; {
		n := bytes.IndexByte(s.b[at:], '"')
		if n < 0 {
			s.fail()
			return nil, false
		}
		end := at + n
		escapes := 0
		for end-escapes > from && s.b[end-escapes-1] == '\\' {
			escapes++
		}
		if at = end + 1; escapes%2 == 0 {
			s.i = at
			return s.b[from:end], plainText(s.b[from:end])
		}
	}
}

// text reads a string.
func (s *scan) text(to *string) {
	if s.null() {
		return
	}
	from := s.i
	inner, plain := s.string()
	switch {
	case s.bad:
	case plain:
		*to = s.all[s.i-1-len(inner) : s.i-1]
	default:
		*to = s.unquote(s.b[from:s.i])
	}
}

// unquote reads a string that is more than plain.
func (s *scan) unquote(text []byte) (out string) {
	if json.Unmarshal(text, &out) != nil {
		s.fail()
	}
	return out
}

// plainText reports whether a string says what stands there.
func plainText(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(b)
}

// number reads a number as text.
func (s *scan) number(to *json.Number) {
	if s.null() {
		return
	}
	c := s.peek()
	from := s.i
	for s.i < len(s.b) && ofNumber(s.b[s.i]) {
		s.i++
	}
	if from == s.i || c != '-' && (c < '0' || c > '9') {
		s.fail()
		return
	}
	*to = json.Number(s.all[from:s.i])
}

func ofNumber(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
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

// flag reads a boolean.
func (s *scan) flag() bool {
	value := s.peek() == 't'
	word := "false"
	if value {
		word = "true"
	}
	if !bytes.HasPrefix(s.b[s.i:], []byte(word)) {
		s.fail()
		return false
	}
	s.i += len(word)
	return value
}

// truth reads one that need not be there.
func (s *scan) truth(to **bool) {
	value := s.flag()
	*to = &value
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

// pair reads two strings of an object.
func (s *scan) pair(one string, first *string, two string, second *string) func([]byte) bool {
	return func(key []byte) bool {
		switch string(key) {
		case one:
			s.text(first)
		case two:
			s.text(second)
		default:
			return false
		}
		return true
	}
}

// inside reads the one key of an object that counts.
func (s *scan) inside(name string, read func()) {
	s.object(func(key []byte) bool {
		if string(key) != name {
			return false
		}
		read()
		return true
	})
}
