package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

type appRotateOptions struct {
	f          *Factory
	name       string
	secretFile string
	clientID   string
	version    string
}

func newCmdAppRotate(f *Factory) *cobra.Command {
	o := &appRotateOptions{f: f}
	cmd := &cobra.Command{
		Use: "rotate NAME", Short: "Replace an app's client secret by the new one that Amazon gave", Args: wantArgs("NAME"),
		Long: `Replace an app's client secret by the new one that Amazon gave.

The one before is kept as an earlier version: Amazon lets both work for a while.

A Creators API credential is replaced with its id, since Amazon gives a new one of both, and only by hand: in Associates Central open
Tools, Creators API, the application, Add New Credential (an application holds two), and give the new Credential ID with --client-id. From
then on the new one is tried first; as long as Amazon does not know it, which may take 48 hours, the one before goes on working. What is
left to do, and when, is printed, and 'lockkeeper doctor' says when the old one may be deleted in Associates Central.`,
		Example: `  lockkeeper app rotate ads
  lockkeeper app rotate shop --client-id amzn1.application-oa2-client.EXAMPLE`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.name = args[0]
			return appRotateRun(cmd, o)
		},
	}
	cmd.Flags().StringVar(&o.secretFile, "secret-file", "", "file that holds the new client secret; - for standard input")
	cmd.Flags().StringVar(&o.clientID, "client-id", "", "the new Credential ID, where Amazon gave one with the secret")
	cmd.Flags().StringVar(&o.version, "version", "", "the new credential's version, such as 3.1 (default found out)")
	return cmd
}

func appRotateRun(cmd *cobra.Command, o *appRotateOptions) error {
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	value, err := o.f.secretFrom(o.secretFile, "New client secret")
	if err != nil {
		return err
	}
	app, err := c.RotateApp(cmd.Context(), o.name, api.NewSecret{ClientSecret: value.Reveal(), ClientID: o.clientID, Version: o.version})
	if err != nil {
		return err
	}
	return o.f.show(app, func() {
		if o.clientID == "" {
			fmt.Fprintf(o.f.Out, "Kept the new secret of %q. It is used from now on.\n", app.Name)
			return
		}
		fmt.Fprintf(o.f.Out, "Kept the new credential of %q, version %s. It is tried first from the next refresh on, and the old one while Amazon refuses it.\n\n", app.Name, app.Version)
		fmt.Fprintf(o.f.Out, "1. Now:    lockkeeper grant refresh %s\n", dash(first(app.Grants)))
		fmt.Fprintf(o.f.Out, "2. When `lockkeeper grant show %s` names the new client id, delete the old credential in Associates Central: Tools, Creators API.\n", dash(first(app.Grants)))
		fmt.Fprintln(o.f.Out, "Until then leave it there: deleting it first would stop every grant of this application.")
	})
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
