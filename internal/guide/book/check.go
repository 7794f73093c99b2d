package book

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Known is what stands outside the guides and is named in them.
type Known struct {
	Checks   []string          // the doctor's
	Problems map[string]string // code to the step that the problem names as the one that avoids it, or ""
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z0-9]+(-[a-z0-9]+)*$`)

// Check holds the book to what it names outside itself, in both directions: a step's checks and problems exist; a problem's step exists and
// names that problem, so that each points at the other; and no step stands in no task, where nobody would find it.
func (b Book) Check(k Known) error {
	shown := b.Steps()
	for _, id := range sortedKeys(b.steps) {
		s := b.steps[id]
		if !slices.Contains(shown, id) {
			return fmt.Errorf("step %s: no task has it", id)
		}
		for _, c := range s.Checks {
			if !slices.Contains(k.Checks, c) {
				return fmt.Errorf("step %s: the doctor has no check %q", id, c)
			}
		}
		for _, code := range s.Avoids {
			if _, ok := k.Problems[code]; !ok {
				return fmt.Errorf("step %s: there is no problem %q", id, code)
			}
		}
	}
	for _, code := range sortedKeys(k.Problems) {
		step := k.Problems[code]
		if step == "" {
			continue
		}
		s, ok := b.steps[step]
		if !ok {
			return fmt.Errorf("problem %s: the guide has no step %q", code, step)
		}
		if !slices.Contains(s.Avoids, code) {
			return fmt.Errorf("problem %s names step %s, which does not name it among those that it avoids", code, step)
		}
	}
	return nil
}

// whole holds a file to the form that every surface relies on.
func (f File) whole() error {
	if _, err := time.Parse(time.DateOnly, f.Checked); err != nil || f.Name == "" {
		return fmt.Errorf("name and checked (a day) must be there")
	}
	for _, p := range f.Portals {
		if u, err := url.Parse(p.URL); err != nil || u.Scheme != "https" || p.Name == "" {
			return fmt.Errorf("portal %s: it needs a name and an https address", p.ID)
		}
	}
	for _, c := range f.Credentials {
		if c.Name == "" || c.For == "" || c.Lives == "" {
			return fmt.Errorf("credential %s: it needs name, for and lives", c.ID)
		}
	}
	for _, s := range f.Steps {
		if s.Title == "" || len(s.Do) == 0 && len(s.Path) == 0 {
			return fmt.Errorf("step %s: it needs a title and something to do", s.ID)
		}
		if !idForm.MatchString(s.ID) || !strings.HasPrefix(s.ID, f.Program+".") {
			return fmt.Errorf("step %s: the id is not of the form words-like-this", s.ID)
		}
	}
	for _, r := range f.Retired {
		if r.Old == "" || r.Today == "" || r.Since == "" {
			return fmt.Errorf("retired instruction %s: it needs old, today and since", r.ID)
		}
	}
	for _, t := range f.Tasks {
		if t.Title == "" || t.Want == "" || t.Key == "" || t.From == "" || t.Time == "" || len(t.Answer) == 0 || len(t.Steps) == 0 {
			return fmt.Errorf("task %s: it needs title, want, key, from, time, answer and steps", t.ID)
		}
	}
	return nil
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
