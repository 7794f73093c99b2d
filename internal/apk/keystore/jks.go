package keystore

import (
	"bytes"
	"crypto/sha1" // the format's own digest
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Tags of a JKS entry (sun.security.provider.JavaKeyStore); JCEKS adds secret keys, whose length stands nowhere.
const (
	tagPrivate = 1
	tagTrusted = 2
	tagSecret  = 3
	mostJKS    = 10_000 // entries
)

// taker takes big-endian pieces from bytes. After something that is not there it is bad.
type taker struct {
	b   []byte
	bad bool
}

func (t *taker) take(n uint64) []byte {
	if t.bad || n > uint64(len(t.b)) {
		t.bad = true
		return nil
	}
	p := t.b[:n]
	t.b = t.b[n:]
	return p
}

func (t *taker) u32() uint32 {
	p := t.take(4)
	if t.bad {
		return 0
	}
	return binary.BigEndian.Uint32(p)
}

func (t *taker) text() string {
	p := t.take(2)
	if t.bad {
		return ""
	}
	return string(t.take(uint64(binary.BigEndian.Uint16(p))))
}

// readJKS reads a JKS or JCEKS: version, count, entries, and a digest over password and all.
func readJKS(b []byte, password secret.Value) ([]Entry, error) {
	bad := fmt.Errorf("%w: it cannot be read to its end", ErrDamaged)
	t := &taker{b: b[4:]}
	version, n := t.u32(), t.u32()
	if t.bad || version < 1 || version > 2 || n > mostJKS {
		return nil, bad
	}
	var all []Entry
	for range n {
		e, more := t.entry(version)
		if t.bad {
			return nil, bad
		}
		if !more { // a secret key, behind which nothing can be found
			return all, nil
		}
		all = append(all, e)
	}
	digest := t.take(sha1.Size)
	if t.bad || len(t.b) > 0 {
		return nil, bad
	}
	if !password.IsZero() && subtle.ConstantTimeCompare(digest, jksDigest(b[:len(b)-sha1.Size], password)) != 1 {
		return nil, ErrPassword
	}
	return all, nil
}

// entry takes one entry; more is false for one behind which nothing can be found.
func (t *taker) entry(version uint32) (e Entry, more bool) {
	tag := t.u32()
	e.Alias = t.text()
	t.take(8) // when it was made
	chain := uint32(1)
	switch tag {
	case tagPrivate:
		e.Private = true
		t.take(uint64(t.u32())) // the encrypted key
		chain = t.u32()
	case tagTrusted:
	case tagSecret:
		return e, false
	default:
		t.bad = true
	}
	for i := range chain {
		if version == 2 {
			t.text() // "X.509"
		}
		der := t.take(uint64(t.u32()))
		if t.bad {
			return e, false
		}
		if i > 0 { // the first is the signer's own
			continue
		}
		c, err := cert.New(der)
		if err != nil {
			t.bad = true
			return e, false
		}
		e.Certificate = c
	}
	t.bad = t.bad || e.Certificate.DER == nil
	return e, !t.bad
}

// jksDigest is SHA-1 over the password in UTF-16, a fixed text, and the file.
func jksDigest(b []byte, password secret.Value) []byte {
	h := sha1.New()
	var wide bytes.Buffer
	for _, u := range utf16.Encode([]rune(password.Reveal())) {
		_ = binary.Write(&wide, binary.BigEndian, u)
	}
	h.Write(wide.Bytes())
	h.Write([]byte("Mighty Aphrodite"))
	h.Write(b)
	return h.Sum(nil)
}
