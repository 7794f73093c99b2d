package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// gone is the context of a connection's requests: it ends when the client goes away. Who does not ask costs nothing: only Done begins
// to watch, and each request's end ends that. It is asked in the handler's own goroutine, once the request's body was read.
type gone struct {
	conn    *conn
	done    chan struct{}
	watched chan struct{} // closed by the watch when it ends; nil where there is none
}

// Deadline implements context.Context.
func (*gone) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value implements context.Context.
func (*gone) Value(any) any { return nil }

// Err implements context.Context.
func (g *gone) Err() error {
	select {
	case <-g.done:
		return context.Canceled
	default:
		return nil
	}
}

// Done implements context.Context.
func (g *gone) Done() <-chan struct{} {
	if g.watched == nil && g.conn.left == 0 && g.Err() == nil {
		watched := make(chan struct{})
		g.watched = watched
		g.conn.server.crew.Go(func() {
			defer close(watched)
			if _, err := g.conn.r.Peek(1); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				close(g.done)
			}
		})
	}
	return g.done
}

// unwatch ends the watch. A byte that it saw is the next request's.
func (g *gone) unwatch() {
	if g.watched == nil {
		return
	}
	_ = g.conn.SetReadDeadline(time.Unix(1, 0))
	<-g.watched
	_ = g.conn.SetReadDeadline(time.Time{})
	g.watched = nil
}

// A handed connection goes to net/http, with what was read of it and not used.
type handed struct {
	net.Conn
	early  *bufio.Reader // holds it; nil once it is used up
	secure *tls.ConnectionState
}

// Read implements net.Conn.
func (h *handed) Read(p []byte) (int, error) {
	if h.early != nil {
		if n := h.early.Buffered(); n > 0 {
			return h.early.Read(p[:min(n, len(p))])
		}
		h.early = nil
	}
	return h.Conn.Read(p)
}

// NetConn is the connection below, as of a tls.Conn.
func (h *handed) NetConn() net.Conn { return h.Conn }

// A queue is the listener from which net/http takes what it is handed.
type queue struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newQueue() *queue { return &queue{conns: make(chan net.Conn), closed: make(chan struct{})} }

// hand gives a connection away, or closes it if nobody will take it any more.
func (q *queue) hand(c net.Conn) {
	select {
	case q.conns <- c:
	case <-q.closed:
		_ = c.Close()
	}
}

// Accept implements net.Listener.
func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (q *queue) Close() error {
	q.once.Do(func() { close(q.closed) })
	return nil
}

// Addr implements net.Listener.
func (q *queue) Addr() net.Addr { return &net.UnixAddr{Name: "handed", Net: "unix"} }
