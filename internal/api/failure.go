package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Failure is how the API says no: RFC 9457 with the catalogue's fields.
type Failure struct {
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Code   string   `json:"code" doc:"of the catalogue"`
	What   string   `json:"what"`
	Whose  string   `json:"whose" doc:"who must act: caller, operator, account-owner, amazon or lockkeeper"`
	Fix    string   `json:"fix"`
	Detail string   `json:"detail,omitempty"`
	Docs   string   `json:"docs,omitempty"`
	Guide  string   `json:"guide,omitempty" doc:"step of the setup guide that avoids it"`
	Errors []string `json:"errors,omitempty" doc:"which fields are wrong, and how"`
}

// Error implements error.
func (f *Failure) Error() string { return f.What }

// GetStatus implements huma.StatusError.
func (f *Failure) GetStatus() int { return f.Status }

// ContentType implements huma.ContentTypeFilter.
func (f *Failure) ContentType(string) string { return "application/problem+json" }

// fail turns an error into a Failure; nil stays nil.
func fail(err error) error {
	if err == nil {
		return nil
	}
	return failure(problemOf(err))
}

func failure(p problem.Problem) *Failure {
	status := p.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	detail := obs.Scrub(p.Detail) // may repeat a name that was sent, which may have been a secret in the wrong place
	return &Failure{
		Title: p.What, Status: status, Code: string(p.Code), What: p.What, Whose: string(p.Whose), Fix: p.Fix, Detail: detail, Docs: p.Docs, Guide: p.Guide,
	}
}

// asFailure puts the framework's own refusals, such as of a missing field, into our form. Values of fields are left out: one of
// them may be a secret.
func asFailure(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	f := failure(problem.New(problem.APIBadRequest))
	if m.Status == http.StatusRequestEntityTooLarge {
		f = failure(problem.New(problem.APITooLarge))
	}
	f.Status = m.Status
	for _, e := range m.Errors {
		f.Errors = append(f.Errors, obs.Scrub(e.Location+": "+e.Message))
	}
	if len(f.Errors) > 0 {
		f.Detail = f.Errors[0]
	}
	return f, nil
}

// write answers with a problem outside the framework.
func write(w http.ResponseWriter, p problem.Problem) {
	f := failure(p)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(f)
}
