package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCmdAppRemove(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Forget an app that no grant uses any more", Args: wantArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return appRemoveRun(cmd, f, args[0]) },
	}
}

func appRemoveRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	if err := c.RemoveApp(cmd.Context(), name); err != nil {
		return err
	}
	return f.show(map[string]any{"ok": true, "removed": name}, func() {
		fmt.Fprintf(f.Out, "Removed %q. Its secret was destroyed; its name is not used again.\n", name)
	})
}
