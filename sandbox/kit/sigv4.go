package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Signature is an AWS Signature Version 4 as a request carries it, in its Authorization header or in its query. Reading one
// says nothing about who signed: that is for Matches.
type Signature struct {
	KeyID     string
	Region    string
	Service   string
	At        time.Time
	Lifetime  time.Duration // of a presigned request; zero where the signature stands in the header
	Session   string        // X-Amz-Security-Token
	Headers   []string      // SignedHeaders, in lower case
	signature string
	stamp     string // At as the request says it
	day       string // of the scope
}

// The ways in which a request has no signature that could be checked.
var (
	ErrUnsigned  = errors.New("the request is not signed")
	ErrSignature = errors.New("the request's signature is incomplete")
)

const (
	sigV4Algorithm = "AWS4-HMAC-SHA256"
	sigV4Stamp     = "20060102T150405Z"
)

// ReadSignature reads a request's signature. The parts of an Authorization header may be separated by commas, spaces or both, as
// signers write them.
func ReadSignature(x *Exchange) (Signature, error) {
	var s Signature
	var credential, signed string
	query := x.Query()
	switch v := x.Header.Get("Authorization"); {
	case strings.HasPrefix(v, sigV4Algorithm):
		for part := range strings.FieldsFuncSeq(strings.TrimPrefix(v, sigV4Algorithm), func(r rune) bool { return r == ',' || r == ' ' }) {
			name, value, _ := strings.Cut(part, "=")
			switch name {
			case "Credential":
				credential = value
			case "SignedHeaders":
				signed = value
			case "Signature":
				s.signature = value
			}
		}
		s.stamp, s.Session = x.Header.Get("X-Amz-Date"), x.Header.Get("X-Amz-Security-Token")
	case query.Has("X-Amz-Signature"):
		credential, signed, s.signature = query.Get("X-Amz-Credential"), query.Get("X-Amz-SignedHeaders"), query.Get("X-Amz-Signature")
		s.stamp, s.Session = query.Get("X-Amz-Date"), query.Get("X-Amz-Security-Token")
		seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
		if err != nil || seconds <= 0 {
			seconds = 900
		}
		s.Lifetime = time.Duration(seconds) * time.Second
	case v != "":
		return s, ErrSignature
	default:
		return s, ErrUnsigned
	}
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || signed == "" || s.signature == "" {
		return s, ErrSignature
	}
	s.KeyID, s.day, s.Region, s.Service = scope[0], scope[1], scope[2], scope[3]
	s.Headers = strings.Split(strings.ToLower(signed), ";")
	var err error
	if s.At, err = time.Parse(sigV4Stamp, s.stamp); err != nil {
		return s, ErrSignature
	}
	return s, nil
}

// Matches reports whether the request was signed with this secret.
func (s Signature) Matches(x *Exchange, secret string) bool {
	if !slices.Contains(s.Headers, "host") || !strings.HasPrefix(s.stamp, s.day) {
		return false
	}
	sum := sha256.Sum256([]byte(s.canonical(x)))
	text := strings.Join([]string{sigV4Algorithm, s.stamp, s.day + "/" + s.Region + "/" + s.Service + "/aws4_request", hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.day, s.Region, s.Service, "aws4_request"} {
		key = keyed(key, part)
	}
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(keyed(key, text))), []byte(s.signature)) == 1
}

func keyed(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// canonical is the canonical request. The path is encoded twice, as for every service but S3.
func (s Signature) canonical(x *Exchange) string {
	var b strings.Builder
	b.WriteString(x.Method + "\n" + awsEscape(x.Path, true) + "\n" + canonicalQuery(x.RawQuery()) + "\n")
	for _, name := range s.Headers {
		b.WriteString(name + ":" + signedValue(x, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.Headers, ";") + "\n")
	sum := sha256.Sum256(x.Body)
	switch stated := x.Header.Get("X-Amz-Content-Sha256"); {
	case stated == "UNSIGNED-PAYLOAD", s.Lifetime > 0 && stated != "":
		b.WriteString(stated)
	default:
		b.WriteString(hex.EncodeToString(sum[:]))
	}
	return b.String()
}

func signedValue(x *Exchange, name string) string {
	switch name {
	case "host":
		return x.Authority
	case "content-length":
		return strconv.Itoa(len(x.Body))
	}
	var values []string
	for key, all := range x.Header {
		if strings.EqualFold(key, name) {
			for _, v := range all {
				values = append(values, strings.Join(strings.Fields(v), " "))
			}
		}
	}
	return strings.Join(values, ",")
}

// canonicalQuery sorts the encoded pairs and leaves the signature itself out.
func canonicalQuery(raw string) string {
	var pairs []string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if name, value = unescape(name), unescape(value); name != "X-Amz-Signature" {
			pairs = append(pairs, awsEscape(name, false)+"="+awsEscape(value, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

func unescape(s string) string {
	if v, err := url.QueryUnescape(s); err == nil {
		return v
	}
	return s
}

// awsEscape encodes everything but the unreserved characters of RFC 3986, and slashes where they are to stay.
func awsEscape(s string, slashes bool) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && slashes:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}
