package egress

import (
	"net/http"
	"net/textproto"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// always are the headers that no call carries out and no answer carries back by itself: they speak of one connection
// (RFC 9110, section 7.6.1), of a proxy, or of framing, which is written anew.
var always = map[string]bool{
	"Connection": true, "Proxy-Connection": true, "Keep-Alive": true, "Te": true, "Trailer": true, "Transfer-Encoding": true,
	"Upgrade": true, "Proxy-Authorization": true, "Proxy-Authenticate": true, "Http2-Settings": true,
}

// outward are further headers that a call must not carry: credentials, and what tells about the hop before us.
var outward = map[string]bool{
	"Authorization": true, "Cookie": true, "Content-Length": true, "Host": true, "Expect": true,
	"Forwarded": true, "X-Forwarded-For": true, "X-Forwarded-Host": true, "X-Forwarded-Proto": true, "X-Forwarded-Port": true,
	"X-Real-Ip": true, "Via": true, "Origin": true, "Referer": true,
}

// inward are further headers that an answer does not bring to a caller: Amazon's cookies belong to nobody, and Alt-Svc would
// lead software past Lockkeeper.
var inward = map[string]bool{"Set-Cookie": true, "Set-Cookie2": true, "Alt-Svc": true}

// canonical is the one spelling that decides what a header is: "x_amz-DATE" is X-Amz-Date. Servers behind Amazon's front may
// treat an underscore as a hyphen (CVE-2025-64484).
func canonical(name string) string {
	if strings.IndexByte(name, '_') >= 0 {
		name = strings.ReplaceAll(name, "_", "-")
	}
	return textproto.CanonicalMIMEHeaderKey(name)
}

// appendHeaders writes the headers that may leave, then the injected ones, once each and last. It reports which of two headers, for
// which we have a default, a call brought along.
func (d *Door) appendHeaders(b []byte, c *amazon.Call) (_ []byte, agent, kind bool, err error) {
	named := connectionNamed(c.Header)
	for name, values := range c.Header {
		key := canonical(name)
		if d.held[key] || named[key] || strings.HasPrefix(key, "X-Amz-") || strings.HasPrefix(key, "Lockkeeper-") || injected(c, key) {
			continue
		}
		if !validName(name) {
			return nil, false, false, errRequest.With("a header's name is malformed")
		}
		for _, v := range values {
			if !validValue(v) {
				return nil, false, false, errRequest.With("header %s has a value that no header can have", key)
			}
			b = appendHeader(b, name, "", v)
		}
		agent = agent || key == "User-Agent"
		kind = kind || key == "Content-Type"
	}
	for i, f := range c.Inject.Headers {
		v := f.Value.Reveal()
		if !validName(f.Name) || !validValue(v) || !validValue(f.Prefix) || !validValue(f.Suffix) || twice(c.Inject.Headers, i) {
			return nil, false, false, errRequest.With("what is to be injected as %s cannot stand in a header", canonical(f.Name))
		}
		b = appendHeader(b, f.Name, f.Prefix, v+f.Suffix)
	}
	return b, agent, kind, nil
}

// injected reports whether a header of that canonical name is among those that we set.
func injected(c *amazon.Call, key string) bool {
	for i := range c.Inject.Headers {
		if name := c.Inject.Headers[i].Name; len(name) == len(key) && strings.EqualFold(name, key) {
			return true
		}
	}
	return false
}

// twice reports whether the i-th of the fields has the name of an earlier one.
func twice(fields []amazon.Field, i int) bool {
	for _, f := range fields[:i] {
		if strings.EqualFold(f.Name, fields[i].Name) {
			return true
		}
	}
	return false
}

func appendHeader(b []byte, name, prefix, value string) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(append(b, prefix...), value...), "\r\n"...)
}

// incoming cleans an answer's header in place.
func incoming(h http.Header) http.Header {
	for name := range connectionNamed(h) {
		h.Del(name)
	}
	for name := range h {
		if always[name] || inward[name] || strings.HasPrefix(name, "Lockkeeper-") {
			delete(h, name)
		}
	}
	return h
}

// connectionNamed are the headers that Connection names, which makes them end here (RFC 9110, section 7.6.1).
func connectionNamed(h http.Header) map[string]bool {
	values := h["Connection"]
	if len(values) == 0 {
		return nil
	}
	named := map[string]bool{}
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			if name = strings.TrimSpace(name); name != "" {
				named[canonical(name)] = true
			}
		}
	}
	return named
}

// tokenChars are the characters of a token (RFC 9110, section 5.6.2).
var tokenChars = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = !strings.ContainsRune("\"(),/:;<=>?@[\\]{}", c)
	}
	return t
}()

// validName reports whether s is a token, as the names of headers and methods are.
func validName[T string | []byte](s T) bool {
	for i := range len(s) {
		if !tokenChars[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

// validValue reports whether s can stand in a header: no control characters but the tab, so no line of its own.
func validValue[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
