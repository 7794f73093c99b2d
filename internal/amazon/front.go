package amazon

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Fronted is a Program that also answers for another API, one that software still calls and Amazon serves no more.
type Fronted interface {
	Front() Front
}

// A Front turns the requests of another API into calls of its program, and every answer and refusal back into that API's. It is pure: the
// gateway authenticates, asks policy and sends as for any other call of the program. Its methods may be called from any goroutine.
type Front interface {
	// Face is its static description. It is shared and must not be changed.
	Face() *Face

	// Ask turns a request into a call of the program, or answers it at once where it cannot be one.
	Ask(r FrontRequest) (*FrontCall, *FrontAnswer)

	// Answer turns the program's answer to a call around, refusals included.
	Answer(c *FrontCall, a Answer) FrontAnswer

	// Refuse words a problem of Lockkeeper's own as the other API would.
	Refuse(p problem.Problem) FrontAnswer
}

// A Face is what of a Front is data.
type Face struct {
	Roots     []string                // path prefixes that it owns at the gateway's root
	Hosts     map[string]canon.Region // Amazon's host names that it answers for, and the region of each
	Service   string                  // that its requests are signed for
	RequestID string                  // header that names a request in its answers
}

// A FrontRequest is a request of the other API, whole, from somebody who may call.
type FrontRequest struct {
	Host    string // Amazon's, where the request came to it; empty under the gateway's own name
	Region  string // of AWS's, that the request is signed for; empty where it is not signed
	Account string // the one account that the caller is held to; empty where it is not held to one
	Method  string
	Path    string // canonical
	Header  http.Header
	Body    []byte
}

// A FrontCall is a call of the front's program.
type FrontCall struct {
	Method    string
	Path      string
	Header    http.Header // what goes on to Amazon; selectors are checked like a caller's
	Body      []byte
	Operation string // the other API's, for Answer
	Notes     any    // the front's own, for Answer
}

// A FrontAnswer is an answer in the other API's shape.
type FrontAnswer struct {
	Status     int
	Type       string // the media type
	Body       []byte
	RetryAfter string // the header's value; empty for none
}
