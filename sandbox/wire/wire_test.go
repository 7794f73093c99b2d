package wire_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/wire"
)

// A pipes is a listener over connections in memory.
type pipes struct {
	conns chan net.Conn
	ended chan struct{}
}

func newPipes(t testing.TB) *pipes {
	p := &pipes{conns: make(chan net.Conn), ended: make(chan struct{})}
	t.Cleanup(func() { close(p.ended) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

// echo answers with what it was asked, in every form that a fake uses.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %q %q %q %q %d %v %v\n", r.Method, r.RequestURI, r.URL, r.URL.EscapedPath(), r.Host, r.ContentLength, r.Proto, r.TLS != nil)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		fmt.Fprintf(&b, "%s: %q\n", name, r.Header[name])
	}
	b.Write(body)
	if r.URL.Path == "/whole" {
		whole(w, b.Bytes())
		return
	}
	h := w.Header()
	h["Date"], h["Content-Type"], h["X-None"] = nil, nil, nil
	h["X-Two"] = []string{"one", " two\r\nInjected: line "}
	status := http.StatusOK
	if r.URL.Path == "/204" {
		status = http.StatusNoContent
	}
	if r.URL.Path == "/304" {
		status = http.StatusNotModified
	}
	if r.URL.Path != "/chunked" {
		h.Set("Content-Length", fmt.Sprint(b.Len()))
	}
	w.WriteHeader(status)
	half := b.Len() / 2
	_, _ = w.Write(b.Bytes()[:half])
	_ = http.NewResponseController(w).Flush()
	if r.URL.Path == "/abort" {
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(b.Bytes()[half:])
}

// whole answers at once where that can be done.
func whole(w http.ResponseWriter, body []byte) {
	pairs := []string{"X-B", "two", "Content-Length", fmt.Sprint(len(body)), "Date", "never", "X-A", "one\r\nInjected: line"}
	if w, ok := w.(interface {
		WriteWhole(status int, pairs []string, body []byte) error
	}); ok {
		_ = w.WriteWhole(http.StatusCreated, pairs, body)
		return
	}
	for i := 0; i < len(pairs); i += 2 {
		w.Header().Set(pairs[i], pairs[i+1])
	}
	w.Header()["Content-Type"] = nil
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(body)
}

// talk sends bytes over one connection, with nothing behind them, and returns all that comes back until it ends.
func talk(t testing.TB, l net.Listener, sent []byte) string {
	t.Helper()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(sent); err == nil {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	got, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%q: no end after %q", sent, got)
	}
	return string(got)
}

// bye is a last request, after which both sides close.
const bye = "GET /bye HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

// sides serve one handler by the short way, and by net/http alone.
func sides(t testing.TB, h http.HandlerFunc) (short, long net.Listener) {
	t.Helper()
	short, long = port(t), port(t)
	s := wire.New(h)
	go func() { _ = s.Serve(short, nil) }()
	t.Cleanup(func() { _ = s.Close(); s.Wait() })
	plain := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = plain.Serve(long) }()
	t.Cleanup(func() { _ = plain.Close() })
	return short, long
}

func port(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var inputs = []string{
	"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET /sp/campaigns?x=1&y=%20 HTTP/1.1\r\nHost: localhost:80\r\nAccept: a\r\naccept: b\r\nx_y: z\r\n\r\n",
	"POST /a%2Fb HTTP/1.1\r\nHost: api.amazon.com\r\nContent-Length: 5\r\n\r\nhello",
	"POST /chunked HTTP/1.1\r\nHost: [::1]:1\r\nContent-Length: 0\r\n\r\n",
	"DELETE /204 HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\n",
	"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX: y\r\n\r\nabPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX: y\r\n\r\ncdGET /3 HTTP/1.1\r\nHost: b\r\n\r\n",
	"GET /1 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nX: z\r\n\r\nGET /3 HTTP/1.1\r\nHost: b\r\nX: z\r\n\r\n",
	"GET /whole HTTP/1.1\r\nHost: a\r\n\r\nPOST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
	"GET /abort HTTP/1.1\r\nHost: a\r\n\r\n",
	"PUT /two HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
	"GET / HTTP/1.1\nHost: a\n\n",
	"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.0\r\n\r\n",
	"GET //a//b?? HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /?  HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /? HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
	"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
	"GET / HTTP/1.1\r\nHost: a\r\nPragma: no-cache\r\n\r\n",
	"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET http://other/x HTTP/1.1\r\nHost: a\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /a|b{c} HTTP/1.1\r\nHost: a\r\nX-Text:\t value \r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("y", 9000) + "\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nX: \x80\r\n\r\n",
	"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort",
	"GET / HT",
	"",
}

// FuzzBothWays holds that the short way understands and answers every input as net/http does.
func FuzzBothWays(f *testing.F) {
	for _, in := range inputs {
		f.Add([]byte(in))
	}
	shortWay, longWay := sides(f, echo)
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 20_000 {
			return
		}
		sent := append(slices.Clone(in), bye...)
		short, long := talk(t, shortWay, sent), talk(t, longWay, sent)
		if d := cmp.Diff(long, short); d != "" {
			t.Errorf("%q: net/http and the short way differ: %s", in, d)
		}
	})
}

// TestOneWrite holds that an answer that is flushed once leaves in one piece.
func TestOneWrite(t *testing.T) {
	t.Parallel()
	p := newPipes(t)
	s := wire.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "hello")
	}))
	go func() { _ = s.Serve(p, nil) }()
	defer func() { _ = s.Close(); s.Wait() }()
	conn := p.dial()
	for range 2 {
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		var b [1024]byte // a pipe gives what one Write wrote
		n, err := conn.Read(b[:])
		if want := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"; err != nil || string(b[:n]) != want {
			t.Errorf("%q, %v", b[:n], err)
		}
	}
}

// TestTheClientGoesAway holds that who asks for it is told, that who does not loses nothing, and that a next request is not taken for it.
func TestTheClientGoesAway(t *testing.T) {
	t.Parallel()
	p, seen := newPipes(t), make(chan error)
	s := wire.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done := r.Context().Done()
		if r.URL.Path == "/wait" {
			<-done
			seen <- r.Context().Err()
			return
		}
		w.Header().Set("Content-Length", "0")
	}))
	go func() { _ = s.Serve(p, nil) }()
	defer func() { _ = s.Close(); s.Wait() }()
	conn := p.dial()
	answers := bufio.NewReader(conn)
	for range 3 {
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
	}
	if _, err := io.WriteString(conn, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if err := <-seen; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestHandlersTakeConnections holds that a handler gets the connection with what it has written, and nothing more is done to it.
func TestHandlersTakeConnections(t *testing.T) {
	t.Parallel()
	short, _ := sides(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.Context().Done() // watched, and let go of
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusOK)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = rw.WriteString("mine")
		_ = rw.Flush()
		_ = conn.Close()
	})
	for _, method := range []string{"GET", "HEAD"} { // by both ways
		got := talk(t, short, []byte(method+" / HTTP/1.1\r\nHost: a\r\n\r\n"))
		if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.HasSuffix(got, "\r\n\r\nmine") {
			t.Errorf("%s: %q", method, got)
		}
	}
}

// TestClose holds that idle connections end with the server, by both ways, and so do handshakes.
func TestClose(t *testing.T) {
	t.Parallel()
	p, secure := newPipes(t), newPipes(t)
	s := wire.New(http.HandlerFunc(echo))
	go func() { _ = s.Serve(p, nil) }()
	go func() {
		_ = s.Serve(secure, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("none") }})
	}()
	var conns []net.Conn
	for _, method := range []string{"GET", "HEAD"} {
		c := p.dial()
		go func() { _, _ = io.WriteString(c, method+" / HTTP/1.1\r\nHost: a\r\n\r\n") }()
		if _, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method}); err != nil {
			t.Fatal(method, err)
		}
		conns = append(conns, c)
	}
	conns = append(conns, secure.dial())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range conns {
		_, _ = io.Copy(io.Discard, c) // ends
	}
	s.Wait()
	if err := s.Serve(newPipes(t), nil); !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
