package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCmdCredentialActivate(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "activate GRANT KEY-ID", Short: "Make an inactive access key of the grant's user active again", Args: wantArgs("GRANT", "KEY-ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return keyStatusRun(cmd, f, args, "Active") },
	}
}

func keyStatusRun(cmd *cobra.Command, f *Factory, args []string, status string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	keys, err := c.SetKeyStatus(cmd.Context(), args[0], args[1], status)
	if err != nil {
		return err
	}
	return f.show(keys, func() {
		fmt.Fprintf(f.Out, "%s is %s now.\n\n", args[1], status)
		f.printKeys(keys)
	})
}
