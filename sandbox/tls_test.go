package sandbox_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/url"
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

// TestAuthority holds DESIGN's rules for a CA that answers for Amazon's hosts: short, narrow, named for what it is, and new each time.
func TestAuthority(t *testing.T) {
	t.Parallel()
	first, second := start(t, sandbox.Options{TLS: true, Seed: 1}), start(t, sandbox.Options{TLS: true, Seed: 1})
	block, _ := pem.Decode(first.CA())
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if string(first.CA()) == string(second.CA()) {
		t.Error("two sandboxes have the same CA")
	}
	if ca.NotAfter.Sub(ca.NotBefore) > 8*24*time.Hour || !ca.PermittedDNSDomainsCritical || len(ca.PermittedDNSDomains) == 0 ||
		ca.Subject.CommonName != "Lockkeeper sandbox CA (do not trust)" {
		t.Errorf("CA %s until %v for %v", ca.Subject, ca.NotAfter, ca.PermittedDNSDomains)
	}
}
