package gateway

import (
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// loopback are the host names that the gateway always answers for.
var loopback = []string{"localhost", "127.0.0.1", "::1"}

// admit refuses what is no plain request of software to this gateway, before anything of it is believed. It returns the host
// of Amazon's that the request was sent to, if it was one.
func (q *request) admit() (hostAs, *problem.Problem) {
	r := q.r
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return hostAs{}, refusal(problem.GatewayMethodRefused)
	}
	if !strings.HasPrefix(q.target(), "/") { // absolute-form, authority-form, asterisk-form (RFC 9112, section 3.2)
		return hostAs{}, refusal(problem.GatewayTargetRefused)
	}
	at, ok := q.g.host(r)
	if !ok {
		return hostAs{}, refusal(problem.GatewayHostRefused)
	}
	// A browser always sends one of these where a page of another origin is behind the request; the gateway has no pages.
	if site := r.Header.Get("Sec-Fetch-Site"); len(r.Header["Origin"]) > 0 || (site != "" && site != "none") {
		return hostAs{}, refusal(problem.GatewayBrowserRefused)
	}
	if len(q.target()) > q.g.cfg.URLLimit {
		return hostAs{}, refusal(problem.GatewayURLTooLong)
	}
	lines := 0
	for _, values := range r.Header {
		lines += len(values)
	}
	if lines > q.g.cfg.HeaderLines {
		return hostAs{}, refusal(problem.GatewayHeadersTooLarge)
	}
	return at, nil
}

// target is the request's target as it stood on the wire.
func (q *request) target() string {
	if q.r.RequestURI != "" {
		return q.r.RequestURI
	}
	return q.r.URL.RequestURI()
}

// host checks whom the request is for. Names are compared whole and in canonical form; Amazon's own are admitted over TLS
// alone, where the certificate has said the same. X-Forwarded-Host and Forwarded are never read.
func (g *Gateway) host(r *http.Request) (hostAs, bool) {
	name, ok := hostName(r.Host)
	if !ok {
		return hostAs{}, false
	}
	if g.names[name] {
		return hostAs{}, true
	}
	if r.TLS == nil {
		return hostAs{}, false
	}
	at, ok := g.amazon[name]
	if sni := r.TLS.ServerName; sni != "" && !strings.EqualFold(sni, name) { // one connection, one host
		return hostAs{}, false
	}
	return at, ok
}

// hostName takes the port off a Host and returns the name in lower case. A dot at the end, user information, brackets around
// anything but an IPv6 address, and everything beyond ASCII make it none.
func hostName(host string) (string, bool) {
	name, port := host, ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 || strings.Count(host[:end], ":") < 2 {
			return "", false
		}
		name, port = host[1:end], host[end+1:]
		if port != "" && port[0] != ':' {
			return "", false
		}
		port = strings.TrimPrefix(port, ":")
	} else if i := strings.IndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i+1:]
	}
	for i := 0; i < len(port); i++ {
		if port[i] < '0' || port[i] > '9' {
			return "", false
		}
	}
	if name == "" || len(name) > 253 || strings.HasSuffix(name, ".") || len(port) > 5 {
		return "", false
	}
	upper := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		upper = upper || c >= 'A' && c <= 'Z'
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == ':') {
			return "", false
		}
	}
	if upper {
		name = strings.ToLower(name)
	}
	return name, true
}
