package netguard

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// Dial resolves a public host name and connects to one of its addresses. It is refused as a whole where any of the addresses is:
// a name with one public and one private address is an attack or a broken resolver, and neither should carry a token.
func (g *Guard) Dial(ctx context.Context, host string, port uint16) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	name, err := CanonicalHost(host)
	if err != nil {
		return nil, err
	}
	addrs, err := g.resolve(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("resolving %s: %w", name, err)
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("resolving %s: it has no address", name)
	}
	targets := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		if err := CheckAddr(a); err != nil {
			return nil, fmt.Errorf("checking %s: %w", name, err)
		}
		targets[i] = netip.AddrPortFrom(a.Unmap(), port)
	}
	conn, err := g.race(ctx, targets)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", net.JoinHostPort(name, strconv.Itoa(int(port))), err)
	}
	return conn, nil
}

type attempt struct {
	conn net.Conn
	err  error
}

// race tries the addresses in the resolver's order, each next one once the one before has failed or has had its time alone.
// The first connection wins, the others are closed.
func (g *Guard) race(ctx context.Context, targets []netip.AddrPort) (net.Conn, error) {
	if len(targets) == 1 {
		return g.connect(ctx, targets[0])
	}
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan attempt, len(targets))
	start := func(to netip.AddrPort) {
		conn, err := g.connect(ctx, to)
		results <- attempt{conn, err}
	}
	running, first := 0, error(nil)
	defer func() {
		cancel()
		go func(left int) { // late winners
			for range left {
				if r := <-results; r.conn != nil {
					_ = r.conn.Close()
				}
			}
		}(running)
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case r := <-results:
			running--
			if r.err == nil {
				return r.conn, nil
			}
			if first == nil {
				first = r.err
			}
			if running == 0 && len(targets) == 0 {
				return nil, first
			}
		}
		if len(targets) > 0 {
			running++
			go start(targets[0])
			targets = targets[1:]
			timer.Reset(g.stagger)
		}
	}
}
