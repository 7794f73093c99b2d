// Package seal encrypts what Lockkeeper stores, so that a stolen disk or backup holds nothing that opens a door.
//
// A keyset seals values with XAES-256-GCM and binds each to its own place: purpose, id, version and realm are
// authenticated with it, so a sealed value moved to another row, column, version or realm does not open. The keyset itself
// is wrapped by a key source, a passphrase or a key file, that is kept out of the database. A Sealer is the open keyset;
// it lives in memory only, and there is no way to work without one: Lockkeeper has no plain-text mode.
package seal

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Place is where a sealed value belongs.
type Place struct {
	Label   Label
	ID      string // the ULID of the row
	Version int64
	Realm   string
}

// A Sealer is an open keyset. Its methods may be called from any goroutine.
type Sealer struct {
	keys        keys
	aead        tink.AEAD
	macs        *macs
	prints      *macs
	fingerprint string
}

// limit is the most that is sealed as one value: refresh tokens are about 1 KiB (ads-lwa 1.6), a spooled answer is small too.
const limit = 1 << 20

var (
	errPlace  = errors.New("sealing: the place names no known label, id or realm")
	errEmpty  = errors.New("sealing: there is nothing to seal")
	errTooBig = errors.New("sealing: the value is larger than 1 MiB")
)

// Seal encrypts v for its place.
func (s *Sealer) Seal(p Place, v secret.Value) ([]byte, error) {
	if !known(p.Label) || p.ID == "" || p.Realm == "" {
		return nil, errPlace
	}
	if v.IsZero() {
		return nil, errEmpty
	}
	if v.Len() > limit {
		return nil, errTooBig
	}
	sealed, err := s.aead.Encrypt([]byte(v.Reveal()), p.associated())
	if err != nil {
		return nil, fmt.Errorf("sealing a value: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same place. It says no more than that it does not open: not which part is wrong.
func (s *Sealer) Open(p Place, sealed []byte) (secret.Value, error) {
	plain, err := s.aead.Decrypt(sealed, p.associated())
	if err != nil || len(plain) == 0 {
		return secret.Value{}, doesNotOpen(p.Label)
	}
	v := secret.New(string(plain))
	clear(plain)
	return v, nil
}

// associated is what is authenticated with the value: every part with its length before it, so that no two places share a text.
func (p Place) associated() []byte {
	const format = "lockkeeper/seal/1"
	b := make([]byte, 0, 5*4+len(format)+len(p.Label)+len(p.ID)+8+len(p.Realm))
	b = appendPart(b, format)
	b = appendPart(b, string(p.Label))
	b = appendPart(b, p.ID)
	b = binary.BigEndian.AppendUint32(b, 8)
	b = binary.BigEndian.AppendUint64(b, uint64(p.Version))
	return appendPart(b, p.Realm)
}

func appendPart(b []byte, part string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}

// KeysetFingerprint names the keyset, for people: it stays the same when keys are added or the source changes.
func (s *Sealer) KeysetFingerprint() string { return s.fingerprint }

// KeyID returns the id of the key that sealed a value, to find what a rotation has left to seal anew. It is 0 for what no seal made.
func KeyID(sealed []byte) uint32 {
	if len(sealed) < 5 || sealed[0] != 1 { // Tink's prefix: 1, then the key's id
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:5])
}

// PrimaryKeyID returns the id of the key that seals now.
func (s *Sealer) PrimaryKeyID() uint32 { return primaryID(s.keys.seal) }

func primaryID(h *keyset.Handle) uint32 {
	e, err := h.Primary()
	if err != nil {
		return 0
	}
	return e.KeyID()
}
