package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCmdGrantRevoke(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "revoke NAME", Short: "Stop using a grant and destroy its tokens", Args: wantArgs("NAME"),
		Long: `Stop using a grant and destroy its tokens here.

Login with Amazon has no way to withdraw a consent from outside. Whoever gave it withdraws it at amazon.com under
Your Account > Login with Amazon, and the command says so.`,
		RunE: func(cmd *cobra.Command, args []string) error { return grantRevokeRun(cmd, f, args[0]) },
	}
}

func grantRevokeRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	if err := c.RevokeGrant(cmd.Context(), name); err != nil {
		return err
	}
	return f.show(map[string]any{"ok": true, "revoked": name, "at_amazon": false}, func() {
		fmt.Fprintf(f.Out, "Destroyed the tokens of %q; no call uses it any more.\n", name)
		fmt.Fprintln(f.Out, "Amazon still remembers the consent. Whoever gave it withdraws it at amazon.com: Your Account > Login with Amazon.")
	})
}
