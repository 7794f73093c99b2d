package keystore

import (
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// pfxMark begins every PKCS #12 file after its length: version 3 (RFC 7292, 4), and then a sequence.
var pfxMark = []byte{0x02, 0x01, 0x03, 0x30}

// known are the passwords that tools set by themselves: Android's for a debug keystore, keytool's of old, none.
var known = []string{"android", "changeit", ""}

// readPKCS12 reads a store with the password given, or with those that are known to everybody.
func readPKCS12(b []byte, password secret.Value) ([]Entry, error) {
	if work(b) > mostWork {
		return nil, fmt.Errorf("%w: opening it would take %d rounds of hashing at least", ErrDamaged, mostWork)
	}
	tries := known
	if !password.IsZero() {
		tries = []string{password.Reveal()}
	}
	err := ErrPassword
	for _, p := range tries {
		var all []Entry
		if all, err = openPKCS12(b, p); !errors.Is(err, ErrPassword) {
			return all, err
		}
	}
	return nil, err
}

func openPKCS12(b []byte, password string) ([]Entry, error) {
	//lint:ignore SA1019 the one reader that keeps several keys and their names; the private keys that it gives are wiped unread
	blocks, err := pkcs12.ToPEM(b, password)
	if err != nil {
		if errors.Is(err, pkcs12.ErrIncorrectPassword) || errors.Is(err, pkcs12.ErrDecryption) {
			return nil, ErrPassword
		}
		if certs, other := pkcs12.DecodeTrustStore(b, password); other == nil {
			var all []Entry
			for _, x := range certs {
				if c, err := cert.New(x.Raw); err == nil {
					all = append(all, Entry{Certificate: c})
				}
			}
			return all, nil
		}
		var unknown pkcs12.NotImplementedError
		if errors.As(err, &unknown) {
			return nil, fmt.Errorf("%w: %s", ErrUnread, unknown.Error())
		}
		return nil, fmt.Errorf("%w: it is no whole PKCS #12 store", ErrDamaged)
	}
	return entriesOf(blocks), nil
}

// entriesOf pairs certificates with keys by the id that both carry. Certificates of a chain carry none.
func entriesOf(blocks []*pem.Block) []Entry {
	private := map[string]bool{}
	for _, b := range blocks {
		if b.Type == "PRIVATE KEY" {
			private[b.Headers["localKeyId"]] = true
			clear(b.Bytes)
		}
	}
	var all []Entry
	for _, b := range blocks {
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := cert.New(b.Bytes)
		if err != nil {
			continue
		}
		all = append(all, Entry{Alias: b.Headers["friendlyName"], Certificate: c, Private: private[b.Headers["localKeyId"]] && b.Headers["localKeyId"] != ""})
	}
	return all
}

// mostWork is the largest count of hashing rounds that a store may ask for; keytool writes 10,000 and the strictest advice is below a million.
const mostWork = 2_000_000

// work finds the largest count of rounds that a store names: in each of its places (MacData, PBE and PBKDF2 parameters) it is an integer
// behind an octet string, the salt. Without this a file of a kilobyte could keep a processor busy for an hour.
func work(b []byte) int64 {
	most, left := int64(0), 200_000
	count(cryptobyte.String(b), 0, &most, &left)
	return most
}

func count(s cryptobyte.String, depth int, most *int64, left *int) {
	salt := false
	for !s.Empty() && depth < 24 && *left > 0 {
		*left--
		var inner cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1(&inner, &tag) {
			return
		}
		switch {
		case tag == asn1.INTEGER && salt:
			*most = max(*most, rounds(inner))
		case tag == asn1.OCTET_STRING || tag == asn1.SEQUENCE || tag == asn1.SET || tag == asn1.Tag(0).ContextSpecific().Constructed():
			count(inner, depth+1, most, left) // an octet string may hold more of the kind
		}
		salt = tag == asn1.OCTET_STRING
	}
	if *left <= 0 {
		*most = mostWork + 1
	}
}

// rounds reads a count; what is no number of usual size is one too many.
func rounds(b []byte) int64 {
	n := new(big.Int).SetBytes(b)
	if !n.IsInt64() {
		return mostWork + 1
	}
	return n.Int64()
}
