package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// dialer opens a connection for one host, TLS done where there is any.
type dialer func(ctx context.Context, host string) (net.Conn, error)

// realDialer dials Amazon: port 443 by netguard, TLS 1.2 or newer, HTTP/1.1.
func realDialer(cfg Config) dialer {
	sessions := tls.NewLRUClientSessionCache(64)
	return func(ctx context.Context, host string) (net.Conn, error) {
		c, err := cfg.Guard.Dial(ctx, host, 443)
		if err != nil {
			return nil, err
		}
		return handshake(ctx, c, &tls.Config{ServerName: host, RootCAs: cfg.Roots, ClientSessionCache: sessions})
	}
}

// sandboxDialer dials the one address of the sandbox, whatever the host.
func sandboxDialer(cfg Config, secure bool) dialer {
	sessions := tls.NewLRUClientSessionCache(64)
	return func(ctx context.Context, host string) (net.Conn, error) {
		c, err := cfg.Guard.DialSandbox(ctx)
		if err != nil || !secure {
			return c, err
		}
		return handshake(ctx, c, &tls.Config{ServerName: host, RootCAs: cfg.SandboxRoots, ClientSessionCache: sessions})
	}
}

func handshake(ctx context.Context, c net.Conn, cfg *tls.Config) (net.Conn, error) {
	cfg.MinVersion, cfg.NextProtos = tls.VersionTLS12, []string{"http/1.1"}
	t := tls.Client(c, cfg)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("securing the connection: %w", err)
	}
	return t, nil
}

// transport is an upstream over http.Transport. One door has one for each realm, so that their connections never mix.
type transport struct{ http *http.Transport }

func newTransport(cfg Config, dial dialer) *transport {
	byAddr := func(ctx context.Context, _, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		c, err := dial(ctx, host)
		if err != nil {
			return nil, err
		}
		return &watched{Conn: c}, nil
	}
	return &transport{&http.Transport{
		Proxy:                  nil, // never what the environment says
		DialContext:            byAddr,
		MaxIdleConns:           0, // bounded by host
		MaxIdleConnsPerHost:    cfg.Idle,
		IdleConnTimeout:        45 * time.Second, // less than the minute after which Amazon's load balancers close
		DisableCompression:     true,
		ForceAttemptHTTP2:      false,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		WriteBufferSize:        8 << 10,
		ReadBufferSize:         8 << 10,
		MaxResponseHeaderBytes: 64 << 10,
	}}
}

func (t *transport) close() { t.http.CloseIdleConnections() }

// exchange implements upstream. A pooled connection that the other side closed while it was idle is noticed before or while the
// request is written; where nothing left, a new one is tried once.
func (t *transport) exchange(ctx context.Context, r *request) (*response, error) {
	for again := false; ; again = true {
		resp, reused, err := t.once(ctx, r)
		if err == nil {
			return resp, nil
		}
		if again || err.wrote || !reused || r.body != nil || ctx.Err() != nil {
			return nil, err
		}
	}
}

func (t *transport) once(ctx context.Context, r *request) (_ *response, reused bool, _ *wireError) {
	w := newWatchdog(ctx, r)
	var used *watched
	var before int64
	earlier := false
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		earlier = earlier || used != nil && used.writes.Load() != before
		used, _ = info.Conn.(*watched)
		reused = info.Reused
		if used != nil {
			before = used.writes.Load()
		}
	}}
	req := &http.Request{
		Method: r.method, URL: &url.URL{Scheme: "http", Host: r.host, Opaque: r.target}, Host: r.host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.header, ContentLength: r.length,
	}
	if _, named := r.header["User-Agent"]; !named {
		r.header["User-Agent"] = nil // none, rather than Go's
	}
	switch {
	case r.body != nil:
		req.Body = io.NopCloser(&watchedBody{r.body, w})
	case len(r.whole) > 0:
		req.Body = io.NopCloser(bytes.NewReader(r.whole))
	}
	resp, err := t.http.RoundTrip(req.WithContext(httptrace.WithClientTrace(w.ctx, trace)))
	if err != nil {
		// A cancelled request may still be on its way through the transport's own goroutine: then it counts as written.
		wrote := earlier || used != nil && (used.writes.Load() != before || w.ctx.Err() != nil)
		if w.stalled() {
			err = errStalled
		}
		w.stop()
		return nil, reused, &wireError{wrote: wrote, err: err}
	}
	if resp.StatusCode < 200 {
		_ = resp.Body.Close()
		w.stop()
		return nil, reused, &wireError{wrote: true, err: errProtocol}
	}
	restoreLength(resp)
	return &response{status: resp.StatusCode, header: resp.Header, length: resp.ContentLength, body: &watchedAnswer{resp.Body, w}}, reused, nil
}

// restoreLength gives the answer's header the one length that net/http understood.
func restoreLength(resp *http.Response) {
	if resp.ContentLength >= 0 && resp.Header.Get("Content-Length") != "" {
		resp.Header["Content-Length"] = []string{strconv.FormatInt(resp.ContentLength, 10)}
	}
}

// watched is a connection that counts its writes, and bounds each.
type watched struct {
	net.Conn
	writes atomic.Int64
	until  time.Time // the write deadline; moved on at most once a second, since moving it costs as much as a small write
}

const writeTimeout = 60 * time.Second

func (c *watched) Write(p []byte) (int, error) {
	c.writes.Add(1)
	if now := time.Now(); c.until.Sub(now) < writeTimeout-time.Second {
		c.until = now.Add(writeTimeout)
		if err := c.SetWriteDeadline(c.until); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// A watchdog ends an exchange that stands still.
type watchdog struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	end    time.Time
	head   time.Duration
	stall  time.Duration
}

func newWatchdog(ctx context.Context, r *request) *watchdog {
	w := &watchdog{head: r.head, stall: r.stall, end: time.Now().Add(r.total)}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.timer = time.AfterFunc(min(r.head, r.total), func() { w.cancel(errStalled) })
	return w
}

// allow gives the next step its time, within what is left of the whole.
func (w *watchdog) allow(d time.Duration) { w.timer.Reset(max(0, min(d, time.Until(w.end)))) }

func (w *watchdog) stalled() bool { return context.Cause(w.ctx) == errStalled }

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// watchedBody is a caller's body: each part of it gives the answer its full time again.
type watchedBody struct {
	io.Reader
	w *watchdog
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.w.allow(b.w.stall)
	n, err := b.Reader.Read(p)
	b.w.allow(b.w.head)
	return n, err
}

// watchedAnswer is an answer's body.
type watchedAnswer struct {
	body io.ReadCloser
	w    *watchdog
}

func (a *watchedAnswer) Read(p []byte) (int, error) {
	a.w.allow(a.w.stall)
	n, err := a.body.Read(p)
	if err != nil && err != io.EOF && a.w.stalled() {
		err = errStalled
	}
	return n, err
}

func (a *watchedAnswer) Close() error {
	err := a.body.Close()
	a.w.stop()
	return err
}
