package sigv4

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// appendCanonical writes the canonical request (AWS documentation, "Create a signed AWS API request", step 1).
func (s *Signature) appendCanonical(b []byte, r Request, rules Rules, payload string) ([]byte, *Fault) {
	b = append(append(b, r.Method...), '\n')
	b, ok := appendPath(b, r.Path, rules)
	if !ok {
		return nil, fault(Incomplete, "the path cannot be read in one way")
	}
	b = append(b, '\n')
	if b, ok = s.appendQuery(b, r.Query, rules); !ok {
		return nil, fault(Incomplete, "the query cannot be read in one way")
	}
	b = append(b, '\n')
	for _, name := range s.Signed {
		b = append(append(b, name...), ':')
		if name == "host" {
			b = appendTrimmed(b, r.Host)
		} else {
			values := r.Header[http.CanonicalHeaderKey(name)]
			if len(values) == 0 {
				return nil, fault(Incomplete, "a header that it lists is not there")
			}
			for i, v := range values {
				if i > 0 {
					b = append(b, ',')
				}
				b = appendTrimmed(b, v)
			}
		}
		b = append(b, '\n')
	}
	b = append(b, '\n')
	for i, name := range s.Signed {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	return append(append(b, '\n'), payload...), nil
}

// appendPath writes the canonical path.
func appendPath(b []byte, path string, rules Rules) ([]byte, bool) {
	if path == "" || path[0] != '/' {
		return nil, false
	}
	if rules.Twice {
		return appendEscaped(b, normal(path), true), true // what is escaped on the wire is escaped once more
	}
	plain, ok := unescape(path)
	if rules.Normal {
		plain = normal(plain)
	}
	return appendEscaped(b, plain, true), ok
}

// normal takes empty and dot segments out of a path (RFC 3986, section 5.2.4).
func normal(path string) string {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	last := ""
	for segment := range strings.SplitSeq(path[1:], "/") {
		switch last = segment; segment {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	out := "/" + strings.Join(kept, "/")
	if len(kept) > 0 && (last == "" || last == "." || last == "..") {
		out += "/"
	}
	return out
}

// appendQuery writes the canonical query: every pair decoded, escaped in the one way there is, and sorted; without the signature itself.
// A plus is a plus: clients that mean a space write %20 (C1).
func (s *Signature) appendQuery(b []byte, query string, rules Rules) ([]byte, bool) {
	if query == "" {
		return b, true
	}
	var pairs [][2]string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if s.InQuery && (name == "X-Amz-Signature" || rules.TokenApart && name == "X-Amz-Security-Token") {
			continue
		}
		plainName, ok1 := unescape(name)
		plainValue, ok2 := unescape(value)
		if !ok1 || !ok2 {
			return nil, false
		}
		pairs = append(pairs, [2]string{string(appendEscaped(nil, plainName, false)), string(appendEscaped(nil, plainValue, false))})
	}
	slices.SortFunc(pairs, func(x, y [2]string) int {
		if c := strings.Compare(x[0], y[0]); c != 0 {
			return c
		}
		return strings.Compare(x[1], y[1])
	})
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(append(b, p[0]...), '='), p[1]...)
	}
	return b, true
}

// appendTrimmed writes a header's value without white space around it and with one space for each run within.
func appendTrimmed(b []byte, v string) []byte {
	start, space := len(b), false
	for i := range len(v) {
		c := v[i]
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			space = true
			continue
		}
		if space && len(b) > start {
			b = append(b, ' ')
		}
		space = false
		b = append(b, c)
	}
	return b
}

// unescape decodes percent escapes. It reports false for a broken one.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		var v [1]byte
		if _, err := hex.Decode(v[:], []byte(s[i+1:i+3])); err != nil {
			return "", false
		}
		b = append(b, v[0])
		i += 2
	}
	return string(b), true
}

const upper = "0123456789ABCDEF"

// appendEscaped writes s with everything escaped but the unreserved characters (RFC 3986, section 2.3), and the slash where it may stand.
func appendEscaped(b []byte, s string, slash bool) []byte {
	for i := range len(s) {
		c := s[i]
		if letter(c) || c == '-' || c == '.' || c == '_' || c == '~' || slash && c == '/' {
			b = append(b, c)
			continue
		}
		b = append(b, '%', upper[c>>4], upper[c&15])
	}
	return b
}
