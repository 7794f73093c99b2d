package paapi

import (
	"bytes"
	"unicode/utf8"
)

// space passes over white space (RFC 8259, section 2).
func (t *turner) space() {
	for t.at < len(t.in) {
		switch t.in[t.at] {
		case ' ', '\t', '\r', '\n':
			t.at++
		default:
			return
		}
	}
}

// text reads a string and returns it as it stands, with its quotes.
func (t *turner) text() ([]byte, error) {
	start, plain := t.at, true
	for t.at++; t.at < len(t.in); t.at++ {
		switch c := t.in[t.at]; {
		case c == '"':
			t.at++
			if all := t.in[start:t.at]; plain || utf8.Valid(all) {
				return all, nil
			}
			return nil, errJSON
		case c < ' ':
			return nil, errJSON
		case c >= utf8.RuneSelf:
			plain = false
		case c == '\\':
			if t.at++; t.at == len(t.in) {
				return nil, errJSON
			}
			if t.in[t.at] != 'u' {
				if bytes.IndexByte([]byte(`"\/bfnrt`), t.in[t.at]) < 0 {
					return nil, errJSON
				}
				continue
			}
			for range 4 {
				if t.at++; t.at == len(t.in) || !hexDigit(t.in[t.at]) {
					return nil, errJSON
				}
			}
		}
	}
	return nil, errJSON
}

func hexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// word reads a literal.
func (t *turner) word(w string) error {
	if !bytes.HasPrefix(t.in[t.at:], []byte(w)) {
		return errJSON
	}
	t.at += len(w)
	return nil
}

// number writes a number as it stands (section 6): prices keep every digit that Amazon sent.
func (t *turner) number() error {
	start := t.at
	t.accept('-')
	if !t.accept('0') && t.digits() == 0 {
		return errJSON
	}
	if t.accept('.') && t.digits() == 0 {
		return errJSON
	}
	if t.accept('e') || t.accept('E') {
		if !t.accept('+') {
			t.accept('-')
		}
		if t.digits() == 0 {
			return errJSON
		}
	}
	t.out = append(t.out, t.in[start:t.at]...)
	return nil
}

func (t *turner) accept(c byte) bool {
	if t.at < len(t.in) && t.in[t.at] == c {
		t.at++
		return true
	}
	return false
}

func (t *turner) digits() (n int) {
	for t.at < len(t.in) && t.in[t.at] >= '0' && t.in[t.at] <= '9' {
		t.at++
		n++
	}
	return n
}
