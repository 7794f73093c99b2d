package egress_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
)

var heads = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200\r\n\r\n",
	"HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nok",
	"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nx-a: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n\n",
	"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", "HTTP/1.1 200 OK\rX: y\r\n\r\n", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
	"HTTP/1.1 099 Low\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.10 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n",
}

// FuzzHead holds our reading of an answer against net/http's (attack case B6): what we take, it takes, and both mean the same. We may
// refuse what it lets pass.
func FuzzHead(f *testing.F) {
	for _, s := range heads {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, wire []byte, get bool) {
		got, err := egress.Understand(wire, get)
		if err != nil || got.Status < 200 {
			return
		}
		method := http.MethodHead
		if get {
			method = http.MethodGet
		}
		want, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(wire)), &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%q: we read %+v, net/http refuses: %v", wire, got, err)
		}
		if want.StatusCode != got.Status {
			t.Errorf("%q: status %d, net/http %d", wire, got.Status, want.StatusCode)
		}
		delete(got.Header, "Transfer-Encoding") // net/http takes it away once it has understood it
		delete(want.Header, "Transfer-Encoding")
		delete(got.Header, "Trailer")
		delete(want.Header, "Trailer")
		if d := cmp.Diff(want.Header, got.Header); d != "" {
			t.Errorf("%q: headers (-net/http +ours):\n%s", wire, d)
		}
		if chunked := len(want.TransferEncoding) > 0; !got.Empty && (chunked != got.Chunked || want.ContentLength != got.Length) {
			t.Errorf("%q: framing %+v, net/http chunked %v, length %d", wire, got, chunked, want.ContentLength)
		}
		if body, _ := io.ReadAll(want.Body); got.Empty && len(body) > 0 {
			t.Errorf("%q: we see no body, net/http %q", wire, body)
		}
	})
}

// TestHeadsAreReadStrictly names what is refused although net/http takes some of it.
func TestB6_HeadsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for i, s := range heads {
		_, err := egress.Understand([]byte(s), true)
		if ok := i < 7; ok != (err == nil) {
			t.Errorf("%q: %v", s, err)
		}
	}
	long := "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 10_000) + "\r\n\r\n"
	if got, err := egress.Understand([]byte(long), true); err != nil || len(got.Header.Get("A")) != 10_000 {
		t.Errorf("a long head: %v", err)
	}
}

// BenchmarkExchange is one call through the door to a server on loopback.
func BenchmarkExchange(b *testing.B) {
	for _, method := range []string{"GET", "POST"} {
		b.Run(method, func(b *testing.B) { benchmarkExchange(b, method) })
	}
}
