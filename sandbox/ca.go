package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// How long a sandbox's certificate authority is valid, and how little of that may be left before another is made.
const (
	caLife  = 7 * 24 * time.Hour
	caRenew = 24 * time.Hour
)

// An authority is a certificate authority for Amazon's hosts on this machine, and one certificate for all of them. Its key is random, never from a seed. Where
// the sandbox has a folder it is kept there, so that what was told to trust it once does so until it runs out; else it is of one start alone. It may
// sign for its hosts only: who trusts it for one process by mistake for a whole machine then has not opened that machine to anyone.
type authority struct {
	folder string // empty for none
	hosts  []string
	now    func() time.Time // the real time, whatever the sandbox's clock says: that is what clients compare with

	mu   sync.Mutex
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	leaf *tls.Certificate
}

func newAuthority(folder string, hosts []string, now func() time.Time) (*authority, error) {
	if folder != "" { // what tells of it tells programs that run elsewhere
		var err error
		if folder, err = filepath.Abs(folder); err != nil {
			return nil, fmt.Errorf("finding the sandbox's folder: %w", err)
		}
	}
	a := &authority{folder: folder, hosts: slices.Sorted(slices.Values(append([]string{"localhost"}, hosts...))), now: now}
	return a, a.fresh()
}

// fresh makes sure that there is an authority with some time left.
func (a *authority) fresh() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.good() {
		return nil
	}
	cert, key := a.cert, a.key
	if err := a.renew(); err != nil {
		a.cert, a.key = cert, key // the leaf's still
		return err
	}
	return nil
}

// renew takes the authority of the folder, or makes another.
func (a *authority) renew() error {
	if a.folder != "" {
		if err := a.load(); err != nil {
			return err
		}
	}
	if !a.good() {
		if err := a.draw(); err != nil {
			return err
		}
	}
	if a.folder != "" {
		if err := a.publish(); err != nil {
			return err
		}
	}
	return a.issue()
}

// good reports whether the authority is valid for a while and for the hosts that it is wanted for.
func (a *authority) good() bool {
	return a.cert != nil && !a.now().Before(a.cert.NotBefore) && a.now().Add(caRenew).Before(a.cert.NotAfter) && slices.Equal(a.cert.PermittedDNSDomains, a.hosts)
}

// certificate fits tls.Config.
func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if err := a.fresh(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.leaf, nil
}

// pem is the certificate to trust.
func (a *authority) pem() []byte {
	_ = a.fresh() // what could not be made anew is told of as it is, and refused by clients
	a.mu.Lock()
	defer a.mu.Unlock()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// draw makes a new authority, and keeps it where there is a folder.
func (a *authority) draw() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making the sandbox's certificates: %w", err)
	}
	now, ips := a.now(), loopback()
	raw, err := sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "Lockkeeper sandbox, do not trust"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(caLife), KeyUsage: x509.KeyUsageCertSign,
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: a.hosts,
		PermittedIPRanges: []*net.IPNet{{IP: ips[0], Mask: net.CIDRMask(32, 32)}, {IP: ips[1], Mask: net.CIDRMask(128, 128)}},
	}, nil, key, key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(raw); err != nil {
		return fmt.Errorf("making the sandbox's certificates: %w", err)
	}
	a.key = key
	if a.folder == "" {
		return nil
	}
	return a.keep()
}

// issue makes the one certificate for all hosts, under a key that nobody keeps.
func (a *authority) issue() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making the sandbox's certificates: %w", err)
	}
	raw, err := sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "Amazon in Lockkeeper's sandbox"},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: a.hosts, IPAddresses: loopback(),
	}, a.cert, key, a.key)
	if err != nil {
		return err
	}
	a.leaf = &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
	return nil
}

// sign makes a certificate for a key, by a parent, or by itself where there is none.
func sign(c, parent *x509.Certificate, key, by *ecdsa.PrivateKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("making the sandbox's certificates: %w", err)
	}
	c.SerialNumber = serial
	if parent == nil {
		parent = c
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	if err != nil {
		return nil, fmt.Errorf("making the sandbox's certificates: %w", err)
	}
	return raw, nil
}

func loopback() []net.IP { return []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback} }
