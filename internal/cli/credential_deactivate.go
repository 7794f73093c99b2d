package cli

import "github.com/spf13/cobra"

func newCmdCredentialDeactivate(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "deactivate GRANT KEY-ID", Short: "Make an access key of the grant's user inactive, which can be undone", Args: wantArgs("GRANT", "KEY-ID"),
		Long: `Make an access key of the grant's user inactive. It stays, and can be made active again. The key that the grant itself uses is
refused: rotate it instead.`,
		RunE: func(cmd *cobra.Command, args []string) error { return keyStatusRun(cmd, f, args, "Inactive") },
	}
}
