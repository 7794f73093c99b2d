package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Verify reports whether the signature is good as of now: its date first, then the signature itself, compared in constant time. payload is
// the SHA-256 of the body as it came. Its errors are of type *Fault.
func (s *Signature) Verify(r Request, rules Rules, payload [sha256.Size]byte, key secret.Value, now time.Time) error {
	if f := s.verify(r, rules, payload, key, now); f != nil {
		return f
	}
	return nil
}

func (s *Signature) verify(r Request, rules Rules, payload [sha256.Size]byte, key secret.Value, now time.Time) *Fault {
	until := s.Time.Add(Skew)
	if s.InQuery {
		until = s.Time.Add(s.Expires)
	}
	if now.Before(s.Time.Add(-Skew)) || now.After(until) {
		return fault(Expired, "its date is more than 15 minutes from ours")
	}
	hash := hex.EncodeToString(payload[:])
	for _, claimed := range r.Header["X-Amz-Content-Sha256"] {
		if claimed != hash {
			return fault(Mismatch, "the body is not the one whose hash was sent")
		}
	}
	text, f := s.appendCanonical(make([]byte, 0, 1024), r, rules, hash)
	if f != nil {
		return f
	}
	mac := s.sign(key, text)
	if !hmac.Equal(mac, s.mac[:]) {
		return fault(Mismatch, "it is of another key, or the request was changed after it was signed")
	}
	return nil
}

// sign computes the signature of a canonical request (steps 2 to 4 of the same description).
func (s *Signature) sign(key secret.Value, canonical []byte) []byte {
	hash := sha256.Sum256(canonical)
	text := make([]byte, 0, 192)
	text = append(append(text, algorithm...), '\n')
	text = append(s.Time.AppendFormat(text, stamp), '\n')
	for _, part := range []string{s.Date, s.Region, s.Service} {
		text = append(append(text, part...), '/')
	}
	text = append(text, "aws4_request\n"...)
	text = hex.AppendEncode(text, hash[:])
	sum := []byte("AWS4" + key.Reveal())
	for _, part := range []string{s.Date, s.Region, s.Service, "aws4_request"} {
		sum = mac(sum, []byte(part))
	}
	return mac(sum, text)
}

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}
