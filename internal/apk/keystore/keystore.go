// Package keystore reads the certificates of the keystores that sign Android apps: JKS and PKCS #12, told by content and not by name.
//
// Only certificates are wanted, and no private key is kept. A JKS holds its certificates in the clear, so that fingerprints need no password; the
// password only proves that the file is whole. A PKCS #12 store encrypts them, whatever its file is called: .keystore and .jks files are often
// that (adm 2.1). What a file claims of its lengths and of the work to open it is held against limits first.
package keystore

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Why a keystore does not open.
var (
	ErrPassword = errors.New("the password does not open it")
	ErrUnread   = errors.New("of a kind that is not read here")
	ErrDamaged  = errors.New("damaged")
)

// Most is the longest keystore that is read, in bytes.
const Most = 4 << 20

// A Kind of keystore.
type Kind string

// The kinds.
const (
	JKS    Kind = "JKS"
	JCEKS  Kind = "JCEKS"
	PKCS12 Kind = "PKCS12"
	BKS    Kind = "BKS" // BouncyCastle's; told, and not read
)

// An Entry is one name in a keystore and the certificate that an app is signed with under it.
type Entry struct {
	Alias       string
	Certificate cert.Certificate
	Private     bool // it has a private key, so that it can sign
}

// Sniff tells the kind of a keystore by its content.
func Sniff(b []byte) (Kind, bool) {
	switch {
	case bytes.HasPrefix(b, []byte{0xfe, 0xed, 0xfe, 0xed}):
		return JKS, true
	case bytes.HasPrefix(b, []byte{0xce, 0xce, 0xce, 0xce}):
		return JCEKS, true
	case len(b) > 32 && b[0] == 0x30 && bytes.Contains(b[:32], pfxMark):
		return PKCS12, true
	case bytes.HasPrefix(b, []byte{0, 0, 0, 1, 0, 0, 0, 20}), bytes.HasPrefix(b, []byte{0, 0, 0, 2, 0, 0, 0, 20}):
		return BKS, true
	}
	return "", false
}

// Read reads a keystore's entries. A zero password tries those that Android's tools use by themselves.
func Read(b []byte, password secret.Value) ([]Entry, error) {
	if len(b) > Most {
		return nil, fmt.Errorf("reading a keystore of %d bytes: %w", len(b), ErrDamaged)
	}
	kind, _ := Sniff(b)
	switch kind {
	case JKS, JCEKS:
		return readJKS(b, password)
	case PKCS12:
		return readPKCS12(b, password)
	}
	return nil, ErrUnread
}

// Signing returns the entries that can sign, or all where none can.
func Signing(all []Entry) []Entry {
	var private []Entry
	for _, e := range all {
		if e.Private {
			private = append(private, e)
		}
	}
	if len(private) > 0 {
		return private
	}
	return all
}
