package wire

import (
	"bufio"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// An answer is the http.ResponseWriter of the short way. It gathers what is written until it is flushed or ends.
type answer struct {
	conn     *conn
	header   http.Header
	status   int   // 0 until the head is made
	length   int64 // what Content-Length says; -1 for none
	written  int64
	chunked  bool
	close    bool // the connection ends with this answer
	hijacked bool
}

// direct is the size from which a part of a body is written as it is rather than gathered.
const direct = 32 << 10

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	switch {
	case a.status != 0 || a.hijacked:
		return
	case status < 100 || status > 999:
		panic("wire: a handler answers with a status that is none")
	case status < 200 && status != http.StatusSwitchingProtocols: // an interim answer, before the real one
		a.head(status, nil)
		_ = a.FlushError()
		return
	}
	a.status = status
	if n, err := strconv.ParseInt(a.header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		a.length = n
	}
	a.chunked = a.allowed() && a.length < 0
	a.close = strings.EqualFold(a.header.Get("Connection"), "close")
	a.head(status, transferEncoding(a.chunked))
}

func transferEncoding(chunked bool) []byte {
	if chunked {
		return []byte("Transfer-Encoding: chunked\r\n")
	}
	return nil
}

// allowed reports whether the status lets a body follow (RFC 9110, section 6.4.1).
func (a *answer) allowed() bool {
	return a.status >= 200 && a.status != http.StatusNoContent && a.status != http.StatusNotModified
}

// A field is one header of an answer.
type field struct {
	name   string
	values []string
}

// head makes the status line and the headers, in the order of their names, as net/http does.
func (a *answer) head(status int, framing []byte) {
	b := appendStatus(a.conn.out, status)
	var few [24]field
	lines := few[:0]
	for name, values := range a.header {
		if len(values) > 0 && !a.withheld(name) && token(name) {
			lines = append(lines, field{name, values})
		}
	}
	slices.SortFunc(lines, func(a, b field) int { return strings.Compare(a.name, b.name) })
	for _, f := range lines {
		for _, v := range f.values {
			b = append(append(b, f.name...), ": "...)
			b = append(append(b, oneLine(v)...), "\r\n"...)
		}
	}
	a.conn.out = append(append(b, framing...), "\r\n"...)
}

// withheld reports whether a header has no place in this answer.
func (a *answer) withheld(name string) bool {
	switch name {
	case "Transfer-Encoding":
		return true
	case "Content-Length":
		return !a.allowed()
	case "Content-Type":
		return a.status == http.StatusNotModified
	}
	return false
}

// oneLine keeps a value from making lines of its own.
func oneLine(v string) string {
	v = strings.Trim(v, " \t")
	if strings.IndexByte(v, '\n') >= 0 || strings.IndexByte(v, '\r') >= 0 {
		v = strings.NewReplacer("\n", " ", "\r", " ").Replace(v)
	}
	return v
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	if a.hijacked {
		return 0, http.ErrHijacked
	}
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case !a.allowed():
		return 0, http.ErrBodyNotAllowed
	case a.length >= 0 && a.written+int64(len(p)) > a.length:
		return 0, http.ErrContentLength
	}
	c := a.conn
	a.written += int64(len(p))
	if a.chunked {
		c.out = append(strconv.AppendInt(c.out, int64(len(p)), 16), "\r\n"...)
	}
	if len(p) < direct {
		c.out = append(c.out, p...)
	} else {
		if err := a.FlushError(); err != nil {
			return 0, err
		}
		if n, err := c.Conn.Write(p); err != nil {
			return n, err
		}
	}
	if a.chunked {
		c.out = append(c.out, "\r\n"...)
	}
	return len(p), nil
}

// FlushError writes what was gathered; http.ResponseController calls it.
func (a *answer) FlushError() error {
	if a.hijacked {
		return http.ErrHijacked
	}
	c := a.conn
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.out)
	if c.out = c.out[:0]; cap(c.out) > 4*direct {
		c.out = nil
	}
	return err
}

// Flush implements http.Flusher.
func (a *answer) Flush() { _ = a.FlushError() }

// finish ends the answer. One that has less than it said ends the connection too.
func (a *answer) finish() error {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.chunked {
		a.conn.out = append(a.conn.out, "0\r\n\r\n"...)
	}
	a.close = a.close || a.allowed() && a.length >= 0 && a.written < a.length
	return a.FlushError()
}

// Hijack implements http.Hijacker.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if a.hijacked {
		return nil, nil, http.ErrHijacked
	}
	err := a.FlushError()
	a.hijacked = true
	a.conn.gone.unwatch()
	return a.conn.Conn, bufio.NewReadWriter(a.conn.r, bufio.NewWriter(a.conn.Conn)), err
}
