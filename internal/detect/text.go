package detect

import (
	"bytes"
	"encoding/binary"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// decode makes one kind of text of what editors, spreadsheets and clipboards leave: byte order marks, UTF-16, odd blanks and line ends,
// invisible characters, and the hyphens and bars that word processors put in place of the real ones.
func decode(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		return normal(wide(text[2:], binary.LittleEndian))
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return normal(wide(text[2:], binary.BigEndian))
	case len(text) >= 8 && text[1] == 0 && text[3] == 0 && text[0] != 0: // UTF-16 without a mark, as PowerShell's > writes it
		return normal(wide(text, binary.LittleEndian))
	}
	return normal(string(text))
}

func wide(text []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return string(utf16.Decode(units))
}

func normal(s string) string {
	if plainASCII(s) {
		return strings.Trim(s, " \t\r\n")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, r == '\ufeff', r == '\u00ad', r >= '\u200b' && r <= '\u200f', r == '\u2060', r >= '\u202a' && r <= '\u202e':
			return -1
		case r == '\u2028', r == '\u2029', r == '\u0085', r == '\v', r == '\f':
			return '\n'
		case r == '\n', r == '\t', r == '\r':
			return r
		case r == 0x1b:
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r >= '\u2010' && r <= '\u2013', r == '\u2212', r == '\uff0d':
			return '-'
		case r == '\u2223', r == '\uff5c', r == '\u00a6':
			return '|'
		case r >= '\u2018' && r <= '\u201b', r == '\u2032':
			return '\''
		case r >= '\u201c' && r <= '\u201f', r == '\u00ab', r == '\u00bb', r == '\u2033':
			return '"'
		case r == '\uff1a':
			return ':'
		case r == '\uff1d':
			return '='
		}
		return r
	}, s)
	return strings.Trim(s, " \t\r\n")
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

// unescape undoes what a form or a shell did to a value, at most twice, and says whether it did anything.
func unescape(s string) (string, bool) {
	did := false
	for range 2 {
		if !strings.Contains(s, "%") {
			break
		}
		t, err := url.PathUnescape(s)
		if err != nil || t == s || !plainASCII(t) || strings.ContainsAny(t, " \t\r\n") {
			break
		}
		s, did = t, true
	}
	return s, did
}

// fold spells a name the one way that Recognisers know: "AWSAccessKeyId", "Access key ID" and "access-key-id" each become words in lower
// case with single underscores between.
func fold(name string) string {
	var b strings.Builder
	b.Grow(len(name) + 4)
	runes := []rune(name)
	gap := false
	for i, r := range runes {
		switch {
		case unicode.IsUpper(r):
			after := i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]))
			first := i > 0 && i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1])
			if (after || first || gap) && b.Len() > 0 {
				b.WriteByte('_')
			}
			b.WriteRune(unicode.ToLower(r))
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			b.WriteRune(r)
		default:
			gap = true
			continue
		}
		gap = false
	}
	return b.String()
}

// unknown tells what a text is that holds no key of Amazon's, as far as that can be told.
func unknown(text string, fields []field) problem.Problem {
	switch {
	case strings.Contains(text, "-----BEGIN") && strings.Contains(text, "PRIVATE KEY"):
		return problem.New(problem.DetectPrivateKey)
	case strings.Contains(text, "-----BEGIN"):
		return problem.New(problem.DetectPublicKey)
	}
	for _, f := range fields {
		if strings.HasPrefix(f.Text, "lkp_") || strings.HasPrefix(f.Text, "lkt_") || strings.HasPrefix(f.Text, "lko_") {
			return problem.New(problem.DetectOwnPass)
		}
	}
	return problem.New(problem.DetectNothing)
}
