package cli

import "github.com/spf13/cobra"

func newCmdGrant(f *Factory) *cobra.Command {
	return group("grant", "Consents and key pairs that Lockkeeper holds and keeps alive",
		newCmdGrantConnect(f), newCmdGrantKey(f), newCmdGrantList(f), newCmdGrantShow(f), newCmdGrantRefresh(f), newCmdGrantRevoke(f))
}
