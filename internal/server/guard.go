package server

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// hosts are the names under which a door may be called. A page of another site whose name was made to point here (DNS
// rebinding, attack case H6) still sends its own name.
type hosts map[string]bool

// hostsOf collects the names of a door: the loopback names with its port if it is on loopback, its own address, and what the
// settings add.
func hostsOf(addr string, extra ...string) hosts {
	h := hosts{}
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		h[strings.ToLower(addr)] = true
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
			for _, name := range []string{"localhost", "127.0.0.1", "[::1]"} {
				h[name+":"+port] = true
				if port == "80" || port == "443" {
					h[name] = true
				}
			}
		}
	}
	for _, e := range extra {
		if u, err := url.Parse(e); err == nil && u.Host != "" {
			e = u.Host
		}
		if e = strings.ToLower(strings.TrimSpace(e)); e != "" {
			h[e] = true
		}
	}
	return h
}

// knows compares the Host header. A setting without a port admits the name with any port.
func (h hosts) knows(host string) bool {
	host = strings.ToLower(host)
	if h[host] {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	return err == nil && h[name]
}

// guard refuses foreign Host headers, and gives every answer the headers that a browser needs to keep to itself.
func guard(h hosts, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.knows(r.Host) {
			refuse(w, problem.New(problem.ServerUnknownHost))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// noBrowsers refuses requests that a web page made: a browser says so by Origin or Sec-Fetch-Site.
func noBrowsers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		if r.Header.Get("Origin") != "" || site != "" && site != "none" && site != "same-origin" {
			refuse(w, problem.New(problem.ServerCrossSite))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what another site's page asks a browser to do (attack case H6): any request but a plain navigation.
// A navigation is how Amazon sends a browser back to the callback, which checks state and cookie itself.
func sameOrigin(next http.Handler) http.Handler {
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, problem.New(problem.ServerCrossSite))
	}))
	guarded := protect.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hdr := w.Header()
		hdr.Set("X-Content-Type-Options", "nosniff")
		hdr.Set("X-Frame-Options", "DENY")
		hdr.Set("Referrer-Policy", "no-referrer")
		hdr.Set("Cache-Control", "no-store")
		hdr.Set("Cross-Origin-Resource-Policy", "same-origin")
		if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			refuse(w, problem.New(problem.ServerCrossSite))
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// refuse answers with a problem in RFC 9457's form.
func refuse(w http.ResponseWriter, p problem.Problem) {
	status := p.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Lockkeeper-Problem", string(p.Code))
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"title": p.What, "status": status, "code": p.Code, "what": p.What, "whose": p.Whose, "fix": p.Fix, "detail": p.Detail, "docs": p.Docs,
	})
}
