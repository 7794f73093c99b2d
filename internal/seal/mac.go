package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"

	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkhmac "github.com/tink-crypto/tink-go/v2/mac/hmac"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// MACSize is the length of what MAC returns: a key id and an HMAC-SHA256.
const MACSize = 4 + sha256.Size

// ErrMAC says that a MAC is not ours, of a retired key, or of other data.
var ErrMAC = errors.New("verifying a MAC: it does not fit")

// MAC authenticates data with the newest key: the key's id, then the tag. Each use begins its data with a text of its own,
// so that what was made for one purpose is good for no other.
func (s *Sealer) MAC(data []byte) []byte { return s.AppendMAC(nil, data) }

// AppendMAC is MAC without an allocation of its own.
func (s *Sealer) AppendMAC(dst, data []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, s.macs.primary)
	return s.macs.keys[s.macs.primary].append(dst, data)
}

// VerifyMAC checks a MAC in constant time.
func (s *Sealer) VerifyMAC(data, mac []byte) error {
	if len(mac) != MACSize {
		return ErrMAC
	}
	key := s.macs.keys[binary.BigEndian.Uint32(mac)]
	if key == nil {
		return ErrMAC
	}
	var sum [sha256.Size]byte
	if !hmac.Equal(key.append(sum[:0], data), mac[4:]) {
		return ErrMAC
	}
	return nil
}

// Fingerprint tells whether a value changed without telling anything of it: keyed, so that a guess cannot be tried against
// a stolen database, and the same over rotations of the other keys.
func (s *Sealer) Fingerprint(label string, v secret.Value) string {
	data := appendPart(appendPart(make([]byte, 0, 8+len(label)+v.Len()), label), v.Reveal())
	sum := s.prints.keys[s.prints.primary].append(nil, data)
	clear(data)
	return hex.EncodeToString(sum[:16])
}

// identity is the keyset's own fingerprint, e.g. "lk-7yzq-k2ma-51hd-qwer".
func (m *macs) identity() string {
	sum := m.keys[m.primary].append(nil, []byte("lockkeeper/keyset-fingerprint/1"))
	text := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	return "lk-" + text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:16]
}

// macs are the HMAC keys of one Tink keyset, ready for use: Tink's own primitive sets the key up anew for every message.
type macs struct {
	primary uint32
	keys    map[uint32]*macKey
}

func newMACs(h *keyset.Handle) (*macs, error) {
	m := &macs{keys: map[uint32]*macKey{}, primary: primaryID(h)}
	for i := range h.Len() {
		e, err := h.Entry(i)
		if err != nil {
			return nil, fmt.Errorf("reading a MAC key: %w", err)
		}
		k, ok := e.Key().(*tinkhmac.Key)
		if !ok {
			return nil, errors.New("reading a MAC key: it is of another kind")
		}
		m.keys[e.KeyID()] = newMACKey(k.KeyBytes().Data(insecuresecretdataaccess.Token{}))
	}
	if m.keys[m.primary] == nil {
		return nil, errors.New("reading the MAC keys: there is no primary one")
	}
	return m, nil
}

// A macKey pools hashes that have taken up the key already.
type macKey struct{ pool sync.Pool }

func newMACKey(key []byte) *macKey {
	k := &macKey{}
	k.pool.New = func() any { return hmac.New(sha256.New, key) }
	return k
}

func (k *macKey) append(dst, data []byte) []byte {
	h := k.pool.Get().(hash.Hash)
	h.Reset()
	h.Write(data)
	dst = h.Sum(dst)
	k.pool.Put(h)
	return dst
}
