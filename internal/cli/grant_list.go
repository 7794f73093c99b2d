package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

func newCmdGrantList(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the grants and how they fare", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return grantListRun(cmd, f) },
	}
}

func grantListRun(cmd *cobra.Command, f *Factory) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	grants, err := c.Grants(cmd.Context())
	if err != nil {
		return err
	}
	return f.show(grants, func() {
		if len(grants) == 0 {
			fmt.Fprintln(f.Out, "No grants yet. Get one with `lockkeeper grant connect`.")
			return
		}
		var rows [][]string
		for _, g := range grants {
			why := ""
			if g.Problem != nil {
				why = string(g.Problem.Code)
			}
			rows = append(rows, []string{g.Name, g.Program, g.App, g.Region, g.Health, strconv.Itoa(len(g.Accounts)), at(g.RefreshAt), dash(why)})
		}
		f.table([]string{"NAME", "PROGRAM", "APP", "REGION", "HEALTH", "ACCOUNTS", "REFRESH AT", "PROBLEM"}, rows)
	})
}
