package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdGrantRefresh(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "refresh NAME", Short: "Get a new access token now, and ask Amazon again which accounts the grant opens", Args: wantArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return grantRefreshRun(cmd, f, args[0]) },
	}
}

func grantRefreshRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	var g api.Grant
	err = f.working("refreshing "+name, func() error {
		if _, err = c.RefreshGrant(cmd.Context(), name); err != nil {
			return err
		}
		g, err = c.VerifyGrant(cmd.Context(), name)
		return err
	})
	if err != nil {
		return err
	}
	return f.show(g, func() {
		fmt.Fprintf(f.Out, "Refreshed %q: token number %d, ends %s, %s.\n", g.Name, g.Generation, at(g.Expires), accounts(len(g.Accounts)))
	})
}
