package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// newWriter makes what changes advertising objects.
func (s *Server) newWriter() *writes.Writer {
	return writes.New(writes.Config{Store: s.store, SpendGuard: func() int64 { return s.cfg.AdsSpendGuard }, Now: s.opt.Now, Log: s.log})
}

// newAds makes the normalised Ads API.
func (s *Server) newAds() (*unified.Ads, error) {
	model, _ := s.programs[unified.ProgramCode].(amazon.AdsModel)
	return unified.New(unified.Config{
		Model: model, Writer: s.writer, Asker: func(g *snapshot.Grant) amazon.Asker { return &lender{s, g.ID} }, Now: s.opt.Now, Log: s.log,
		Reports: report.Described(),
		Mounts: map[string]unified.Handler{"report": func(ctx context.Context, q *unified.Request) (unified.Answer, error) {
			return s.reports.Serve(ctx, q, s.ads.Places)
		}},
	})
}

// freshToken is how long a token counts as just made: Amazon's refusal of such a one is about something else.
const freshToken = time.Minute

// A lender makes the calls of a grant with a token that is good, and once more those that only read where Amazon says that it no longer is.
type lender struct {
	server *Server
	grant  id.Grant
}

// Ask implements amazon.Asker.
func (l *lender) Ask(ctx context.Context, region canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	s := l.server
	g, ok := s.snapshot.Grant(l.grant)
	switch {
	case !ok:
		return nil, &amazon.SendError{Err: problem.New(problem.BrokerNoGrant)}
	case g.Health == snapshot.Disabled:
		return nil, &amazon.SendError{Err: problem.New(problem.GatewayGrantDisabled)}
	}
	program := s.programs[g.Program]
	used, ok := s.snapshot.Token(g.ID)
	if !ok || !used.Good(s.opt.Now()) {
		var err error
		if used, err = s.broker.Token(ctx, g.ID); err != nil {
			return nil, &amazon.SendError{Err: err}
		}
	}
	send := func(t snapshot.Token) (*amazon.Answer, error) {
		return s.egress.For(*g, program, func() (snapshot.Token, bool) { return t, true }).Ask(ctx, region, c, selectors...)
	}
	answer, err := send(used)
	if err != nil || answer.Status != http.StatusUnauthorized {
		return answer, err
	}
	now := s.opt.Now()
	why, known := program.Classify(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Facts: l.facts(g, region, selectors, used), Now: now})
	if !known || !strings.HasSuffix(string(why.Code), ".token_refused") {
		return answer, nil
	}
	newer, ok := s.snapshot.Token(g.ID)
	if !ok || newer.Generation <= used.Generation {
		if newer, err = s.broker.Invalid(ctx, g.ID, used.Generation); err != nil || newer.Generation <= used.Generation {
			return answer, nil
		}
	}
	if program.Descriptor().Match(c.Method, c.Path).Effect != amazon.Read {
		return answer, nil
	}
	return send(newer)
}

// facts are what is known of a call that its answer does not tell.
func (l *lender) facts(g *snapshot.Grant, region canon.Region, selectors []amazon.Field, used snapshot.Token) []amazon.Fact {
	facts := []amazon.Fact{amazon.KnownAccount} // only accounts that the grant opens are asked about
	if len(selectors) == 0 {
		facts = []amazon.Fact{amazon.NoSelector}
	}
	if !slices.ContainsFunc(g.Accounts, func(a canon.Account) bool { return a.Region == region }) {
		facts = append(facts, amazon.OtherRegion)
	}
	if l.server.opt.Now().Sub(used.Obtained) < freshToken {
		facts = append(facts, amazon.FreshToken)
	}
	return facts
}

// adsHeaders are those of a request's that the normalised Ads API reads.
var adsHeaders = []string{"Accept", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"}

func adsHeader(all http.Header) http.Header {
	some := http.Header{}
	for _, name := range adsHeaders {
		if v := all.Values(name); len(v) > 0 {
			some[name] = v
		}
	}
	return some
}

// adsService is the gateway's path of the normalised Ads API: software asks, with a pass.
func (s *Server) adsService() gateway.Service {
	return gateway.Service{Path: "/lk/v1/ads", Program: unified.ProgramCode, Stream: func(w http.ResponseWriter, a gateway.StreamAsk) {
		s.answerAds(w, a.Request, unified.Ask{
			By: audit.Actor{Kind: audit.Caller, Name: a.Caller}, RequestID: a.RequestID(), Path: a.Path, Body: a.Body, Access: a, Base: "/lk/v1/ads",
		})
	}}
}

// operatorAds is the control API's: an operator asks, who may do everything.
func (s *Server) operatorAds(w http.ResponseWriter, r *http.Request, by audit.Actor, path string) {
	s.answerAds(w, r, unified.Ask{By: by, Path: path, Body: r.Body, Access: everything{s.snapshot}, Base: "/api/v1/ads"})
}

func (s *Server) answerAds(w http.ResponseWriter, r *http.Request, a unified.Ask) {
	a.Method, a.Query, a.Header = r.Method, r.URL.Query(), adsHeader(r.Header)
	if err := s.ads.Serve(r.Context(), a).WriteTo(w, r.Method == http.MethodHead); err != nil {
		s.log.Debug("writing an answer of the normalised Ads API", "request", a.RequestID, "error", err)
	}
}

// everything is the access of an operator.
type everything struct{ snapshot *snapshot.Snapshot }

// Grants implements unified.Access.
func (e everything) Grants() []*snapshot.Grant {
	var all []*snapshot.Grant
	for g := range e.snapshot.Grants() {
		if g.Program == unified.ProgramCode {
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b *snapshot.Grant) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Grant implements unified.Access.
func (e everything) Grant(name string) (*snapshot.Grant, error) {
	g, ok := e.snapshot.GrantNamed(name)
	if !ok {
		g, ok = e.snapshot.Grant(id.Grant(name))
	}
	if !ok || g.Program != unified.ProgramCode {
		return nil, problem.New(problem.BrokerNoGrant).With("%q", name)
	}
	return g, nil
}

// Account implements unified.Access.
func (everything) Account(*snapshot.Grant, string) bool { return true }

// Allow implements unified.Access.
func (everything) Allow(*snapshot.Grant, canon.Account, string) error { return nil }
