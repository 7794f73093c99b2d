package egress_test

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
)

// TestSandboxRealm: calls of the sandbox go to its one address and name Amazon's host.
func TestSandboxRealm(t *testing.T) {
	t.Parallel()
	var host string
	w := sandboxed(t, func(_ http.ResponseWriter, r *http.Request) { host = r.Host })
	if _, err := w.Send(t.Context(), tokenCall()); err != nil || host != apiHost {
		t.Errorf("Host %q, %v; want %s", host, err, apiHost)
	}
	call := tokenCall()
	call.Realm = "elsewhere"
	if _, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.request" {
		t.Errorf("an unknown realm: %s", code)
	}
	none := door(t, egress.Config{})
	if s, code := sendError(t, second(none.Send(t.Context(), tokenCall()))); code != "egress.no_sandbox" || s.Wrote {
		t.Errorf("no sandbox: %v", s)
	}
	for _, bad := range []string{"127.0.0.1:80", "ftp://127.0.0.1:80", "http://sandbox.example.com:80", "http://127.0.0.1", "http://u:p@127.0.0.1:80", "http://127.0.0.1:80/na"} {
		if _, err := egress.New(egress.Config{SandboxURL: bad}); err == nil {
			t.Errorf("sandbox URL %q is taken", bad)
		}
	}
}

// TestA4_A5_AmazonIsNeverOnThisMachine: a name of Amazon's that resolves to the sandbox's own address is refused for realm amazon.
func TestA4_A5_AmazonIsNeverOnThisMachine(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a call for realm amazon arrived at the sandbox") }))
	t.Cleanup(s.Close)
	for _, address := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "100.64.0.1", "fd00:ec2::254", "10.0.0.1"} {
		g, err := netguard.New(netguard.Config{
			Sandbox: s.Listener.Addr().String(),
			Resolve: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("1.1.1.1"), netip.MustParseAddr(address)}, nil
			},
			Connect: func(_ context.Context, to netip.AddrPort) (net.Conn, error) {
				t.Errorf("dialled %v", to)
				return nil, net.ErrClosed
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		w := door(t, egress.Config{Guard: g, SandboxURL: s.URL})
		call := tokenCall()
		call.Realm = amazon.Real
		e, code := sendError(t, second(w.Send(t.Context(), call)))
		if code != "egress.address" || e.Wrote {
			t.Errorf("%s: %v", address, e)
		}
	}
}

// TestRealRealmIsTLS: realm amazon speaks TLS to a host that proves its name, or not at all.
func TestRealRealmIsTLS(t *testing.T) {
	t.Parallel()
	var arrived int
	s := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived++
		if r.Host != testHost || r.TLS.ServerName != testHost {
			t.Errorf("Host %q, SNI %q", r.Host, r.TLS.ServerName)
		}
	}))
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	call := apiCall()
	call.Realm, call.Host = amazon.Real, testHost

	w := real(t, s, egress.Config{Roots: roots})
	if a, err := w.Send(t.Context(), call); err != nil || a.Status != 200 || arrived != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	call.Host = adsHost // the certificate is not good for it
	if e, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.tls" || e.Wrote || arrived != 1 {
		t.Errorf("another name than the certificate's: %v (%s)", e, code)
	}
	call.Host = testHost
	if e, code := sendError(t, second(real(t, s, egress.Config{}).Send(t.Context(), call))); code != "egress.tls" || e.Wrote {
		t.Errorf("an unknown authority: %v (%s)", e, code)
	}
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a call arrived in plain text") }))
	t.Cleanup(plain.Close)
	if e, code := sendError(t, second(real(t, plain, egress.Config{Roots: roots}).Send(t.Context(), call))); code != "egress.tls" || e.Wrote {
		t.Errorf("a server without TLS: %v (%s)", e, code)
	}
}

// TestNoProxyFromTheEnvironment: what HTTP_PROXY says is for programs without a guard.
func TestNoProxyFromTheEnvironment(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	t.Cleanup(proxy.Close)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	w := sandboxed(t, func(http.ResponseWriter, *http.Request) {})
	if a, err := w.Send(t.Context(), apiCall()); err != nil || a.Status != 200 {
		t.Errorf("%+v, %v", a, err)
	}
}
