package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

func newCmdCredentialShow(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show one credential's versions: status, age, last use", Args: wantArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return credentialShowRun(cmd, f, args[0]) },
	}
}

func credentialShowRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	k, err := c.Credential(cmd.Context(), name)
	if err != nil {
		return err
	}
	return f.show(k, func() {
		fmt.Fprintln(f.Out, k.ID)
		f.pairs("kind", k.Kind, "of", k.Owner, "label", k.Label, "realm", k.Realm, "kept since", at(k.Created))
		fmt.Fprintln(f.Out)
		var rows [][]string
		for _, v := range k.Versions {
			rows = append(rows, []string{strconv.FormatInt(v.Version, 10), v.Status, v.Fingerprint, at(v.Created), at(v.LastUsed), dash(v.LastRegion), dash(v.LastProgram), at(v.Destroyed)})
		}
		f.table([]string{"VERSION", "STATUS", "FINGERPRINT", "CREATED", "LAST USED", "REGION", "PROGRAM", "DESTROYED"}, rows)
	})
}
