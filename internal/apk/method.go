package apk

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A method is one way to sign in the schemes v2 and later.
type method struct {
	id     uint32
	hash   crypto.Hash
	pss    bool
	verity bool // the digest is a tree for fs-verity and not the usual one
}

// methods are those of Android's pages, the strongest first. DSA is left out: Go no longer checks it, and nobody signs with it.
var methods = []method{
	{0x0102, crypto.SHA512, true, false},
	{0x0104, crypto.SHA512, false, false},
	{0x0202, crypto.SHA512, false, false},
	{0x0101, crypto.SHA256, true, false},
	{0x0103, crypto.SHA256, false, false},
	{0x0201, crypto.SHA256, false, false},
	{0x0421, crypto.SHA256, false, true},
	{0x0423, crypto.SHA256, false, true},
}

// strongest picks the method that is checked.
func strongest(signatures map[uint32][]byte) (method, bool) {
	for _, m := range methods {
		if _, ok := signatures[m.id]; ok {
			return m, true
		}
	}
	return method{}, false
}

// verify checks a signature with a key of the method's kind.
func (m method) verify(key any, data, signature []byte) bool {
	h := m.hash.New()
	h.Write(data)
	sum := h.Sum(nil)
	switch k := key.(type) {
	case *rsa.PublicKey:
		if m.id == 0x0201 || m.id == 0x0202 || m.id == 0x0423 {
			return false
		}
		if m.pss {
			return rsa.VerifyPSS(k, m.hash, sum, signature, &rsa.PSSOptions{SaltLength: m.hash.Size(), Hash: m.hash}) == nil
		}
		return rsa.VerifyPKCS1v15(k, m.hash, sum, signature) == nil
	case *ecdsa.PublicKey:
		return (m.id == 0x0201 || m.id == 0x0202 || m.id == 0x0423) && ecdsa.VerifyASN1(k, sum, signature)
	}
	return false
}

// verifyWith checks a signature with an encoded key.
func verifyWith(public []byte, id uint32, data, signature []byte) bool {
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return false
	}
	for _, m := range methods {
		if m.id == id {
			return m.verify(key, data, signature)
		}
	}
	return false
}

// publicKeyOf returns the encoded public key within a certificate. It reads no more than it must, since Go's parser refuses certificates
// that Android takes.
func publicKeyOf(der []byte) ([]byte, error) {
	t, err := readTBS(der)
	return t.public, err
}

// A tbs is the part of a certificate that was signed, as far as it matters here.
type tbs struct {
	issuer []byte // with its head, for comparing
	serial []byte
	public []byte // with its head
}

func readTBS(der []byte) (t tbs, err error) {
	input := cryptobyte.String(der)
	var outer, inner, serial, issuer, public cryptobyte.String
	ok := input.ReadASN1(&outer, asn1.SEQUENCE) &&
		outer.ReadASN1(&inner, asn1.SEQUENCE) &&
		inner.SkipOptionalASN1(asn1.Tag(0).Constructed().ContextSpecific()) &&
		inner.ReadASN1(&serial, asn1.INTEGER) &&
		inner.SkipASN1(asn1.SEQUENCE) && // algorithm
		inner.ReadASN1Element(&issuer, asn1.SEQUENCE) &&
		inner.SkipASN1(asn1.SEQUENCE) && // validity
		inner.SkipASN1(asn1.SEQUENCE) && // subject
		inner.ReadASN1Element(&public, asn1.SEQUENCE)
	if !ok {
		return t, fmt.Errorf("the certificate cannot be read")
	}
	return tbs{issuer, serial, public}, nil
}
