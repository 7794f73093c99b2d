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
}

func newCmdAppRotate(f *Factory) *cobra.Command {
	o := &appRotateOptions{f: f}
	cmd := &cobra.Command{
		Use: "rotate NAME", Short: "Replace an app's client secret by the new one that Amazon gave", Args: wantArgs("NAME"),
		Long: `Replace an app's client secret by the new one that Amazon gave.

The one before is kept as an earlier version: Amazon lets both work for a while.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.name = args[0]
			return appRotateRun(cmd, o)
		},
	}
	cmd.Flags().StringVar(&o.secretFile, "secret-file", "", "file that holds the new client secret; - for standard input")
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
	app, err := c.RotateApp(cmd.Context(), o.name, api.NewSecret{ClientSecret: value.Reveal()})
	if err != nil {
		return err
	}
	return o.f.show(app, func() { fmt.Fprintf(o.f.Out, "Kept the new secret of %q. It is used from now on.\n", app.Name) })
}
