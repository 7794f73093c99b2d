package kit

import (
	"slices"
	"strconv"
)

// A wholeWriter writes an answer at once, without a map of its headers; package wire's does.
type wholeWriter interface {
	WriteWhole(status int, pairs []string, body []byte) error
}

// writeWhole writes an answer that has its headers in Pairs, where nothing is to happen to it on the way. Those that write adds are added here.
func (t *turn) writeWhole(r Response) bool {
	w, ok := t.w.(wholeWriter)
	if !ok || t.fault != nil || r.Chunked || len(t.w.Header()) > 0 {
		return false
	}
	pairs := append(slices.Grow(r.Pairs, 4), "Content-Length", strconv.Itoa(len(r.Body)), "Date", t.front.dates.header(t.x.Now)[0])
	t.end(func(e *Entry) { e.Status, e.Length, e.Delivered = r.Status, len(r.Body), len(r.Body) })
	if err := w.WriteWhole(r.Status, pairs, r.Body); err != nil {
		t.note(func(e *Entry) { e.Delivered, e.Gone = 0, true })
	}
	return true
}
