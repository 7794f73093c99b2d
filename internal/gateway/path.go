package gateway

import "unicode/utf8"

// Why a path was refused. The words hold nothing of the path: an error must not echo what was sent (CVE-2025-4166).
const (
	pathForm      = "it is not an absolute path"
	pathCharacter = "it holds a character that no Amazon path has"
	pathEscape    = "it holds a percent escape of a slash, dot, semicolon, percent sign or control character, or a broken one"
	pathSegment   = "it holds an empty segment or one made of dots"
	pathSpelling  = "it differs from a listed operation only in letter case or by a slash at its end"
)

// pathRaw are the bytes that may stand in a path as they are: pchar of RFC 3986 without ";", which some servers take for
// the start of path parameters ("/a;b" and "/a", "..;/" and "../"), and without "." and "/", which are looked at one by one.
var pathRaw = func() (ok [256]bool) {
	for c := byte('a'); c <= 'z'; c++ {
		ok[c] = true
	}
	for c := byte('A'); c <= 'Z'; c++ {
		ok[c] = true
	}
	for c := byte('0'); c <= '9'; c++ {
		ok[c] = true
	}
	for _, c := range []byte("-_~!$&'()*+,=:@") {
		ok[c] = true
	}
	return ok
}()

// canonicalPath returns the one spelling of a path as it stands in a request, or why there is none. It decodes escapes that
// need not be (RFC 3986 6.2.2.2) and writes the others in upper case; whatever two servers could read in two ways is refused
// rather than mended, so that what policy matched is what Amazon gets. A path that is canonical already is returned as it is.
func canonicalPath(raw string) (path, why string) {
	if raw == "" || raw[0] != '/' {
		return "", pathForm
	}
	var buf []byte  // nil while nothing had to change
	high := false   // some escape was of a byte over 0x7F
	dots, n := 0, 0 // of the segment so far
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '/':
			if i > 0 && n == 0 || n > 0 && dots == n {
				return "", pathSegment
			}
			dots, n = 0, 0
		case c == '.':
			dots++
			n++
		case pathRaw[c]:
			n++
		case c == '%':
			v, ok := unhex(raw, i)
			if !ok || v < 0x20 || v == 0x7f || v == '/' || v == '\\' || v == '.' || v == ';' || v == '%' || v == '#' || v == '?' {
				return "", pathEscape
			}
			if buf == nil {
				buf = append(make([]byte, 0, len(raw)), raw[:i]...)
			}
			if pathRaw[v] {
				buf = append(buf, v)
			} else {
				buf = append(buf, '%', upperHex[v>>4], upperHex[v&15])
				high = high || v >= 0x80
			}
			n++
			i += 2
			continue
		default:
			return "", pathCharacter
		}
		if buf != nil {
			buf = append(buf, c)
		}
	}
	if len(raw) > 1 && (n == 0 || dots == n) { // a slash at the end is an empty last segment
		return "", pathSegment
	}
	if buf == nil {
		return raw, ""
	}
	if high && !decodesToUTF8(buf) { // overlong forms such as %C0%AF hide a slash
		return "", pathEscape
	}
	return string(buf), ""
}

const upperHex = "0123456789ABCDEF"

// unhex reads the escape that begins at s[i].
func unhex(s string, i int) (byte, bool) {
	if i+2 >= len(s) {
		return 0, false
	}
	hi, ok1 := hexDigit(s[i+1])
	lo, ok2 := hexDigit(s[i+2])
	return hi<<4 | lo, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// decodesToUTF8 reports whether the escapes of a canonical path stand for well-formed UTF-8.
func decodesToUTF8(path []byte) bool {
	plain := make([]byte, 0, len(path))
	s := string(path)
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			v, _ := unhex(s, i)
			plain = append(plain, v)
			i += 2
			continue
		}
		plain = append(plain, s[i])
	}
	return utf8.Valid(plain)
}

// cleanQuery reports whether a raw query may go on as it is. It is never changed: order and escapes are the caller's.
func cleanQuery(raw string) bool {
	for i := 0; i < len(raw); i++ {
		if c := raw[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return true
}
