package apk

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
)

// Object identifiers of PKCS #7 (RFC 2315, RFC 5652) and of digests.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidPSS           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

	hashes = map[string]crypto.Hash{
		"1.3.14.3.2.26":          crypto.SHA1,
		"2.16.840.1.101.3.4.2.1": crypto.SHA256,
		"2.16.840.1.101.3.4.2.2": crypto.SHA384,
		"2.16.840.1.101.3.4.2.3": crypto.SHA512,
		"1.2.840.113549.2.5":     crypto.MD5,
	}
)

// readPKCS7 reads a detached PKCS #7 signature over content, and returns the certificates of its signers, also where a signature does not hold.
// It is written here because the libraries parse every certificate with Go's parser, which refuses some that Android takes, and such an app's
// fingerprints would be lost.
func readPKCS7(block, content []byte) ([]cert.Certificate, error) {
	unreadable := damaged("the v1 signature's block cannot be read")
	input := cryptobyte.String(block)
	var outer, explicit, data, algorithms, inner, certs, signers cryptobyte.String
	var kind asn1.ObjectIdentifier
	var version int
	var hasCerts bool
	ok := input.ReadASN1(&outer, casn1.SEQUENCE) &&
		outer.ReadASN1ObjectIdentifier(&kind) && kind.Equal(oidSignedData) &&
		outer.ReadASN1(&explicit, casn1.Tag(0).ContextSpecific().Constructed()) &&
		explicit.ReadASN1(&data, casn1.SEQUENCE) &&
		data.ReadASN1Integer(&version) &&
		data.ReadASN1(&algorithms, casn1.SET) &&
		data.ReadASN1(&inner, casn1.SEQUENCE) &&
		data.ReadOptionalASN1(&certs, &hasCerts, casn1.Tag(0).ContextSpecific().Constructed()) &&
		data.SkipOptionalASN1(casn1.Tag(1).ContextSpecific().Constructed()) && // revocations
		data.ReadASN1(&signers, casn1.SET)
	if !ok || !hasCerts || signers.Empty() {
		return nil, unreadable
	}
	var ders [][]byte
	for !certs.Empty() && len(ders) < 32 {
		var der cryptobyte.String
		if !certs.ReadASN1Element(&der, casn1.SEQUENCE) {
			return nil, unreadable
		}
		ders = append(ders, der)
	}
	var found []cert.Certificate
	var failed error
	for n := 0; !signers.Empty() && n < 16; n++ {
		c, err := readSignerInfo(&signers, ders, content)
		if c.DER != nil {
			found = append(found, c)
		}
		if err != nil && failed == nil {
			failed = err
		}
	}
	return found, failed
}

// readSignerInfo takes one signer, finds its certificate and checks its signature.
func readSignerInfo(signers *cryptobyte.String, ders [][]byte, content []byte) (c cert.Certificate, err error) {
	unreadable := damaged("the v1 signature's block cannot be read")
	var info, sid, issuer, serial, digestAlg, signatureAlg, signature, attrs cryptobyte.String
	var digestOID, signatureOID asn1.ObjectIdentifier
	var version int
	var signedAttrs bool
	attrTag := casn1.Tag(0).ContextSpecific().Constructed()
	ok := signers.ReadASN1(&info, casn1.SEQUENCE) &&
		info.ReadASN1Integer(&version) &&
		info.ReadASN1(&sid, casn1.SEQUENCE) &&
		sid.ReadASN1Element(&issuer, casn1.SEQUENCE) &&
		sid.ReadASN1(&serial, casn1.INTEGER) &&
		info.ReadASN1(&digestAlg, casn1.SEQUENCE) &&
		digestAlg.ReadASN1ObjectIdentifier(&digestOID)
	if ok && info.PeekASN1Tag(attrTag) {
		signedAttrs = true
		ok = info.ReadASN1Element(&attrs, attrTag)
	}
	ok = ok && info.ReadASN1(&signatureAlg, casn1.SEQUENCE) && signatureAlg.ReadASN1ObjectIdentifier(&signatureOID) &&
		info.ReadASN1(&signature, casn1.OCTET_STRING)
	if !ok {
		*signers = nil
		return c, unreadable
	}
	var public []byte
	for _, der := range ders {
		t, err := readTBS(der)
		if err != nil || !bytes.Equal(t.issuer, issuer) || !bytes.Equal(t.serial, serial) {
			continue
		}
		if c, err = cert.New(der); err != nil {
			return c, unreadable
		}
		public = t.public
		break
	}
	if c.DER == nil {
		return c, damaged("the v1 signature's block lacks its signer's certificate")
	}
	hash, known := hashes[digestOID.String()]
	if !known || !hash.Available() {
		return c, fmt.Errorf("the v1 signature is of a method that is not known")
	}
	signedText := content
	if signedAttrs {
		if !bytes.Equal(messageDigest(attrs), sum(hash, content)) {
			return c, fmt.Errorf("the v1 signature is not that of its .SF file")
		}
		signedText = append([]byte{0x31}, attrs[1:]...) // signed as a SET (RFC 5652, 5.4)
	}
	return c, verifyJar(public, hash, signatureOID, signedText, signature)
}

func sum(h crypto.Hash, text []byte) []byte {
	w := h.New()
	w.Write(text)
	return w.Sum(nil)
}

// messageDigest finds the digest of the content among the signed attributes.
func messageDigest(element cryptobyte.String) []byte {
	var attrs cryptobyte.String
	if !element.ReadASN1(&attrs, casn1.Tag(0).ContextSpecific().Constructed()) {
		return nil
	}
	for !attrs.Empty() {
		var attr, values, digest cryptobyte.String
		var kind asn1.ObjectIdentifier
		if !attrs.ReadASN1(&attr, casn1.SEQUENCE) || !attr.ReadASN1ObjectIdentifier(&kind) || !attr.ReadASN1(&values, casn1.SET) {
			return nil
		}
		if kind.Equal(oidMessageDigest) && values.ReadASN1(&digest, casn1.OCTET_STRING) {
			return digest
		}
	}
	return nil
}

// verifyJar checks a v1 signature. What Go cannot check (DSA) is said and not passed off as good.
func verifyJar(public []byte, h crypto.Hash, method asn1.ObjectIdentifier, text, signature []byte) error {
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("the v1 signature's public key cannot be read")
	}
	good := false
	switch k := key.(type) {
	case *rsa.PublicKey:
		if method.Equal(oidPSS) {
			good = rsa.VerifyPSS(k, h, sum(h, text), signature, nil) == nil
		} else {
			good = rsa.VerifyPKCS1v15(k, h, sum(h, text), signature) == nil
		}
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(k, sum(h, text), signature)
	default:
		return fmt.Errorf("the v1 signature is made with DSA, which is not checked here")
	}
	if !good {
		return fmt.Errorf("the v1 signature does not hold with its certificate")
	}
	return nil
}
