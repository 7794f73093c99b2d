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

// A request is all that goes on the wire. Its header is complete and checked.
type request struct {
	method string
	host   string // canonical; both the Host header and the name that is dialled
	target string // path and query, as they go on the wire
	header http.Header
	body   io.Reader     // nil for none
	length int64         // of body; -1 where unknown
	whole  []byte        // the body where it is buffered: then body is nil and it may be sent again if nothing left
	head   time.Duration // how long to wait for the answer's head once the body is sent
	stall  time.Duration // how long a body may stand still
	total  time.Duration // how long everything may take
}

func (r *request) hasBody() bool { return r.body != nil || len(r.whole) > 0 }

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
