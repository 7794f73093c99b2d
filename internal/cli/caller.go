package cli

import "github.com/spf13/cobra"

func newCmdCaller(f *Factory) *cobra.Command {
	return group("caller", "Software that may use Lockkeeper, and its passes",
		newCmdCallerAdd(f), newCmdCallerList(f), newCmdCallerRevoke(f))
}
