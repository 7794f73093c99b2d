package canon

import (
	"encoding/binary"
	"time"
	"unicode/utf8"
)

// Eight bytes at once: each of these stands in every byte of a word.
const (
	ones  = 0x0101010101010101
	tops  = 0x80 * ones
	space = ' ' * ones
)

// PlainText reports whether text stands in JSON as it is, the way encoding/json writes it: without controls, quotes, backslashes and what HTML or
// JavaScript would mistake.
func PlainText(s string) bool {
	if plainASCII(s) {
		return true
	}
	for _, r := range s {
		switch {
		case r < ' ', r == '"', r == '\\', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029':
			return false
		}
	}
	return utf8.ValidString(s)
}

// plainASCII is PlainText for ASCII alone. Lists are mostly names, ids and words, so it looks at eight bytes in one go.
func plainASCII(s string) bool {
	if len(s) < 8 {
		for i := range len(s) {
			if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
				return false
			}
		}
		return true
	}
	i := 0
	for ; i < len(s)-8; i += 8 {
		if odd(word(s[i:])) {
			return false
		}
	}
	return !odd(word(s[len(s)-8:])) // some bytes are looked at twice
}

// word is the first eight bytes of a text.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// odd reports whether one of eight bytes is none that stands as it is. In each test the top bit of a byte tells; a borrow of the byte below
// may set one too, but only where that one is set already.
func odd(x uint64) bool {
	and := (x | 0x04*ones) ^ '&'*ones   // '"' and '&'
	angle := (x | 0x02*ones) ^ '>'*ones // '<' and '>'
	back := x ^ '\\'*ones
	found := x | (x-space)&^x | (and-ones)&^and | (angle-ones)&^angle | (back-ones)&^back
	return found&tops != 0
}

// appendSecond appends a time of UTC without a fraction as RFC 3339, as Amazon's are. Of others ok is false.
func appendSecond(b []byte, t time.Time) (text []byte, ok bool) {
	if t.Location() != time.UTC || t.Nanosecond() != 0 {
		return b, false
	}
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return b, false
	}
	hour, minute, second := t.Clock()
	two := func(at, n int) { binary.LittleEndian.PutUint16(b[at:], uint16('0'+n/10)|uint16('0'+n%10)<<8) }
	at := len(b)
	b = append(b, "0000-00-00T00:00:00Z"...)
	two(at, year/100)
	two(at+2, year%100)
	two(at+5, int(month))
	two(at+8, day)
	two(at+11, hour)
	two(at+14, minute)
	two(at+17, second)
	return b, true
}
