package kit

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A Front is Amazon's side of one sandbox as an http.Handler: it finds the fake and the route, applies faults, and keeps
// the journal.
type Front struct {
	World   *World
	Faults  *Faults
	Journal *Journal

	fakes   []*mounted
	hosts   map[string]hosted
	allow   map[string]bool // further host names that are taken as loopback ones
	maxBody int64

	dates  dates
	shown  shown
	stop   chan struct{}
	closed sync.Once
	inside gate
}

// hosted is what an Amazon host name stands for.
type hosted struct {
	region string
	fakes  []*mounted
}

// mounted is a fake with its routes made ready.
type mounted struct {
	Fake
	static map[string]map[string]*Route // routes without {names}, by path and method
	folded []*Route
	varied []pattern
}

type pattern struct {
	route    *Route
	segments []string
}

// FrontConfig says what a Front is made of.
type FrontConfig struct {
	World   *World
	Fakes   []Fake
	Journal int      // how many entries are kept. Defaults to 8192.
	MaxBody int64    // most bytes of a request's body. Defaults to 10 MiB.
	Hosts   []string // host names besides localhost, 127.0.0.1 and ::1 under which it may be reached. Defaults to none.
}

// NewFront returns a Front. Two fakes with the same program, or routes that contradict, are errors.
func NewFront(c FrontConfig) (*Front, error) {
	if c.Journal == 0 {
		c.Journal = 8192
	}
	if c.MaxBody == 0 {
		c.MaxBody = 10 << 20
	}
	f := &Front{
		World: c.World, Faults: &Faults{}, Journal: newJournal(c.World, c.Journal), hosts: map[string]hosted{},
		allow: map[string]bool{}, maxBody: c.MaxBody, stop: make(chan struct{}), inside: gate{empty: make(chan struct{})},
	}
	for _, h := range c.Hosts {
		f.allow[strings.ToLower(h)] = true
	}
	seen := map[string]bool{}
	for _, fake := range c.Fakes {
		if seen[fake.Program] {
			return nil, fmt.Errorf("mounting the fakes: two are called %q", fake.Program)
		}
		seen[fake.Program] = true
		m, err := mount(fake)
		if err != nil {
			return nil, err
		}
		f.fakes = append(f.fakes, m)
		for _, h := range fake.Hosts {
			at := f.hosts[h.Name]
			if at.region != "" && at.region != h.Region {
				return nil, fmt.Errorf("mounting the fakes: host %s is of %s and of %s", h.Name, at.region, h.Region)
			}
			f.hosts[h.Name] = hosted{region: h.Region, fakes: append(at.fakes, m)}
		}
	}
	return f, nil
}

func mount(fake Fake) (*mounted, error) {
	m := &mounted{Fake: fake, static: map[string]map[string]*Route{}}
	for i := range fake.Routes {
		r := &fake.Routes[i]
		key := r.Method + " " + r.Pattern
		switch {
		case r.Handle == nil || !strings.HasPrefix(r.Pattern, "/"):
			return nil, fmt.Errorf("mounting %s: route %q %q cannot be served", fake.Program, r.Operation, key)
		case r.Fold:
			m.folded = append(m.folded, r)
		case strings.Contains(r.Pattern, "{"):
			m.varied = append(m.varied, pattern{r, strings.Split(r.Pattern[1:], "/")})
		case m.static[r.Pattern][r.Method] != nil:
			return nil, fmt.Errorf("mounting %s: %s stands twice", fake.Program, key)
		default:
			if m.static[r.Pattern] == nil {
				m.static[r.Pattern] = map[string]*Route{}
			}
			m.static[r.Pattern][r.Method] = r
		}
	}
	return m, nil
}

// Switch returns the switch with a name, of whichever fake, or nil.
func (f *Front) Switch(name string) *Switch {
	for _, s := range f.Switches() {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Switches lists the switches of all fakes.
func (f *Front) Switches() []*Switch {
	var all []*Switch
	for _, m := range f.fakes {
		all = append(all, m.Switches...)
	}
	return all
}

// Hosts lists Amazon's host names that the fakes answer for.
func (f *Front) Hosts() []string { return slices.Sorted(maps.Keys(f.hosts)) }

// Fakes lists the mounted fakes.
func (f *Front) Fakes() []Fake {
	var all []Fake
	for _, m := range f.fakes {
		all = append(all, m.Fake)
	}
	return all
}

// Close lets go of everything held and waits for the exchanges under way. The listener is not the Front's.
func (f *Front) Close() {
	f.closed.Do(func() {
		close(f.stop)
		f.inside.shut()
	})
	<-f.inside.empty
}

// locate finds out where a request is meant to arrive: host, region, what stands before the path, and which fakes may
// answer. A host name that is neither Amazon's nor loopback's is refused, since a web page could have bound it to us.
func (f *Front) locate(r *http.Request) (host, region, base, path string, fakes []*mounted, ok bool) {
	path = r.URL.EscapedPath()
	if at, found := f.hosts[r.Host]; found { // as clients write it
		return r.Host, at.region, "", path, at.fakes, true
	}
	host = HostName(r.Host)
	if at, found := f.hosts[host]; found {
		return host, at.region, "", path, at.fakes, true
	}
	if !Loopback(host) && !f.allow[host] {
		return host, "", "", path, nil, false
	}
	region = "NA"
	if len(path) > 2 && (len(path) == 3 || path[3] == '/') {
		switch first := strings.ToUpper(path[1:3]); first {
		case "NA", "EU", "FE":
			region, base, path = first, path[:3], path[3:]
		}
	}
	if path == "" {
		path = "/"
	}
	return host, region, base, path, f.fakes, true
}

// HostName returns a Host header's name in lower case, without port and brackets.
func HostName(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), "."))
}

// Loopback reports whether a host name can only be this machine's own.
func Loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
