// Package problem is the one vocabulary for everything that can go wrong: a code, what it means, whose it is and how to fix it.
//
// The entries are data. Lockkeeper's own stand in problems.toml beside this file, a program's in its own folder;
// `make generate` turns all of them into typed codes and one table. Every surface, from the command line to the
// gateway's headers, speaks in these entries, so the same failure has the same name everywhere.
package problem

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Code names one entry of the catalogue, e.g. "lwa.invalid_client".
type Code string

// Whose says who must act.
type Whose string

// The owners of a problem.
const (
	CallersOwn       Whose = "caller"        // the software that called
	OperatorsOwn     Whose = "operator"      // who runs Lockkeeper
	AccountOwnersOwn Whose = "account-owner" // who owns the Amazon account
	AmazonsOwn       Whose = "amazon"
	LockkeepersOwn   Whose = "lockkeeper"
)

// A Problem is an entry of the catalogue, perhaps with what was seen this time. It is an error.
type Problem struct {
	Code     Code      `json:"code"`
	What     string    `json:"what"`               // one sentence, for people
	Whose    Whose     `json:"whose"`              // who must act
	Fix      string    `json:"fix"`                // one sentence: what to do
	Docs     string    `json:"docs,omitempty"`     // where to read on
	Guide    string    `json:"guide,omitempty"`    // the step of the guide that avoids it, e.g. "ads.authorise"
	Detail   string    `json:"detail,omitempty"`   // what was seen this time; never a secret, query or body
	Evidence string    `json:"evidence,omitempty"` // how it was recognised, e.g. "HTTP 401, error invalid_client"
	RetryAt  time.Time `json:"retry_at,omitzero"`  // when trying again makes sense, if known
	Status   int       `json:"-"`                  // the HTTP status under which Lockkeeper itself reports it; 0 means 500
	Faint    bool      `json:"-"`                  // recognised by the status of an answer and not by its words

	err error
}

// New returns the catalogue's entry for code. An unknown code is a mistake of ours and panics: the generated constants name all there are.
func New(code Code) Problem {
	p, ok := catalogue[code]
	if !ok {
		panic("problem: no entry " + string(code))
	}
	return p
}

// Known returns the entry for code, if there is one.
func Known(code Code) (Problem, bool) {
	p, ok := catalogue[code]
	return p, ok
}

// All returns every entry of the catalogue, sorted by code.
func All() []Problem {
	return slices.SortedFunc(maps.Values(catalogue), func(a, b Problem) int { return strings.Compare(string(a.Code), string(b.Code)) })
}

// With returns p with a detail of this occurrence. The detail must hold no secret.
func (p Problem) With(format string, args ...any) Problem {
	p.Detail = fmt.Sprintf(format, args...)
	return p
}

// Because returns p wrapping the error that caused it. The cause is for errors.Is and logs; it is not shown to callers.
func (p Problem) Because(err error) Problem {
	p.err = err
	return p
}

// Error implements error: the sentence, then the detail.
func (p Problem) Error() string {
	if p.Detail != "" {
		return p.What + " (" + p.Detail + ")"
	}
	return p.What
}

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.err }

// Is matches a Problem of the same code, whatever its details.
func (p Problem) Is(target error) bool {
	var q Problem
	return errors.As(target, &q) && q.Code == p.Code
}

// Of finds the Problem in err's chain.
func Of(err error) (Problem, bool) {
	var p Problem
	ok := errors.As(err, &p)
	return p, ok
}
