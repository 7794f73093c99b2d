package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Vender lends session credentials of key pairs; *keypair.Keeper is one. What it begins goes on when ctx ends.
type Vender interface {
	Session(ctx context.Context, g id.Grant) (amazon.Session, error)
}

// vendWait is less than the two seconds after which botocore gives up and asks again (contract 6.3); the answer is there by then.
const vendWait = 1700 * time.Millisecond

// ofVend reports whether path is /lk/aws/{grant}/credentials, and of which grant.
func ofVend(path string) (grant string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/lk/aws/")
	if !ok {
		return "", false
	}
	grant, ok = strings.CutSuffix(rest, "/credentials")
	return grant, ok && grant != "" && !strings.Contains(grant, "/")
}

// A vended answer is what AWS's SDKs read from a container's credentials endpoint. All four strings are always there: without one some SDK
// fails (contract 6.3).
type vended struct {
	AccessKeyID string `json:"AccessKeyId"`
	Secret      string `json:"SecretAccessKey"`
	Token       string `json:"Token"`
	Expiration  string `json:"Expiration"`
	AccountID   string `json:"AccountId"`
}

// credentials serves AWS's SDKs with short-lived credentials, for a pass that has the right to them.
func (q *request) credentials(name string) {
	q.op = q.g.lend
	s, p := q.lend(name)
	if p != nil {
		q.code, q.refused = p.Code, true
		q.vendAnswer(status(*p), struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}{string(p.Code), p.What + " " + p.Fix})
		return
	}
	q.vendAnswer(http.StatusOK, vended{
		s.KeyID, s.Secret.Reveal(), s.Token.Reveal(), s.Expires.UTC().Format("2006-01-02T15:04:05Z"), s.Account,
	})
}

// lend checks who asks, writes down that it was lent, and only then lends.
func (q *request) lend(name string) (amazon.Session, *problem.Problem) {
	if q.r.Method != http.MethodGet {
		return amazon.Session{}, refusal(problem.GatewayMethodRefused)
	}
	h, p := q.lender()
	if p != nil {
		return amazon.Session{}, p
	}
	q.who = bearer{Holder: h}
	g := q.g.lookUp(name)
	if g == nil || !h.Caller.MayUse(g.ID, "") {
		return amazon.Session{}, refusal(problem.GatewayGrantUnknown)
	}
	q.grant, q.region = g, g.Region
	if g.Signs.IsZero() || q.g.cfg.Vender == nil {
		return amazon.Session{}, refusal(problem.GatewayNoKeyPair)
	}
	if !h.Pass.Vend {
		q.g.denied.add(q.now, q.who, g.ID, q.op.name, "the pass may not take credentials")
		return amazon.Session{}, refusal(problem.GatewayVendDenied)
	}
	// What the credentials are used for is out of sight, so they are for who may do everything with the grant.
	for _, effect := range []amazon.Effect{amazon.Write, amazon.Spend} {
		ask := policy.Ask{Grant: g.ID, Region: string(g.Region), Operation: q.op.name, Effect: string(effect)}
		for _, a := range g.Accounts {
			ask.Account = a.ID
		}
		if d := h.Caller.Allow(ask); !d.Allowed {
			q.g.denied.add(q.now, q.who, g.ID, q.op.name, d.Reason)
			return amazon.Session{}, because(problem.PolicyDenied, d.Reason)
		}
	}
	switch {
	case g.Health == snapshot.Disabled:
		return amazon.Session{}, refusal(problem.GatewayGrantDisabled)
	case q.g.full():
		return amazon.Session{}, refusal(problem.GatewayRecordFull)
	}
	return q.session(g)
}

// lender finds the pass. SDKs send the Authorization that they were told, word for word; a token of ours is not taken here.
func (q *request) lender() (snapshot.Holder, *problem.Problem) {
	v := q.r.Header["Authorization"]
	if len(v) > 1 {
		return snapshot.Holder{}, refusal(problem.GatewayPassRepeated)
	}
	text, _ := credential(strings.Join(v, ""))
	if text == "" {
		return snapshot.Holder{}, refusal(problem.GatewayPassMissing)
	}
	if strings.HasPrefix(text, tokenPrefix) {
		return snapshot.Holder{}, refusal(problem.GatewayTokenInvalid)
	}
	h, p := q.g.holder(text, q.now)
	if p == nil && h.Pass.Kind != policy.Bearer {
		p = refusal(problem.GatewayPassUnknown)
	}
	return h, p
}

// session lends within the time that SDKs wait.
func (q *request) session(g *snapshot.Grant) (amazon.Session, *problem.Problem) {
	ctx, cancel := context.WithTimeout(q.r.Context(), vendWait)
	defer cancel()
	s, err := q.g.cfg.Vender.Session(ctx, g.ID)
	outcome, detail := audit.Done, "until "+s.Expires.UTC().Format(time.RFC3339)
	var p *problem.Problem
	if err != nil {
		known, ok := problem.Of(err)
		if !ok {
			known = problem.New(problem.GatewayAmazonFailed)
		}
		p, outcome, detail = &known, audit.Failed, string(known.Code)
	}
	if q.g.cfg.Audit != nil {
		e := audit.Entry{
			At: q.now, Actor: audit.Actor{Kind: audit.Caller, ID: string(q.who.Caller.ID), Name: q.who.Caller.Name},
			Action: "credentials.vend", Object: string(g.ID), Outcome: outcome, Detail: detail,
		}
		if failed := q.g.cfg.Audit.Record(ctx, e); failed != nil && err == nil { // what cannot be written down is not lent
			q.g.cfg.Log.Error("recording a vend", "error", errors.Join(failed))
			return amazon.Session{}, refusal(problem.GatewayRecordFull)
		}
	}
	return s, p
}

// vendAnswer sends JSON as SDKs want it: the media type exactly so (contract 6.3).
func (q *request) vendAnswer(status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	h := q.w.Header()
	h.Set(headerRequest, string(q.id))
	if q.code != "" {
		h.Set(headerProblem, string(q.code))
	}
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	q.closeAfterChunks(h)
	q.write(status, body)
}

// status is the HTTP status of a refusal.
func status(p problem.Problem) int {
	if p.Status != 0 {
		return p.Status
	}
	return http.StatusInternalServerError
}
