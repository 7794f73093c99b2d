package sandbox

import "time"

// An Authority is what tests see of a certificate authority.
type Authority struct{ *authority }

// NewAuthority opens the authority of a folder, at another time than now.
func NewAuthority(folder string, hosts []string, now func() time.Time) (Authority, error) {
	a, err := newAuthority(folder, hosts, now)
	return Authority{a}, err
}

// PEM is the certificate to trust.
func (a Authority) PEM() string { return string(a.pem()) }
