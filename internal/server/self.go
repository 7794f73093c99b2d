package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// self is the caller as which operators call. Its calls go through the gateway like any other's, so that an operator sees what
// software would see; its pass is made at each start, is kept in memory only, and never leaves the process.
type self struct {
	server *Server
	pass   secret.Value
	mu     sync.Mutex
	caller policy.Caller
}

func newSelf(s *Server) *self {
	now := s.opt.Now()
	text := policy.PassPrefix + "self" + strings.ToLower(rand.Text()+rand.Text())
	return &self{server: s, pass: secret.New(text), caller: policy.Caller{
		ID: id.New[id.Caller](now), Name: "(operator)", Created: now,
		Passes: []policy.Pass{{ID: id.New[id.Pass](now), Kind: policy.Bearer, Hash: sha256.Sum256([]byte(text)), Created: now}},
	}}
}

// admit lets self use the grants that there are now.
func (f *self) admit() {
	f.mu.Lock()
	defer f.mu.Unlock()
	rule := policy.Rule{}
	for _, g := range f.server.broker.Grants() {
		rule.Grants = append(rule.Grants, g.ID)
	}
	c := f.caller
	c.Rules = []policy.Rule{rule}
	c.Passes = slices.Clone(c.Passes)
	f.server.snapshot.PublishCaller(c)
}

// call makes one call of Amazon for an operator.
func (f *self) call(ctx context.Context, by audit.Actor, in api.Call) (api.Called, error) {
	p, ok := f.server.programs[in.Program]
	if !ok {
		return api.Called{}, problem.New(problem.APIUnknown).With("program %q", in.Program)
	}
	f.admit()
	req, err := f.request(ctx, p, in)
	if err != nil {
		return api.Called{}, problem.New(problem.APIBadRequest).With("the path cannot be sent").Because(err)
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	f.server.gateway.ServeHTTP(w, req)
	out := api.Called{Status: w.status, Header: map[string]string{}, Body: w.body.String()}
	for name := range w.header {
		out.Header[name] = w.header.Get(name)
	}
	if known, ok := problem.Known(problem.Code(w.header.Get("Lockkeeper-Problem"))); ok {
		out.Problem = &known
	}
	op := p.Descriptor().Match(req.Method, req.URL.Path)
	if op.Effect != amazon.Read {
		entry := audit.Entry{At: f.server.opt.Now(), Actor: by, Action: "call." + string(op.Effect), Object: in.Grant, Outcome: audit.Done, Detail: in.Program + "." + op.ID}
		if err := f.server.store.Record(ctx, entry); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (f *self) request(ctx context.Context, p amazon.Program, in api.Call) (*http.Request, error) {
	path := in.Path
	if in.Grant != "" {
		path = "/lk/g/" + url.PathEscape(in.Grant) + path
	}
	req, err := http.NewRequestWithContext(ctx, in.Method, "http://localhost"+path, strings.NewReader(in.Body))
	if err != nil {
		return nil, err
	}
	req.RequestURI, req.RemoteAddr = path, "127.0.0.1:0"
	for name, value := range in.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Authorization", "Bearer "+f.pass.Reveal())
	if in.Region != "" {
		req.Header.Set("Lockkeeper-Region", in.Region)
	}
	if in.Account != "" {
		if sel := accountSelector(p); sel != "" {
			req.Header.Set(sel, in.Account)
		}
	}
	if in.Body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
		op := p.Descriptor().Match(in.Method, in.Path)
		request, answer := op.Media()
		if request != "" {
			req.Header.Set("Content-Type", request)
		}
		if answer != "" {
			req.Header.Set("Accept", answer)
		}
	}
	return req, nil
}

// accountSelector is the header by which a program's software names an account.
func accountSelector(p amazon.Program) string {
	for _, s := range p.Descriptor().Headers.Selector {
		if s.Account == "id" {
			return s.Header
		}
	}
	return ""
}

// recorder takes an answer in memory. What an operator asks for by hand is small.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if !r.wrote && status >= 200 {
		r.status, r.wrote = status, true
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.wrote = true
	return r.body.Write(p)
}

// Flush implements http.Flusher.
func (r *recorder) Flush() {}
