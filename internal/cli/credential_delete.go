package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCmdCredentialDelete(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "delete GRANT KEY-ID", Short: "Delete an inactive access key of the grant's user at AWS, for good", Args: wantArgs("GRANT", "KEY-ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			if err := c.DeleteKey(cmd.Context(), args[0], args[1]); err != nil {
				return err
			}
			return f.show(map[string]any{"ok": true, "deleted": args[1]}, func() { fmt.Fprintf(f.Out, "Deleted %s at AWS.\n", args[1]) })
		},
	}
}
