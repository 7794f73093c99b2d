package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdCredentialKeys(f *Factory) *cobra.Command {
	var kept bool
	cmd := &cobra.Command{
		Use: "keys GRANT", Short: "List the access keys of a grant's IAM user as AWS's own console does", Args: wantArgs("GRANT"),
		Long: `List the access keys of a grant's IAM user, with the columns of AWS's own console. AWS tells of a use some hours late; N/A means that a
key was never used, and a question mark that the user may not ask.`,
		RunE: func(cmd *cobra.Command, args []string) error { return credentialKeysRun(cmd, f, args[0], kept) },
	}
	cmd.Flags().BoolVar(&kept, "kept", false, "show what was last seen, without asking AWS")
	return cmd
}

func credentialKeysRun(cmd *cobra.Command, f *Factory, grant string, kept bool) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	list := c.SyncKeys
	if kept {
		list = c.Keys
	}
	keys, err := list(cmd.Context(), grant)
	if err != nil {
		return err
	}
	return f.show(keys, func() { f.printKeys(keys) })
}

func (f *Factory) printKeys(keys []api.AccessKey) {
	var rows [][]string
	for _, k := range keys {
		used, region, service := at(k.LastUsed), dash(k.LastUsedRegion), dash(k.LastUsedService)
		switch {
		case !k.UseKnown:
			used, region, service = "?", "?", "?"
		case k.LastUsed.IsZero():
			used, region, service = "N/A", "N/A", "N/A"
		}
		status := k.Status
		if k.InUse {
			status += " (used here)"
		}
		rows = append(rows, []string{at(k.Created), at(k.Deleted), k.ID, used, region, service, status})
	}
	if len(rows) == 0 {
		fmt.Fprintln(f.Out, "No access keys are known.")
		return
	}
	f.table([]string{"CREATED", "DELETED", "ACCESS KEY ID", "LAST USED", "LAST USED REGION", "LAST USED SERVICE", "STATUS"}, rows)
}
