package console

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// guidesPage answers which key a task needs.
type guidesPage struct{ Tasks []guide.Guide }

func (guidesPage) template() string { return "guides" }
func (guidesPage) title() string    { return "Which key do I need?" }

func (c *Console) guides(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	render(c, w, r, op, http.StatusOK, guidesPage{guide.All()})
}

// guidePage leads to one key.
type guidePage struct {
	guide.Guide
	Numbered []numbered
}

// A numbered step, with the portal at which it is done.
type numbered struct {
	guide.Step
	Number int
	At     *guide.Portal
}

func (guidePage) template() string { return "guide" }
func (p guidePage) title() string  { return p.Title }

func (c *Console) guide(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	g, ok := guide.For(r.PathValue("task"))
	if !ok {
		c.fail(w, r, op, problem.New(problem.APIUnknown).With("a guide of this name"), "")
		return
	}
	p := guidePage{Guide: g}
	for i, s := range g.Steps {
		n := numbered{Step: s, Number: i + 1}
		if at, ok := g.Portal(s); ok {
			n.At = &at
		}
		p.Numbered = append(p.Numbered, n)
	}
	render(c, w, r, op, http.StatusOK, p)
}
