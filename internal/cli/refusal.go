package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitProblem = 3
	exitDenied  = 4
)

// A Refusal is a no to the person at the terminal: what, and what to do about it.
type Refusal struct {
	What string
	Hint string
	Code string // of the problem, where there is one
	Exit int    // Defaults to 1.
	Err  error
}

// Error implements error.
func (r *Refusal) Error() string { return r.What }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// refuse makes a Refusal with exit code 1.
func refuse(what, hint string) error { return &Refusal{What: what, Hint: hint, Exit: exitFailed} }

// misuse makes a Refusal for a command line that cannot be right.
func misuse(what, hint string) error { return &Refusal{What: what, Hint: hint, Exit: exitUsage} }

// errFound ends a command that did its work and found a problem, which it has shown already.
var errFound = errors.New("a check found a problem")

// errShown ends a command that failed and has shown why already.
var errShown = errors.New("shown already")

// noServer is the refusal of a command that needs a running server.
func noServer(cfg config.Config, err error) error {
	if errors.Is(err, control.ErrDenied) {
		return &Refusal{What: "the control socket in " + cfg.Data + " belongs to another user", Hint: "run this as the user who runs `lockkeeper serve`", Exit: exitDenied, Err: err}
	}
	return &Refusal{What: "no Lockkeeper runs on " + cfg.Data, Hint: "start one with `lockkeeper serve`, or name its folder with --data", Exit: exitFailed, Err: err}
}

// asRefusal is the one place where errors become sentences and exit codes.
func asRefusal(err error) *Refusal {
	var (
		r  *Refusal
		ce *config.Error
		ae *control.Error
	)
	switch {
	case errors.As(err, &r):
		out := *r
		if out.Exit == 0 {
			out.Exit = exitFailed
		}
		return &out
	case errors.As(err, &ce):
		return &Refusal{What: ce.What, Hint: ce.Hint, Exit: exitUsage, Err: err}
	case errors.As(err, &ae):
		out := &Refusal{What: ae.Problem.What, Hint: ae.Problem.Fix, Code: string(ae.Problem.Code), Exit: exitFailed, Err: err}
		if ae.Problem.Detail != "" {
			out.What = strings.TrimSuffix(out.What, ".") + " (" + ae.Problem.Detail + ")"
		}
		switch ae.Status {
		case 401, 403:
			out.Exit = exitDenied
		case 422:
			out.Exit = exitUsage
		}
		return out
	case errors.Is(err, context.Canceled):
		return &Refusal{What: "interrupted", Hint: "nothing was lost: run it again when you like", Exit: exitFailed, Err: err}
	}
	if p, ok := problem.Of(err); ok {
		out := &Refusal{What: p.What, Hint: p.Fix, Code: string(p.Code), Exit: exitFailed, Err: err}
		if p.Detail != "" {
			out.What = strings.TrimSuffix(p.What, ".") + " (" + p.Detail + ")"
		}
		return out
	}
	out := &Refusal{What: err.Error(), Exit: exitFailed, Err: err}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		out.Hint = "check that " + pe.Path + " can be reached and used by this user"
	}
	return out
}

// report prints err the way everything is refused and returns the exit code.
func (f *Factory) report(err error) int {
	switch {
	case errors.Is(err, errFound):
		return exitProblem
	case errors.Is(err, errShown):
		return exitFailed
	}
	r := asRefusal(err)
	r.What, r.Hint = obs.Scrub(r.What), obs.Scrub(r.Hint)
	if f.flags.json {
		_ = json.NewEncoder(f.Out).Encode(map[string]any{"ok": false, "error": r.What, "hint": r.Hint, "code": r.Code})
		return r.Exit
	}
	fmt.Fprintf(f.Err, "lockkeeper: %s\n", oneLine(r.What))
	if r.Hint != "" {
		fmt.Fprintf(f.Err, "lockkeeper: hint: %s\n", oneLine(r.Hint))
	}
	return r.Exit
}

// oneLine keeps a refusal on its line, whatever a name in it holds.
func oneLine(s string) string {
	return strings.TrimRight(strings.NewReplacer("\r", " ", "\n", " ", "\x1b", "?").Replace(s), ". ")
}
