// Package sigv4 verifies AWS Signature Version 4 on requests that come in.
//
// Software written for Amazon's signed APIs signs what it sends; where it talks to Lockkeeper, the key is a pass of ours and this package
// says whether the signature is good. It reads both forms, header and query, tolerates the ways in which clients in use spell them, and
// computes everything else from the request itself: nothing that a request claims about its own hash or scope is believed. Signing what
// goes out is egress's, by the AWS SDK; the two share nothing, so that a mistake of one is seen by the other.
package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// Skew is how far a request's date may be from ours, either way (PA-API 5, "Common request errors": RequestExpired; attack case C5).
const Skew = 15 * time.Minute

// algorithm begins every signature of this version.
const algorithm = "AWS4-HMAC-SHA256"

// A Request is what of an HTTP request a signature covers, apart from its body.
type Request struct {
	Method string
	Path   string // as it stood in the request line, not decoded
	Query  string // likewise, without the question mark
	Host   string // with the port, if the client sent one: it signed that too
	Header http.Header
}

// Of returns the Request of an HTTP request as a server has it.
func Of(r *http.Request) Request {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	path, query, _ := strings.Cut(target, "?")
	return Request{Method: r.Method, Path: path, Query: query, Host: r.Host, Header: r.Header}
}

// Rules are the two ways in which AWS services differ.
type Rules struct {
	// Twice: the path is escaped once more than on the wire, and "//" and dot segments are taken out of it first; all services but S3.
	// Without it a path is decoded and escaped once, and stays as it is.
	Twice bool

	// Normal takes "//" and dot segments out of a path that is not escaped twice.
	Normal bool

	// TokenApart leaves the session token out of the signed query: some services add it after signing.
	TokenApart bool
}

// A Signature is what a request says about its own signature. Nothing in it is proved before Verify.
type Signature struct {
	KeyID   string
	Date    string // of the scope, "20261121"
	Region  string
	Service string
	Signed  []string // names of the headers it covers, in lower case, as listed
	Time    time.Time
	InQuery bool          // it stands in the URL
	Expires time.Duration // how long it is good; in the query only
	mac     [32]byte
}

// Covers reports whether the signature covers a header, named in lower case.
func (s *Signature) Covers(header string) bool {
	for _, name := range s.Signed {
		if name == header {
			return true
		}
	}
	return false
}

// A Fault says what is wrong with a signature. Its text holds nothing of the request.
type Fault struct {
	Kind Kind
	What string
}

// Error implements error.
func (f *Fault) Error() string { return "verifying a signature: " + f.What }

// A Kind sorts faults by what would mend them.
type Kind int

// The kinds.
const (
	Missing    Kind = iota + 1 // there is no signature
	Incomplete                 // it lacks a part, or cannot be read
	Expired                    // its date is too far from ours
	Mismatch                   // another key, or the request was changed
	Unsigned                   // the body is not covered: signed in chunks, or not at all
)

func fault(k Kind, what string) *Fault { return &Fault{k, what} }
