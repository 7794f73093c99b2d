package doctor

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Doctor asks the questions that need Amazon. It changes nothing there and keeps nothing here.
type Doctor struct {
	LWA lwa.Client
	Now func() time.Time // Defaults to time.Now.
}

// A Result is the outcome of a check.
type Result string

// The results.
const (
	OK      Result = "ok"
	Note    Result = "note"    // nothing is broken, but somebody may want to know
	Broken  Result = "problem" // somebody must act
	Unknown Result = "unknown" // could not be asked, or hidden behind an earlier problem
)

// A Check is one question and its answer.
type Check struct {
	Name    string           `json:"check"`
	Result  Result           `json:"result"`
	Detail  string           `json:"detail,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Fine reports whether nobody must act for this check, as far as is known.
func (c Check) Fine() bool { return c.Result == OK || c.Result == Note }

func passed(name, detail string) Check { return Check{Name: name, Result: OK, Detail: detail} }

func found(name string, r Result, p problem.Problem) Check {
	return Check{Name: name, Result: r, Detail: p.Detail, Problem: &p}
}

// An App is a security profile to be checked, with what it ought to allow.
type App struct {
	lwa.App
	ReturnURL string
	Scopes    []string
}

// App checks a security profile without any person signing in: first the forms of what was pasted, then by asking Amazon (ads-lwa 1.3).
func (d Doctor) App(ctx context.Context, a App) []Check {
	var checks []Check
	form := func(name string, p problem.Problem, ok bool) {
		if ok {
			checks = append(checks, passed(name, ""))
			return
		}
		checks = append(checks, found(name, Broken, p))
	}
	_, p, formed := lwa.CheckClientID(a.ClientID)
	form("client_id_form", p, formed)
	if !a.Secret.IsZero() {
		_, p, ok := lwa.CheckSecret(a.Secret)
		form("secret_form", p, ok)
	}
	p, ok := lwa.CheckReturnURL(a.ReturnURL)
	form("return_url_form", p, ok)
	p, ok = lwa.CheckScopes(a.Scopes)
	form("scope_form", p, ok)
	if !formed {
		for _, name := range []string{"client_id", "return_url", "scope", "secret"} {
			checks = append(checks, found(name, Unknown, problem.New(problem.DoctorNotAsked)))
		}
		return checks
	}
	for _, c := range d.LWA.CheckFresh(ctx, a.App, lwa.Fresh{ReturnURL: a.ReturnURL, Scopes: a.Scopes}) {
		switch {
		case c.State == lwa.Passed:
			checks = append(checks, passed(c.Name, ""))
		case c.State == lwa.Failed:
			checks = append(checks, found(c.Name, Broken, c.Problem))
		case c.Problem.Code != "":
			checks = append(checks, found(c.Name, Unknown, c.Problem))
		default:
			checks = append(checks, found(c.Name, Unknown, problem.New(problem.DoctorNotAsked)))
		}
	}
	return checks
}

func (d Doctor) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

// of returns a program's problem of a name that all programs share, such as view_only_accounts.
func of(program, name string) (problem.Problem, bool) {
	return problem.Known(problem.Code(program + "." + name))
}

// list writes at most five names and how many more there are.
func list(names []string) string {
	if n := len(names); n > 5 {
		return strings.Join(names[:5], ", ") + " and " + strconv.Itoa(n-5) + " more"
	}
	return strings.Join(names, ", ")
}
