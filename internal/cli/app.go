package cli

import "github.com/spf13/cobra"

func newCmdApp(f *Factory) *cobra.Command {
	return group("app", "Security profiles and applications registered at Amazon",
		newCmdAppAdd(f), newCmdAppList(f), newCmdAppShow(f), newCmdAppRotate(f), newCmdAppRemove(f))
}
