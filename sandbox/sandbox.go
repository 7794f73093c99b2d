// Package sandbox is Amazon on loopback, true to recorded traffic: for tests by New, for people by `lockkeeper sandbox`.
//
// One sandbox is one world of security profiles, users and tokens behind one plain HTTP port. Requests find their program
// by Amazon's host name in the Host header, or under a loopback name by their path, with an optional first segment /na,
// /eu or /fe for the region. Its clock can be moved, its faults are exact, and its journal says what happened.
// There are no globals: twenty sandboxes in one process do not know of each other.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/all"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/fakelwa"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/wire"
)

// The kit's types that tests of other packages meet.
type (
	Clock       = kit.Clock
	World       = kit.World
	Fault       = kit.Fault
	Armed       = kit.Armed
	Match       = kit.Match
	Filter      = kit.Filter
	Entry       = kit.Entry
	Journal     = kit.Journal
	Expectation = kit.Expectation
	Unmet       = kit.Unmet
)

// Options say what a sandbox is to be. The zero value is a good one for tests.
type Options struct {
	Seed       int64             // what ids, secrets and tokens are drawn from. Defaults to 0, which is a seed too.
	Clock      *kit.Clock        // Defaults to one that runs with real time.
	Listen     string            // Defaults to "127.0.0.1:0".
	TLS        bool              // answer TLS too, and CONNECT on the plain port. Defaults to false.
	ListenTLS  string            // Defaults to "127.0.0.1:0".
	Folder     string            // where the TLS side's certificate authority is kept, made if need be. Defaults to none: it is then of this start alone.
	Control    string            // address of a control side that Running finds, always on loopback. Defaults to none.
	Force      bool              // allow Listen to be reachable from other machines. Defaults to false.
	InMemory   bool              // no port at all: reached by Client and DialContext alone, fit for testing/synctest. Defaults to false.
	Policy     string            // what a refresh does to the refresh token: static, strict, grace, family-revoke, expiring. Defaults to "static".
	Switches   map[string]string // by name, see each fake's divergences.md. Defaults to each switch's own default.
	ReturnURLs []string          // further Allowed Return URLs of every security profile. Defaults to none.
	Lax        bool              // verify nothing that is presented: short for the switch lwa.auth=lax. Defaults to false.
	Unkind     bool              // small faults all the time, drawn from the seed, see kit.Unkind. Defaults to false.
	Journal    int               // how many exchanges are kept; counts are exact without end. Defaults to 8192.
	World      *kit.World        // Defaults to kit.DefaultWorld(Seed, Clock); if set, Seed and Clock are not used.
}

// A Server is one sandbox.
type Server struct {
	front    *kit.Front
	server   *wire.Server
	listener net.Listener
	memory   *memoryListener // nil where there is a port
	secure   *secure         // nil where there is no TLS
	control  *Control        // nil where there is none
	forget   func()          // takes back what was announced of it
	client   *http.Client
	done     chan struct{}
	once     sync.Once
}

// New starts a sandbox. Close ends it.
func New(o Options) (*Server, error) {
	if o.World == nil {
		o.World = kit.DefaultWorld(o.Seed, o.Clock)
	}
	for _, p := range o.World.Profiles() {
		for _, u := range o.ReturnURLs {
			p.AllowReturnURL(u)
		}
	}
	s := &Server{done: make(chan struct{})}
	if err := s.listen(&o); err != nil {
		return nil, err
	}
	if s.memory == nil {
		o.World.Serve("http://" + s.listener.Addr().String())
	}
	front, err := newFront(o)
	if err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	s.front = front
	if o.Unkind {
		for _, f := range kit.Unkind() {
			s.Fault(f)
		}
	}
	if o.TLS {
		if s.secure, err = newSecure(o, front); err != nil {
			return nil, errors.Join(err, s.listener.Close())
		}
	}
	s.server = wire.New(http.HandlerFunc(s.serve))
	s.client = newClient(s.DialContext)
	go func() {
		defer close(s.done)
		_ = s.server.Serve(s.listener, nil) // ends when it is closed
	}()
	if o.Control == "" {
		return s, nil
	}
	if s.control, err = NewControl(s, o.Control); err == nil {
		s.forget, err = announce(s.Ready())
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func newFront(o Options) (*kit.Front, error) {
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		host = ""
	}
	front, err := kit.NewFront(kit.FrontConfig{World: o.World, Fakes: fakes(o.World), Journal: o.Journal, Hosts: []string{host}})
	if err != nil {
		return nil, err
	}
	switches := maps.Clone(o.Switches)
	if switches == nil {
		switches = map[string]string{}
	}
	if o.Policy != "" {
		switches["lwa.policy"] = o.Policy
	}
	if o.Lax {
		switches["lwa.auth"] = "lax"
	}
	for _, name := range slices.Sorted(maps.Keys(switches)) {
		sw := front.Switch(name)
		if sw == nil {
			return nil, fmt.Errorf("starting the sandbox: there is no switch %q", name)
		}
		if err := sw.Set(switches[name]); err != nil {
			return nil, err
		}
	}
	return front, nil
}

// fakes are Login with Amazon, which belongs to no program, and every program's own.
func fakes(w *kit.World) []kit.Fake { return append([]kit.Fake{fakelwa.New(w)}, all.Fakes(w)...) }

func (s *Server) listen(o *Options) error {
	if o.InMemory {
		s.memory = newMemoryListener()
		s.listener = s.memory
		return nil
	}
	l, err := listen(o.Listen, o.Force)
	s.listener = l
	return err
}

// listen opens a port, on loopback unless forced.
func listen(addr string, force bool) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("opening the sandbox's port: %w", err)
	}
	if !force && !kit.Loopback(host) {
		return nil, fmt.Errorf("opening the sandbox's port: %q is not a loopback address; the sandbox gives its secrets to everyone who can reach it", host)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("opening the sandbox's port: %w", err)
	}
	return l, nil
}

// serve sends what comes to the plain port to the fakes, but for CONNECT, which asks for the TLS side.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect && s.secure != nil {
		s.secure.connect(w, r)
		return
	}
	s.front.ServeHTTP(w, r)
}

// Close ends the sandbox: held requests are let go of, connections are closed, and everything it started has ended when it
// returns.
func (s *Server) Close() error {
	if s.forget != nil {
		s.forget()
	}
	if s.control != nil {
		_ = s.control.Close() // a control side has nothing to lose
	}
	err := s.server.Close()
	if s.secure != nil {
		s.once.Do(func() { err = errors.Join(err, s.secure.close()) })
	}
	s.front.Close()
	s.client.CloseIdleConnections()
	<-s.done
	s.server.Wait()
	if s.secure != nil {
		s.secure.server.Wait()
	}
	return err
}

// Addr is the address that it listens on, such as "127.0.0.1:41234".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the base under which a program answers for a region (NA, EU or FE, in any letter case). It is the same for all programs, which
// are told apart by their paths; an unknown region counts as NA, as in the sandbox itself.
func (s *Server) URL(program, region string) string {
	switch region = strings.ToLower(region); region {
	case "eu", "fe":
		return "http://" + s.Addr() + "/" + region
	}
	return "http://" + s.Addr()
}

// Client returns an HTTP client whose every request arrives at this sandbox, whatever its URL's scheme, host and port. Redirects are not
// followed.
func (s *Server) Client() *http.Client { return s.client }

// DialContext connects to the sandbox, whatever the address says. It fits http.Transport.
func (s *Server) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	if s.memory != nil {
		return s.memory.dial(ctx)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.Addr())
}

// Handler is Amazon's side of the sandbox without the port.
func (s *Server) Handler() http.Handler { return s.front }
