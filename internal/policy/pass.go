package policy

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// PassPrefix begins every bearer pass, so that people and secret scanners know one when they see it.
const PassPrefix = "lkp_"

// A pass is 256 random bits and a checksum of 32 bits in lower-case base32: it survives forms, URLs, shells and speech, and a
// cut or mistyped one is told from an unknown one.
const (
	passBytes = 32
	passText  = len(PassPrefix) + (passBytes+4)*8/5 + 1
)

var passEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newPass makes a pass's text and the hash that is kept of it.
func newPass() (secret.Value, [sha256.Size]byte) {
	b := make([]byte, passBytes, passBytes+4)
	_, _ = rand.Read(b) // never fails: the program would end (crypto/rand)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	text := PassPrefix + passEncoding.EncodeToString(b)
	return secret.New(text), sha256.Sum256([]byte(text))
}

// WellFormed reports whether text has the form of a pass and its checksum fits. It says nothing about whether it is good.
func WellFormed(text string) bool {
	rest, ok := strings.CutPrefix(text, PassPrefix)
	if !ok || len(text) != passText {
		return false
	}
	b, err := passEncoding.DecodeString(rest)
	return err == nil && len(b) == passBytes+4 && passEncoding.EncodeToString(b) == rest && crc32.ChecksumIEEE(b[:passBytes]) == binary.BigEndian.Uint32(b[passBytes:])
}
