// Package secret holds values that must never be printed, logged or marshalled.
//
// A Value looks the same through every door that Go offers for turning a value into text: "[redacted]".
// The bytes come out by Reveal alone, and the house rules (internal/archtest) list the few packages that
// may call it. Keep a Value in the struct that needs it and let it fall with that struct.
package secret

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Redacted is what a Value prints as, whatever the verb or encoder.
const Redacted = "[redacted]"

// A Value is a secret text. The zero Value is empty. Values are compared with Equal, never with ==.
type Value struct {
	_ [0]func() // not comparable: == would compare addresses, and leak timing if it did not
	p *string   // behind a pointer, so that fmt prints an address even where it cannot call Format
}

// New returns a Value holding s.
func New(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{p: &s}
}

// Reveal returns the bytes as text. Only the packages that archtest names may call it.
func (v Value) Reveal() string {
	if v.p == nil {
		return ""
	}
	return *v.p
}

// IsZero reports whether v holds nothing.
func (v Value) IsZero() bool { return v.p == nil }

// Len returns the length in bytes, which is not a secret here: Amazon's tokens have known sizes.
func (v Value) Len() int { return len(v.Reveal()) }

// Begins reports whether v begins with prefix. What tells Amazon's kinds of tokens and keys apart is no secret.
func (v Value) Begins(prefix string) bool { return strings.HasPrefix(v.Reveal(), prefix) }

// Equal compares in constant time for values of one length.
func (v Value) Equal(w Value) bool {
	if v.p == w.p {
		return true // copies of one Value
	}
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(w.Reveal())) == 1
}

// String implements fmt.Stringer.
func (v Value) String() string { return Redacted }

// GoString implements fmt.GoStringer.
func (v Value) GoString() string { return Redacted }

// Format implements fmt.Formatter, so that no verb reaches the bytes.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Redacted)) }

// LogValue implements slog.LogValuer.
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText implements encoding.TextMarshaler; JSON, TOML and XML encoders use it.
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalBinary refuses: a binary copy of a secret is made by internal/seal only.
func (v Value) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// GobEncode refuses, as MarshalBinary does.
func (v Value) GobEncode() ([]byte, error) { return nil, errMarshal }

var errMarshal = errors.New("secret: a secret cannot be marshalled")
