package console

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// accountPage is about the operator who is signed in.
type accountPage struct {
	Name     string
	Role     string
	Shortest int
	Problem  *problem.Problem
}

func (accountPage) template() string { return "account" }
func (accountPage) title() string    { return "Your account" }

func (c *Console) account(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	render(c, w, r, op, http.StatusOK, accountPage{Name: op.Name, Role: string(op.Role), Shortest: operator.ShortestPassword})
}

// changePassword ends every session of the operator, this one too: whoever else is signed in under the name is out (E6).
func (c *Console) changePassword(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	fresh := secret.New(r.PostFormValue("new"))
	var err error
	if !fresh.Equal(secret.New(r.PostFormValue("again"))) {
		err = problem.New(problem.OperatorForm).With("the new password was not typed twice alike")
	} else {
		err = c.cfg.Operators.ChangePassword(r.Context(), op.Name, secret.New(r.PostFormValue("old")), fresh)
	}
	if err != nil {
		p := asProblem(err)
		w.Header().Set("Lockkeeper-Problem", string(p.Code))
		render(c, w, r, op, status(p), accountPage{Name: op.Name, Role: string(op.Role), Shortest: operator.ShortestPassword, Problem: &p})
		return
	}
	http.SetCookie(w, c.sessionCookie("", c.cfg.Now()))
	http.Redirect(w, r, "/sign-in?done=password", http.StatusSeeOther)
}
