package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A request is one request on its way, and in the end its line in the access log.
type request struct {
	g   *Gateway
	w   http.ResponseWriter
	r   *http.Request
	now time.Time
	id  id.Request

	who     bearer
	scope   string // AWS's region that the request is signed for, if it is signed
	program *program
	front   *front            // the other API that the request is of; nil for Amazon's own
	fronted *amazon.FrontCall // what the front made of it
	path    string            // Amazon's, canonical
	query   string            // as it came
	op      *operation
	through bool // it came by the passthrough, which chooses account and media type itself

	selected   []selected
	grant      *snapshot.Grant
	account    string
	verified   *canon.Account // the account as the grant knows it, if it does
	region     canon.Region
	everywhere bool // all regions, merged

	body body

	status  int
	code    problem.Code
	refused bool
	out     int64
	tries   int
	amazon  time.Duration
	aborted bool
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := g.cfg.Now()
	q := &request{g: g, w: w, r: r, now: now, id: id.New[id.Request](now), op: g.none}
	if len(g.fronts) > 0 {
		q.front = g.fronting(r)
	}
	g.metrics.inFlight.Inc()
	defer q.finish()
	if p := q.serve(); p != nil {
		q.refuse(*p)
	}
}

// serve leads a request through. What it returns is refused with.
func (q *request) serve() *problem.Problem {
	at, p := q.admit()
	if p != nil {
		return p
	}
	raw, query, _ := strings.Cut(q.target(), "?")
	path, why := canonicalPath(unfolded(atRoot(raw)))
	if why != "" {
		return because(problem.GatewayPathRefused, why)
	}
	if !cleanQuery(query) {
		return refusal(problem.GatewayQueryRefused)
	}
	q.path, q.query = path, query
	if len(path) == len("/auth/o2/token") && strings.EqualFold(path, "/auth/o2/token") || path == "/oauth2/token" {
		q.token()
		return nil
	}
	if grant, ok := ofVend(path); ok {
		q.credentials(grant)
		return nil
	}
	if p := q.identify(); p != nil {
		return p
	}
	if s := q.g.serviceAt(q.path); s != nil {
		return q.service(s)
	}
	grant, p := q.route(at)
	if p != nil {
		return p
	}
	if q.front != nil {
		if done, p := q.translate(at); done || p != nil {
			return p
		}
	}
	if q.op, why = q.program.match(q.r.Method, q.path); why != "" {
		q.op = q.g.none
		return because(problem.GatewayPathRefused, why)
	}
	if q.through {
		if p := q.dress(grant); p != nil {
			return p
		}
	}
	return q.call(grant, at)
}

// atRoot drops the slash after a grant's name where nothing follows: AWS's services have one path, the root, and their clients put it behind
// whatever address they are given.
func atRoot(raw string) string {
	rest, ok := strings.CutPrefix(raw, "/lk/g/")
	if ok && len(rest) > 1 && strings.IndexByte(rest, '/') == len(rest)-1 {
		return raw[:len(raw)-1]
	}
	return raw
}

// route finds the program and Amazon's path: ours are under /lk, everything else is Amazon's.
func (q *request) route(at hostAs) (*snapshot.Grant, *problem.Problem) {
	inPath := ""
	if under("/lk", q.path) {
		rest, ok := strings.CutPrefix(q.path, "/lk/g/")
		if !ok {
			rest, ok = strings.CutPrefix(q.path, passthrough)
			q.through = ok
		}
		if !ok {
			return nil, refusal(problem.GatewayRouteUnknown)
		}
		name, _, ok := strings.Cut(rest, "/")
		inPath, q.path = name, rest[len(name):]
		if !ok {
			q.path = "/"
		}
	}
	grant, p := q.named(inPath)
	if p != nil {
		return nil, p
	}
	switch {
	case inPath != "":
		if q.program = q.g.programs[grant.Program]; q.program == nil || q.path == "/" && grant.Signs.IsZero() {
			return nil, refusal(problem.GatewayRouteUnknown) // only AWS's services have anything at the root
		}
		if q.front != nil && q.front.program != q.program {
			return nil, refusal(problem.GatewayGrantUnknown)
		}
	case at.program != nil:
		q.program = at.program
	default:
		for i := range q.g.roots {
			if under(q.g.roots[i].path, q.path) {
				q.program = q.g.roots[i].program
				break
			}
		}
		if q.program == nil {
			return nil, refusal(problem.GatewayRouteUnknown)
		}
	}
	return grant, nil
}

// call settles what the call is, asks policy, and makes it.
func (q *request) call(grant *snapshot.Grant, at hostAs) *problem.Problem {
	if q.op.Secret != "" {
		return refusal(problem.GatewaySecretInBody)
	}
	asked, p := q.once(headerRegion)
	if p != nil {
		return p
	}
	if q.selected, p = q.g.rules.clean(q.r.Header, q.program.desc); p != nil {
		return p
	}
	if p = q.choose(grant, asked, at); p != nil {
		return p
	}
	if q.everywhere {
		return q.merge()
	}
	if d, ok := q.allowed(q.region); !ok {
		return q.deny(d.Reason)
	}
	if q.op.Effect != "read" && q.g.full() {
		return refusal(problem.GatewayRecordFull)
	}
	return q.exchange()
}

// deny refuses what policy does not allow, and has it audited.
func (q *request) deny(reason string) *problem.Problem {
	q.g.denied.add(q.now, q.who, q.grant.ID, q.op.name, reason)
	return because(problem.PolicyDenied, reason)
}

// because is a refusal with a detail that holds nothing of the request.
func because(code problem.Code, detail string) *problem.Problem {
	p := problem.New(code)
	p.Detail = detail
	return &p
}

// finish writes down what was done. A panic of ours is one more problem; the one that cuts a connection goes on.
func (q *request) finish() {
	bug := recover()
	if bug != nil && bug != http.ErrAbortHandler {
		q.g.cfg.Log.Error("serving a request: a mistake of ours", "request", string(q.id), "operation", q.op.name, "at", obs.Whence())
		if q.status == 0 {
			q.refuse(problem.New(problem.GatewayInternal))
		}
		q.code, q.aborted = problem.GatewayInternal, true
	}
	g, end := q.g, q.g.cfg.Now()
	g.metrics.inFlight.Dec()
	g.metrics.count(q.op, q.status)
	if q.refused {
		g.metrics.refused.WithLabelValues(string(q.code)).Inc()
	}
	name := ""
	if q.program != nil {
		name = q.program.code
	}
	g.timings[name].whole.Observe(end.Sub(q.now).Seconds())
	if q.who.Pass != nil {
		var grant id.Grant
		if q.grant != nil {
			grant = q.grant.ID
		}
		g.usage.add(q.now, q.who.Pass.ID, grant, q.op.name, q.status)
	}
	q.logLine(end)
	if q.aborted {
		panic(http.ErrAbortHandler) // so that what was cut short is not taken for whole
	}
}

// logLine is the access log's line: the operation, never path or query.
func (q *request) logLine(end time.Time) {
	var caller, pass, grant string
	if q.who.Pass != nil {
		caller, pass = string(q.who.Caller.ID), string(q.who.Pass.ID)
	}
	if q.grant != nil {
		grant = string(q.grant.ID)
	}
	buf := q.g.lines.Get().(*[]byte)
	l := newLine((*buf)[:0], end, "request")
	l.text("request", string(q.id))
	l.text("caller", caller)
	l.text("pass", pass)
	l.text("grant", grant)
	l.text("account", q.account)
	l.text("region", string(q.region))
	l.text("method", q.r.Method)
	l.text("operation", q.op.name)
	l.number("status", int64(q.status))
	l.text("problem", string(q.code))
	l.number("in", q.body.read.Load())
	l.number("out", q.out)
	l.number("tries", int64(q.tries))
	l.number("us", end.Sub(q.now).Microseconds())
	l.number("amazon_us", q.amazon.Microseconds())
	l.bool("cut", q.aborted)
	*buf = l.end()
	q.g.access.add(*buf)
	q.g.lines.Put(buf)
}
