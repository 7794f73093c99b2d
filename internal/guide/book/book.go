package book

import (
	"fmt"
	"slices"
	"strings"
)

// TaskIDs are the tasks, in the order in which people are asked.
var TaskIDs = []string{"ads", "products", "links", "fire", "aws"}

// A Book is all programs' guides together.
type Book struct {
	guides  []Guide
	steps   map[string]Step
	portals map[string]Portal
}

// A Guide is everything about one task, with its steps, credentials and portals filled in.
type Guide struct {
	Task
	Steps       []Step       `json:"steps,omitempty"`
	Credentials []Credential `json:"credentials,omitempty"`
	Portals     []Portal     `json:"portals,omitempty"`
	Retired     []Retired    `json:"old_guides_say,omitempty"`
	Checked     string       `json:"checked"`
}

// New joins the files into a book. It fails where a file names what no file holds, or where something that must be there is missing.
func New(files []File) (Book, error) {
	b := Book{steps: map[string]Step{}, portals: map[string]Portal{}}
	credentials, retired, tasks := map[string]Credential{}, map[string]Retired{}, map[string]Task{}
	oldest := map[string]string{}
	for _, f := range files {
		if err := f.whole(); err != nil {
			return Book{}, fmt.Errorf("the guide of %s: %w", f.Program, err)
		}
		err := firstError(
			fill(b.portals, f.Portals, func(p Portal) string { return p.ID }),
			fill(b.steps, f.Steps, func(s Step) string { return s.ID }),
			fill(credentials, f.Credentials, func(c Credential) string { return c.ID }),
			fill(retired, f.Retired, func(r Retired) string { return r.ID }),
			fill(tasks, f.Tasks, func(t Task) string { return t.ID }),
		)
		if err != nil {
			return Book{}, fmt.Errorf("the guide of %s: %w", f.Program, err)
		}
		oldest[f.Program] = f.Checked
	}
	for _, s := range b.steps {
		if _, ok := b.portals[s.Portal]; s.Portal != "" && !ok {
			return Book{}, fmt.Errorf("step %s: there is no portal %s", s.ID, s.Portal)
		}
	}
	for _, id := range TaskIDs {
		t, ok := tasks[id]
		if !ok {
			continue // its program's folder is not here
		}
		delete(tasks, id)
		g := Guide{Task: t}
		err := firstError(
			take(&g.Steps, t.Steps, b.steps, "step"),
			take(&g.Credentials, t.Credentials, credentials, "credential"),
			take(&g.Retired, t.Retired, retired, "retired instruction"),
		)
		if err != nil {
			return Book{}, fmt.Errorf("task %s: %w", id, err)
		}
		for _, s := range g.Steps {
			program, _, _ := strings.Cut(s.ID, ".")
			if day := oldest[program]; g.Checked == "" || day < g.Checked {
				g.Checked = day
			}
			if p, ok := b.portals[s.Portal]; ok && !slices.Contains(g.Portals, p) {
				g.Portals = append(g.Portals, p)
			}
		}
		b.guides = append(b.guides, g)
	}
	for id := range tasks {
		return Book{}, fmt.Errorf("task %s: there is no such task, only %s", id, strings.Join(TaskIDs, ", "))
	}
	return b, nil
}

// Guides returns every task's guide, in the order of TaskIDs.
func (b Book) Guides() []Guide { return slices.Clone(b.guides) }

// For returns the guide of a task.
func (b Book) For(task string) (Guide, bool) {
	i := slices.IndexFunc(b.guides, func(g Guide) bool { return g.ID == task })
	if i < 0 {
		return Guide{}, false
	}
	return b.guides[i], true
}

// Step returns a step by its full name, and the first task that it is part of.
func (b Book) Step(id string) (Step, Guide, bool) {
	for _, g := range b.guides {
		if i := slices.IndexFunc(g.Steps, func(s Step) bool { return s.ID == id }); i >= 0 {
			return g.Steps[i], g, true
		}
	}
	return Step{}, Guide{}, false
}

// Steps returns the names of all steps of all tasks, sorted.
func (b Book) Steps() []string {
	var ids []string
	for _, g := range b.guides {
		for _, s := range g.Steps {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Portal returns the portal at which a step is done, if it is done at one.
func (g Guide) Portal(s Step) (Portal, bool) {
	i := slices.IndexFunc(g.Portals, func(p Portal) bool { return p.ID == s.Portal })
	if i < 0 {
		return Portal{}, false
	}
	return g.Portals[i], true
}

func fill[T any](all map[string]T, some []T, id func(T) string) error {
	for _, x := range some {
		if _, taken := all[id(x)]; taken {
			return fmt.Errorf("%s stands twice", id(x))
		}
		all[id(x)] = x
	}
	return nil
}

func take[T any](into *[]T, ids []string, all map[string]T, kind string) error {
	for _, id := range ids {
		x, ok := all[id]
		if !ok {
			return fmt.Errorf("there is no %s %s", kind, id)
		}
		*into = append(*into, x)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
