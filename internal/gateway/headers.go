package gateway

import (
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Headers of ours in a request.
const (
	headerGrant  = "Lockkeeper-Grant"
	headerRegion = "Lockkeeper-Region"
)

// dropped are the headers of a request that never go on to Amazon, whatever the program: credentials, what belongs to this
// hop alone (RFC 9110, section 7.6.1), what tells of the caller's own network, and what would make Amazon read another
// method than policy did.
var dropped = []string{
	"Authorization", "Cookie", "Host", "Content-Length", "Expect", "Origin", "Referer",
	"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings",
	"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "X-Original-Url", "X-Rewrite-Url", "X-Original-Host",
	"X-Http-Method-Override", "X-Http-Method", "X-Method-Override",
}

// droppedPrefixes are beginnings of such headers.
var droppedPrefixes = []string{"X-Amz-", "X-Forwarded-", "Proxy-", "Lockkeeper-"}

// rules say what becomes of a header, by its canonical spelling: nil drops it, else it is a selector of some program.
type rules map[string]*amazon.Selector

func newRules(programs []*program) rules {
	r := rules{}
	for _, name := range dropped {
		r[name] = nil
	}
	for _, p := range programs {
		for i := range p.desc.Headers.Selector {
			s := &p.desc.Headers.Selector[i]
			r[oneSpelling(s.Header)] = s
		}
	}
	for _, p := range programs { // after the selectors: what carries a credential anywhere is dropped everywhere
		for _, name := range p.desc.Headers.Credential {
			r[oneSpelling(name)] = nil
		}
	}
	return r
}

// oneSpelling is the spelling that decides what a header is. Servers behind Amazon's front may read an underscore as a hyphen
// (CVE-2025-64484), so both are one here. A name in that spelling is returned without a copy.
func oneSpelling(name string) string {
	if strings.IndexByte(name, '_') >= 0 {
		name = strings.ReplaceAll(name, "_", "-")
	}
	return http.CanonicalHeaderKey(name)
}

// A selected account, as one selector header names it.
type selected struct {
	selector *amazon.Selector
	value    string
}

// clean takes out of h, in place, everything that must not reach Amazon, and returns what its selectors of this program say.
// A selector stands once, in its own spelling, with a value that it can have; those of other programs are dropped.
func (r rules) clean(h http.Header, d *amazon.Descriptor) ([]selected, *problem.Problem) {
	for _, v := range h["Connection"] { // first: what it names ends here, and ours are set later (Fabio, CVE-2025-48865)
		for name := range strings.SplitSeq(v, ",") {
			if key := oneSpelling(strings.TrimSpace(name)); key != "" {
				if s := r[key]; s != nil {
					continue // a selector is not lost by being named: it is taken, or refused, below
				}
				dropSpellings(h, key)
			}
		}
	}
	var out []selected
	for name, values := range h {
		key := oneSpelling(name)
		s, known := r[key]
		switch {
		case known && s == nil, hasDroppedPrefix(key):
			delete(h, name)
		case known:
			delete(h, name)
			if !owns(d, s) {
				continue
			}
			got, p := read(s, name, values)
			if p != nil {
				return nil, p
			}
			if got == "" {
				continue
			}
			for _, other := range out {
				if other.selector == s {
					return nil, refusal(problem.GatewaySelectorRepeated)
				}
			}
			out = append(out, selected{s, got})
		}
	}
	return out, nil
}

// read takes the value of a selector. An empty one selects nothing: some clients always send the header.
func read(s *amazon.Selector, name string, values []string) (string, *problem.Problem) {
	if len(values) != 1 {
		return "", refusal(problem.GatewaySelectorRepeated)
	}
	if strings.IndexByte(name, '_') >= 0 || name != oneSpelling(name) {
		return "", refusal(problem.GatewaySelectorMalformed)
	}
	v := strings.Trim(values[0], " \t")
	if len(v) > 128 {
		return "", refusal(problem.GatewaySelectorMalformed)
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		digit := c >= '0' && c <= '9'
		token := digit || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_'
		if !digit && (s.Pattern == "digits" || !token) {
			return "", refusal(problem.GatewaySelectorMalformed)
		}
	}
	return v, nil
}

func owns(d *amazon.Descriptor, s *amazon.Selector) bool {
	for i := range d.Headers.Selector {
		if &d.Headers.Selector[i] == s || oneSpelling(d.Headers.Selector[i].Header) == oneSpelling(s.Header) {
			return true
		}
	}
	return false
}

func hasDroppedPrefix(key string) bool {
	for _, p := range droppedPrefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// dropSpellings deletes every spelling of key.
func dropSpellings(h http.Header, key string) {
	delete(h, key)
	for name := range h {
		if oneSpelling(name) == key {
			delete(h, name)
		}
	}
}

// cleanAnswer takes out of an answer's header, in place, what must not reach a caller. Egress has done so already for what
// speaks of the connection; this holds also for what Amazon's side could use to speak for Lockkeeper or to a browser.
func cleanAnswer(h http.Header) {
	for name := range h {
		switch name {
		case "Set-Cookie", "Set-Cookie2", "Alt-Svc", "Connection", "Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade", "Te":
			delete(h, name)
			continue
		}
		if strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "Access-Control-") || strings.HasPrefix(name, "Lockkeeper-") {
			delete(h, name)
		}
	}
}
