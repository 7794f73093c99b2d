package egress

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A repeat makes one call of a grant to one path after the other. Everything behind the path is written once for each token, by the code that
// writes the heads of all other calls.
type repeat struct {
	asker  *asker
	region canon.Region
	call   amazon.Call // as it was given

	token   snapshot.Token
	ready   amazon.Call // with host, realm and the token's injection; zero while nothing is made ready
	up      upstream
	host    string
	tail    []byte   // from behind the target to the end of the body
	hidden  []string // what must not come back
	request request
	buffer  []byte // of one request
	plain   plain
	answer  amazon.Answer
}

// Repeat implements amazon.Repeater.
func (a *asker) Repeat(region canon.Region, c amazon.Call) amazon.Repeat {
	if c.Method == "" {
		c.Method = http.MethodGet
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Limit <= 0 {
		c.Limit = defaultLimit
	}
	return &repeat{asker: a, region: region, call: c}
}

// End implements amazon.Repeat: what is kept holds the token.
func (r *repeat) End() {
	clear(r.tail[:cap(r.tail)])
	clear(r.buffer[:cap(r.buffer)])
	*r = repeat{asker: r.asker, region: r.region, call: r.call}
}

// Ask implements amazon.Repeat.
func (r *repeat) Ask(ctx context.Context, path string) (*amazon.Answer, error) {
	if !r.asker.grant.Signs.IsZero() || r.call.Method == http.MethodHead { // a signature is over the path, too
		c := r.call
		c.Path = path
		return r.asker.Ask(ctx, r.region, c)
	}
	key := r.asker.key(r.region, r.call.Method, path)
	token, err := r.asker.may(key)
	if err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	if r.tail == nil || !r.token.Same(token) {
		if err := r.prepare(token); err != nil {
			return nil, &amazon.SendError{Err: err}
		}
	}
	answer, err := r.send(ctx, key, path)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", r.host, err)
	}
	return answer, nil
}

// prepare writes what calls with a token have in common.
func (r *repeat) prepare(token snapshot.Token) error {
	clear(r.tail[:cap(r.tail)]) // it holds the token before
	r.tail = nil
	d, c := r.asker.door, r.call
	c.Path = "/"
	if err := r.asker.fill(&c, r.region, token, nil); err != nil {
		return err
	}
	up, host, err := d.route(&c)
	if err != nil {
		return err
	}
	whole, err := d.build(&c, host, "", d.cfg.UserAgent, nil, 0)
	if err != nil {
		return err
	}
	defer whole.release()
	target := len(c.Method) + len(" ") + len(c.Path)
	r.tail = append(append(make([]byte, 0, len(whole.head)+len(whole.whole)), whole.head[target:]...), whole.whole...)
	r.token, r.ready, r.up, r.host, r.hidden = token, c, up, host, secrets(&c)
	return nil
}

// send is Door.send for the call that was made ready.
func (r *repeat) send(ctx context.Context, key LimitKey, path string) (*amazon.Answer, error) {
	d := r.asker.door
	if err := r.write(path); err != nil {
		return nil, &amazon.SendError{Err: err}
	}
	if err := d.paces.turn(ctx, key, d.pace[r.host]); err != nil {
		return nil, &amazon.SendError{Err: sortError(ctx, err)}
	}
	start := time.Now()
	r.request = request{
		host: r.host, answer: true, safe: r.call.Method == http.MethodGet, head: r.buffer, plain: &r.plain,
		headTime: r.ready.Timeout, stallTime: r.ready.Timeout, end: start.Add(r.ready.Timeout),
	}
	r.plain.limit, r.plain.taken = r.ready.Limit, false
	resp, err := r.up.exchange(ctx, &r.request)
	if err != nil {
		return nil, sendError(ctx, err)
	}
	if !r.plain.taken {
		a := d.finish(&r.ready, key, r.host, resp)
		a.Took = time.Since(start)
		return a, nil
	}
	d.note(key, r.host, resp)
	scrubBytes(r.plain.body, r.hidden)

	r.answer = amazon.Answer{Status: resp.status, Body: r.plain.body, Took: time.Since(start)}
	return &r.answer, nil
}

// write makes the request for a path. A buffer that is too small is emptied of the token before it is left.
func (r *repeat) write(path string) error {
	if need := len(r.call.Method) + 1 + len(path) + len(r.tail); cap(r.buffer) < need {
		clear(r.buffer[:cap(r.buffer)])
		r.buffer = make([]byte, 0, need+bufferSize)
	}
	b, err := appendTarget(append(append(r.buffer[:0], r.call.Method...), ' '), path, nil, "")
	if err == nil {
		r.buffer = append(b, r.tail...)
	}
	return err
}
