package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// added is what `lockkeeper add` prints as JSON.
type added struct {
	api.Pasted
	Kept    []api.KeptItem `json:"kept,omitempty"`
	Cleaned int            `json:"cleaned,omitempty"`
}

// online has the server look, ask Amazon if the person allows it, and keep what is confirmed.
func (o *addOptions) online(cmd *cobra.Command, text []byte, local detect.Verdict) error {
	f, ctx := o.f, cmd.Context()
	cfg, err := f.settings(cmd)
	if err != nil {
		return err
	}
	c, err := f.clientAt(ctx, cfg)
	if err != nil {
		if r := asRefusal(err); r.Exit == exitFailed {
			return &Refusal{What: r.What, Hint: "start one with `lockkeeper serve`, or look at it without one: `lockkeeper add --offline`", Exit: exitFailed, Err: err}
		}
		return err
	}
	talk := f.Terminal.In && f.Terminal.Out && !f.flags.json && o.file != "-"
	whole := slices.ContainsFunc(local.Items, func(i detect.Item) bool { return i.Whole })
	ask := o.ask || o.keep
	if !ask && talk && whole {
		f.printPasted(offline(local))
		fmt.Fprintln(f.Out)
		if ask, err = f.yes("Ask Amazon whether it works? Nothing changes there"); err != nil {
			return err
		}
	}
	in := api.Paste{Data: text, Ask: ask}
	if o.sandbox {
		in.Realm = "sandbox"
	}
	out := added{}
	err = f.working("asking Amazon", func() error {
		out.Pasted, err = c.Look(ctx, in)
		return err
	})
	if err != nil {
		return err
	}
	out.Warnings = local.Warnings
	keep := o.keep
	if !f.flags.json {
		f.printPasted(out.Pasted)
	}
	if !keep && talk && out.Ticket != "" {
		if keep, err = f.yes("Keep it, sealed, as " + strings.Join(names(out.Items), ", ")); err != nil {
			return err
		}
	}
	if keep && out.Ticket != "" {
		if out.Kept, err = c.KeepPasted(ctx, out.Ticket, o.choices(out.Items)); err != nil {
			return err
		}
	}
	if out.Ticket != "" {
		_ = c.ForgetPasted(ctx, out.Ticket) // where everything was kept it is gone already
		out.Ticket = ""
	}
	if !f.flags.json {
		f.printKept(out.Kept)
	}
	if err := o.tidy(talk, local, &out); err != nil {
		return err
	}
	if f.flags.json {
		_ = f.show(out, nil)
	}
	return found(out.good())
}

// good reports whether nothing is wrong with what was pasted and, if it was to be kept, with that.
func (a added) good() bool {
	return !slices.ContainsFunc(a.Items, func(i api.PastedItem) bool { return len(i.Problems) > 0 }) &&
		!slices.ContainsFunc(a.Kept, func(k api.KeptItem) bool { return k.Problem != nil })
}

func names(items []api.PastedItem) []string {
	var out []string
	for _, i := range items {
		if i.Name != "" {
			out = append(out, i.Name)
		}
	}
	return out
}

func (o *addOptions) choices(items []api.PastedItem) api.KeepPasted {
	var keep api.KeepPasted
	single := len(names(items)) == 1
	for n, i := range items {
		if i.Name == "" {
			continue
		}
		choice := api.KeepItem{Item: n, Program: o.program, RootAnyway: o.rootAnyway}
		if single {
			choice.Name = o.name
		}
		keep.Items = append(keep.Items, choice)
	}
	return keep
}

func (f *Factory) printKept(kept []api.KeptItem) {
	for _, k := range kept {
		if k.Problem != nil {
			fmt.Fprintf(f.Out, "\nNot kept: %s\n", k.Name)
			f.printProblems([]problem.Problem{*k.Problem})
			continue
		}
		what := map[string]string{"app": "security profile", "grant": "grant", "site": "Site ID"}[k.As]
		fmt.Fprintf(f.Out, "\nKept the %s %q, sealed.", what, k.Name)
		if k.Health != "" {
			fmt.Fprintf(f.Out, " It is %s.", k.Health)
		}
		fmt.Fprintln(f.Out)
		for _, n := range k.Notes {
			fmt.Fprintf(f.Out, "  note: %s\n", n)
		}
		if k.Next != "" {
			fmt.Fprintf(f.Out, "  Next: %s\n", k.Next)
		}
	}
}

// tidy offers to take what was kept out of the file that it came from.
func (o *addOptions) tidy(talk bool, local detect.Verdict, out *added) error {
	var kept []detect.Item
	for _, k := range out.Kept {
		if k.Problem == nil && k.Item < len(local.Items) {
			kept = append(kept, local.Items[k.Item])
		}
	}
	if o.from == "" || len(kept) == 0 || !(detect.Verdict{Items: kept}).Secret() {
		return nil
	}
	do := o.clean
	if !do && talk {
		var err error
		if do, err = o.f.yes("Take the secret out of " + o.from + ", now that it is kept"); err != nil {
			return err
		}
	}
	if !do {
		return nil
	}
	n, missed, err := detect.Remove(o.from, kept)
	if err != nil {
		return err
	}
	out.Cleaned = n
	if !o.f.flags.json {
		fmt.Fprintf(o.f.Out, "\nTook %d out of %s; %q stands there now.\n", n, o.from, detect.InPlace)
		for _, i := range missed {
			fmt.Fprintf(o.f.Out, "  Look at line %d yourself: what stands there is not spelt as it was read.\n", i.Line)
		}
	}
	return nil
}

// yes asks a question that is answered by y or n; anything else is no.
func (f *Factory) yes(question string) (bool, error) {
	answer, err := f.Prompter.Line(question + " [y/N]")
	if err != nil {
		return false, nil //nolint:nilerr // no answer is a no
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}
