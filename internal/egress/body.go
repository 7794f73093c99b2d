package egress

import (
	"bufio"
	"io"
	"net/http/httputil"
)

// The three ways in which an answer's body ends. Each gives its connection back the moment the end is seen, and closes it where the body is
// left before its end. Reads and Close are not concurrent.

// lengthBody ends after a number of bytes.
type lengthBody struct {
	x    *exchange // nil once the connection is given back or closed
	left int64
}

func (b *lengthBody) Read(p []byte) (int, error) {
	if b.left == 0 || b.x == nil {
		return 0, io.EOF
	}
	c := b.x.conn
	if c.r.Buffered() == 0 {
		if err := b.x.allow(b.x.r.stallTime); err != nil {
			return 0, err
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), b.left)])
	if b.left -= int64(n); b.left == 0 {
		b.x.finish()
		b.x = nil
		return n, io.EOF
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *lengthBody) Close() error {
	switch x := b.x; {
	case x == nil:
	case b.left <= int64(x.conn.r.Buffered()):
		_, _ = x.conn.r.Discard(int(b.left))
		x.finish()
	default:
		x.abandon()
	}
	b.x = nil
	return nil
}

// closeBody ends with its connection.
type closeBody struct{ x *exchange }

func (b *closeBody) Read(p []byte) (int, error) {
	if b.x == nil {
		return 0, io.EOF
	}
	if err := b.x.allow(b.x.r.stallTime); err != nil {
		return 0, err
	}
	return b.x.conn.r.Read(p)
}

func (b *closeBody) Close() error {
	if b.x != nil {
		b.x.abandon()
		b.x = nil
	}
	return nil
}

// chunkedBody ends with an empty chunk and a trailer, which is read and dropped (CVE-2026-88004: names smuggled as trailers).
type chunkedBody struct {
	x     *exchange
	inner io.Reader
	err   error
}

func newChunkedBody(x *exchange) *chunkedBody {
	return &chunkedBody{x: x, inner: httputil.NewChunkedReader(x.conn.r)}
}

func (b *chunkedBody) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	if err := b.x.allow(b.x.r.stallTime); err != nil {
		b.err = err
		return 0, err
	}
	n, err := b.inner.Read(p)
	if err == io.EOF {
		if err = dropTrailer(b.x.conn.r); err == nil {
			b.x.finish()
			b.x, err = nil, io.EOF
		}
	}
	b.err = err
	return n, err
}

func (b *chunkedBody) Close() error {
	if b.x != nil {
		b.x.abandon()
		b.x = nil
	}
	if b.err == nil {
		b.err = io.EOF
	}
	return nil
}

// dropTrailer reads lines to the first empty one.
func dropTrailer(r *bufio.Reader) error {
	for range 64 {
		line, err := r.ReadSlice('\n')
		switch {
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err == bufio.ErrBufferFull:
			return errProtocol
		case err != nil:
			return err
		case string(line) == "\r\n":
			return nil
		case len(line) < 2 || line[len(line)-2] != '\r':
			return errProtocol
		}
	}
	return errProtocol
}
