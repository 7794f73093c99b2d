package egress

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

var _ amazon.Sender = (*Door)(nil)

// Bounds of a call that names none.
const (
	defaultTimeout = 30 * time.Second
	defaultLimit   = 1 << 20
)

// Send sends one call and reads its whole answer. It follows no redirect and never sends a call again once a byte of it may have
// left: what came back, whatever its status, is the answer. Every error is an *amazon.SendError around a problem.Problem.
//
// The time for it is the call's own: it ends with ctx too, so who must not lose an answer passes a context of its own.
func (d *Door) Send(ctx context.Context, c amazon.Call) (*amazon.Answer, error) {
	return d.send(ctx, c, LimitKey{})
}

func (d *Door) send(ctx context.Context, c amazon.Call, key LimitKey) (*amazon.Answer, error) {
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Limit <= 0 {
		c.Limit = defaultLimit
	}
	up, host, err := d.route(&c)
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	r, err := d.build(&c, host, "", d.cfg.UserAgent, nil, 0)
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	defer r.release()
	if err := d.paces.turn(ctx, key, d.pace[host]); err != nil {
		return nil, &amazon.SendError{Err: sortError(ctx, err)}
	}
	start := d.cfg.Now()
	r.headTime, r.stallTime, r.end = c.Timeout, c.Timeout, time.Now().Add(c.Timeout)
	resp, err := up.exchange(ctx, r)
	if err != nil {
		return nil, sendError(ctx, err)
	}
	a := d.finish(&c, key, host, resp)
	a.Took = d.cfg.Now().Sub(start)
	return a, nil
}

// finish reads the rest of an answer.
func (d *Door) finish(c *amazon.Call, key LimitKey, host string, resp *response) *amazon.Answer {
	defer func() { _ = resp.body.Close() }()
	d.note(key, host, resp)
	body, err := readUpTo(resp, c.Limit+1, c.Room)
	a := &amazon.Answer{Status: resp.status, Header: incoming(resp.header), Body: body, Truncated: err != nil}
	if int64(len(body)) > c.Limit {
		a.Body, a.Truncated = body[:c.Limit], true
	}
	hidden := secrets(c)
	scrubHeader(a.Header, hidden)
	scrubBytes(a.Body, hidden)
	if a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") == "" {
		if wait, ok := amazon.RetryAfterBody(a.Body); ok {
			d.limits.hold(key, d.cfg.Now().Add(wait))
		}
	}
	return a
}

// trusted is how much room is made for an answer on its word alone.
const trusted = 4 << 20

// readUpTo reads a body into room that is made once, where the answer says how long it is.
func readUpTo(resp *response, limit int64, room []byte) ([]byte, error) {
	b := bytes.NewBuffer(room[:0])
	b.Grow(int(max(0, min(resp.length, limit, trusted))) + bytes.MinRead)
	_, err := b.ReadFrom(io.LimitReader(resp.body, limit))
	return b.Bytes(), err
}

// note remembers what an answer says of how often its account may call.
func (d *Door) note(key LimitKey, host string, resp *response) {
	d.limits.note(key, resp.status, resp.header)
	if resp.status == http.StatusTooManyRequests {
		d.paces.slow(key, d.pace[host])
	}
}

// sendError makes the error of a failed exchange: whether bytes may have left, and a problem without the transport's own words.
func sendError(ctx context.Context, err error) *amazon.SendError {
	wire, ok := err.(*wireError)
	return &amazon.SendError{Wrote: !ok || wire.wrote, Err: sortError(ctx, err)}
}
