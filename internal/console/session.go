package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A handler serves one page for the operator who is signed in.
type handler func(w http.ResponseWriter, r *http.Request, op operator.Operator)

// signedIn lets in who has a live session, and sends everybody else to the sign-in page. That page leads to the overview and nowhere
// else, so no address has to be carried along (attack case E2).
func (c *Console) signedIn(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		op, err := c.cfg.Operators.Check(r.Context(), c.session(r))
		switch {
		case errors.Is(err, operator.ErrDenied):
			http.SetCookie(w, c.sessionCookie("", time.Time{}))
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		case err != nil:
			c.fail(w, r, operator.Operator{}, asProblem(err), "")
		default:
			h(w, r, op)
		}
	}
}

// operatorsOnly refuses viewers, and writes down that one tried. The route is written as the site map has it, so that nothing that was
// sent gets into the log.
func (c *Console) operatorsOnly(route string, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, op operator.Operator) {
		if op.Role == operator.Admin {
			h(w, r, op)
			return
		}
		entry := audit.Entry{At: c.cfg.Now(), Actor: op.Actor(), Action: "console.act", Object: route, Outcome: audit.Denied}
		p := problem.New(problem.APINotAllowed)
		if err := c.cfg.Audit.Record(r.Context(), entry); err != nil {
			p = asProblem(err)
		}
		c.fail(w, r, op, p, "")
	}
}

// sessionName has the prefix __Host- where that is possible: such a cookie cannot be set by a neighbour or over http (RFC 6265bis 4.1.3.2).
func (c *Console) sessionName() string {
	if c.cfg.Secure {
		return "__Host-lockkeeper"
	}
	return "lockkeeper"
}

func (c *Console) session(r *http.Request) string {
	cookies := r.CookiesNamed(c.sessionName())
	if len(cookies) != 1 {
		return "" // a second one was planted by somebody
	}
	return cookies[0].Value
}

// sessionCookie is Strict: no other site's link or form carries it. An empty token ends it.
func (c *Console) sessionCookie(token string, expires time.Time) *http.Cookie {
	k := &http.Cookie{
		Name: c.sessionName(), Value: token, Path: "/", HttpOnly: true, Secure: c.cfg.Secure, SameSite: http.SameSiteStrictMode, MaxAge: -1,
	}
	if token != "" {
		k.MaxAge = int(expires.Sub(c.cfg.Now()).Seconds())
	}
	return k
}
