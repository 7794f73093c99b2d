// Package netguard decides which network addresses may be dialled, and dials them.
//
// A host name is turned into addresses once, every address is checked, and the very address that was checked is dialled,
// so a name that answers differently the second time (DNS rebinding) gains nothing. Addresses of this machine, of private
// networks and of cloud metadata services are refused in all their spellings. The sandbox is the one exception: exactly one
// address, reached by a method of its own, so that no name of Amazon's can ever lead to it nor its realm to anywhere else.
package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Config is what a Guard needs.
type Config struct {
	// Sandbox is the one address, with its port, that Sandbox dials. Defaults to none: the sandbox realm is closed.
	Sandbox string

	// Resolve turns a host name into addresses. Defaults to the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)

	// Connect opens a connection to an address that was checked, or to the sandbox's. Defaults to a net.Dialer, which for all but the
	// sandbox checks once more, at the socket.
	Connect func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

	// Timeout bounds one dial, name resolution included. Defaults to 10 seconds.
	Timeout time.Duration

	// Stagger is how long one address is tried alone before the next is tried beside it (RFC 8305). Defaults to 300 milliseconds.
	Stagger time.Duration
}

// A Guard dials what may be dialled. It is safe for concurrent use.
type Guard struct {
	sandbox netip.AddrPort
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	connect func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	beside  func(ctx context.Context, to netip.AddrPort) (net.Conn, error) // connects to the sandbox
	timeout time.Duration
	stagger time.Duration
}

// ErrNoSandbox says that the sandbox was asked for where there is none.
var ErrNoSandbox = errors.New("this Lockkeeper has no sandbox")

// New returns a Guard. The sandbox's address must be a literal IP address or "localhost", with a port.
func New(cfg Config) (*Guard, error) {
	g := &Guard{resolve: cfg.Resolve, connect: cfg.Connect, timeout: cfg.Timeout, stagger: cfg.Stagger}
	if cfg.Sandbox != "" {
		addr, err := literal(cfg.Sandbox)
		if err != nil {
			return nil, fmt.Errorf("reading the sandbox's address: %w", err)
		}
		g.sandbox = addr
	}
	if g.resolve == nil {
		g.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	g.beside = cfg.Connect
	if cfg.Connect == nil {
		var d net.Dialer
		g.connect = connect
		g.beside = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			return d.DialContext(ctx, "tcp", to.String())
		}
	}
	if g.timeout == 0 {
		g.timeout = 10 * time.Second
	}
	if g.stagger == 0 {
		g.stagger = 300 * time.Millisecond
	}
	return g, nil
}

// literal reads an address and port without asking a resolver; "localhost" stands for 127.0.0.1.
func literal(s string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if host == "localhost" {
		s = net.JoinHostPort("127.0.0.1", port)
	}
	addr, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if addr.Port() == 0 || !addr.Addr().IsValid() || addr.Addr().IsUnspecified() {
		return netip.AddrPort{}, fmt.Errorf("%s cannot be dialled", s)
	}
	return addr, nil
}

// DialSandbox connects to the sandbox's address, whatever host the call names.
func (g *Guard) DialSandbox(ctx context.Context) (net.Conn, error) {
	if !g.sandbox.IsValid() {
		return nil, ErrNoSandbox
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	return g.beside(ctx, g.sandbox)
}

// connect is the default Connect. Its control function sees the address of the socket itself, after everything else has had its say.
func connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{
		KeepAlive: 30 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("reading the dialled address: %w", err)
			}
			return CheckAddr(a.Addr())
		},
	}
	return d.DialContext(ctx, "tcp", to.String())
}
