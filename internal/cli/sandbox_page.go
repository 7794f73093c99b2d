package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCmdSandboxPage(f *Factory) *cobra.Command {
	where := &runningSandbox{}
	cmd := &cobra.Command{
		Use: "page", Short: "Open a running sandbox's page: its world, journal, faults and clock", Args: noArgs,
		Long: `Open a running sandbox's page in the browser: its world, its journal as it grows, its faults, switches and clock.

The address holds the control side's token in the part that browsers do not send, so it is for this user alone.`,
		RunE: func(*cobra.Command, []string) error {
			ready, err := where.find()
			if err != nil {
				return err
			}
			if err := f.OpenBrowser(ready.Page()); err == nil {
				f.say("Opened your browser at %s/", ready.Control)
				return nil
			}
			return f.show(map[string]string{"page": ready.Page()}, func() { fmt.Fprintln(f.Out, ready.Page()) })
		},
	}
	where.flags(cmd)
	return cmd
}
