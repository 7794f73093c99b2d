package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

type credentialRevealOptions struct {
	f            *Factory
	id           string
	reveal       api.Reveal
	passwordFile string
}

func newCmdCredentialReveal(f *Factory) *cobra.Command {
	o := &credentialRevealOptions{f: f}
	cmd := &cobra.Command{
		Use: "reveal ID", Short: "Show a credential's text, after signing in again", Args: wantArgs("ID"),
		Long: `Show a credential's text, for the dashboards that want it pasted and since Amazon will not show it twice.

It asks for an operator's password again, is written to the audit log before the text is opened, and can be switched off
with the setting reveal = false.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.id = args[0]
			return credentialRevealRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.Int64Var(&o.reveal.Version, "version", 0, "which version (default the newest)")
	flags.StringVar(&o.reveal.Operator, "operator", "", "name of the operator who asks")
	flags.StringVar(&o.passwordFile, "password-file", "", "file that holds the operator's password; - for standard input")
	return cmd
}

func credentialRevealRun(cmd *cobra.Command, o *credentialRevealOptions) error {
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	if o.reveal.Operator == "" {
		if o.reveal.Operator, err = o.f.Prompter.Line("Operator"); err != nil {
			return err
		}
	}
	password, err := o.f.secretFrom(o.passwordFile, "Password of "+o.reveal.Operator)
	if err != nil {
		return err
	}
	o.reveal.Password = password.Reveal()
	out, err := c.Reveal(cmd.Context(), o.id, o.reveal)
	if err != nil {
		return err
	}
	if o.f.Terminal.Out {
		o.f.say("lockkeeper: note: this was written to the audit log; clear your terminal afterwards")
	}
	return o.f.show(out, func() { fmt.Fprintln(o.f.Out, out.Text) })
}
