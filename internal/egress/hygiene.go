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

// outgoing copies the headers that may leave, then puts the injected ones on, once each and last.
func (d *Door) outgoing(c *amazon.Call) (http.Header, error) {
	out := make(http.Header, len(c.Header)+len(c.Inject.Headers)+2)
	named := connectionNamed(c.Header)
	for name, values := range c.Header {
		key := canonical(name)
		if always[key] || outward[key] || d.ours[key] || named[key] || strings.HasPrefix(key, "X-Amz-") || strings.HasPrefix(key, "Lockkeeper-") {
			continue
		}
		if !validName(name) {
			return nil, errRequest.With("a header's name is malformed")
		}
		for _, v := range values {
			if !validValue(v) {
				return nil, errRequest.With("header %s has a value that no header can have", key)
			}
		}
		out[textproto.CanonicalMIMEHeaderKey(name)] = values
	}
	for _, f := range c.Inject.Headers {
		v := f.Prefix + f.Value.Reveal()
		if !validName(f.Name) || !validValue(v) {
			return nil, errRequest.With("the value to inject as %s is no header value", canonical(f.Name))
		}
		out[textproto.CanonicalMIMEHeaderKey(f.Name)] = []string{v}
	}
	return out, nil
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

// validName reports whether s is a token (RFC 9110, section 5.6.2).
func validName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// validValue reports whether s can stand in a header: no control characters but the tab, so no line of its own.
func validValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
