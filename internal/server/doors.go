package server

import (
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
)

// ports are the listeners before anything is served on them.
type ports struct{ console, gateway, metrics, amazon net.Listener }

// listen takes the ports, and notes in the settings where they really are: the return URL depends on it.
func (s *Server) listen() (p ports, err error) {
	for _, want := range []struct {
		name string
		addr *string
		into *net.Listener
	}{{"the console", &s.cfg.Console, &p.console}, {"the gateway", &s.cfg.Gateway, &p.gateway}, {"the metrics", &s.cfg.Metrics, &p.metrics}, {"Amazon's hosts", &s.cfg.AmazonTLS, &p.amazon}} {
		if *want.addr == "" {
			continue
		}
		l, err := open(want.name, *want.addr, s.opt.FreePorts)
		if err != nil {
			return p, err
		}
		s.closers = append(s.closers, func() error { _ = l.Close(); return nil })
		host, _, _ := net.SplitHostPort(*want.addr)
		_, port, _ := net.SplitHostPort(l.Addr().String())
		*want.addr = net.JoinHostPort(host, port)
		if plainToOthers(want.into == &p.metrics, host, s.cfg.TLSCert) {
			l = behindProxy(l, s.cfg.BehindProxy)
		}
		*want.into = l
	}
	return p, nil
}

// plainToOthers reports whether a listener is open to other machines without TLS, which only a proxy in front of it may use. The page of
// metrics has no TLS, whatever the others have.
func plainToOthers(metrics bool, host, cert string) bool {
	return !config.Loopback(host) && (cert == "" || metrics)
}

// openDoors puts what is served behind its listener and its guard.
func (s *Server) openDoors(p ports) error {
	site := http.NewServeMux()
	s.console.Routes(site)
	site.Handle("/api/", s.api.Remote())
	names := append([]string{s.cfg.PublicURL}, s.cfg.Hosts...)
	console, err := newDoor("console", p.console, guard(hostsOf(s.cfg.Console, names...), sameOrigin(site)), s.cfg, s.log)
	if err != nil {
		return err
	}
	gate, err := newDoor("gateway", p.gateway, s.gateway, s.cfg, s.log)
	if err != nil {
		return err
	}
	tuned := s.gateway.Server()
	tuned.TLSConfig = gate.server.TLSConfig
	gate.server = tuned
	metrics, err := newDoor("metrics", p.metrics, guard(hostsOf(s.cfg.Metrics, s.cfg.Hosts...), noBrowsers(obs.Handler(s.metrics, s.ready))), s.cfg, s.log)
	if err != nil {
		return err
	}
	l, err := controlSocket(s.cfg.Data)
	if err != nil {
		return err
	}
	control, err := newDoor("control", l, noBrowsers(s.api.Local(os.Geteuid())), config.Config{HeaderLimit: 64 << 10}, s.log)
	if err != nil {
		return err
	}
	s.doors = []*door{console, gate, metrics, control}
	if p.amazon != nil {
		s.doors = append(s.doors, newAmazonDoor(p.amazon, s.gateway.Server(), s.authority))
	}
	s.closers = append(s.closers, func() error { _ = l.Close(); return nil })
	return nil
}

// Addresses tells where everything is.
func (s *Server) Addresses() api.Status {
	st := api.Status{
		Version: s.opt.Version, Data: s.cfg.Data, Console: s.consoleURL(), Gateway: s.url(s.cfg.Gateway), Metrics: "http://" + s.cfg.Metrics,
		AmazonTLS: s.cfg.AmazonTLS, ReturnURL: s.consoleURL() + "/oauth/callback", Sandbox: strings.TrimSuffix(s.cfg.SandboxURL, "/"), Grants: map[string]int{},
	}
	if s.authority != nil {
		st.Authority = s.authority.File()
	}
	if s.sealer != nil {
		st.Key = s.sealer.KeysetFingerprint()
	}
	return st
}

// consoleURL is how browsers reach the console.
func (s *Server) consoleURL() string { return s.cfg.ConsoleURL() }

func (s *Server) url(addr string) string {
	if s.cfg.TLSCert != "" {
		return "https://" + addr
	}
	return "http://" + addr
}
