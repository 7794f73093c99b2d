package wire

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// What comes after a request.
type after int

const (
	over     after = iota // the connection is to be closed
	another               // one more request may come
	notPlain              // net/http must read on
	taken                 // the handler has the connection
)

// A conn is one connection on the short way.
type conn struct {
	net.Conn // TLS where there is any
	server   *Server
	state    *tls.ConnectionState // nil where there is no TLS
	r        *bufio.Reader
	base     *http.Request // what all requests of the connection share
	last     fields        // of the request before, which most clients send again
	answer   answer        // the present one, whose room the next one uses again
	gone     *gone
	out      []byte // of the answer, not yet written
	left     int64  // bytes of the request's body that were not read
	posted   bool   // the request before was a POST
}

// next reads one request and answers it.
func (c *conn) next() after {
	text, what := c.head()
	if what != another {
		return what
	}
	r := new(http.Request)
	*r = *c.base
	if !c.parse(text, r) {
		return notPlain
	}
	_, _ = c.r.Discard(len(text)) // it is in the buffer
	c.posted = r.Method == http.MethodPost
	if r.Body, c.left = http.NoBody, r.ContentLength; c.left > 0 {
		r.Body = &body{c}
	}
	a := c.begin()
	done := c.handle(a, r)
	c.gone.unwatch()
	switch {
	case a.hijacked:
		return taken
	case !done || !c.rest() || a.finish() != nil || a.close:
		return over
	}
	return another
}

// handle calls the handler, which must not keep or change what it is given. It reports false where that gave up, as http.ErrAbortHandler says.
func (c *conn) handle(a *answer, r *http.Request) (done bool) {
	defer func() {
		if !done {
			_ = recover() // as net/http, which logs what nobody here would read
		}
	}()
	c.server.handler.ServeHTTP(a, r)
	return true
}

// rest reads what the handler left of the body.
func (c *conn) rest() bool {
	_, err := io.CopyN(io.Discard, c.r, c.left)
	c.left = 0
	return err == nil
}

// begin makes the next answer.
func (c *conn) begin() *answer {
	header := c.answer.header
	if header == nil {
		header = make(http.Header, 16)
	}
	clear(header)
	c.answer = answer{conn: c, header: header, length: -1}
	return &c.answer
}

// head returns the text of the next head, which stays in the buffer. A head that is too long for it, or has a line that does not end in CRLF, is
// not plain.
func (c *conn) head() ([]byte, after) {
	late := false
	defer func() {
		if late {
			_ = c.SetReadDeadline(time.Time{})
		}
	}()
	for seen := 0; ; {
		b, _ := c.r.Peek(c.r.Buffered())
		if c.posted && len(b) > 0 && (b[0] == '\r' || b[0] == '\n') { // old clients send a line end after a POST's body; net/http overlooks it
			b, _ = c.r.Peek(4)
			_, _ = c.r.Discard(len(b) - len(bytes.TrimLeft(b, "\r\n")))
			c.posted, seen = false, 0
			continue
		}
		if i := bytes.Index(b[max(0, seen-3):], []byte("\r\n\r\n")); i >= 0 {
			return b[:max(0, seen-3)+i+4], another
		}
		if len(b) == c.r.Size() || bare(b, seen) || len(b) > 0 && b[0] < 'A' {
			return nil, notPlain
		}
		if seen = len(b); seen > 0 && !late {
			late = c.SetReadDeadline(time.Now().Add(headTime)) == nil
		}
		if _, err := c.r.Peek(seen + 1); err == io.EOF && seen > 0 {
			return nil, notPlain // cut short: net/http says so
		} else if err != nil {
			return nil, over
		}
	}
}

// bare reports whether a line ends without CR, from a place on.
func bare(b []byte, from int) bool {
	for i := from; i < len(b); i++ {
		if b[i] == '\n' && (i == 0 || b[i-1] != '\r') {
			return true
		}
	}
	return false
}

// A body is what is left of a request's body.
type body struct{ c *conn }

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.c.left == 0 {
		return 0, io.EOF
	}
	n, err := b.c.r.Read(p[:min(int64(len(p)), b.c.left)])
	if b.c.left -= int64(n); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if b.c.left == 0 {
		err = io.EOF
	}
	return n, err
}

// Close implements io.Closer; what was not read is read before the next request.
func (b *body) Close() error { return nil }
