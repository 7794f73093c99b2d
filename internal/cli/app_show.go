package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newCmdAppShow(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Show one app and the return URL that Amazon must know", Args: wantArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return appShowRun(cmd, f, args[0]) },
	}
}

func appShowRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	a, err := c.App(cmd.Context(), name)
	if err != nil {
		return err
	}
	return f.show(a, func() {
		fmt.Fprintln(f.Out, a.Name)
		f.pairs("program", a.Program, "realm", a.Realm, "region", a.Region, "client id", a.ClientID,
			"security profile", a.SecurityProfileID, "return URL", a.ReturnURL, "kept since", at(a.Created), "grants", strings.Join(a.Grants, " "))
	})
}
