// Package cert is what signs an Android app: a certificate, its fingerprints, and whether it is a debug one.
//
// A fingerprint is over the whole certificate in DER, and is written as Amazon's console and its app keys write it: pairs of capital hex
// digits with colons between (adm 1.2, 2.1). Nothing here judges a certificate's validity, since Android does not either: an app's
// certificate is an identity and no chain leads to it. A certificate that Go cannot parse still has its fingerprints.
package cert

import (
	"bytes"
	"crypto/md5"  // Amazon's console and keys name certificates by it (adm 1.2)
	"crypto/sha1" // shown beside the others, as keytool does
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// A Certificate is one that may have signed an app.
type Certificate struct {
	DER     []byte
	Subject string    // "CN=Release,O=Example"; "" where the certificate cannot be parsed
	Ends    time.Time // when it says that it ends; zero where it cannot be parsed
	Debug   bool      // made by the Android tools for a developer's own machine
}

// most is the longest certificate that is looked at.
const most = 64 << 10

// New reads a certificate in DER. It fails only for what is no ASN.1 sequence of the length that it says: the fingerprints of anything else are
// what a device would compare.
func New(der []byte) (Certificate, error) {
	n, ok := sequence(der)
	if !ok || n != len(der) || n > most {
		return Certificate{}, fmt.Errorf("reading a certificate: %d bytes are no certificate in DER", len(der))
	}
	c := Certificate{DER: bytes.Clone(der)}
	if x, err := x509.ParseCertificate(c.DER); err == nil {
		c.Subject, c.Ends = x.Subject.String(), x.NotAfter
		c.Debug = strings.EqualFold(x.Subject.CommonName, "Android Debug")
	}
	c.Debug = c.Debug || c.MD5() == platformTestKey
	return c, nil
}

// platformTestKey is the MD5 of Android's public test key (build/target/product/security/testkey in the Android sources), with which samples and
// custom builds are signed.
const platformTestKey = "E8:9B:15:8E:4B:CF:98:8E:BD:09:EB:83:F5:37:8E:87"

// MD5 is the fingerprint that the console calls MD5 signature.
func (c Certificate) MD5() string {
	sum := md5.Sum(c.DER)
	return Colons(sum[:])
}

// SHA1 is the fingerprint that keytool prints; Amazon does not ask for it.
func (c Certificate) SHA1() string {
	sum := sha1.Sum(c.DER)
	return Colons(sum[:])
}

// SHA256 is the fingerprint that the console calls SHA-256 signature.
func (c Certificate) SHA256() string {
	sum := sha256.Sum256(c.DER)
	return Colons(sum[:])
}

// Same reports whether two are the same certificate.
func (c Certificate) Same(d Certificate) bool { return bytes.Equal(c.DER, d.DER) }

// Colons writes bytes as pairs of capital hex digits with colons between.
func Colons(b []byte) string {
	digits := strings.ToUpper(hex.EncodeToString(b))
	pairs := make([]string, 0, len(b))
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return strings.Join(pairs, ":")
}

// Parse reads the certificates of a file: PEM, with any text around the blocks, or DER. It reports false where there is none.
func Parse(text []byte) ([]Certificate, bool) {
	if n, ok := sequence(text); ok && n == len(text) {
		if _, err := x509.ParseCertificate(text); err == nil {
			c, err := New(text)
			return []Certificate{c}, err == nil
		}
		return nil, false
	}
	var all []Certificate
	for len(all) < 16 {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" {
			continue
		}
		c, err := New(block.Bytes)
		if err != nil {
			return nil, false
		}
		all = append(all, c)
	}
	return all, len(all) > 0
}

// sequence tells how many bytes the ASN.1 sequence has that b begins with, its head included.
func sequence(b []byte) (int, bool) {
	if len(b) < 2 || b[0] != 0x30 {
		return 0, false
	}
	if b[1] < 0x80 {
		return 2 + int(b[1]), true
	}
	octets := int(b[1] & 0x7f)
	if octets == 0 || octets > 4 || len(b) < 2+octets {
		return 0, false
	}
	n := 0
	for _, o := range b[2 : 2+octets] {
		n = n<<8 | int(o)
	}
	return 2 + octets + n, true
}
