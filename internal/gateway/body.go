package gateway

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A body is a request's body on its way to Amazon. One of known size within the limit is held, so that the call can be made
// again where that is safe; any other passes through, and can be sent again only while nothing of it was read.
type body struct {
	held   []byte
	stream io.Reader // nil where held, or where there is none
	length int64
	read   atomic.Int64
	broken atomic.Bool // by the caller, who is there but sends no more, or nonsense
}

// replayable reports whether the body can be sent from its beginning once more.
func (b *body) replayable() bool { return b.stream == nil || b.read.Load() == 0 }

// takeBody makes the request's body ready.
func (q *request) takeBody() *problem.Problem {
	r := q.r
	if q.body.held != nil || r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil
	}
	src := q.stalling()
	if n := r.ContentLength; n > 0 && n <= q.g.cfg.ReplayLimit {
		q.body.held = make([]byte, n)
		if _, err := io.ReadFull(src, q.body.held); err != nil {
			return q.brokenBody()
		}
		src.relax()
		return nil
	}
	_ = src.ctl.EnableFullDuplex() // Amazon may answer before the last byte came; what cannot do so waits
	q.body.stream, q.body.length = src, r.ContentLength
	return nil
}

// brokenBody is for a body that ended early, stood still, or was framed wrongly. The connection cannot go on.
func (q *request) brokenBody() *problem.Problem {
	q.w.Header().Set("Connection", "close")
	if q.body.broken.Load() || q.r.Context().Err() == nil { // a deadline that passes ends the context too
		return refusal(problem.GatewayBodyBroken)
	}
	return refusal(problem.GatewayClientGone)
}

// stalling reads a caller's body, and gives up on one that stands still.
type stalling struct {
	src   io.Reader
	ctl   *http.ResponseController
	limit time.Duration // between two reads
	whole time.Duration // for the rest of the request
	body  *body
	set   time.Time
}

func (q *request) stalling() *stalling {
	return &stalling{
		src: q.r.Body, ctl: http.NewResponseController(q.w), limit: q.g.cfg.StallLimit, whole: q.g.cfg.StreamLimit, body: &q.body,
	}
}

// relax moves the deadline away once the body is there: the server goes on reading, to see whether the caller leaves, and
// would take a deadline that passes for that.
func (s *stalling) relax() { _ = s.ctl.SetReadDeadline(time.Now().Add(s.whole)) }

func (s *stalling) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(s.set) > time.Second { // a deadline costs more than a read
		s.set = now
		_ = s.ctl.SetReadDeadline(now.Add(s.limit)) // what cannot set one, such as a recorder in a test, cannot stall
	}
	n, err := s.src.Read(p)
	s.body.read.Add(int64(n))
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		s.relax()
	default: // the deadline stays, or the server would wait for the rest before it closes
		s.body.broken.Store(!errors.Is(err, io.ErrUnexpectedEOF))
		err = errClientBody
	}
	return n, err
}

var errClientBody = errors.New("reading the caller's body: it broke off")
