package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/intake"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Intake is what the console needs of *intake.Intake.
type Intake interface {
	Look(ctx context.Context, by audit.Actor, p intake.Paste) intake.Look
	Waiting(by audit.Actor, ticket string) (intake.Look, error)
	Keep(ctx context.Context, by audit.Actor, ticket string, choices []intake.Choice) ([]intake.Kept, error)
	Forget(by audit.Actor, ticket string) error
}

// mostPaste is what the paste box takes: a text of 1 MiB, in which the form may escape every byte.
const mostPaste = 3<<20 + mostForm

// pastePage is the one box for every key, and what was found in it. The text itself is in no page.
type pastePage struct {
	Sandbox bool
	Items   []intake.Item
	Ticket  string
	Problem *problem.Problem
}

func (pastePage) template() string { return "paste" }
func (pastePage) title() string    { return "Add a key" }

// keptPage says what became of what was confirmed.
type keptPage struct {
	Kept []intake.Kept
	Left string // ticket of what still waits
}

func (keptPage) template() string { return "kept" }
func (keptPage) title() string    { return "Added" }

// Link leads to what was kept.
func (keptPage) Link(k intake.Kept) string {
	switch k.As {
	case "grant":
		return "/grants/" + k.Name
	case "site":
		return "/links"
	}
	return "/connect?app=" + k.Name
}

func (c *Console) pasteForm(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	render(c, w, r, op, http.StatusOK, pastePage{Sandbox: c.cfg.Sandbox})
}

// paste looks at what was pasted. What can be kept waits under a ticket, so that reloading the next page asks nobody again.
func (c *Console) paste(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostPaste)
	p := pastePage{Sandbox: c.cfg.Sandbox}
	in := intake.Paste{Text: []byte(r.PostFormValue("text")), Realm: amazon.Real, Ask: r.PostFormValue("ask") != ""}
	if r.PostFormValue("realm") == string(amazon.Sandbox) {
		if !c.cfg.Sandbox {
			c.fail(w, r, op, problem.New(problem.ServerNoSandbox), "")
			return
		}
		in.Realm = amazon.Sandbox
	}
	look := c.cfg.Intake.Look(r.Context(), op.Actor(), in)
	if look.Ticket != "" {
		done(w, r, "/add/"+look.Ticket, "")
		return
	}
	p.Items = look.Items
	render(c, w, r, op, http.StatusOK, p)
}

func (c *Console) pasted(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	look, err := c.cfg.Intake.Waiting(op.Actor(), r.PathValue("ticket"))
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	render(c, w, r, op, http.StatusOK, pastePage{Sandbox: c.cfg.Sandbox, Items: look.Items, Ticket: look.Ticket})
}

// keepPasted keeps what is ticked.
func (c *Console) keepPasted(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	ticket := r.PathValue("ticket")
	look, err := c.cfg.Intake.Waiting(op.Actor(), ticket)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	var choices []intake.Choice
	for n, item := range look.Items {
		field := func(name string) string { return strings.TrimSpace(r.PostFormValue(fmt.Sprintf("%s-%d", name, n))) }
		if item.Name != "" && field("keep") != "" {
			choices = append(choices, intake.Choice{
				Item: n, Name: strings.ToLower(cmp.Or(field("name"), item.Name)), Program: field("program"), RootAnyway: field("root") != "",
			})
		}
	}
	if len(choices) == 0 {
		p := problem.New(problem.IntakeNothingTicked)
		render(c, w, r, op, status(p), pastePage{Sandbox: c.cfg.Sandbox, Items: look.Items, Ticket: ticket, Problem: &p})
		return
	}
	kept, err := c.cfg.Intake.Keep(r.Context(), op.Actor(), ticket, choices)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	p := keptPage{Kept: kept}
	if _, err := c.cfg.Intake.Waiting(op.Actor(), ticket); err == nil {
		p.Left = ticket
	}
	render(c, w, r, op, http.StatusOK, p)
}

func (c *Console) forgetPasted(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	if err := c.cfg.Intake.Forget(op.Actor(), r.PathValue("ticket")); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	done(w, r, "/add", "forgotten")
}
