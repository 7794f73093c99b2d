package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A guideTick is a step of a guide, and whether it was seen to be done.
type guideTick struct {
	Step     string            `json:"step"`
	Title    string            `json:"title"`
	State    string            `json:"state"` // "done", "problem", or "open" where nothing was seen of it
	Seen     []string          `json:"seen,omitempty"`
	Problems []problem.Problem `json:"problems,omitempty"`
}

// guideTicked goes through a task's steps and ticks off what the doctor finds good, of the apps and grants named, and what shows in the
// files named: an app key, an APK, a keystore.
func (f *Factory) guideTicked(cmd *cobra.Command, g guide.Guide, names []string) error {
	ticks := make([]guideTick, len(g.Steps))
	for i, s := range g.Steps {
		ticks[i] = guideTick{Step: s.ID, Title: s.Title, State: "open"}
	}
	var files []string
	for _, name := range names {
		if _, err := os.Stat(name); err == nil {
			files = append(files, name)
			continue
		} else if !errors.Is(err, fs.ErrNotExist) || strings.ContainsAny(name, "/\\") {
			return fmt.Errorf("looking for what to check: %w", err)
		}
		if err := f.tickByDoctor(cmd, g, ticks, name); err != nil {
			return err
		}
	}
	if len(files) > 0 {
		if err := f.tickByFiles(cmd, g, ticks, files); err != nil {
			return err
		}
	}
	if err := f.show(map[string]any{"task": g.ID, "steps": ticks}, func() { f.printTicks(g, ticks) }); err != nil {
		return err
	}
	if slices.ContainsFunc(ticks, func(t guideTick) bool { return t.State == "problem" }) {
		return errFound
	}
	return nil
}

// tickByDoctor has an app or grant looked at. A finding belongs to the steps that name its check.
func (f *Factory) tickByDoctor(cmd *cobra.Command, g guide.Guide, ticks []guideTick, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	var found []api.Finding
	err = f.working("asking Amazon", func() error {
		found, err = c.Doctor(cmd.Context(), api.Examine{Name: name})
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range found {
		_, check, _ := strings.Cut(x.Check, ".")
		for i, s := range g.Steps {
			if slices.Contains(s.Checks, check) {
				ticks[i].saw(x.Object+" "+x.Check, x.OK, x.Problem)
			}
		}
	}
	return nil
}

// tickByFiles looks at app keys, apps and keystores. A problem belongs to the steps that avoid it; without one, what was there to be looked at
// tells which steps are done.
func (f *Factory) tickByFiles(cmd *cobra.Command, g guide.Guide, ticks []guideTick, files []string) error {
	if !slices.ContainsFunc(g.Steps, ofAppKeys) {
		return misuse("this guide has no step at which a file could be looked at", "name a kept security profile or grant; files are for `lockkeeper guide --for fire`")
	}
	shown, err := f.openShown(files)
	if err != nil {
		return err
	}
	defer shown.Close()
	report, err := appcheck.Check(cmd.Context(), appcheck.Request{Inputs: shown.inputs})
	if err != nil {
		return err
	}
	key, app := false, false
	for _, s := range report.Seen {
		key = key || s.Key != nil
		app = app || s.Key != nil && s.Package != ""
	}
	for i, s := range g.Steps {
		if !ofAppKeys(s) {
			continue
		}
		for _, p := range report.Problems {
			if slices.Contains(s.Avoids, string(p.Code)) {
				ticks[i].saw("", false, &p)
			}
		}
		made := slices.Contains(s.Avoids, string(problem.AppkeyPackageMismatch)) // the step that makes the key; the other puts it into the app
		if made && key || !made && app {
			ticks[i].saw(strings.Join(files, ", "), true, nil)
		}
	}
	return nil
}

// ofAppKeys reports whether problems of app keys are avoided at a step.
func ofAppKeys(s guide.Step) bool {
	return slices.ContainsFunc(s.Avoids, func(code string) bool { return strings.HasPrefix(code, "appkey.") })
}

// saw takes one observation. A problem outweighs everything good.
func (t *guideTick) saw(what string, good bool, p *problem.Problem) {
	if good {
		t.Seen = append(t.Seen, what)
		if t.State == "open" {
			t.State = "done"
		}
		return
	}
	t.State = "problem"
	if p != nil {
		t.Problems = append(t.Problems, *p)
	}
}

func (f *Factory) printTicks(g guide.Guide, ticks []guideTick) {
	fmt.Fprintf(f.Out, "%s\n\n", g.Title)
	open := 0
	for i, t := range ticks {
		mark := map[string]string{"done": "x", "problem": "!", "open": " "}[t.State]
		fmt.Fprintf(f.Out, "[%s] %2d  %s\n", mark, i+1, t.Title)
		if len(t.Seen) > 0 {
			fmt.Fprintf(f.Out, "        seen: %s\n", strings.Join(t.Seen, ", "))
		}
		for _, p := range t.Problems {
			fmt.Fprintf(f.Out, "        %s%s (%s)\n        fix: %s\n", strings.TrimSuffix(p.What, "."), with(oneLine(p.Detail)), p.Code, p.Fix)
		}
		if t.State == "open" {
			open++
		}
		if t.State == "problem" {
			fmt.Fprintf(f.Out, "        how:  lockkeeper guide %s\n", t.Step)
		}
	}
	if open > 0 {
		fmt.Fprintf(f.Out, "\nAt %d of %d steps there was nothing to look at, so they are open here whether done or not.\n", open, len(ticks))
	}
}
