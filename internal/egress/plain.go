package egress

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
)

// A plain answer is what nearly every message of a broadcast comes back with: 200 with a short body, all of it in the connection's
// buffer at once. It is read without its headers being gathered, and its body is copied into room that is used again.
type plain struct {
	limit int64 // a longer body is not plain

	taken    bool
	body     []byte
	response response
}

// take takes a plain answer out of the buffer. Where the answer is another, nothing is taken, and readHead and its like decide what it is:
// what passes here passes there too, and means the same (FuzzPlain).
func (p *plain) take(r *bufio.Reader) bool {
	b, _ := r.Peek(r.Buffered())
	length, rest, ok := plainHead(b)
	if !ok || length > p.limit || length > int64(len(rest)) {
		return false
	}
	p.body = append(p.body[:0], rest[:length]...)
	_, _ = r.Discard(len(b) - len(rest) + int(length))
	p.response = response{status: http.StatusOK, length: length, body: http.NoBody}
	p.taken = true
	return true
}

// plainHead reads the head of an answer if it is a plain one, and returns what stands behind it.
func plainHead(b []byte) (length int64, rest []byte, ok bool) {
	line, rest, ok := bytes.Cut(b, []byte("\r\n"))
	if !ok || !bytes.HasPrefix(line, []byte(plainStatus)) || len(line) > len(plainStatus) && line[len(plainStatus)] != ' ' || !validValue(line) {
		return 0, nil, false
	}
	length = -1
	for {
		if line, rest, ok = bytes.Cut(rest, []byte("\r\n")); !ok {
			return 0, nil, false
		}
		if len(line) == 0 {
			return length, rest, length >= 0
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 0 || !validName(line[:colon]) || !validValue(line[colon+1:]) {
			return 0, nil, false
		}
		switch name, value := line[:colon], line[colon+1:]; {
		case isName(name, "Content-Length"):
			var said bool
			if length >= 0 { // said twice
				return 0, nil, false
			}
			if length, said = parseLength(string(bytes.Trim(value, " \t"))); !said {
				return 0, nil, false
			}
		case isName(name, "Transfer-Encoding"), isName(name, "Connection"):
			return 0, nil, false
		}
	}
}

const plainStatus = "HTTP/1.1 200"

// isName reports whether a header's name is the one asked for, in whatever case it is written.
func isName(name []byte, want string) bool {
	return len(name) == len(want) && strings.EqualFold(string(name), want)
}
