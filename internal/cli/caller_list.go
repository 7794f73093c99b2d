package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func newCmdCallerList(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the callers", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return callerListRun(cmd, f) },
	}
}

func callerListRun(cmd *cobra.Command, f *Factory) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	callers, err := c.Callers(cmd.Context())
	if err != nil {
		return err
	}
	return f.show(callers, func() {
		if len(callers) == 0 {
			fmt.Fprintln(f.Out, "No callers yet. Let software in with `lockkeeper caller add`.")
			return
		}
		var rows [][]string
		for _, k := range callers {
			state := "may call"
			if !k.Revoked.IsZero() {
				state = "revoked " + at(k.Revoked)
			}
			effects := "all"
			if len(k.Effects) > 0 {
				effects = strings.Join(k.Effects, " ")
			}
			rows = append(rows, []string{k.Name, state, dash(strings.Join(k.Grants, " ")), effects, strconv.Itoa(len(k.Passes)), at(k.Created)})
		}
		f.table([]string{"NAME", "STATE", "GRANTS", "EFFECTS", "PASSES", "SINCE"}, rows)
	})
}
