package api

import (
	"context"
	"net/http"
	"os/user"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

type actorKey struct{}

// actor is who asks. Every route runs behind Local or Remote, which put it there.
func actor(ctx context.Context) audit.Actor {
	by, _ := ctx.Value(actorKey{}).(audit.Actor)
	return by
}

func as(r *http.Request, by audit.Actor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), actorKey{}, by))
}

// Local serves the control socket. The listener has asked the kernel already, and lets in this process's user and root alone.
func (a *API) Local(uid int) http.Handler {
	name := "uid " + strconv.Itoa(uid)
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		name = u.Username
	}
	by := audit.Actor{Kind: audit.Operator, ID: "socket:" + strconv.Itoa(uid), Name: name}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, as(r, by)) })
}

// Remote serves TCP: only signing in and the description are open, all else needs a session. A viewer may look, which is to
// GET. A pass or a token of the gateway is no session.
func (a *API) Remote() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == sessionPath || r.Method == http.MethodGet && r.URL.Path == "/api/openapi.json" {
			a.mux.ServeHTTP(w, as(r, audit.Actor{Kind: audit.Operator}))
			return
		}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || len(r.Header.Values("Authorization")) != 1 {
			write(w, problem.New(problem.APISignInNeeded))
			return
		}
		op, err := a.cfg.Operators.Check(r.Context(), token)
		if err != nil {
			p := problemOf(err)
			if p.Code == problem.OperatorDenied {
				p = problem.New(problem.APISignInNeeded)
			}
			write(w, p)
			return
		}
		if op.Role != operator.Admin && !viewable(r) {
			write(w, a.denied(r, op.Actor()))
			return
		}
		a.mux.ServeHTTP(w, as(r, op.Actor()))
	})
}

// viewable says what a viewer may do: look, and sign out.
func viewable(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodDelete && r.URL.Path == sessionPath
}

// denied writes down that a viewer tried more than he may. The route is written as the API's description has it, so that nothing
// that was sent gets into the log.
func (a *API) denied(r *http.Request, by audit.Actor) problem.Problem {
	_, route := a.mux.Handler(r)
	if a.cfg.Audit != nil {
		entry := audit.Entry{At: a.cfg.Now(), Actor: by, Action: "api.call", Object: route, Outcome: audit.Denied}
		if err := a.cfg.Audit.Record(r.Context(), entry); err != nil {
			return problemOf(err)
		}
	}
	return problem.New(problem.APINotAllowed)
}
