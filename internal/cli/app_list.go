package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newCmdAppList(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the apps", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return appListRun(cmd, f) },
	}
}

func appListRun(cmd *cobra.Command, f *Factory) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	apps, err := c.Apps(cmd.Context())
	if err != nil {
		return err
	}
	return f.show(apps, func() {
		if len(apps) == 0 {
			fmt.Fprintln(f.Out, "No apps yet. Keep one with `lockkeeper app add`.")
			return
		}
		var rows [][]string
		for _, a := range apps {
			rows = append(rows, []string{a.Name, a.Program, a.Realm, a.Region, a.ClientID, dash(strings.Join(a.Grants, " "))})
		}
		f.table([]string{"NAME", "PROGRAM", "REALM", "REGION", "CLIENT ID", "GRANTS"}, rows)
	})
}
