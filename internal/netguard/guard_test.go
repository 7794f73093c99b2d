package netguard_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
)

// private are addresses that no name of Amazon's may lead to (attack case A4), in the spellings an address has.
var private = []string{
	"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
	"169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "fd00:ec2::254", "100.64.0.1", "100.100.100.200", "100.127.255.255",
	"fe80::1", "fe80::1%eth0", "fc00::1", "fdff::1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.192",
	"198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
	"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "2001:db8::1", "3fff::1", "ff02::1",
	"fec0::1", "100::1", "5f00::1", "2606:4700::1111%eth0",
}

var public = []string{
	"1.1.1.1", "52.94.236.248", "100.63.255.255", "100.128.0.1", "172.32.0.1", "::ffff:52.94.236.248", "64:ff9b::345e:ecf8",
	"2606:4700::1111", "2600:9000::1",
}

func TestA4_PrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range private {
		var refused *netguard.Refused
		if err := netguard.CheckAddr(netip.MustParseAddr(s)); !errors.As(err, &refused) {
			t.Errorf("CheckAddr(%s) = %v, want it refused", s, err)
		}
	}
	if netguard.CheckAddr(netip.Addr{}) == nil {
		t.Error("the empty address passes")
	}
	for _, s := range public {
		if err := netguard.CheckAddr(netip.MustParseAddr(s)); err != nil {
			t.Errorf("CheckAddr(%s) = %v, want it to pass", s, err)
		}
	}
}

func TestA4_NamesThatAreAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", ".", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "127.1", "127.0.0.1", "1.2.3.4", "[::1]", "::1", "localhost", "localhost.",
		"LOCALHOST", "api.localhost", "metadata", "metadata.google.internal", "instance-data.ec2.internal", "printer.local", "a..amazon.com",
		"-a.amazon.com", "a-.amazon.com", "api.amazon.com:443", "u@api.amazon.com", "api.amazon.com/", "api.amazon.com\\x", "api.amazon.com ",
		"api.amazon.com\r\n", "api.amazon.com%00", "api.amäzon.com", "api_x.amazon.com", "api.amazon.com..", strings.Repeat("a", 64) + ".com",
		strings.Repeat("a.", 130) + "com", "*.amazon.com",
	} {
		if got, err := netguard.CanonicalHost(s); err == nil {
			t.Errorf("CanonicalHost(%q) = %q, want it refused", s, got)
		}
	}
	for in, want := range map[string]string{
		"api.amazon.com": "api.amazon.com", "API.Amazon.COM.": "api.amazon.com", "xn--amzon-hra.com": "xn--amzon-hra.com", "4.example.com": "4.example.com",
	} {
		if got, err := netguard.CanonicalHost(in); err != nil || got != want {
			t.Errorf("CanonicalHost(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

// dialled is a Connect that remembers where it was sent and gives back one end of a pipe.
type dialled struct{ to []netip.AddrPort }

func (d *dialled) connect(_ context.Context, to netip.AddrPort) (net.Conn, error) {
	d.to = append(d.to, to)
	a, b := net.Pipe()
	return a, b.Close()
}

func resolver(answers ...[]string) func(context.Context, string) ([]netip.Addr, error) {
	var asked atomic.Int32
	return func(context.Context, string) ([]netip.Addr, error) {
		n := min(int(asked.Add(1)), len(answers)) - 1
		var all []netip.Addr
		for _, s := range answers[n] {
			all = append(all, netip.MustParseAddr(s))
		}
		return all, nil
	}
}

func TestA5_TheCheckedAddressIsTheDialledOne(t *testing.T) {
	t.Parallel()
	// The name is public when asked first and private ever after: whoever resolves twice is lost.
	d := &dialled{}
	g := guard(t, netguard.Config{Resolve: resolver([]string{"52.94.236.248"}, []string{"127.0.0.1"}), Connect: d.connect})
	c, err := g.Dial(t.Context(), "api.amazon.com", 443)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if len(d.to) != 1 || d.to[0] != netip.MustParseAddrPort("52.94.236.248:443") {
		t.Errorf("dialled %v, want the address that was checked", d.to)
	}
	if _, err = g.Dial(t.Context(), "api.amazon.com", 443); err == nil || len(d.to) != 1 {
		t.Errorf("the second answer was private: err %v, dialled %v", err, d.to)
	}
}

func TestA5_OnePrivateAddressAmongSeveralRefusesAll(t *testing.T) {
	t.Parallel()
	for _, answer := range [][]string{
		{"52.94.236.248", "10.0.0.1"}, {"10.0.0.1", "52.94.236.248"}, {"::ffff:169.254.169.254"}, {"2606:4700::1111", "::1"},
	} {
		d := &dialled{}
		g := guard(t, netguard.Config{Resolve: resolver(answer), Connect: d.connect})
		_, err := g.Dial(t.Context(), "api.amazon.com", 443)
		var refused *netguard.Refused
		if !errors.As(err, &refused) || len(d.to) > 0 {
			t.Errorf("%v: err %v, dialled %v; want it refused and nothing dialled", answer, err, d.to)
		}
	}
}

// TestA5_TheSocketItselfIsChecked dials without the checks before, as if they had been passed by.
func TestA5_TheSocketItselfIsChecked(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, err = netguard.Connect(t.Context(), netip.MustParseAddrPort(l.Addr().String()))
	var refused *netguard.Refused
	if !errors.As(err, &refused) {
		t.Errorf("connecting to loopback for Amazon: %v, want it refused at the socket", err)
	}
}

func TestSandboxIsOneAddress(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c, err := guard(t, netguard.Config{Sandbox: l.Addr().String()}).DialSandbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.RemoteAddr().String() != l.Addr().String() {
		t.Errorf("dialled %v, want %v", c.RemoteAddr(), l.Addr())
	}
	_ = c.Close()
	if _, err = guard(t, netguard.Config{}).DialSandbox(t.Context()); !errors.Is(err, netguard.ErrNoSandbox) {
		t.Errorf("without a sandbox: %v", err)
	}
	for _, bad := range []string{"sandbox.example.com:80", "127.0.0.1", "127.0.0.1:0", "0.0.0.0:80", "127.0.0.1:http", ":80", "2130706433:80"} {
		if _, err := netguard.New(netguard.Config{Sandbox: bad}); err == nil {
			t.Errorf("sandbox address %q is taken", bad)
		}
	}
}

func TestDialTriesTheNextAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slow, dead, good = "1.0.0.1", "1.0.0.2", "1.0.0.3"
		connect := func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			switch to.Addr().String() {
			case good:
				a, b := net.Pipe()
				return a, b.Close()
			case dead:
				return nil, errors.New("refused")
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
		g := guard(t, netguard.Config{Resolve: resolver([]string{slow, dead, good}), Connect: connect})
		start := time.Now()
		c, err := g.Dial(t.Context(), "api.amazon.com", 443)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
		if took := time.Since(start); took != 300*time.Millisecond {
			t.Errorf("took %v: the dead address must not cost a stagger, the slow one costs one", took)
		}
		g = guard(t, netguard.Config{Resolve: resolver([]string{dead, dead}), Connect: connect})
		if _, err = g.Dial(t.Context(), "api.amazon.com", 443); err == nil {
			t.Error("all addresses dead, and a connection")
		}
		g = guard(t, netguard.Config{Resolve: resolver([]string{slow, slow}), Connect: connect})
		if _, err = g.Dial(t.Context(), "api.amazon.com", 443); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("all addresses slow: %v, want the deadline", err)
		}
	})
}

func guard(t *testing.T, cfg netguard.Config) *netguard.Guard {
	t.Helper()
	g, err := netguard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func FuzzCanonicalHost(f *testing.F) {
	for _, s := range []string{"api.amazon.com", "API.AMAZON.COM.", "127.0.0.1", "0x7f.1", "[::1]", "a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, err := netguard.CanonicalHost(s)
		if err != nil {
			return
		}
		if again, err := netguard.CanonicalHost(host); err != nil || again != host {
			t.Errorf("CanonicalHost(%q) = %q, and of that %q, %v", s, host, again, err)
		}
		if _, err := netip.ParseAddr(host); err == nil {
			t.Errorf("CanonicalHost(%q) is the address %q", s, host)
		}
	})
}
