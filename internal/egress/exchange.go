package egress

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

// exchange implements upstream. A connection that had idled may be closed by the other side at the very moment it is used again. Then
// a new one is tried, once, if nothing of the request left, or if it is a GET or HEAD, which change nothing (RFC 9110, section 9.2.1).
func (p *pool) exchange(ctx context.Context, r *request) (*response, error) {
	if err := ctx.Err(); err != nil {
		return nil, &wireError{err: err}
	}
	wrote := false
	for again := false; ; again = true {
		c, reused, err := p.take(ctx, r.host, again)
		if err != nil {
			return nil, &wireError{wrote: wrote, err: err}
		}
		if again && r.anew != nil {
			if err := r.anew(); err != nil {
				_ = c.Close()
				return nil, &wireError{wrote: wrote, err: err}
			}
		}
		before := c.below.sent
		x := &exchange{pool: p, conn: c, r: r, ctx: ctx}
		if ctx.Done() != nil {
			x.stop = context.AfterFunc(ctx, x.interrupt)
		}
		resp, err := x.run()
		if err == nil {
			return resp, nil
		}
		x.abandon()
		wrote = wrote || c.below.sent != before
		gone := !x.answered && closed(err) && r.body == nil && (!wrote || r.safe)
		if again || !reused || !gone || ctx.Err() != nil {
			return nil, &wireError{wrote: wrote, err: err}
		}
	}
}

// take gets a connection, a new one if it must be.
func (p *pool) take(ctx context.Context, host string, fresh bool) (*conn, bool, error) {
	if fresh {
		c, err := p.dial(ctx, host)
		return c, false, err
	}
	return p.get(ctx, host)
}

// An exchange is one request on one connection, until the end of its answer's body.
type exchange struct {
	pool *pool
	conn *conn
	r    *request
	ctx  context.Context
	stop func() bool // ends the watch over the context; nil if there is none
	keep bool        // the connection may be used again after this answer
	part bool        // the request left in part: the connection is of no use to another

	answered bool // a byte of an answer was seen
}

// interrupt wakes whatever waits on the connection. It runs when the context ends.
func (x *exchange) interrupt() { _ = x.conn.SetDeadline(time.Unix(1, 0)) }

// allow gives the next read or write its time. The context is looked at last, since interrupt may just have been overruled.
func (x *exchange) allow(d time.Duration) error {
	if err := x.conn.allow(d, x.r.end); err != nil {
		return err
	}
	return x.ctx.Err()
}

// finish gives the connection back after an answer that ended well.
func (x *exchange) finish() {
	// If the watch has fired, its deadline may be set at any moment: such a connection is of no use to anybody.
	if x.stop != nil && !x.stop() || !x.keep {
		_ = x.conn.Close()
		return
	}
	x.pool.put(x.conn)
}

// abandon closes the connection.
func (x *exchange) abandon() {
	if x.stop != nil {
		x.stop()
	}
	_ = x.conn.Close()
}

func (x *exchange) run() (*response, error) {
	before, trace := x.conn.below.sent, httptrace.ContextClientTrace(x.ctx)
	begun(trace)
	if err := x.send(); err != nil {
		var body *errBodyRead
		if x.conn.below.sent == before || errors.As(err, &body) || isTimeout(err) || x.ctx.Err() != nil {
			return nil, err
		}
		// The other side may have answered and closed without reading all of the body (413, for one): that answer is what counts.
		x.part = true
		resp, readErr := x.receive()
		if readErr != nil {
			return nil, err
		}
		return resp, nil
	}
	written(trace)
	return x.receive()
}

func (x *exchange) write(p []byte) error {
	if err := x.allow(x.r.stallTime); err != nil {
		return err
	}
	_, err := writeHalves(x.conn, p)
	return err
}

// begun and written tell who asked for it in the context, as net/http does, that the request is about to leave, and that it has
// left whole.
func begun(t *httptrace.ClientTrace) {
	if t != nil && t.GotConn != nil {
		t.GotConn(httptrace.GotConnInfo{})
	}
}

func written(t *httptrace.ClientTrace) {
	if t != nil && t.WroteRequest != nil {
		t.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// send writes head and body, in one write if they fit into one buffer.
func (x *exchange) send() error {
	r := x.r
	switch {
	case r.body != nil:
		return x.sendBody(r.head)
	case len(r.head)+len(r.whole) <= cap(r.head):
		return x.write(append(r.head, r.whole...))
	}
	if err := x.write(r.head); err != nil {
		return err
	}
	return x.write(r.whole)
}

// sendBody copies the caller's body behind the head in b, then uses b for one part after the other. The first part is read before
// anything is written: a caller that fails at once has then sent nothing.
func (x *exchange) sendBody(b []byte) error {
	left := x.r.length // negative: unknown
	for nothing := 0; ; {
		if cap(b)-len(b) < 1024 {
			if err := x.write(b); err != nil {
				return err
			}
			b = b[:0]
		}
		at := len(b)
		space := b[at:min(cap(b), at+partSize)]
		if left < 0 {
			space = space[chunkPrefix : len(space)-2-len(lastChunk)]
		} else if left < int64(len(space)) {
			space = space[:left]
		}
		n, err := x.r.body.Read(space)
		if err != nil && err != io.EOF {
			return err
		}
		last := err == io.EOF
		switch {
		case left < 0 && n > 0:
			b = frameChunk(b, n)
		case left >= 0:
			b = b[:at+n]
			left -= int64(n)
			last = last || left == 0
		}
		if last && left > 0 {
			return &errBodyRead{io.ErrUnexpectedEOF} // not all that was announced; the connection is closed, so Amazon sees no whole request
		}
		if last && left < 0 {
			b = append(b, lastChunk...)
		}
		if n == 0 && !last {
			if nothing++; nothing > 100 {
				return &errBodyRead{io.ErrNoProgress}
			}
			continue
		}
		if err := x.write(b); err != nil || last {
			return err
		}
		b, nothing = b[:0], 0
	}
}

const (
	partSize    = 2 * bufferSize // of a body, at a time
	chunkPrefix = 6              // "3ff0\r\n": a part has at most four digits
	lastChunk   = "0\r\n\r\n"
)

// frameChunk makes a chunk of the n bytes that stand in b's spare room behind a prefix.
func frameChunk(b []byte, n int) []byte {
	const digits = "0123456789abcdef"
	framed := append(b, digits[n>>12&15], digits[n>>8&15], digits[n>>4&15], digits[n&15], '\r', '\n')
	return append(framed[:len(framed)+n], '\r', '\n')
}

// mostInformational is how many 1xx answers are passed over (RFC 9110, section 15.2) before the real one must come.
const mostInformational = 16

// receive reads the answer's head.
func (x *exchange) receive() (*response, error) {
	if err := x.allow(x.r.headTime); err != nil {
		return nil, err
	}
	_, err := x.conn.r.Peek(1)
	if err != nil {
		return nil, err
	}
	x.answered = true
	if p := x.r.plain; p != nil && p.take(x.conn.r) {
		x.keep = !x.part
		x.finish()
		return &p.response, nil
	}
	for range mostInformational {
		h, err := readHead(x.conn.r)
		if err != nil {
			return nil, err
		}
		if h.status >= 200 {
			return x.respond(h)
		}
		if h.status == http.StatusSwitchingProtocols {
			return nil, errProtocol // nobody asked for one
		}
	}
	return nil, errProtocol
}

func (x *exchange) respond(h *head) (*response, error) {
	f, err := h.framing(x.r.answer)
	if err != nil {
		return nil, err
	}
	x.keep = f.keep && !x.part
	resp := &response{status: h.status, header: h.header, length: f.length}
	switch {
	case f.empty:
		x.finish()
		resp.body = http.NoBody
	case f.chunked:
		resp.body = newChunkedBody(x)
	case f.length >= 0:
		resp.body = &lengthBody{x: x, left: f.length}
	default:
		resp.body = &closeBody{x: x}
	}
	return resp, nil
}
