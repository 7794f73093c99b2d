package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// certificate writes a certificate for localhost that only this test trusts.
func certificate(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := errors.Join(os.WriteFile(certFile, certPEM, 0o600), os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600)); err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	return certFile, keyFile, roots
}

// With a certificate console and gateway speak TLS, and the consent's cookie goes by https alone.
func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key, roots := certificate(t)
	k := keytest.Start(t, keytest.Options{Configure: func(c *config.Config) { c.TLSCert, c.TLSKey = cert, key }})
	if !strings.HasPrefix(k.Status.Console, "https://") || !strings.HasPrefix(k.Status.Gateway, "https://") || !strings.HasPrefix(k.Status.ReturnURL, "https://") {
		t.Fatalf("the addresses are %+v", k.Status)
	}
	k.App(kit.Shop)
	b := newBrowser(t)
	b.client.Transport = &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
	c := begin(t, k, b, "acme", kit.Shop)
	if p := b.get(c.returned); p.StatusCode != http.StatusOK {
		t.Errorf("the callback over TLS: status %d, %s", p.StatusCode, p.problem())
	}
	plain := strings.Replace(c.returned, "https:", "http:", 1)
	if got := len(b.client.Jar.Cookies(mustURL(t, plain))); got != 0 {
		t.Errorf("%d cookies would go over plain http", got)
	}
	req, err := http.NewRequest(http.MethodGet, k.Status.Gateway+"/v2/profiles", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+k.Pass("report", "acme"))
	req.Header.Set("Lockkeeper-Region", "EU")
	resp, err := b.client.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the gateway over TLS: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}

// The cookie that binds a browser: for the callback alone, out of scripts' reach, and Lax, so that Amazon's redirect brings it.
func TestE1_CookieFlags(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "acme", kit.Shop)
	p := b.get(c.returned)
	for _, cookie := range p.Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/oauth/callback" || cookie.Domain != "" || cookie.MaxAge >= 0 {
			t.Errorf("the cookie is %v", cookie)
		}
	}
	if len(p.Cookies()) != 1 {
		t.Errorf("%d cookies were taken away", len(p.Cookies()))
	}
}

// E4: who only looks at the link (HEAD) does not use it up.
func TestE4_LinkLookedAtByAScanner(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "first", kit.Shop)
	next := link(t, k)
	for _, address := range []string{next, c.returned} {
		resp, err := b.client.Head(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("HEAD: status %d", resp.StatusCode)
		}
	}
	if p := b.get(next); p.StatusCode != http.StatusFound {
		t.Errorf("the link was used up: status %d", p.StatusCode)
	}
	if p := b.get(c.returned); p.StatusCode != http.StatusOK {
		t.Errorf("the callback was used up: status %d", p.StatusCode)
	}
}

// A listener behind a proxy hangs up on whoever is not the proxy; loopback always may.
func TestBehindProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  string
		admit bool
	}{{"192.0.2.7:1", true}, {"198.51.100.1:1", false}, {"127.0.0.1:1", true}, {"[::1]:1", true}, {"[::ffff:192.0.2.7]:1", true}, {"[2001:db8::1]:1", false}} {
		inner := &oneConn{from: c.from}
		_, err := server.Behind(inner, "192.0.2.0/24").Accept()
		if admitted := err == nil; admitted != c.admit {
			t.Errorf("%s: admitted %v", c.from, admitted)
		}
	}
}

// oneConn is a listener with one connection from an address that is only written down.
type oneConn struct {
	from string
	done bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.done {
		return nil, net.ErrClosed
	}
	l.done = true
	a, b := net.Pipe()
	_ = b.Close()
	return namedConn{a, l.from}, nil
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return addr("192.0.2.1:1") }

type namedConn struct {
	net.Conn
	from string
}

func (c namedConn) RemoteAddr() net.Addr { return addr(c.from) }

type addr string

func (a addr) Network() string { return "tcp" }
func (a addr) String() string  { return string(a) }
