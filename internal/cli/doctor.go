package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdDoctor(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "doctor [NAME]", Short: "Find out what is wrong with an app, a grant or everything, and whose turn it is",
		Long: `Find out what is wrong with an app, a grant or everything, and whose turn it is.

A security profile is checked without anybody signing in: client id, return URL, scope and secret each get an answer of their own.
The exit code is 3 if a problem was found.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wantArgs("NAME")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			return doctorRun(cmd, f, name)
		},
	}
}

func doctorRun(cmd *cobra.Command, f *Factory, name string) error {
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
	if err := f.show(found, func() { f.printFindings(found) }); err != nil {
		return err
	}
	for _, x := range found {
		if !x.OK {
			return errFound
		}
	}
	return nil
}

func (f *Factory) printFindings(found []api.Finding) {
	if !slices.ContainsFunc(found, func(x api.Finding) bool { return !strings.HasPrefix(x.Check, "store.") }) {
		fmt.Fprintln(f.Out, "There is nothing to look at yet. Begin with `lockkeeper app add`.")
	}
	for _, x := range found {
		mark := "ok  "
		if !x.OK {
			mark = "FAIL"
		}
		if !x.OK && x.Problem == nil {
			mark = "?   "
		}
		fmt.Fprintf(f.Out, "%s  %-14s %-18s %s\n", mark, x.Object, x.Check, x.Detail)
		if p := x.Problem; p != nil {
			fmt.Fprintf(f.Out, "      %s (%s)\n      %s must act: %s\n", p.What, p.Code, p.Whose, p.Fix)
			if p.Guide != "" {
				fmt.Fprintf(f.Out, "      how it is avoided: %s\n", stepHint(p.Guide))
			}
		}
	}
}
