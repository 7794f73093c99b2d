package gateway

import (
	"crypto/sha256"
	"errors"
	"io"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sigv4"
)

// identify says who makes the request: by the pass or token that it shows, or by the signature that it carries.
func (q *request) identify() *problem.Problem {
	if sigv4.Present(q.r.Header, q.query) {
		return q.signed()
	}
	text, p := q.g.presented(q.r.Header, under(unifiedAds, q.path) || strings.HasPrefix(q.path, passthrough))
	if p != nil {
		return p
	}
	q.who, p = q.g.authenticate(text, q.now)
	return p
}

// signed verifies the request's signature with the secret of the pass whose key id it names. Only a pass of kind sigv4 can sign, and it can
// do nothing else. The body is read for it, whole and within the limit; who is not known gets none read.
func (q *request) signed() *problem.Problem {
	r := sigv4.Of(q.r)
	s, err := sigv4.Parse(r)
	if err != nil {
		return signatureProblem(err)
	}
	if s.InQuery {
		return refusal(problem.GatewaySignatureInURL)
	}
	if q.front != nil {
		if p := q.front.scoped(s, q.r.Header); p != nil {
			return p
		}
	}
	for _, name := range q.g.credentials {
		for _, v := range q.r.Header[name] {
			if name != "Authorization" && ours(v) {
				return refusal(problem.GatewayPassRepeated)
			}
		}
	}
	h, ok := q.g.cfg.Snapshot.PassByKey(s.KeyID)
	if !ok || h.Pass.Kind != policy.SigV4 || h.Pass.Secret.IsZero() {
		return refusal(problem.GatewayKeyUnknown)
	}
	if p := live(h, q.now); p != nil {
		return p
	}
	if p := q.takeWhole(); p != nil {
		return p
	}
	if err := s.Verify(r, sigv4.Rules{Twice: true}, sha256.Sum256(q.body.held), h.Pass.Secret, q.now); err != nil {
		return signatureProblem(err)
	}
	q.who = bearer{Holder: h}
	q.scope = s.Region
	return nil
}

// signatureProblem names what is wrong with a signature. The detail is one of sigv4's own sentences.
func signatureProblem(err error) *problem.Problem {
	var f *sigv4.Fault
	if !errors.As(err, &f) {
		return refusal(problem.GatewaySignatureMismatch)
	}
	code := problem.GatewaySignatureMismatch
	switch f.Kind {
	case sigv4.Missing, sigv4.Incomplete:
		code = problem.GatewaySignatureIncomplete
	case sigv4.Expired:
		code = problem.GatewaySignatureExpired
	case sigv4.Unsigned:
		code = problem.GatewaySignatureBody
	}
	return because(code, f.What)
}

// takeWhole reads the request's body to its end. One that is longer than what is held is refused, before it is read where its length is
// known (attack case C4).
func (q *request) takeWhole() *problem.Problem {
	if q.body.held != nil || q.r.ContentLength == 0 {
		return nil
	}
	limit := q.g.cfg.ReplayLimit
	if q.r.ContentLength > limit {
		return tooLarge()
	}
	if q.r.ContentLength > 0 {
		return q.takeBody()
	}
	src := q.stalling()
	held, err := io.ReadAll(io.LimitReader(src, limit+1))
	if err != nil {
		return q.brokenBody()
	}
	if int64(len(held)) > limit {
		return tooLarge()
	}
	q.body.held, q.r.ContentLength = held, int64(len(held))
	return nil
}

func tooLarge() *problem.Problem { return refusal(problem.GatewayBodyTooLarge) }
