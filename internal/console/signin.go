package console

import (
	"errors"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// mostForm bounds what a form may send: a pasted key is short.
const mostForm = 64 << 10

// signInPage asks who is there.
type signInPage struct {
	Name    string
	Problem *problem.Problem
}

func (signInPage) template() string { return "signin" }
func (signInPage) title() string    { return "Sign in" }

func (c *Console) signInForm(w http.ResponseWriter, r *http.Request) {
	if _, err := c.cfg.Operators.Check(r.Context(), c.session(r)); err == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	render(c, w, r, operator.Operator{}, http.StatusOK, signInPage{})
}

// signIn starts a session of its own, whatever cookie came with the request, and ends the one that did (session fixation, E6).
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	name := operator.CanonicalName(r.PostFormValue("name"))
	token, expires, err := c.cfg.Operators.SignIn(r.Context(), name, secret.New(r.PostFormValue("password")))
	if err != nil {
		p := asProblem(err)
		w.Header().Set("Lockkeeper-Problem", string(p.Code))
		render(c, w, r, operator.Operator{}, status(p), signInPage{Name: clip(name), Problem: &p})
		return
	}
	if old := c.session(r); old != "" {
		if err := c.cfg.Operators.SignOut(r.Context(), old); err != nil && !errors.Is(err, operator.ErrUnknown) {
			c.fail(w, r, operator.Operator{}, asProblem(err), "")
			return
		}
	}
	http.SetCookie(w, c.sessionCookie(token.Reveal(), expires))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	if err := c.cfg.Operators.SignOut(r.Context(), c.session(r)); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	http.SetCookie(w, c.sessionCookie("", c.cfg.Now()))
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
