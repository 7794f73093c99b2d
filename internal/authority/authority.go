// Package authority is a certificate authority that only this machine's own programs are told to trust, and only for the hosts that it names.
//
// The gateway's TLS listener answers for Amazon's hosts, so that software whose hosts cannot be changed can still be lent a grant. Its certificates come
// from here. The key is random, kept in the data folder and good for seven days; the authority is constrained to the listed names and calls itself
// "do not trust". It is handed to one process by an environment variable or a file, and is never put into a system's store (DESIGN, "What runs").
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Lifetime is how long an authority is good for; renewAt is how little of it may be left before a new one is made.
const (
	Lifetime = 7 * 24 * time.Hour
	renewAt  = 24 * time.Hour
	skew     = 5 * time.Minute // clocks of one machine's programs differ by less
)

// Config says what an authority is for.
type Config struct {
	Dir   string           // where authority.pem is kept, mode 0600
	Hosts []string         // the only names that it can speak for
	Now   func() time.Time // Defaults to time.Now.
}

// An Authority makes certificates for its hosts. It is safe for concurrent use.
type Authority struct {
	cfg  Config
	mu   sync.Mutex
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	leaf *tls.Certificate // one for all hosts, made anew with the authority
}

// Open reads the authority of a folder, or makes one where there is none, it has run out, or its hosts have changed.
func Open(cfg Config) (*Authority, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Hosts = slices.Compact(slices.Sorted(slices.Values(cfg.Hosts)))
	if len(cfg.Hosts) == 0 {
		return nil, errors.New("opening the certificate authority: it is to speak for no host")
	}
	a := &Authority{cfg: cfg}
	return a, a.fresh()
}

// File is where the authority's certificate is for others to read; it is written anew with each authority.
func (a *Authority) File() string { return filepath.Join(a.cfg.Dir, "authority.crt") }

// PEM is the authority's certificate, for a process that shall trust it.
func (a *Authority) PEM() ([]byte, error) {
	if err := a.fresh(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), nil
}

// GetCertificate fits tls.Config. A name that the authority does not speak for is refused.
func (a *Authority) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if name := strings.ToLower(strings.TrimSuffix(hello.ServerName, ".")); !slices.Contains(a.cfg.Hosts, name) {
		return nil, errors.New("answering a TLS client: it asked for a host that is not ours to answer for")
	}
	if err := a.fresh(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.leaf, nil
}

// fresh makes sure that there is an authority with a day left.
func (a *Authority) fresh() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.good() {
		return nil
	}
	if a.cert == nil && a.load() == nil && a.good() {
		return a.issue()
	}
	if err := a.create(); err != nil {
		return err
	}
	return a.issue()
}

func (a *Authority) good() bool {
	return a.cert != nil && a.cfg.Now().Add(renewAt).Before(a.cert.NotAfter) && slices.Equal(a.cert.PermittedDNSDomains, a.cfg.Hosts)
}

func (a *Authority) path() string { return filepath.Join(a.cfg.Dir, "authority.pem") }

// load reads key and certificate. What cannot be read is made anew: nothing depends on an authority outliving its process.
func (a *Authority) load() error {
	text, err := os.ReadFile(a.path())
	if err != nil {
		return fmt.Errorf("reading the certificate authority: %w", err)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return fmt.Errorf("reading the certificate authority: %w", err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return errors.New("reading the certificate authority: its key is of another kind")
	}
	a.cert, a.key = pair.Leaf, key
	return nil
}

func (a *Authority) create() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making the certificate authority: %w", err)
	}
	now := a.cfg.Now()
	raw, err := sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "Lockkeeper on this machine, do not trust"},
		NotBefore: now.Add(-skew), NotAfter: now.Add(Lifetime),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: a.cfg.Hosts, ExcludedIPRanges: allAddresses(),
	}, nil, key, key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(raw); err != nil {
		return fmt.Errorf("making the certificate authority: %w", err)
	}
	a.key = key
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("keeping the certificate authority: %w", err)
	}
	if err := a.save(a.path(), append(public, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)); err != nil {
		return err
	}
	return a.save(a.File(), public)
}

// save writes a file whole or not at all, readable by its owner alone.
func (a *Authority) save(path string, text []byte) error {
	f, err := os.CreateTemp(a.cfg.Dir, "authority-*")
	if err != nil {
		return fmt.Errorf("keeping the certificate authority: %w", err)
	}
	_, werr := f.Write(text)
	if err := errors.Join(werr, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("keeping the certificate authority: %w", err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("keeping the certificate authority: %w", err)
	}
	return nil
}

// issue makes the one certificate that the listener shows, for all hosts.
func (a *Authority) issue() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making a certificate: %w", err)
	}
	raw, err := sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "Lockkeeper's gateway"},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: a.cfg.Hosts,
	}, a.cert, key, a.key)
	if err != nil {
		return err
	}
	a.leaf = &tls.Certificate{Certificate: [][]byte{raw, a.cert.Raw}, PrivateKey: key}
	return nil
}

// sign makes a certificate for the key, by the parent, or by itself where there is none.
func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	template.SerialNumber = serial
	if parent == nil {
		parent = template
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	return raw, nil
}

// allAddresses are every IP address: the authority speaks for names alone.
func allAddresses() []*net.IPNet {
	return []*net.IPNet{
		{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)},
		{IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
	}
}
