package sandbox

import (
	"crypto/x509"
	"time"
)

// An Authority is what tests see of a certificate authority.
type Authority struct{ *authority }

// NewAuthority opens the authority of a folder, at another time than now.
func NewAuthority(folder string, hosts []string, now func() time.Time) (Authority, error) {
	a, err := newAuthority(folder, hosts, now)
	return Authority{a}, err
}

// Serves reports whether a TLS server has a certificate of the authority's.
func (a Authority) Serves() bool {
	leaf, err := a.certificate(nil)
	if err != nil {
		return false
	}
	c, err := x509.ParseCertificate(leaf.Certificate[0])
	return err == nil && c.CheckSignatureFrom(a.cert) == nil
}

// PEM is the certificate to trust.
func (a Authority) PEM() string { return string(a.pem()) }
