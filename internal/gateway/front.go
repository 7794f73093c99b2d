package gateway

import (
	"io"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sigv4"
)

// A front is another API that a program answers for.
type front struct {
	amazon.Front
	program *program
}

// fronting tells which front a request is of, by path or host alone and before anything of it is believed, so that also what is refused
// first is refused in the front's own words.
func (g *Gateway) fronting(r *http.Request) *front {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	path, _, _ := strings.Cut(target, "?")
	if rest, ok := strings.CutPrefix(path, "/lk/g/"); ok {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	for _, f := range g.fronts {
		for _, root := range f.Face().Roots {
			if under(root, path) {
				return f
			}
		}
		if r.TLS != nil {
			if name, ok := hostName(r.Host); ok {
				if _, ok := f.Face().Hosts[name]; ok {
					return f
				}
			}
		}
	}
	return nil
}

// scoped refuses a signature that is for another service, or leaves out the header that names the operation.
func (f *front) scoped(s *sigv4.Signature, h http.Header) *problem.Problem {
	if s.Service != f.Face().Service {
		return because(problem.GatewaySignatureMismatch, "it is for another service than "+f.Face().Service)
	}
	if len(h["X-Amz-Target"]) > 0 && !s.Covers("x-amz-target") {
		return because(problem.GatewaySignatureIncomplete, "it does not cover x-amz-target")
	}
	return nil
}

// translate makes of the request the call of the program that the front sees in it. From here on it is that call, and everything that
// holds for one holds for it. It reports done where the front has answered by itself.
func (q *request) translate(at hostAs) (done bool, p *problem.Problem) {
	if p := q.takeWhole(); p != nil {
		return false, p
	}
	in := amazon.FrontRequest{Region: q.scope, Account: q.held(), Method: q.r.Method, Path: q.path, Header: q.r.Header, Body: q.body.held}
	if at.program != nil {
		in.Host, _ = hostName(q.r.Host)
	}
	call, answer := q.front.Ask(in)
	if answer != nil {
		q.stampRequest(q.w.Header())
		q.reply(*answer)
		return true, nil
	}
	r := *q.r
	r.Method, r.Header, r.ContentLength = call.Method, call.Header, int64(len(call.Body))
	for _, name := range []string{headerRegion, "User-Agent"} {
		if v := q.r.Header[name]; len(v) > 0 {
			r.Header[name] = v
		}
	}
	q.r, q.path, q.query, q.body.held, q.fronted = &r, call.Path, "", call.Body, call
	return false, nil
}

// held is the one account that all the caller's rules allow, if there is just one.
func (q *request) held() string {
	account := ""
	for _, rule := range q.who.Caller.Rules {
		if rule.Deny {
			continue
		}
		if len(rule.Accounts) != 1 || account != "" && account != rule.Accounts[0] {
			return ""
		}
		account = rule.Accounts[0]
	}
	return account
}

// turn reads Amazon's answer whole, within a limit, and passes on what the front makes of it.
func (q *request) turn(got asked) *problem.Problem {
	defer func() { _ = got.reply.Body.Close() }()
	limit := q.g.cfg.MergeLimit
	body, err := io.ReadAll(io.LimitReader(got.reply.Body, limit+1))
	if err != nil {
		return q.failed(err)
	}
	if int64(len(body)) > limit || got.reply.Header.Get("Content-Encoding") != "" {
		return refusal(problem.GatewayAmazonFailed)
	}
	h := q.w.Header()
	q.stampRequest(h)
	if got.verdict.known {
		q.code = got.verdict.problem.Code
		h.Set(headerProblem, string(q.code))
	}
	q.reply(q.front.Answer(q.fronted, amazon.Answer{Status: got.reply.Status, Header: got.reply.Header, Body: body, Took: got.took}))
	return nil
}

// stampRequest names the request, as every answer does.
func (q *request) stampRequest(h http.Header) {
	h[headerRequest] = []string{string(q.id)}
	q.closeAfterChunks(h)
}

// reply sends a front's answer.
func (q *request) reply(a amazon.FrontAnswer) {
	h := q.w.Header()
	h.Set("Content-Type", a.Type)
	if a.RetryAfter != "" {
		h.Set("Retry-After", a.RetryAfter)
	}
	if name := q.front.Face().RequestID; name != "" {
		h.Set(name, string(q.id))
	}
	q.write(a.Status, a.Body)
}
