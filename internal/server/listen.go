package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/authority"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A door is one of our listeners with what it serves.
type door struct {
	name     string
	listener net.Listener
	server   *http.Server
	secure   bool
}

// open listens at addr. A busy port gets a sentence; with fallback it gets any free port instead.
func open(name, addr string, fallback bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("reading the address of %s: %w", name, err)
	}
	l, err := listen(addr)
	if err == nil {
		return l, nil
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE) && fallback:
		return listen(net.JoinHostPort(host, "0"))
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, problem.New(problem.ServerBusyPort).With("%s at %s", name, addr).Because(err)
	case errors.Is(err, syscall.EACCES):
		return nil, problem.New(problem.ServerPortDenied).With("%s at %s", name, addr).Because(err)
	}
	return nil, problem.New(problem.ServerAddress).With("%s at %s", name, addr).Because(err)
}

// listen resolves localhost to the IPv4 loopback itself, so that a strange resolver cannot open the console to others.
func listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	return net.Listen("tcp", net.JoinHostPort(host, port))
}

// newDoor makes a door. handler is guarded already.
func newDoor(name string, l net.Listener, handler http.Handler, cfg config.Config, log *slog.Logger) (*door, error) {
	d := &door{name: name, listener: l, server: &http.Server{
		Handler:           contained(handler, log, name),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    int(cfg.HeaderLimit),
		ErrorLog:          quiet(log, name),
	}}
	if cfg.TLSCert == "" || name == "metrics" {
		return d, nil
	}
	cert, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
	if err != nil {
		return nil, problem.New(problem.ServerCertificate).With("%v", fileCause(err)).Because(err)
	}
	d.listener = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}})
	d.secure = true
	return d, nil
}

// newAmazonDoor makes the door that answers for Amazon's own hosts. Its certificates come from an authority of this data
// folder, whose certificate only a process that was given it trusts.
func newAmazonDoor(l net.Listener, server *http.Server, a *authority.Authority) *door {
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.GetCertificate, NextProtos: []string{"h2", "http/1.1"}}
	return &door{name: "amazon", listener: tls.NewListener(l, server.TLSConfig), server: server, secure: true}
}

// serve works until the door is shut.
func (d *door) serve() error {
	err := d.server.Serve(d.listener)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving %s: %w", d.name, err)
}

// shut waits for requests under way until ctx ends, then cuts them off.
func (d *door) shut(ctx context.Context) {
	if d.server.Shutdown(ctx) != nil {
		_ = d.server.Close()
	}
}

// proxied limits a door that others can reach without TLS to the proxy's networks, loopback always being one of them.
type proxied struct {
	net.Listener
	from []netip.Prefix
}

func behindProxy(l net.Listener, networks []string) net.Listener {
	p := proxied{Listener: l}
	for _, n := range networks {
		if prefix, err := netip.ParsePrefix(n); err == nil { // config.Check refused others
			p.from = append(p.from, prefix)
		}
	}
	if len(p.from) == 0 {
		return l
	}
	return p
}

// Accept hangs up on whoever is not the proxy.
func (p proxied) Accept() (net.Conn, error) {
	for {
		c, err := p.Listener.Accept()
		if err != nil || p.admits(c.RemoteAddr()) {
			return c, err
		}
		_ = c.Close()
	}
}

func (p proxied) admits(a net.Addr) bool {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return false
	}
	ip := ap.Addr().Unmap()
	if ip.IsLoopback() {
		return true
	}
	for _, prefix := range p.from {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}

// quiet sends net/http's complaints about broken clients to the debug level of our log.
func quiet(l *slog.Logger, name string) *log.Logger {
	return log.New(writerFunc(func(p []byte) (int, error) {
		l.Debug("connection", "listener", name, "said", string(p))
		return len(p), nil
	}), "", 0)
}

type writerFunc func([]byte) (int, error)

// Write implements io.Writer.
func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

var _ io.Writer = writerFunc(nil)

func fileCause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}
