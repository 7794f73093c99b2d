// Package wire is the sandbox's HTTP/1.1 server: a short way for the requests that clients nearly always send, and net/http for all others.
//
// What a handler does in a sandbox costs less than what net/http does around it. A request that is plain (plain.go says what that means) is
// therefore read, answered and written in one goroutine, with one read and one write where everything fits. Whatever is not plain
// is left unread, and its connection goes to net/http for good, so both ways understand the same bytes alike; a fuzz test
// compares them. Nothing is added to an answer but its framing: dates and types are the fakes' own business.
package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

const (
	headTime   = 30 * time.Second // from the first byte of a head to its last, and for a TLS handshake
	mostHead   = 128 << 10        // of a head, in net/http; a plain one fits into readBuffer
	readBuffer = 8 << 10
)

// A Server serves any number of listeners with one handler.
type Server struct {
	handler http.Handler
	rest    *http.Server // serves what is not plain
	given   *queue       // connections on their way to rest

	mu     sync.Mutex
	open   map[io.Closer]bool // listeners, and connections that are still ours
	closed bool
	crew   sync.WaitGroup
}

// New returns a Server. Close ends it.
func New(h http.Handler) *Server {
	s := &Server{handler: h, given: newQueue(), open: map[io.Closer]bool{}}
	s.rest = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if state, ok := r.Context().Value(secured{}).(*tls.ConnectionState); ok {
				r.TLS = state
			}
			h.ServeHTTP(w, r)
		}),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if c, ok := c.(*handed); ok && c.secure != nil {
				return context.WithValue(ctx, secured{}, c.secure)
			}
			return ctx
		},
		ReadHeaderTimeout: headTime, MaxHeaderBytes: mostHead, ErrorLog: log.New(io.Discard, "", 0),
	}
	s.crew.Go(func() { _ = s.rest.Serve(s.given) }) // ends with ErrServerClosed
	return s
}

// secured is the key under which net/http finds that a connection is a TLS one.
type secured struct{}

// Serve accepts connections until the listener or the Server is closed; with a configuration they are TLS.
func (s *Server) Serve(l net.Listener, secure *tls.Config) error {
	if !s.hold(l) {
		_ = l.Close()
		return http.ErrServerClosed
	}
	defer s.let(l)
	for {
		c, err := l.Accept()
		if temporary(err) {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		if err != nil {
			return err
		}
		if !s.hold(c) {
			_ = c.Close()
			continue
		}
		s.crew.Go(func() { s.conn(c, secure) })
	}
}

// temporary reports that there are too many open files, of this process or of the machine; some will be closed.
func temporary(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// conn serves one connection until it ends or goes to net/http.
func (s *Server) conn(under net.Conn, secure *tls.Config) {
	c := &conn{Conn: under, server: s}
	given := false
	defer func() {
		if s.let(under); !given {
			_ = under.Close()
		}
	}()
	if secure != nil {
		t := tls.Server(under, secure)
		ctx, cancel := context.WithTimeout(context.Background(), headTime)
		err := t.HandshakeContext(ctx)
		cancel()
		if err != nil {
			return
		}
		state := t.ConnectionState()
		c.Conn, c.state = t, &state
	}
	c.r = bufio.NewReaderSize(c.Conn, readBuffer)
	c.gone = &gone{conn: c, done: make(chan struct{})}
	c.base = (&http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: under.RemoteAddr().String(), TLS: c.state}).WithContext(c.gone)
	for {
		switch c.next() {
		case another:
		case notPlain:
			given = true
			s.given.hand(&handed{Conn: c.Conn, early: c.r, secure: c.state})
			return
		case taken:
			given = true
			return
		default:
			if c.state != nil {
				_ = c.Close() // TLS says goodbye
			}
			return
		}
	}
}

// hold remembers what is to be closed with the Server. It reports false where that has happened.
func (s *Server) hold(c io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.open[c] = true
	}
	return !s.closed
}

func (s *Server) let(c io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// Close closes listeners and connections. Handlers under way go on; Wait waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	return errors.Join(s.rest.Close(), s.given.Close())
}

// Wait returns when everything that the Server started has ended, after Close.
func (s *Server) Wait() { s.crew.Wait() }
