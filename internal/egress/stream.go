package egress

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A Stream is one call of the gateway: its body is passed on as it comes, and so is its answer.
type Stream struct {
	// Call says where to and what to inject. Its Limit is not used; its Timeout bounds the wait for the answer's head. A Body in
	// it is a buffered one.
	Call amazon.Call

	// RawQuery is the query as the caller wrote it, used instead of Call.Query. Defaults to Call.Query.
	RawQuery string

	// Body is read once, while it is sent. Defaults to Call.Body. It is not closed.
	Body io.Reader

	// Length is how many bytes Body has, -1 if that is not known: then it is sent in chunks. Body must not be longer.
	Length int64

	// Whole bounds the exchange to the end of its answer's body. Defaults to Config.StreamTimeout.
	Whole time.Duration

	// Key is what a 429 is remembered by. Defaults to none: nothing is remembered.
	Key LimitKey
}

// A Reply is the answer to a Stream: Amazon's status, its end-to-end headers, and its body still to be read. Whoever has it must
// close the body. A body that ends early gives an error from Read, so that it is never taken for a whole one.
type Reply struct {
	Status int
	Header http.Header
	Length int64 // of Body; -1 where Amazon did not say
	Body   io.ReadCloser
}

// Stream sends a call and returns as soon as the answer's head is there. Every error is an *amazon.SendError around a
// problem.Problem. Where its Wrote is false nothing reached Amazon, and the call may be made again if its body was a buffered one
// or was not read. The exchange ends with ctx.
func (d *Door) Stream(ctx context.Context, s Stream) (*Reply, error) {
	up, host, err := d.route(&s.Call)
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	var body io.Reader
	if s.Body != nil && s.Length != 0 {
		body = guardBody{s.Body}
	}
	r, err := d.build(&s.Call, host, s.RawQuery, "", body, max(s.Length, -1))
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	r.headTime, r.stallTime, r.end = d.cfg.HeadTimeout, d.cfg.StallTimeout, time.Now().Add(d.cfg.StreamTimeout)
	if s.Whole > 0 {
		r.end = time.Now().Add(s.Whole)
	}
	if s.Call.Timeout > 0 {
		r.headTime = s.Call.Timeout
	}
	if err := d.paces.turn(ctx, s.Key, d.pace[host]); err != nil {
		r.release()
		return nil, &amazon.SendError{Err: sortError(ctx, err)}
	}
	resp, err := up.exchange(ctx, r)
	r.release()
	if err != nil {
		return nil, sendError(ctx, err)
	}
	d.note(s.Key, host, resp)
	reply := &Reply{Status: resp.status, Header: incoming(resp.header), Length: resp.length, Body: &replyBody{ctx, resp.body}}
	if hidden := secrets(&s.Call); len(hidden) > 0 {
		scrubHeader(reply.Header, hidden)
		if reply.Header.Get("Content-Encoding") == "" { // packed bytes are passed on as they are
			reply.Body = scrubBody(reply.Body, hidden)
		}
	}
	return reply, nil
}

// replyBody sorts the errors of a body, as those of a head are.
type replyBody struct {
	ctx  context.Context
	body io.ReadCloser
}

func (b *replyBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if err != nil && err != io.EOF {
		err = sortError(b.ctx, err)
	}
	return n, err
}

func (b *replyBody) Close() error { return b.body.Close() }
