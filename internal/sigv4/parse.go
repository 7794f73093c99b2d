package sigv4

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stamp is the form of X-Amz-Date.
const stamp = "20060102T150405Z"

// longest is the longest life of a signature in a query that AWS takes: seven days.
const longest = 7 * 24 * time.Hour

// mostParts bounds the parts of an Authorization header and the headers that a signature may list.
const mostParts, mostSigned = 8, 64

// Present reports whether a request carries a signature of this version at all, good or not.
func Present(h http.Header, query string) bool {
	for _, v := range h["Authorization"] {
		if strings.HasPrefix(v, "AWS4-") {
			return true
		}
	}
	return strings.Contains(query, "X-Amz-Algorithm=")
}

// Parse reads the one signature of a request. Its errors are of type *Fault.
func Parse(r Request) (*Signature, error) {
	s, f := parse(r)
	if f != nil {
		return nil, f
	}
	return s, nil
}

func parse(r Request) (*Signature, *Fault) {
	for _, v := range r.Header["X-Amz-Content-Sha256"] { // C4: the body is hashed here, whole
		if v == "UNSIGNED-PAYLOAD" || strings.HasPrefix(v, "STREAMING-") {
			return nil, fault(Unsigned, "its body is signed in chunks, or not at all")
		}
	}
	lines, inQuery := r.Header["Authorization"], strings.Contains(r.Query, "X-Amz-Algorithm=")
	switch {
	case len(lines) == 0 && inQuery:
		return fromQuery(r)
	case len(lines) == 0:
		return nil, fault(Missing, "there is none")
	case len(lines) > 1 || inQuery:
		return nil, fault(Incomplete, "there is more than one")
	}
	return fromHeader(lines[0], r.Header)
}

// fromHeader reads an Authorization header. Its parts are separated by commas, by white space, or by both: gopaapi5 leaves the commas out.
func fromHeader(line string, h http.Header) (*Signature, *Fault) {
	rest, ok := strings.CutPrefix(line, algorithm)
	if !ok || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return nil, fault(Incomplete, "its algorithm is not "+algorithm)
	}
	s := &Signature{}
	var credential, signed, mac string
	parts := strings.FieldsFunc(rest, func(c rune) bool { return c == ' ' || c == '\t' || c == ',' })
	if len(parts) > mostParts {
		return nil, fault(Incomplete, "it has parts that no signature has")
	}
	for _, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		var into *string
		switch name {
		case "Credential":
			into = &credential
		case "SignedHeaders":
			into = &signed
		case "Signature":
			into = &mac
		default:
			return nil, fault(Incomplete, "it has parts that no signature has")
		}
		if *into != "" || value == "" {
			return nil, fault(Incomplete, "Credential, SignedHeaders or Signature is empty or stands twice")
		}
		*into = value
	}
	dates := h["X-Amz-Date"]
	if len(dates) != 1 {
		return nil, fault(Incomplete, "the request needs exactly one X-Amz-Date")
	}
	if f := s.fill(credential, signed, mac, dates[0]); f != nil {
		return nil, f
	}
	if !s.Covers("x-amz-date") {
		return nil, fault(Incomplete, "it does not cover x-amz-date")
	}
	return s, nil
}

// fromQuery reads a signature that stands in the URL. The names of its members have one spelling.
func fromQuery(r Request) (*Signature, *Fault) {
	members := map[string]string{}
	for pair := range strings.SplitSeq(r.Query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		plain, ok := unescape(value)
		if _, twice := members[name]; twice || !ok {
			return nil, fault(Incomplete, "a member of it in the query stands twice or is malformed")
		}
		members[name] = plain
	}
	if members["X-Amz-Algorithm"] != algorithm {
		return nil, fault(Incomplete, "its algorithm is not "+algorithm)
	}
	s := &Signature{InQuery: true}
	seconds, err := strconv.ParseUint(members["X-Amz-Expires"], 10, 31)
	if s.Expires = time.Duration(seconds) * time.Second; err != nil || s.Expires < time.Second || s.Expires > longest {
		return nil, fault(Incomplete, "X-Amz-Expires is not between one second and seven days")
	}
	if f := s.fill(members["X-Amz-Credential"], members["X-Amz-SignedHeaders"], members["X-Amz-Signature"], members["X-Amz-Date"]); f != nil {
		return nil, f
	}
	return s, nil
}

// fill reads the parts that both forms have.
func (s *Signature) fill(credential, signed, mac, date string) *Fault {
	if credential == "" || signed == "" || mac == "" {
		return fault(Incomplete, "Credential, SignedHeaders or Signature is missing")
	}
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || !word(scope[0]) || !word(scope[2]) || !word(scope[3]) {
		return fault(Incomplete, "its credential is not key/date/region/service/aws4_request")
	}
	s.KeyID, s.Date, s.Region, s.Service = scope[0], scope[1], scope[2], scope[3]
	at, err := time.Parse(stamp, date)
	if err != nil || len(date) != len(stamp) {
		return fault(Incomplete, "its date is not of the form 20261121T120000Z")
	}
	if s.Time = at; !strings.HasPrefix(date, s.Date) || len(s.Date) != 8 {
		return fault(Incomplete, "the date of its credential is not that of the request")
	}
	if n, err := hex.Decode(s.mac[:], []byte(mac[:min(len(mac), 2*len(s.mac))])); err != nil || n != len(s.mac) || len(mac) != 2*len(s.mac) {
		return fault(Incomplete, "its signature is not 64 hexadecimal digits")
	}
	s.Signed = strings.Split(signed, ";")
	if len(s.Signed) > mostSigned {
		return fault(Incomplete, "it lists too many headers")
	}
	for i, name := range s.Signed {
		if !headerName(name) || slices.Contains(s.Signed[:i], name) {
			return fault(Incomplete, "a header that it lists is malformed or stands twice")
		}
	}
	if !s.Covers("host") {
		return fault(Incomplete, "it does not cover host")
	}
	return nil
}

// word reports whether s is a name as keys, regions and services have.
func word(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letter(c) && c != '-' && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

// headerName reports whether s is a header's name in lower case.
func headerName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || !letter(c) && strings.IndexByte("-_.!#$%&'*+^`|~", c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
