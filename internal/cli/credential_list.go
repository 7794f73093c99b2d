package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdCredentialList(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List what is kept, never its text", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return credentialListRun(cmd, f) },
	}
}

func credentialListRun(cmd *cobra.Command, f *Factory) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	all, err := c.Credentials(cmd.Context())
	if err != nil {
		return err
	}
	return f.show(all, func() {
		if len(all) == 0 {
			fmt.Fprintln(f.Out, "Nothing is kept yet. Begin with `lockkeeper app add`.")
			return
		}
		var rows [][]string
		for _, k := range all {
			rows = append(rows, []string{k.ID, k.Kind, dash(k.Owner), k.Realm, strconv.Itoa(len(k.Versions)), at(lastUsed(k))})
		}
		f.table([]string{"ID", "KIND", "OF", "REALM", "VERSIONS", "LAST USED"}, rows)
	})
}

func lastUsed(k api.Credential) (last time.Time) {
	for _, v := range k.Versions {
		if v.LastUsed.After(last) {
			last = v.LastUsed
		}
	}
	return last
}
