package sandbox_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestTLS reaches Amazon's names over TLS in the two ways that a client can be turned: names that lead here, and a proxy.
func TestTLS(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{TLS: true})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b.CA()) {
		t.Fatal("the CA is no PEM")
	}
	proxy, err := url.Parse("http://" + b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	for name, transport := range map[string]*http.Transport{
		"names": {DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", b.TLSAddr())
		}},
		"proxy": {Proxy: http.ProxyURL(proxy)},
	} {
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
		client := &http.Client{Transport: transport}
		for _, host := range []string{"api.amazon.com", "api.amazon.co.jp"} {
			resp, err := client.PostForm("https://"+host+"/auth/o2/token", b.form(b.consent.RefreshToken()))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_ = resp.Body.Close()
			if e := b.last(t); resp.StatusCode != 200 || e.Host != host {
				t.Errorf("%s: status %d for %s", name, resp.StatusCode, e.Host)
			}
		}
		a := b.Fault(kit.Fault{Match: token, Do: kit.Reset})
		if _, err := client.PostForm("https://api.amazon.com/auth/o2/token", nil); err == nil || a.Hits() != 1 {
			t.Errorf("%s: a reset over TLS: %v", name, err)
		}
		if _, err := client.Get("https://www.example.test/"); err == nil {
			t.Errorf("%s: led somewhere else than to Amazon's names", name)
		}
		transport.CloseIdleConnections()
	}
}

// connect asks the plain port, as an HTTPS proxy, for a way to a host.
func (b *bench) connect(t *testing.T, host string) (net.Conn, *http.Response) {
	t.Helper()
	conn, err := b.DialContext(t.Context(), "tcp", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n\r\n", host, host); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: http.MethodConnect})
	if err != nil {
		t.Fatal(err)
	}
	return conn, resp
}

// TestConnect: the proxy leads to each of Amazon's hosts, also for a client that names none in its handshake, and nowhere else.
func TestConnect(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{TLS: true})
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(b.CA())
	for _, host := range b.Environment().Hosts {
		conn, resp := b.connect(t, host)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("CONNECT %s: %d", host, resp.StatusCode)
			continue
		}
		silent := tls.Client(conn, &tls.Config{
			InsecureSkipVerify: true, // so that no name is sent; the certificate is verified below
			VerifyConnection: func(s tls.ConnectionState) error {
				_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: pool})
				return err
			},
		})
		if err := silent.HandshakeContext(t.Context()); err != nil {
			t.Errorf("%s without SNI: %v", host, err)
		}
	}
	for _, host := range []string{"www.example.test", "evil.api.amazon.com.example.test", "127.0.0.1", "localhost", "s3.amazonaws.com"} {
		if _, resp := b.connect(t, host); resp.StatusCode != http.StatusForbidden {
			t.Errorf("CONNECT %s: %d", host, resp.StatusCode)
		}
	}
	plain := start(t, sandbox.Options{})
	if _, resp := plain.connect(t, "api.amazon.com"); resp.StatusCode < 400 {
		t.Errorf("a sandbox without TLS leads somewhere: %d", resp.StatusCode)
	}
}

// TestAuthority holds DESIGN's rules for a CA that answers for Amazon's hosts: short, narrow, named for what it is, and new each time.
func TestAuthority(t *testing.T) {
	t.Parallel()
	first, second := start(t, sandbox.Options{TLS: true, Seed: 1}), start(t, sandbox.Options{TLS: true, Seed: 1})
	block, _ := pem.Decode(first.CA())
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(ca.PermittedDNSDomains, "amazon.com") || !slices.Contains(ca.PermittedDNSDomains, "api.amazon.com") || len(ca.PermittedIPRanges) != 2 {
		t.Errorf("the CA may answer for %v and %v", ca.PermittedDNSDomains, ca.PermittedIPRanges)
	}
	if string(first.CA()) == string(second.CA()) {
		t.Error("two sandboxes have the same CA")
	}
	if ca.NotAfter.Sub(ca.NotBefore) > 8*24*time.Hour || !ca.PermittedDNSDomainsCritical || len(ca.PermittedDNSDomains) == 0 ||
		ca.Subject.CommonName != "Lockkeeper sandbox, do not trust" {
		t.Errorf("CA %s until %v for %v", ca.Subject, ca.NotAfter, ca.PermittedDNSDomains)
	}
}
