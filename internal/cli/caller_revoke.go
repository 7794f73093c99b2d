package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCmdCallerRevoke(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "revoke NAME", Short: "Shut a caller out from its next request on", Args: wantArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return callerRevokeRun(cmd, f, args[0]) },
	}
}

func callerRevokeRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	if err := c.RevokeCaller(cmd.Context(), name); err != nil {
		return err
	}
	return f.show(map[string]any{"ok": true, "revoked": name}, func() { fmt.Fprintf(f.Out, "Shut %q out. Its passes stop at the next request.\n", name) })
}
