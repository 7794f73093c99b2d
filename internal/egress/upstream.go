package egress

import (
	"context"
	"io"
	"net/http"
	"time"
)

// upstream carries finished requests to one realm. There is one implementation at a time; the interface is what keeps the rest
// of the door from knowing how connections are pooled.
type upstream interface {
	// exchange sends r and returns the answer's head, with its body still to be read. The error is a *wireError.
	exchange(ctx context.Context, r *request) (*response, error)
	close()
}

// A request is all that goes on the wire. Its head is complete and checked.
type request struct {
	host   string    // canonical; the name that is dialled
	answer bool      // the answer has a body: false for HEAD
	safe   bool      // GET or HEAD: it changes nothing, so it may be sent again
	head   []byte    // request line and headers, ending in an empty line
	body   io.Reader // nil for none, or a whole one
	length int64     // of body; -1 where unknown: then it is sent in chunks
	whole  []byte    // the body where it is buffered
	buffer *[]byte   // what head stands in, with room behind it

	plain *plain // takes a plain answer; nil where every answer is to be read in full

	anew func() error // writes the head again, where a second try needs another; nil where it does not

	headTime  time.Duration // how long to wait for the answer's head once the body is sent
	stallTime time.Duration // how long a body may stand still
	end       time.Time     // when everything must be over
}

// A response is an answer's head, unchanged, and its body.
type response struct {
	status int
	header http.Header
	length int64 // -1 where unknown
	body   io.ReadCloser
}

// A wireError says how an exchange ended before its head was there.
type wireError struct {
	wrote bool // a byte of the request may have left
	err   error
}

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }
