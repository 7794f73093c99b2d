package authority_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/authority"
)

var hosts = []string{"api.amazon.com", "advertising-api.amazon.com"}

func open(t *testing.T, cfg authority.Config) *authority.Authority {
	t.Helper()
	a, err := authority.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// shake runs a TLS handshake for name, trusting only the authority as pool tells it.
func shake(t *testing.T, a *authority.Authority, pool *x509.CertPool, name string) error {
	t.Helper()
	client, server := net.Pipe()
	defer func() { _ = client.Close() }()
	go func() {
		defer func() { _ = server.Close() }()
		_ = tls.Server(server, &tls.Config{GetCertificate: a.GetCertificate}).HandshakeContext(t.Context())
	}()
	return tls.Client(client, &tls.Config{ServerName: name, RootCAs: pool}).HandshakeContext(t.Context())
}

func pool(t *testing.T, a *authority.Authority) *x509.CertPool {
	t.Helper()
	text, err := a.PEM()
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(text) || bytes.Contains(text, []byte("PRIVATE")) {
		t.Fatal("PEM is not one certificate alone")
	}
	return p
}

func TestSpeaksForItsHostsAlone(t *testing.T) {
	t.Parallel()
	a := open(t, authority.Config{Dir: t.TempDir(), Hosts: hosts})
	trust := pool(t, a)
	for _, host := range hosts {
		if err := shake(t, a, trust, host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, host := range []string{"www.amazon.com", "evil.example", "sub.evil.example"} {
		if shake(t, a, trust, host) == nil {
			t.Errorf("%s was answered for", host)
		}
	}
}

// A stolen authority is of no use for other names or for addresses: the constraint is in the certificate, and clients hold it.
func TestConstraintIsCritical(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, authority.Config{Dir: dir, Hosts: hosts})
	text, err := os.ReadFile(filepath.Join(dir, "authority.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		t.Fatal(err)
	}
	c := pair.Leaf
	if !c.PermittedDNSDomainsCritical || len(c.PermittedDNSDomains) != len(hosts) || len(c.ExcludedIPRanges) != 2 || !c.MaxPathLenZero {
		t.Error("the authority is not constrained to its hosts")
	}
	if life := time.Until(c.NotAfter); life > authority.Lifetime {
		t.Errorf("it lives %v, more than %v", life, authority.Lifetime)
	}
	if info, _ := os.Stat(filepath.Join(dir, "authority.pem")); info.Mode().Perm() != 0o600 {
		t.Errorf("its key has mode %v, want 0600", info.Mode().Perm())
	}
}

func TestKeptAndRenewed(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	cfg := authority.Config{Dir: dir, Hosts: hosts, Now: func() time.Time { return now }}
	first, err := open(t, cfg).PEM()
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, cfg)
	if second, _ := again.PEM(); !bytes.Equal(first, second) {
		t.Error("a second start made another authority")
	}
	now = now.Add(authority.Lifetime - time.Hour)
	if third, _ := again.PEM(); bytes.Equal(first, third) {
		t.Error("an authority with an hour left was not renewed")
	}
	cfg.Hosts = hosts[:1]
	if fourth, _ := open(t, cfg).PEM(); bytes.Equal(first, fourth) {
		t.Error("an authority for other hosts was kept")
	}
	if err := os.WriteFile(filepath.Join(dir, "authority.pem"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, cfg)
}

// Two folders have two keys: nothing about an authority comes from a seed.
func TestRandomPerFolder(t *testing.T) {
	t.Parallel()
	a, b := open(t, authority.Config{Dir: t.TempDir(), Hosts: hosts}), open(t, authority.Config{Dir: t.TempDir(), Hosts: hosts})
	if shake(t, b, pool(t, a), hosts[0]) == nil {
		t.Error("one folder's authority is trusted through another's")
	}
}
