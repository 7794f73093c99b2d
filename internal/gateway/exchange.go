package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// quick bounds how long a read may have taken to fail and still be tried again: past it, the caller has waited enough.
const quick = 5 * time.Second

// exchange makes the call in one region and passes the answer on.
func (q *request) exchange() *problem.Problem {
	if p := q.g.negative.get(q.key(), q.now); p != nil {
		return p
	}
	if until := q.g.cfg.Door.Throttled(q.limit(q.region)); until.After(q.now) {
		p := problem.New(problem.GatewayThrottled)
		p.RetryAt = until
		return &p
	}
	token, p := q.accessToken(q.r.Context())
	if p != nil {
		return p
	}
	if p := q.takeBody(); p != nil {
		return p
	}
	got := q.ask(q.r.Context(), q.region, token)
	q.tries, q.amazon = got.tries, got.took
	if got.err != nil {
		return q.failed(got.err)
	}
	if got.reply.Status >= http.StatusBadRequest {
		q.g.negative.note(q.key(), got.reply.Status, got.verdict, q.now)
	} else {
		q.g.negative.clear(q.key())
	}
	q.noteStanding(got)
	if q.front != nil {
		return q.turn(got)
	}
	q.answer(got)
	return nil
}

// noteStanding tells what an answer shows of the grant: that the account is not, or again, eligible; and how long a throttled one asked to
// be left alone, where its body says so and no header.
func (q *request) noteStanding(got asked) {
	switch ineligible := q.grant.Health == snapshot.Ineligible; {
	case got.verdict.known && amazon.NotEligible(got.verdict.problem.Code):
		if !ineligible {
			q.g.cfg.Standing(q.grant.ID, got.verdict.problem.Code)
		}
	case ineligible && got.reply.Status < http.StatusMultipleChoices && q.op != q.program.unlisted:
		q.g.cfg.Standing(q.grant.ID, "")
	}
	if got.reply.Status == http.StatusTooManyRequests && got.reply.Header.Get("Retry-After") == "" && got.verdict.problem.RetryAt.After(q.now) {
		q.g.cfg.Door.Hold(q.limit(q.region), got.verdict.problem.RetryAt)
	}
}

// An asked is what came of asking one region.
type asked struct {
	reply   *egress.Reply
	token   snapshot.Token // the one that the reply answers
	verdict verdict        // what a refusal was recognised as
	tries   int
	took    time.Duration // to the head of the last answer
	err     error
}

// ask makes the call in one region, and once more with a newer token where the first was no good.
func (q *request) ask(ctx context.Context, region canon.Region, token snapshot.Token) asked {
	a := q.send(ctx, region, token)
	if a.err != nil || a.reply.Status < http.StatusBadRequest {
		return a
	}
	a.verdict = q.look(a.reply, region, token)
	if a.reply.Status != http.StatusUnauthorized {
		return a
	}
	newer, ok := q.newer(ctx, token, a.verdict)
	if !ok {
		return a
	}
	again := q.send(ctx, region, newer)
	a.tries += again.tries
	if again.err != nil {
		return a
	}
	_ = a.reply.Body.Close()
	q.g.metrics.retries.WithLabelValues("token").Inc()
	again.tries = a.tries
	if again.reply.Status >= http.StatusBadRequest {
		again.verdict = q.look(again.reply, region, newer)
	}
	return again
}

// accessToken is the grant's valid token: from the snapshot, or by waiting for a refresh. A grant that is blocked sends
// nothing; its token is used until it ends.
func (q *request) accessToken(ctx context.Context) (snapshot.Token, *problem.Problem) {
	if q.grant.Health == snapshot.Disabled {
		return snapshot.Token{}, refusal(problem.GatewayGrantDisabled)
	}
	t, ok := q.g.cfg.Snapshot.Token(q.grant.ID)
	if ok && t.Good(q.now) {
		return t, nil
	}
	if q.grant.Health == snapshot.Blocked {
		return snapshot.Token{}, q.unready(problem.GatewayGrantBlocked, nil)
	}
	ctx, cancel := context.WithTimeout(ctx, q.g.cfg.TokenWait)
	defer cancel()
	t, err := q.g.cfg.Refresher.Token(ctx, q.grant.ID)
	if err == nil && t.Good(q.g.cfg.Now()) {
		return t, nil
	}
	if g, ok := q.g.cfg.Snapshot.Grant(q.grant.ID); ok { // its health may just have changed
		q.grant = g
	}
	if q.grant.Health == snapshot.Blocked {
		return snapshot.Token{}, q.unready(problem.GatewayGrantBlocked, err)
	}
	p := q.unready(problem.GatewayGrantNotReady, err)
	if p.RetryAt.IsZero() {
		p.RetryAt = q.now.Add(5 * time.Second)
	}
	return snapshot.Token{}, p
}

// unready says that a grant cannot be used, in the words of its own problem where it has one, or else in those of the refresh
// that just failed.
func (q *request) unready(code problem.Code, err error) *problem.Problem {
	p := problem.New(code)
	own, ok := problem.Known(q.grant.Problem)
	if !ok {
		own, ok = problem.Of(err)
	}
	if !ok {
		return &p
	}
	own.Status, own.Detail = p.Status, p.What
	return &own
}

// send sends the call once, and once more if that is safe: where nothing of it can have reached Amazon, or where it only
// reads and failed quickly.
func (q *request) send(ctx context.Context, region canon.Region, t snapshot.Token) asked {
	s := q.outgoing(region, t)
	a := asked{token: t}
	for began := time.Now(); ; {
		a.tries++
		a.reply, a.err = q.g.cfg.Door.Stream(ctx, s)
		a.took = time.Since(began)
		if a.err == nil {
			q.g.timings[q.program.code].amazon.Observe(a.took.Seconds())
			return a
		}
		var failed *amazon.SendError
		wrote := !errors.As(a.err, &failed) || failed.Wrote
		reads := q.op.Effect == amazon.Read && a.took < quick
		if a.tries > 1 || ctx.Err() != nil || !q.body.replayable() || (wrote && !reads) {
			return a
		}
		q.g.metrics.retries.WithLabelValues("transport").Inc()
	}
}

// host is where the call goes: a region's, or the one that the grant's key pair signs for.
func (q *request) host(region canon.Region) string {
	if s := q.grant.Signs; !s.IsZero() {
		return s.Host
	}
	return q.program.desc.Hosts[region]
}

// outgoing is the call as egress wants it.
func (q *request) outgoing(region canon.Region, t snapshot.Token) egress.Stream {
	selectors := make([]amazon.Field, len(q.selected))
	for i, s := range q.selected {
		selectors[i] = amazon.Plain(s.selector.Header, s.value)
	}
	return egress.Stream{
		Call: amazon.Call{
			Realm: q.grant.Realm, Host: q.host(region), Method: q.r.Method, Path: q.path, Header: q.r.Header, Body: q.body.held,
			Inject: q.program.Inject(amazon.Material{ClientID: t.Client(q.grant), Signs: q.grant.Signs, Version: q.grant.Version, Access: t.Access, Selectors: selectors}),
		},
		RawQuery: q.query,
		Body:     q.body.stream,
		Length:   q.body.length,
		Whole:    q.g.cfg.StreamLimit,
		Key:      q.limit(region),
	}
}

// limit is what a refusal for too many calls is remembered by.
func (q *request) limit(region canon.Region) egress.LimitKey {
	return egress.LimitKey{Grant: q.grant.ID, Region: region, Queue: q.op.Queue}
}

// failed names what kept an answer from coming.
func (q *request) failed(err error) *problem.Problem {
	if q.r.Context().Err() != nil || errors.Is(err, errClientBody) {
		return q.brokenBody()
	}
	if p, ok := problem.Of(err); ok {
		if p.Status == 0 {
			p.Status = http.StatusBadGateway
		}
		return &p
	}
	return refusal(problem.GatewayAmazonFailed)
}

// answer passes Amazon's answer on: status and body as they are, redirects too, the header without what is not for callers.
func (q *request) answer(got asked) {
	reply := got.reply
	defer func() { _ = reply.Body.Close() }()
	cleanAnswer(reply.Header)
	h := q.w.Header()
	for name, values := range reply.Header {
		h[name] = values
	}
	if reply.Length >= 0 {
		h["Content-Length"] = []string{strconv.FormatInt(reply.Length, 10)}
	}
	if len(h["Content-Type"]) == 0 {
		h["Content-Type"] = nil // net/http would guess one
	}
	h[headerRequest] = []string{string(q.id)}
	if got.verdict.known {
		q.code = got.verdict.problem.Code
		h.Set(headerProblem, string(q.code))
	}
	if q.grant.Health != snapshot.OK {
		h.Set(headerAge, strconv.Itoa(int(q.now.Sub(got.token.Obtained)/time.Second)))
	}
	q.closeAfterChunks(h)
	q.status = reply.Status
	q.w.WriteHeader(reply.Status)
	if q.r.Method == http.MethodHead {
		return
	}
	if !q.copy(reply) {
		q.aborted = true
	}
}

// copy streams the body. It reports whether all of it came and went.
func (q *request) copy(reply *egress.Reply) bool {
	buf := q.g.buffers.Get().(*[]byte)
	defer q.g.buffers.Put(buf)
	ctl := http.NewResponseController(q.w)
	var set time.Time
	for {
		n, err := reply.Body.Read(*buf)
		if n > 0 {
			if reply.Length < 0 || reply.Length > int64(len(*buf)) {
				if now := time.Now(); now.Sub(set) > time.Second {
					set = now
					_ = ctl.SetWriteDeadline(now.Add(q.g.cfg.StallLimit))
				}
			}
			m, failed := q.w.Write((*buf)[:n])
			q.out += int64(m)
			if failed != nil {
				return false
			}
			if reply.Length < 0 {
				_ = ctl.Flush() // nobody knows when more comes
			}
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}
