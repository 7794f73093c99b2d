package kit

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
)

// drip sends the body in small pieces with a pause before each but the first.
func (t *turn) drip(r Response) {
	a := t.fault
	a.hit()
	t.w.WriteHeader(r.Status)
	sent := 0
	for piece := range slices.Chunk(r.Body, a.Bytes) {
		if sent > 0 && !t.sleep(a.Delay) {
			return
		}
		if sent+len(piece) == len(r.Body) {
			t.end(func(e *Entry) { e.Status, e.Length, e.Delivered = r.Status, len(r.Body), len(r.Body) })
		}
		n, err := t.send(piece)
		sent += n
		if err != nil {
			t.end(func(e *Entry) { e.Status, e.Length, e.Delivered, e.Gone = r.Status, len(r.Body), sent, true })
			return
		}
	}
	if len(r.Body) == 0 {
		t.end(func(e *Entry) { e.Status = r.Status })
	}
}

// badChunk sends half of the body as one good chunk and then a line that is no chunk's length, and closes the connection.
func (t *turn) badChunk(r Response) {
	a, half := t.fault, len(r.Body)/2
	a.hit()
	t.end(func(e *Entry) { e.Status, e.Length, e.Delivered = r.Status, len(r.Body), half })
	conn, buffered, err := http.NewResponseController(t.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }()
	h := t.w.Header().Clone()
	h.Del("Content-Length")
	h.Set("Transfer-Encoding", "chunked")
	var head bytes.Buffer
	fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", r.Status, http.StatusText(r.Status))
	_ = h.Write(&head) // to memory
	fmt.Fprintf(&head, "\r\n%x\r\n%s\r\nno chunk\r\n", half, r.Body[:half])
	if _, err := buffered.Write(head.Bytes()); err == nil {
		_ = buffered.Flush() // who has gone needs no bad chunk
	}
}
