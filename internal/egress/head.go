package egress

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// mostHead bounds an answer's status line and headers.
const mostHead = 64 << 10

// A head is the parsed beginning of an answer.
type head struct {
	status int
	minor  byte // of HTTP/1.x: '0' or '1'
	header http.Header
}

// readHead reads one status line with its headers. It is strict (RFC 9112, sections 2.2, 4 and 5): lines end in CRLF, names are tokens with
// no space before the colon, nothing is folded. Two readings of one answer are how answers are smuggled.
func readHead(r *bufio.Reader) (*head, error) {
	text, err := headText(r)
	if err != nil {
		return nil, err
	}
	line, rest, _ := strings.Cut(text, "\r\n")
	h := &head{}
	if !h.statusLine(line) {
		return nil, errProtocol
	}
	n := strings.Count(rest, "\n")
	h.header = make(http.Header, n)
	values := make([]string, n) // one allocation for the values of all headers
	for rest != "" {
		if line, rest, _ = strings.Cut(rest, "\r\n"); line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if !ok || !validName(name) || !validValue(value) {
			return nil, errProtocol
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		if old := h.header[key]; old != nil {
			h.header[key] = append(old, value)
			continue
		}
		values[0] = value
		h.header[key], values = values[:1:1], values[1:]
	}
	return h, nil
}

// headText takes the text up to and with the empty line, as one string that all parts of the head share.
func headText(r *bufio.Reader) (string, error) {
	var long []byte // what did not fit into r's buffer
	for seen := 0; ; {
		b, _ := r.Peek(r.Buffered())
		if i := bytes.Index(b[max(0, seen-3):], []byte("\r\n\r\n")); i >= 0 {
			n := max(0, seen-3) + i + 4
			text := string(b[:n])
			if long != nil {
				text = string(append(long, b[:n]...))
			}
			_, _ = r.Discard(n)
			return text, nil
		}
		if len(long)+len(b) > mostHead || bytes.Contains(b, []byte("\n\n")) {
			return "", errProtocol
		}
		if long == nil && len(b) >= 5 && string(b[:5]) != "HTTP/" {
			return "", errProtocol // tell at once, rather than wait for the end of a page of HTML
		}
		if len(b) == r.Size() { // keep three bytes, since the end of the head may be cut in two
			long = append(long, b[:len(b)-3]...)
			_, _ = r.Discard(len(b) - 3)
			b = b[len(b)-3:]
		}
		seen = len(b)
		if _, err := r.Peek(seen + 1); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return "", err
		}
	}
}

// statusLine reads "HTTP/1.1 200 OK"; the reason may be missing.
func (h *head) statusLine(s string) bool {
	if len(s) < len("HTTP/1.1 200") || s[:7] != "HTTP/1." || (s[7] != '0' && s[7] != '1') || s[8] != ' ' || (len(s) > 12 && s[12] != ' ') || !validValue(s) {
		return false
	}
	h.minor = s[7]
	for _, d := range []byte(s[9:12]) {
		if d < '0' || d > '9' {
			return false
		}
		h.status = h.status*10 + int(d-'0')
	}
	return h.status >= 100
}

// framing says where an answer's body ends.
type framing struct {
	empty   bool
	chunked bool
	length  int64 // -1 where unknown
	keep    bool  // another exchange may follow on the connection
}

// framing decides by RFC 9112, section 6.3, and refuses what that lets pass with a warning: both a length and a transfer coding, any
// coding but "chunked", lengths that differ.
func (h *head) framing(body bool) (framing, error) {
	f := framing{length: -1, keep: h.minor == '1'}
	for _, v := range h.header["Connection"] {
		for token := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(token), "close") {
				f.keep = false
			}
		}
	}
	codings, lengths := h.header["Transfer-Encoding"], h.header["Content-Length"]
	for i, v := range lengths {
		n, ok := parseLength(v)
		if !ok || (i > 0 && n != f.length) {
			return f, errProtocol
		}
		f.length = n
	}
	if len(lengths) > 1 {
		h.header["Content-Length"] = lengths[:1]
	}
	switch {
	case len(codings) > 1 || len(codings) == 1 && (!strings.EqualFold(codings[0], "chunked") || len(lengths) > 0 || h.minor == '0'):
		return f, errProtocol
	case !body || h.status == http.StatusNoContent || h.status == http.StatusNotModified || f.length == 0:
		f.empty = true
	case len(codings) == 1:
		f.chunked = true
	case f.length < 0:
		f.keep = false // the end of the connection is the end of the body
	}
	return f, nil
}

// parseLength reads digits and nothing else: no sign, no list.
func parseLength(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}
