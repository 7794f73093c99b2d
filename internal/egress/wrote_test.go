package egress_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// TestWrote: whether a byte may have left decides what the broker does with a refresh, so each way to fail says it.
func TestWrote(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.Close()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name  string
		addr  string
		ctx   context.Context
		wait  time.Duration
		wrote bool
		code  problem.Code
	}{
		{"nobody listens", "http://" + dead.Addr().String(), t.Context(), 0, false, "egress.unreachable"},
		{"the context was over", "http://" + dead.Addr().String(), done, 0, false, "egress.cancelled"},
		{"closed after the request", answering(t, ""), t.Context(), 0, true, "egress.broken"},
		{"reset at the first byte", raw(t, func(c net.Conn, r *bufio.Reader) {
			_, _ = r.ReadByte() // a reset before it may find nothing sent yet, and then nothing was
			_ = c.(*net.TCPConn).SetLinger(0)
		}), t.Context(), 0, true, "egress.broken"},
		{"no answer in time", raw(t, func(_ net.Conn, r *bufio.Reader) { _, _ = io.Copy(io.Discard, r) }), t.Context(), 300 * time.Millisecond, true, "egress.timeout"},
		{"half a head in time", raw(t, func(c net.Conn, r *bufio.Reader) {
			_, _ = readRequest(r)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-")
			_, _ = io.Copy(io.Discard, r)
		}), t.Context(), 300 * time.Millisecond, true, "egress.timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := door(t, egress.Config{SandboxURL: c.addr})
			call := tokenCall()
			if c.wait > 0 {
				call.Timeout = c.wait
			}
			e, code := sendError(t, second(w.Send(c.ctx, call)))
			if e.Wrote != c.wrote || code != c.code {
				t.Errorf("%v: wrote %v, %s; want %v, %s", e, e.Wrote, code, c.wrote, c.code)
			}
			clean(t, e.Error(), w.log.String())
		})
	}
}

// TestD7_SlowDrip: an answer whose bytes come one by one ends with the call's own time.
func TestD7_SlowDrip(t *testing.T) {
	t.Parallel()
	addr := raw(t, func(c net.Conn, r *bufio.Reader) {
		_, err := readRequest(r)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
		for tick := time.NewTicker(time.Millisecond); err == nil; <-tick.C {
			_, err = io.WriteString(c, "x")
		}
	})
	w := door(t, egress.Config{SandboxURL: addr})
	call := tokenCall()
	call.Timeout = 50 * time.Millisecond
	start := time.Now()
	a, err := w.Send(t.Context(), call)
	if err != nil || !a.Truncated || a.Status != 200 || time.Since(start) > 5*time.Second {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestCancelEndsTheExchange in each of its phases.
func TestCancelEndsTheExchange(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"} {
		ctx, cancel := context.WithCancel(t.Context())
		addr := raw(t, func(c net.Conn, r *bufio.Reader) {
			_, _ = readRequest(r)
			_, _ = io.WriteString(c, text)
			if !strings.Contains(text, "half") {
				cancel()
			}
			_, _ = r.ReadByte() // until the other side is gone
		})
		w := door(t, egress.Config{SandboxURL: addr})
		reply, err := w.Stream(ctx, egress.Stream{Call: apiCall()})
		if err == nil {
			var got [4]byte
			if _, err = io.ReadFull(reply.Body, got[:]); err != nil {
				t.Fatal(err)
			}
			cancel()
			_, err = reply.Body.Read(got[:])
			_ = reply.Body.Close()
		}
		if codeOf(err) != "egress.cancelled" {
			t.Errorf("after %q: %v", text, err)
		}
	}
}

// closing is a server that answers one request a connection, then closes it without a word, and says when it has.
func closing(t *testing.T) (addr string, served *atomic.Int32, closed chan struct{}) {
	served, closed = new(atomic.Int32), make(chan struct{}, 100)
	addr = raw(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := readRequest(r); err != nil {
			return
		}
		served.Add(1)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		_ = c.Close()
		closed <- struct{}{}
	})
	return addr, served, closed
}

// TestStaleConnections: a pooled connection that was closed while it idled is not met with a failure, even for a POST, and no request
// is sent twice.
func TestStaleConnections(t *testing.T) {
	t.Parallel()
	addr, served, closed := closing(t)
	w := door(t, egress.Config{SandboxURL: addr})
	for i := range 30 {
		a, err := w.Send(t.Context(), tokenCall())
		if err != nil || string(a.Body) != "ok" {
			t.Fatalf("POST %d: %+v, %v", i, a, err)
		}
		<-closed
		reply, err := w.Stream(t.Context(), egress.Stream{Call: tokenCallWithout(), Body: strings.NewReader("abc"), Length: 3})
		if err != nil {
			t.Fatalf("streamed POST %d: %v", i, err)
		}
		_, _ = io.Copy(io.Discard, reply.Body)
		_ = reply.Body.Close()
		<-closed
	}
	if served.Load() != 60 {
		t.Errorf("%d requests for 60 calls", served.Load())
	}
}

func tokenCallWithout() (c amazon.Call) {
	c = tokenCall()
	c.Inject = amazon.Injection{}
	return c
}

// TestUnaskedAnswersAreNotTaken: bytes that came while a connection idled are nobody's answer.
func TestUnaskedAnswersAreNotTaken(t *testing.T) {
	t.Parallel()
	sent := make(chan struct{})
	addr := raw(t, func(c net.Conn, r *bufio.Reader) {
		for {
			if _, err := readRequest(r); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
			<-sent
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
			sent <- struct{}{}
		}
	})
	w := door(t, egress.Config{SandboxURL: addr})
	for range 3 {
		a, err := w.Send(t.Context(), apiCall())
		if err != nil || string(a.Body) != "good" {
			t.Fatalf("%+v, %v", a, err)
		}
		sent <- struct{}{}
		<-sent
	}
}

// TestStreamsBothWays: the head of the answer is there before the body of the request ends, and the first part of the answer before
// its last.
func TestStreamsBothWays(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{-1, 8} {
		w := sandboxed(t, func(rw http.ResponseWriter, r *http.Request) {
			ctl := http.NewResponseController(rw)
			_ = ctl.EnableFullDuplex()
			var part [4]byte
			for {
				n, err := io.ReadFull(r.Body, part[:])
				_, _ = rw.Write(bytes.ToUpper(part[:n]))
				_ = ctl.Flush()
				if err != nil {
					return
				}
			}
		})
		pr, pw := io.Pipe()
		go func() {
			_, _ = io.WriteString(pw, "abcd")
			_, _ = io.WriteString(pw, "efgh")
			_ = pw.Close()
		}()
		call := tokenCallWithout()
		reply, err := w.Stream(t.Context(), egress.Stream{Call: call, Body: pr, Length: length})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(reply.Body)
		if err != nil || string(got) != "ABCDEFGH" {
			t.Errorf("%q, %v", got, err)
		}
		_ = reply.Body.Close()
	}
}

// TestLargeBodies of every framing arrive whole, in both directions.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	big := make([]byte, 3<<20+7)
	for i := range big {
		big[i] = byte(i * 7 >> 3)
	}
	w := sandboxed(t, func(rw http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(got, big) {
			t.Errorf("%d bytes arrived of %d, %v", len(got), len(big), err)
		}
		_, _ = rw.Write(got)
	})
	whole := tokenCallWithout()
	whole.Body = big
	for _, s := range []egress.Stream{
		{Call: whole}, {Call: tokenCallWithout(), Body: bytes.NewReader(big), Length: int64(len(big))}, {Call: tokenCallWithout(), Body: bytes.NewReader(big), Length: -1},
	} {
		reply, err := w.Stream(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(reply.Body)
		if err != nil || !bytes.Equal(got, big) {
			t.Errorf("%d bytes came back of %d, %v", len(got), len(big), err)
		}
		_ = reply.Body.Close()
	}
}

// TestCallersBody: a body that fails or ends early is the caller's matter, and no whole request reaches Amazon.
func TestCallersBody(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	addr := raw(t, func(_ net.Conn, r *bufio.Reader) {
		if _, err := readRequest(r); err == nil {
			arrived.Add(1)
		}
	})
	w := door(t, egress.Config{SandboxURL: addr})
	broken := errors.New("gone " + canaryAccess)
	for _, c := range []struct {
		body   io.Reader
		length int64
		wrote  bool
	}{
		{failing{nil, broken}, 10, false},
		{failing{nil, broken}, -1, false},
		{failing{[]byte("ab"), broken}, 10, true},
		{strings.NewReader("short"), 10, true},
		{failing{nil, nil}, 10, false},
	} {
		_, err := w.Stream(t.Context(), egress.Stream{Call: tokenCallWithout(), Body: c.body, Length: c.length})
		if e, code := sendError(t, err); code != "egress.body" || e.Wrote != c.wrote {
			t.Errorf("%v (%s), wrote %v", e, code, e.Wrote)
		}
	}
	if arrived.Load() != 0 {
		t.Errorf("%d whole requests arrived", arrived.Load())
	}
}

// failing gives its bytes once, then its error, or nothing for ever.
type failing struct {
	b   []byte
	err error
}

func (f failing) Read(p []byte) (int, error) {
	if len(f.b) > 0 && len(p) == 10 { // the first part
		return copy(p, f.b), nil
	}
	return 0, f.err
}

// TestEarlyRefusal: a server that answers 413 and closes without reading the body is heard.
func TestEarlyRefusal(t *testing.T) {
	t.Parallel()
	addr := raw(t, func(c net.Conn, r *bufio.Reader) {
		_, _ = r.ReadString('\n')
		_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, r)
	})
	w := door(t, egress.Config{SandboxURL: addr})
	call := tokenCallWithout()
	call.Body = make([]byte, 4<<20)
	if a, err := w.Send(t.Context(), call); err != nil || a.Status != 413 || string(a.Body) != "big" {
		t.Errorf("%+v, %v", a, err)
	}
}
