package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot(f *Factory) *cobra.Command {
	root := &cobra.Command{
		Use:   "lockkeeper",
		Short: "Keep every kind of Amazon API key, and lend it to your software one request at a time",
		Long: `Lockkeeper keeps Amazon API keys, keeps them alive, and lends them to your software one request at a time.

Which key?       lockkeeper guide
Try it:          lockkeeper dev                     (Amazon on your own machine, nothing to sign up for)
Set it up:       lockkeeper init && lockkeeper serve
Something wrong? lockkeeper explain 'any text Amazon gave you'
                 lockkeeper doctor`,
		Version:       f.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.Terminal.In && f.Terminal.Out && !f.flags.json {
				return start(cmd.Context(), f)
			}
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return misuse(err.Error(), fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath()))
	})
	flags := root.PersistentFlags()
	flags.StringVar(&f.flags.config, "config", "", "settings file (default lockkeeper.toml in the data folder)")
	flags.StringVar(&f.flags.data, "data", "", "data folder of the server")
	flags.BoolVar(&f.flags.json, "json", false, "print JSON")
	root.AddCommand(
		newCmdGuide(f), newCmdAdd(f), newCmdDev(f), newCmdInit(f), newCmdServe(f), newCmdSandbox(f),
		newCmdApp(f), newCmdGrant(f), newCmdCredential(f), newCmdCaller(f),
		newCmdCall(f), newCmdToken(f), newCmdProduct(f), newCmdLink(f), newCmdSite(f), newCmdAppkey(f), newCmdPush(f), newCmdAds(f), newCmdDoctor(f), newCmdExplain(f), newCmdConfig(f),
	)
	return root
}

// group is a command that only holds others.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse(fmt.Sprintf("there is no command %q", cmd.CommandPath()+" "+args[0]), suggest(cmd, args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(subs...)
	return cmd
}

// noArgs refuses arguments, and names the command that was probably meant.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return misuse(fmt.Sprintf("there is no command %q", cmd.CommandPath()+" "+args[0]), suggest(cmd, args[0]))
	}
	return misuse(fmt.Sprintf("%s takes no arguments, and %q was given", cmd.CommandPath(), args[0]), "`"+cmd.CommandPath()+" --help` shows how it is used")
}

func suggest(cmd *cobra.Command, word string) string {
	cmd.SuggestionsMinimumDistance = 2
	if names := cmd.SuggestionsFor(word); len(names) > 0 {
		return "did you mean `" + cmd.CommandPath() + " " + names[0] + "`?"
	}
	return "`" + cmd.CommandPath() + " --help` lists the commands"
}

// wantArgs refuses any other number of arguments than those named.
func wantArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		if len(args) < len(names) {
			return misuse("missing: "+strings.Join(names[len(args):], ", "), "`"+cmd.UseLine()+"`")
		}
		return misuse(fmt.Sprintf("%q is one argument too many", args[len(names)]), "`"+cmd.UseLine()+"`; text with blanks needs quotes")
	}
}
