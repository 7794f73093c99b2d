package egress

import (
	"bufio"
	"bytes"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// Outgoing gives the header lines of a call as they leave.
func Outgoing(d *Door, c *amazon.Call) (string, error) {
	b, _, _, err := d.appendHeaders(nil, c)
	return string(b), err
}

// An Understood is how an answer's head was read.
type Understood struct {
	Status  int
	Header  http.Header
	Empty   bool
	Chunked bool
	Length  int64
}

// Understand reads the head of an answer to a GET, or to a HEAD.
func Understand(wire []byte, get bool) (Understood, error) {
	h, err := readHead(bufio.NewReaderSize(bytes.NewReader(wire), 64)) // a small buffer, so that heads are cut everywhere
	if err != nil {
		return Understood{}, err
	}
	f, err := h.framing(get)
	return Understood{h.status, h.header, f.empty, f.chunked, f.length}, err
}

// Head gives the whole head of a call as it leaves for a host.
func Head(d *Door, c *amazon.Call, host string) (string, error) {
	r, err := d.build(c, host, "", "", nil, 0)
	if err != nil {
		return "", err
	}
	defer r.release()
	return string(r.head), nil
}

// Plain reads an answer that is all in the buffer as a plain one; left is what was not taken.
func Plain(wire []byte, limit int64) (body []byte, left int, ok bool) {
	r := bufio.NewReaderSize(bytes.NewReader(wire), max(len(wire), 16))
	_, _ = r.Peek(1)
	p := &plain{limit: limit}
	ok = p.take(r)
	return p.body, r.Buffered(), ok
}
