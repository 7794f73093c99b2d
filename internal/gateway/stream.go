package gateway

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A StreamAsk is what a service is asked that writes its answer itself. Its methods are called from one goroutine at a time.
type StreamAsk struct {
	Caller  string
	Pass    string // id of the pass
	Path    string // below the service's, canonical: "/eu/campaign"; empty for the service's own
	Body    io.Reader
	Request *http.Request // for method, query and headers; its credentials are not the service's business

	q *request
}

// RequestID is the request's id, which the access log has too.
func (a StreamAsk) RequestID() string { return string(a.q.id) }

// Grants lists the grants of the service's program that the caller may use at all, by name.
func (a StreamAsk) Grants() []*snapshot.Grant {
	q := a.q
	if g, p := q.named(""); p != nil || g != nil { // a token is of one grant
		if p != nil || g.Program != q.program.code {
			return nil
		}
		return []*snapshot.Grant{g}
	}
	var all []*snapshot.Grant
	for _, gid := range q.who.Caller.Grants() {
		if g, ok := q.g.cfg.Snapshot.Grant(gid); ok && g.Program == q.program.code {
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b *snapshot.Grant) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Grant finds a grant by its name or id. The error is a problem, the same whether there is none or it may not be used.
func (a StreamAsk) Grant(name string) (*snapshot.Grant, error) {
	g, p := a.q.named(name)
	switch {
	case p != nil:
		return nil, *p
	case g == nil || g.Program != a.q.program.code:
		return nil, problem.New(problem.GatewayGrantUnknown)
	}
	a.q.grant = g
	return g, nil
}

// Account reports whether the caller may do anything at all on an account of a grant.
func (a StreamAsk) Account(g *snapshot.Grant, account string) bool {
	return a.q.who.Caller.MayUse(g.ID, account)
}

// Allow asks policy whether one of the program's operations may be made on an account. The error is a problem. What changes anything is
// refused too where it could not be written down.
func (a StreamAsk) Allow(g *snapshot.Grant, account canon.Account, operation string) error {
	q := a.q
	op := q.program.named(operation)
	q.op, q.grant, q.region = op, g, account.Region
	q.account = account.ID
	d := q.who.Caller.Allow(policy.Ask{Grant: g.ID, Account: account.ID, Region: string(account.Region), Operation: op.name, Effect: string(op.Effect)})
	switch {
	case !d.Allowed:
		return *q.deny(d.Reason)
	case op.Effect != amazon.Read && q.g.full():
		return problem.New(problem.GatewayRecordFull)
	}
	return nil
}

// named finds an operation by its id. What is not listed is an unlisted one, a write.
func (p *program) named(operation string) *operation {
	for _, o := range p.all {
		if o.ID == operation {
			return o
		}
	}
	return p.unlisted
}

// stream lets a service answer by itself.
func (q *request) stream(s *Service) *problem.Problem {
	a := StreamAsk{Caller: q.who.Caller.Name, Pass: string(q.who.Pass.ID), Path: strings.TrimPrefix(q.path, s.Path), Body: http.NoBody, Request: q.r, q: q}
	if q.r.Body != nil && q.r.Body != http.NoBody && q.r.ContentLength != 0 {
		a.Body = q.stalling()
	}
	h := q.w.Header()
	h.Set(headerRequest, string(q.id))
	q.closeAfterChunks(h)
	w := &streamed{ResponseWriter: q.w, q: q}
	s.Stream(w, a)
	q.code = problem.Code(h.Get(headerProblem))
	if q.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return nil
}

// streamed counts what a service writes.
type streamed struct {
	http.ResponseWriter
	q *request
}

// WriteHeader implements http.ResponseWriter.
func (w *streamed) WriteHeader(status int) {
	if w.q.status == 0 && status >= 200 {
		w.q.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *streamed) Write(p []byte) (int, error) {
	if w.q.status == 0 {
		w.q.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.q.out += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *streamed) Unwrap() http.ResponseWriter { return w.ResponseWriter }
