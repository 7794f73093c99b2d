package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Service is a path of ours that does more than pass a call on. It is taken by POST from whoever has a pass; which grant may be used, and
// for what, is settled as for any call.
type Service struct {
	Path    string // below /lk
	Program string // whose grants it uses
	Serve   func(ctx context.Context, a ServiceAsk) (status int, answer any, err error)

	// Stream, where it is not nil, takes the place of Serve: it answers every path below Path by any method, and writes its answer itself.
	// What w is given is counted, and has the request's id on it.
	Stream func(w http.ResponseWriter, a StreamAsk)
}

// A ServiceAsk is what a service is asked.
type ServiceAsk struct {
	Caller string
	Body   []byte

	// Grant finds the grant that the caller may use for an operation of the program, by the name asked for; an empty name stands for what
	// the request's header says, or the only one. Its error is a problem.
	Grant func(name, operation string) (*snapshot.Grant, error)
}

// most bytes of a service's request.
const serviceMost = 1 << 20

// serviceAt finds a service by its path.
func (g *Gateway) serviceAt(path string) *Service {
	for i := range g.cfg.Services {
		s := &g.cfg.Services[i]
		if s.Path == path || s.Stream != nil && under(s.Path, path) {
			return s
		}
	}
	return nil
}

// service answers with JSON.
func (q *request) service(s *Service) *problem.Problem {
	if q.program = q.g.programs[s.Program]; q.program == nil {
		return refusal(problem.GatewayRouteUnknown)
	}
	q.op = q.g.serves
	if s.Stream != nil {
		return q.stream(s)
	}
	if q.r.Method != http.MethodPost {
		q.w.Header().Set("Allow", "POST")
		return refusal(problem.GatewayMethodRefused)
	}
	if q.g.full() {
		return refusal(problem.GatewayRecordFull)
	}
	body, err := io.ReadAll(io.LimitReader(q.stalling(), serviceMost+1))
	switch {
	case err != nil:
		return q.brokenBody()
	case len(body) > serviceMost:
		return refusal(problem.GatewayBodyTooLarge)
	}
	status, answer, err := s.Serve(q.r.Context(), ServiceAsk{Caller: q.who.Caller.Name, Body: body, Grant: q.grantFor})
	if err != nil {
		p, known := problem.Of(err)
		if !known {
			q.g.cfg.Log.Error("serving a path of ours", "request", string(q.id), "path", s.Path, "error", err)
			p = problem.New(problem.GatewayInternal)
		}
		return &p
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return refusal(problem.GatewayInternal)
	}
	h := q.w.Header()
	h.Set(headerRequest, string(q.id))
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	q.closeAfterChunks(h)
	q.write(status, append(text, '\n'))
	return nil
}

// grantFor settles grant and operation for a service, and asks policy.
func (q *request) grantFor(name, operation string) (*snapshot.Grant, error) {
	grant, p := q.named(name)
	if p == nil && grant == nil {
		grant, p = q.only("")
	}
	if p != nil {
		return nil, *p
	}
	if grant.Program != q.program.code {
		return nil, problem.New(problem.GatewayGrantUnknown)
	}
	q.grant = grant
	op := q.program.unlisted
	for _, o := range q.program.all {
		if o.ID == operation {
			op = o
		}
	}
	q.op = op
	for q.region = range q.program.desc.Hosts {
		break
	}
	d := q.who.Caller.Allow(policy.Ask{Grant: grant.ID, Region: string(q.region), Operation: op.name, Effect: string(op.Effect)})
	if !d.Allowed {
		return nil, *q.deny(d.Reason)
	}
	return grant, nil
}

// keyed takes the pass out of "Authorization: Key PASS", as OneSignal's clients send theirs.
func keyed(v string) (string, bool) {
	name, rest, ok := strings.Cut(v, " ")
	return strings.TrimLeft(rest, " "), ok && strings.EqualFold(name, "Key")
}
