package policy

import (
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// KeyPrefix begins the key id of every pass of kind sigv4. Software that checks the form of an AWS key id takes it for one, and people and
// scanners know it for ours: in Amazon's own, the fifth place is I, J or beyond P, since the
// owner's account begins there.
const KeyPrefix = "AKIALOCK"

// An AWS key id has 20 characters and its secret 40 (creators-paapi-aws 2.2). The secret has letters and digits only, 238 random bits, so
// that it survives shells, forms and URLs; Amazon's may hold a slash or a plus.
const (
	keyLength    = 20
	secretLength = 40
)

const secretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// A Sealer keeps the secrets of sigv4 passes: whoever verifies a signature needs the secret itself.
type Sealer interface {
	SealPass(p id.Pass, v secret.Value) ([]byte, error)
	OpenPass(p id.Pass, sealed []byte) (secret.Value, error)
}

// IsKeyID reports whether text has the form of a sigv4 pass's key id.
func IsKeyID(text string) bool {
	rest, ok := strings.CutPrefix(text, KeyPrefix)
	return ok && len(text) == keyLength && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// newKeyPair makes a key id and its secret.
func newKeyPair() (keyID string, key secret.Value) {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: the program would end (crypto/rand)
	keyID = KeyPrefix + base32.StdEncoding.EncodeToString(b[:])[:keyLength-len(KeyPrefix)]
	text := make([]byte, 0, secretLength)
	for len(text) < secretLength {
		var c [1]byte
		_, _ = rand.Read(c[:])
		if at := int(c[0] & 63); at < len(secretLetters) { // the two that do not fit are thrown again: no letter is likelier than another
			text = append(text, secretLetters[at])
		}
	}
	return keyID, secret.New(string(text))
}
