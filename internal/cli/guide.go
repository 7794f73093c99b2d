package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
)

func newCmdGuide(f *Factory) *cobra.Command {
	var task string
	var check []string
	cmd := &cobra.Command{
		Use: "guide [STEP]", Short: "Say which Amazon key you need, and how to get it",
		Long: `Say which Amazon key you need, if any, and how to get it: who may have one, what you wait for, every portal, menu and field,
and what of older instructions still holds. It needs no server and no account.

STEP is one step's name, as explain and doctor give it. With --check the steps of a task are ticked off as far as that can be seen: by
the doctor's look at a kept security profile, application or grant, or in an APK, an api_key.txt or a keystore. The exit code is 3 if
one of them has a problem.`,
		Example: `  lockkeeper guide
  lockkeeper guide --for ads
  lockkeeper guide ads.link-security-profile
  lockkeeper guide --for fire --check app-release.apk`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return misuse(fmt.Sprintf("%q is one argument too many", args[1]), "give one step's name, or --for and a task")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(check) == 0 {
				return guideRun(f, task, args)
			}
			if task == "" && len(args) == 1 {
				task = args[0]
			}
			g, ok := guide.For(task)
			if !ok {
				return misuse("--check ticks off the steps of one task", "name it with --for: "+strings.Join(guide.Tasks(), ", "))
			}
			return f.guideTicked(cmd, g, check)
		},
	}
	cmd.Flags().StringVar(&task, "for", "", "what you want to do: "+strings.Join(guide.Tasks(), ", "))
	cmd.Flags().StringArrayVar(&check, "check", nil, "tick off what is done: a kept app or grant, or a file; give it again for more")
	_ = cmd.RegisterFlagCompletionFunc("for", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return guide.Tasks(), cobra.ShellCompDirectiveNoFileComp
	})
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return guide.Steps(), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

func guideRun(f *Factory, task string, args []string) error {
	switch {
	case len(args) == 1 && task != "":
		return misuse("a step and --for were given, and one of them is enough", "leave out --for")
	case len(args) == 1 && !slices.Contains(guide.Tasks(), args[0]):
		return f.guideStep(args[0])
	case len(args) == 1:
		task = args[0] // `guide ads` can mean only one thing
	case task == "":
		return f.guideCompare()
	}
	g, ok := guide.For(task)
	if !ok {
		return misuse(fmt.Sprintf("there is no guide for %q", task), "the tasks are "+strings.Join(guide.Tasks(), ", "))
	}
	var err error
	return firstOf(f.show(g, func() { err = g.Text(f.Out) }), &err)
}

func (f *Factory) guideStep(id string) error {
	s, g, ok := guide.StepNamed(id)
	if !ok {
		return misuse(fmt.Sprintf("the guide has no step %q", id), "`lockkeeper guide --for TASK` shows the steps of a task: "+strings.Join(guide.Tasks(), ", "))
	}
	var err error
	return firstOf(f.show(s, func() { err = g.StepText(f.Out, s) }), &err)
}

func (f *Factory) guideCompare() error {
	var err error
	return firstOf(f.show(guide.Compared(), func() { err = guide.Compare(f.Out) }), &err)
}

// firstOf returns the first of two errors, the second of which was set while the first was found.
func firstOf(err error, second *error) error {
	if err != nil {
		return err
	}
	return *second
}

// stepHint names the way to a step of the guide, or nothing.
func stepHint(step string) string {
	if step == "" {
		return ""
	}
	return "lockkeeper guide " + step
}
