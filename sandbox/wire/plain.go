package wire

import (
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// mostBody is the longest body of a plain request; it is also what is read and thrown away where a handler left it.
const mostBody = 1 << 20

// fields are the headers of a request, with what they say of it.
type fields struct {
	text   string // as they stand in the head; empty for none yet
	header http.Header
	host   string
	length int64
}

// parse reads the head of a plain request into r, and reports whether it is one: one of five methods, a path, HTTP/1.1, one header a line in visible
// ASCII, one Host, at most one Content-Length, and nothing that asks for another framing, another protocol or an end of the connection.
// Everything else, errors above all, is net/http's to judge. The head ends in an empty line. Headers that are those of the request before to the
// byte are not read again: the two share them.
func (c *conn) parse(head []byte, r *http.Request) bool {
	end := bytes.Index(head, []byte("\r\n"))
	if end < 0 || !requestLine(string(head[:end]), r) {
		return false
	}
	if rest := head[end+2:]; c.last.text == "" || c.last.text != string(rest) {
		next := fields{text: string(rest)}
		if !next.parse() {
			return false
		}
		c.last = next
	}
	r.Header, r.Host, r.ContentLength = c.last.header, c.last.host, c.last.length
	return true
}

// parse reads the lines after the request line.
func (f *fields) parse() bool {
	rest, line, ok := f.text, "", false
	n := strings.Count(rest, "\n") - 1
	f.header = make(http.Header, n)
	values := make([]string, n) // one allocation for the values of all headers
	hosts, lengths := 0, 0
	for {
		if line, rest, ok = strings.Cut(rest, "\r\n"); line == "" {
			break
		}
		name, value, found := strings.Cut(line, ":")
		value = strings.Trim(value, " ")
		if !ok || !found || !token(name) || !visible(value) {
			return false
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		switch key {
		case "Host":
			f.host = value
			hosts++
			continue
		case "Content-Length":
			lengths++
			if !length(value, &f.length) {
				return false
			}
		case "Connection":
			if !strings.EqualFold(value, "keep-alive") {
				return false
			}
		case "Transfer-Encoding", "Trailer", "Expect", "Upgrade", "Http2-Settings", "Pragma":
			return false
		}
		if old := f.header[key]; old != nil {
			f.header[key] = append(old, value)
			continue
		}
		values[0] = value
		f.header[key], values = values[:1:1], values[1:]
	}
	return hosts == 1 && lengths <= 1 && hostLike(f.host)
}

// requestLine reads "GET /path?query HTTP/1.1".
func requestLine(line string, r *http.Request) bool {
	method, rest, ok := strings.Cut(line, " ")
	target, last, more := strings.Cut(rest, " ")
	if !ok || !more || last != "HTTP/1.1" {
		return false
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch:
	default:
		return false
	}
	if target == "" || target[0] != '/' {
		return false
	}
	r.Method, r.RequestURI = method, target
	path, query, asked := strings.Cut(target, "?")
	if unreserved(path) && asked == (query != "") && visible(query) {
		r.URL = &url.URL{Path: path, RawQuery: query}
		return true
	}
	if !visible(target) {
		return false
	}
	var err error
	r.URL, err = url.ParseRequestURI(target)
	return err == nil
}

// length reads a Content-Length that is not too long for the short way.
func length(s string, into *int64) bool {
	if s == "" || len(s) > 7 {
		return false
	}
	n, err := strconv.ParseUint(s, 10, 32)
	*into = int64(n)
	return err == nil && s[0] != '+' && n <= mostBody
}

const (
	isToken      = 1 << iota // of a header's name (RFC 9110, section 5.6.2)
	isHost                   // of a host name, with port or brackets
	isUnreserved             // of a path that url.URL leaves as it is
)

var classes = func() (t [256]uint8) {
	for c := '!'; c <= '~'; c++ {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !strings.ContainsRune("\"(),/:;<=>?@[\\]{}", c) {
			t[c] |= isToken
		}
		if letter || strings.ContainsRune(".-_:[]", c) {
			t[c] |= isHost
		}
		if letter || strings.ContainsRune("/.-_~", c) {
			t[c] |= isUnreserved
		}
	}
	return t
}()

func all(s string, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return s != ""
}

func token(s string) bool      { return all(s, isToken) }
func hostLike(s string) bool   { return all(s, isHost) }
func unreserved(s string) bool { return all(s, isUnreserved) }

// visible reports whether a text is ASCII from the blank to the tilde.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
