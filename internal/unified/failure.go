package unified

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Failure is how this API says no (contract ads-model 1.6): the catalogue's words, and Amazon's beside them.
type Failure struct {
	Code     string           `json:"code"`               // of the catalogue: "ads.scope_missing"
	Message  string           `json:"message"`            // one sentence
	Cause    string           `json:"cause"`              // who must act: you, amazon, lockkeeper, operator or account-owner
	Fix      string           `json:"fix"`                // one sentence
	Detail   string           `json:"detail,omitempty"`   // what was seen this time
	Docs     string           `json:"docs,omitempty"`     // where to read on
	Field    string           `json:"field,omitempty"`    // the field that it is about, where it is about one
	RetryAt  string           `json:"retry_at,omitempty"` // RFC 3339, UTC
	Provider *ProviderFailure `json:"provider,omitempty"` // where Amazon said no
}

// A ProviderFailure is what Amazon said.
type ProviderFailure struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// FailureOf puts an error into words. What is no problem of the catalogue is a mistake of ours, and told without its words.
func FailureOf(err error) Failure {
	p, ok := problemOf(err)
	var refused *amazon.AdsRefusal
	if errors.As(err, &refused) {
		p, ok = refused.Problem, true
	}
	if !ok {
		p = problem.New(problem.GatewayInternal)
	}
	cause := string(p.Whose)
	if p.Whose == problem.CallersOwn {
		cause = "you"
	}
	f := Failure{Code: string(p.Code), Message: p.What, Cause: cause, Fix: p.Fix, Detail: obs.Scrub(p.Detail), Docs: p.Docs}
	if !p.RetryAt.IsZero() {
		f.RetryAt = p.RetryAt.UTC().Format("2006-01-02T15:04:05Z")
	}
	if refused != nil {
		f.Field = refused.Field
		if refused.Status != 0 || refused.Code != "" {
			f.Provider = &ProviderFailure{refused.Status, refused.Code, obs.Scrub(refused.Message), refused.RequestID}
		}
	}
	return f
}

// problemOf is the problem that an error says. That an asker went away is one, and no mistake of ours.
func problemOf(err error) (problem.Problem, bool) {
	p, ok := problem.Of(err)
	if !ok && errors.Is(err, context.Canceled) {
		return problem.New(problem.EgressCancelled), true
	}
	return p, ok
}

// statusOf is the HTTP status of an error: that of the catalogue, or what Amazon's own comes to here. Amazon's 401 is about
// credentials that the caller does not hold.
func statusOf(err error) int {
	var refused *amazon.AdsRefusal
	if errors.As(err, &refused) && refused.Status != 0 {
		switch s := refused.Status; {
		case s == http.StatusUnauthorized || s >= 500 || s < 400:
			return http.StatusBadGateway
		default:
			return s
		}
	}
	switch p, ok := problemOf(err); {
	case ok && p.Status != 0:
		return p.Status
	case ok && p.Whose != problem.LockkeepersOwn:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

// Refused is the answer that says an error.
func (u *Ads) Refused(a Ask, err error) Answer {
	f := FailureOf(err)
	p, known := problemOf(err)
	if !known {
		u.cfg.Log.Error("answering for the normalised Ads API", "request", a.RequestID, "error", err)
	}
	answer := Answer{Status: statusOf(err), Body: f}
	answer = answer.With("Lockkeeper-Problem", f.Code)
	if !p.RetryAt.IsZero() {
		if wait := p.RetryAt.Sub(u.cfg.Now()); wait > 0 {
			answer = answer.With("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		}
	}
	if answer.Status == http.StatusMethodNotAllowed {
		answer = answer.With("Allow", strings.Join([]string{"GET", "HEAD"}, ", "))
	}
	return answer
}
