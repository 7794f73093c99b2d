package kit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"sync/atomic"
	"time"
)

// A Kind is the kind of a token, told by what stands before its bar (ads-lwa 1.6).
type Kind byte

// The kinds of token that Login with Amazon hands out.
const (
	Access  Kind = 'a' // Atza|
	Refresh Kind = 'r' // Atzr|
	Client  Kind = 'c' // Atc|, of client_credentials
)

// Prefix returns what tokens of this kind begin with. The sandbox's carry sbx after the bar.
func (k Kind) Prefix() string {
	switch k {
	case Access:
		return "Atza|sbx"
	case Refresh:
		return "Atzr|sbx"
	}
	return "Atc|sbx"
}

// Lengths of whole tokens, so that answers are as long as Amazon's: 1156 to 1166 bytes with a refresh token, 476
// for client credentials (ads-lwa 1.6).
const (
	accessLength  = 541
	refreshLength = 543
	clientLength  = 374
)

// ErrForeign says that a text is no token of this world: garbage, cut short, or of another kind.
var ErrForeign = errors.New("no token of this sandbox")

// payload is what is sealed into a token. Together with the nonce it tells all, so the issuer keeps no list of tokens.
type payload struct {
	kind       Kind
	id         uint64 // of the consent, 56 bits; of the run for client credentials
	seq        uint32 // of the token within its consent, which makes the nonce unique
	profile    uint32
	user       uint32
	region     byte
	generation int64
	created    time.Time // of the consent
	issued     time.Time
	expires    time.Time // zero: never
	scopes     string
}

const fixedPayload = 1 + 4 + 4 + 1 + 8 + 8 + 8 + 8 + 2

// sealer turns payloads into tokens and back. AES-GCM makes them opaque and unforgeable; the nonce is drawn from
// consent and sequence number, so the same world gives the same tokens.
type sealer struct {
	aead cipher.AEAD
	seen *[64]atomic.Pointer[opened] // what was opened last, by the end of the token's text: a client shows one token many times
}

// opened is a token with what is in it, which is the same at all times.
type opened struct {
	token   string
	payload payload
}

func newSealer(worldKey []byte) sealer {
	m := hmac.New(sha256.New, worldKey)
	m.Write([]byte("token key"))
	block, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		panic(err) // a key of 32 bytes cannot fail
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return sealer{aead, new([64]atomic.Pointer[opened])}
}

func (s sealer) seal(p payload) string {
	prefix, length := p.kind.Prefix(), accessLength
	switch p.kind {
	case Refresh:
		length = refreshLength
	case Client:
		length = clientLength
	}
	raw := (length - len(prefix)) * 3 / 4
	plain := make([]byte, max(raw-12-16, fixedPayload+len(p.scopes)))
	b := append(plain[:0], 1)
	b = binary.BigEndian.AppendUint32(b, p.profile)
	b = binary.BigEndian.AppendUint32(b, p.user)
	b = append(b, p.region)
	b = binary.BigEndian.AppendUint64(b, uint64(p.generation))
	for _, t := range []time.Time{p.created, p.issued, p.expires} {
		b = binary.BigEndian.AppendUint64(b, uint64(millis(t)))
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(p.scopes)))
	copy(plain[len(b):], p.scopes)

	sealed := make([]byte, 12, 12+len(plain)+16)
	binary.BigEndian.PutUint64(sealed, uint64(p.kind)<<56|p.id)
	binary.BigEndian.PutUint32(sealed[8:], p.seq)
	sealed = s.aead.Seal(sealed, sealed[:12], plain, nil)
	out := make([]byte, 0, length+8)
	out = append(out, prefix...)
	return string(base64.RawURLEncoding.AppendEncode(out, sealed))
}

func (s sealer) open(token string) (payload, error) {
	if token == "" {
		return payload{}, ErrForeign
	}
	seen := &s.seen[token[len(token)-1]%64]
	if o := seen.Load(); o != nil && o.token == token {
		return o.payload, nil
	}
	p, err := s.unseal(token)
	if err == nil {
		seen.Store(&opened{token, p})
	}
	return p, err
}

func (s sealer) unseal(token string) (payload, error) {
	for _, kind := range []Kind{Access, Refresh, Client} {
		text, ok := strings.CutPrefix(token, kind.Prefix())
		if !ok {
			continue
		}
		raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if err != nil || len(raw) < 12+16+fixedPayload || raw[0] != byte(kind) {
			return payload{}, ErrForeign
		}
		b, err := s.aead.Open(raw[12:12], raw[:12], raw[12:], nil)
		if err != nil {
			return payload{}, ErrForeign
		}
		p := payload{kind: kind, id: binary.BigEndian.Uint64(raw) & (1<<56 - 1), seq: binary.BigEndian.Uint32(raw[8:])}
		p.profile, p.user, p.region = binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:]), b[9]
		p.generation = int64(binary.BigEndian.Uint64(b[10:]))
		p.created, p.issued, p.expires = fromMillis(b[18:]), fromMillis(b[26:]), fromMillis(b[34:])
		p.scopes = string(b[fixedPayload:][:binary.BigEndian.Uint16(b[42:])])
		return p, nil
	}
	return payload{}, ErrForeign
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(b []byte) time.Time {
	ms := int64(binary.BigEndian.Uint64(b))
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func regionByte(region string) byte {
	if region == "" {
		return 0
	}
	return region[0]
}

func regionName(b byte) string {
	switch b {
	case 'N':
		return "NA"
	case 'E':
		return "EU"
	case 'F':
		return "FE"
	}
	return ""
}
