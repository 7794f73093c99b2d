package kit

import (
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
)

// write sends the answer, whole or as far as the fault lets it. The journal has the exchange's end before the last byte
// leaves, so that who has the answer also finds its entry.
func (t *turn) write(r Response) {
	if r.Pairs != nil && t.writeWhole(r) {
		return
	}
	r = r.unfold()
	h := t.w.Header()
	for name, values := range r.Header {
		h[name] = values
	}
	switch { // Date follows the sandbox's clock; recorded answers of the token endpoint have X-Amz-Date in its place (ads-lwa 1.6)
	case h["X-Amz-Date"] != nil:
		h["Date"] = nil
	case h["Date"] == nil:
		h["Date"] = t.front.dates.header(t.x.Now)
	}
	t.wait = First(h, "Retry-After")
	if r.Chunked {
		h.Del("Content-Length")
	} else if h["Content-Length"] == nil {
		h["Content-Length"] = []string{strconv.Itoa(len(r.Body))}
	}
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil // and no guess of one
	}
	switch {
	case t.at(AfterEffect) && t.fault.Do == Truncate, t.at(MidBody):
		t.writePart(r)
		return
	case t.at(AfterEffect) && t.fault.Do == Drip:
		t.drip(r)
		return
	case t.at(AfterEffect) && t.fault.Do == BadChunk:
		t.badChunk(r)
		return
	}
	t.end(func(e *Entry) { e.Status, e.Length, e.Delivered = r.Status, len(r.Body), len(r.Body) })
	t.w.WriteHeader(r.Status)
	if n, err := t.send(r.Body); err != nil {
		t.note(func(e *Entry) { e.Delivered, e.Gone = n, true })
	}
}

// send writes bytes of the body and sees that they leave.
func (t *turn) send(b []byte) (int, error) {
	n, err := t.w.Write(b)
	if err == http.ErrBodyNotAllowed {
		err = nil
	}
	if err == nil {
		err = http.NewResponseController(t.w).Flush()
		if err != nil {
			n = 0
		}
	}
	return n, err
}

// writePart sends the headers and the first part of the body; then the fault acts.
func (t *turn) writePart(r Response) {
	a, part := t.fault, len(r.Body)/2
	if a.Do == Truncate {
		part = min(a.Bytes, len(r.Body))
	}
	t.w.WriteHeader(r.Status)
	n, err := t.send(r.Body[:part])
	if err != nil {
		t.end(func(e *Entry) { e.Status, e.Length, e.Delivered, e.Gone = r.Status, len(r.Body), n, true })
		return
	}
	t.note(func(e *Entry) { e.Status, e.Length, e.Delivered = r.Status, len(r.Body), part })
	on := true
	switch a.Do {
	case Truncate, Reset:
		a.hit()
		t.cut(len(r.Body), r.Status, part, a.Do == Reset)
		return
	case Slow:
		a.hit()
		on = t.sleep(a.Delay)
	case Hold:
		on = t.hold()
	}
	if !on {
		return
	}
	t.end(func(e *Entry) { e.Status, e.Length, e.Delivered = r.Status, len(r.Body), len(r.Body) })
	if n, err := t.send(r.Body[part:]); err != nil {
		t.note(func(e *Entry) { e.Delivered, e.Gone = part+n, true })
	}
}

// cut ends the exchange by closing its connection, with RST if wanted and possible. Status and delivered tell what had
// left by then; where they are zero, the entry keeps what it has.
func (t *turn) cut(length, status, delivered int, rst bool) {
	t.end(func(e *Entry) {
		e.Status, e.Length, e.Delivered = max(e.Status, status), max(e.Length, length), max(e.Delivered, delivered)
	})
	conn, _, err := http.NewResponseController(t.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if rst {
		under := conn
		for c, ok := under.(interface{ NetConn() net.Conn }); ok; c, ok = under.(interface{ NetConn() net.Conn }) {
			under = c.NetConn() // below TLS, say
		}
		if c, ok := under.(*net.TCPConn); ok {
			_ = c.SetLinger(0) // closing then sends RST; if it cannot be set, the close below is all that is left
		}
		_ = under.Close()
		return
	}
	_ = conn.Close()
}

// shown remembers how the last Authorization is shown, since a client sends the same many times.
type shown struct{ last atomic.Pointer[[2]string] }

// auth tells how a request was authorised, for the journal.
func (s *shown) auth(h http.Header) string {
	if v := First(h, "Authorization"); v != "" {
		if last := s.last.Load(); last != nil && last[0] == v {
			return last[1]
		}
		masked := maskAuth(v)
		s.last.Store(&[2]string{v, masked})
		return masked
	}
	if v := First(h, "X-Amz-Access-Token"); v != "" {
		return "x-amz-access-token " + maskAuth("Bearer "+v)
	}
	return ""
}
