package gateway

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

// MAC makes and checks message authentication codes over our tokens. The key's id is inside the code, so an old key can be
// told and withdrawn; *seal.Sealer is one.
type MAC interface {
	MAC(data []byte) []byte
	VerifyMAC(data, mac []byte) error
}

// Prefixes of what Lockkeeper gives to callers.
const (
	tokenPrefix = "lkt_"
	passPrefix  = policy.PassPrefix
)

// tokenLife is the longest that a token of ours lives: as long as Amazon's, whose clients count on it (ads-lwa 1.6).
const tokenLife = time.Hour

// claims are what a token of ours says. They carry no rights: those are read from the snapshot at each request.
type claims struct {
	Caller  id.Caller
	Pass    id.Pass
	Grant   id.Grant
	Realm   amazon.Realm
	Issued  time.Time
	Expires time.Time
}

// The wire form is base64url of version (1), caller, pass, grant (16 each), realm (1), issued and expires (Unix seconds,
// 4 each), MAC (the rest).
const (
	tokenVersion = 1
	claimsLen    = 1 + 3*16 + 1 + 4 + 4
	tokenMost    = 512
	macLabel     = "lockkeeper token 1\x00" // keeps this MAC apart from any other use of the key
)

var tokenEncoding = base64.RawURLEncoding.Strict()

var (
	errTokenForm    = errors.New("the token is not one of ours, or was cut")
	errTokenMAC     = errors.New("the token's seal does not fit")
	errTokenExpired = errors.New("the token has expired")
)

// mint writes a token.
func mint(m MAC, c claims) (string, error) {
	b := make([]byte, 0, claimsLen+64)
	b = append(b, tokenVersion)
	for _, text := range []string{string(c.Caller), string(c.Pass), string(c.Grant)} {
		u, err := ulid.ParseStrict(text)
		if err != nil {
			return "", errTokenForm
		}
		b = append(b, u[:]...)
	}
	switch c.Realm {
	case amazon.Real:
		b = append(b, 'a')
	case amazon.Sandbox:
		b = append(b, 's')
	default:
		return "", errTokenForm
	}
	b = binary.BigEndian.AppendUint32(b, uint32(c.Issued.Unix()))
	b = binary.BigEndian.AppendUint32(b, uint32(c.Expires.Unix()))
	b = append(b, m.MAC(labelled(b))...)
	return tokenPrefix + tokenEncoding.EncodeToString(b), nil
}

// readToken checks a token's seal and time, and returns what it says.
func readToken(m MAC, text string, now time.Time) (claims, error) {
	text, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(text) > tokenMost {
		return claims{}, errTokenForm
	}
	b, err := tokenEncoding.DecodeString(text)
	if err != nil || len(b) <= claimsLen || b[0] != tokenVersion {
		return claims{}, errTokenForm
	}
	body, mac := b[:claimsLen], b[claimsLen:]
	if m.VerifyMAC(labelled(body), mac) != nil {
		return claims{}, errTokenMAC
	}
	c := claims{
		Caller:  id.Caller(ulid.ULID(body[1:17]).String()),
		Pass:    id.Pass(ulid.ULID(body[17:33]).String()),
		Grant:   id.Grant(ulid.ULID(body[33:49]).String()),
		Issued:  time.Unix(int64(binary.BigEndian.Uint32(body[50:54])), 0),
		Expires: time.Unix(int64(binary.BigEndian.Uint32(body[54:58])), 0),
	}
	switch body[49] {
	case 'a':
		c.Realm = amazon.Real
	case 's':
		c.Realm = amazon.Sandbox
	default:
		return claims{}, errTokenForm
	}
	if !now.Before(c.Expires) || c.Expires.Sub(c.Issued) > tokenLife {
		return claims{}, errTokenExpired
	}
	return c, nil
}

func labelled(b []byte) []byte {
	out := make([]byte, 0, len(macLabel)+len(b))
	return append(append(out, macLabel...), b...)
}
