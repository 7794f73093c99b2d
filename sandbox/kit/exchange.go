package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An Exchange is one request to a fake, and what is learned of it on the way. A handler runs in one goroutine and may
// set the fields for the journal.
type Exchange struct {
	World     *World
	Program   string
	Operation string // of the route; empty where none matched. Identify may name it more closely, where one path serves many.
	Region    string // of the host, or of the first path segment
	Host      string // as the client sent it, in lower case, without port
	Authority string // the Host header as the client sent it; signatures are made over it
	Base      string // what stood before Path: "/eu" under a loopback name, else empty; begin own links with it
	Method    string
	Path      string // escaped, as sent, without region segment and query
	Header    http.Header
	Body      []byte
	Now       time.Time // the sandbox's time at arrival
	Seq       int64     // the exchange's number in the journal

	// For faults and the journal; set by Identify and by handlers.
	Client     string // the client id that the request names
	User       string // the user's key
	Grant      string // the consent's id
	Generation int64  // of the refresh token presented
	Given      int64  // generation of the refresh token in the answer
	Effect     string // "issued", "rotated", "refused", "created" ...
	Error      string // what the answer says, as Amazon names it
	Parsed     any    // the fake's own, from Identify to its handlers

	secure   bool // it came over TLS
	rawQuery string
	query    url.Values
	vars     []string // name, value, name, value ...
	notes    []Note
	ids      uint64
}

// A Note is one more fact for the journal. Secrets in it are masked.
type Note struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Var returns the value of a {name} of the route's pattern, unescaped.
func (x *Exchange) Var(name string) string {
	for i := 0; i+1 < len(x.vars); i += 2 {
		if x.vars[i] == name {
			if strings.IndexByte(x.vars[i+1], '%') < 0 {
				return x.vars[i+1]
			}
			if v, err := url.PathUnescape(x.vars[i+1]); err == nil {
				return v
			}
			return x.vars[i+1]
		}
	}
	return ""
}

// Link makes a URL to a path on another of Amazon's hosts, such that the client can follow it: one that came by Amazon's names over TLS
// gets the host itself, any other the sandbox's own address.
func (x *Exchange) Link(host, path string) string {
	switch base := x.World.Base(); {
	case Loopback(x.Host):
		return x.origin() + path
	case !x.secure && base != "":
		return base + path
	}
	return "https://" + host + path
}

// origin is where the client sent the request to, as it would write it.
func (x *Exchange) origin() string {
	if x.secure {
		return "https://" + x.Authority
	}
	return "http://" + x.Authority
}

// RawQuery returns the query as sent.
func (x *Exchange) RawQuery() string { return x.rawQuery }

// Query returns the query's values; what cannot be decoded is left out.
func (x *Exchange) Query() url.Values {
	if x.query == nil {
		x.query, _ = url.ParseQuery(x.rawQuery)
	}
	return x.query
}

// Token reads an access token as Issuer.Check does, and notes for the verdicts on the client that it had ended.
func (x *Exchange) Token(token string) (Claims, error) {
	c, err := x.World.Tokens.Check(token)
	if errors.Is(err, ErrExpired) {
		x.Note(NoteClient, RuleExpiredToken)
	}
	return c, err
}

// Note adds a fact to the exchange's journal entry.
func (x *Exchange) Note(name, value string) { x.notes = append(x.notes, Note{name, value}) }

// A Response is an answer before it is written. Header names must be in Go's canonical form.
type Response struct {
	Status  int
	Header  http.Header
	Pairs   []string // in place of Header, names and values in turns: for answers with a body that come by the thousand
	Body    []byte
	Chunked bool // no Content-Length, as some of Amazon's backends answer
	Reset   bool // the connection breaks off instead: whatever took effect, the client is not told
}

// JSON returns a response whose body is v as JSON, on one line and with nothing escaped that JSON does not require.
// Struct fields come in their order, which is how a fake keeps Amazon's key order.
func JSON(status int, v any) Response {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("kit: a fake's answer is no JSON: " + err.Error())
	}
	return Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: bytes.TrimSuffix(b.Bytes(), []byte("\n"))}
}

// Text returns a response with a body of the given media type.
func Text(status int, contentType, body string) Response {
	return Response{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)}
}

// Redirect returns a 302 to a location.
func Redirect(location string) Response {
	return Response{Status: http.StatusFound, Header: http.Header{"Location": {location}}}
}

// unfold puts what stands in Pairs into Header.
func (r Response) unfold() Response {
	if r.Pairs != nil {
		r.Header, r.Pairs = Headers(r.Pairs...), nil
	}
	return r
}

// Set sets a header and returns the response.
func (r Response) Set(name, value string) Response {
	r = r.unfold()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set(name, value)
	return r
}
