package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdGrantShow(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Show one grant: health, accounts, and every exchange with Amazon's token endpoint", Args: wantArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return grantShowRun(cmd, f, args[0]) },
	}
}

func grantShowRun(cmd *cobra.Command, f *Factory, name string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	g, err := c.Grant(cmd.Context(), name)
	if err != nil {
		return err
	}
	return f.show(g, func() { f.printGrant(g) })
}

// credentialOf names which of an app's credentials gave the token, where they have versions.
func credentialOf(g api.Grant) string {
	if g.Version == "" {
		return ""
	}
	return fmt.Sprintf("%s, version %s", g.ClientID, g.Version)
}

func (f *Factory) printGrant(g api.Grant) {
	fmt.Fprintln(f.Out, g.Name)
	f.pairs("program", g.Program, "realm", g.Realm, "app", g.App, "home region", g.Region, "scopes", strings.Join(g.Scopes, " "),
		"health", g.Health+" since "+at(g.Since), "credential", credentialOf(g), "token", fmt.Sprintf("number %d, ends %s, refreshed at %s", g.Generation, at(g.Expires), at(g.RefreshAt)))
	if p := g.Problem; p != nil {
		f.pairs("problem", fmt.Sprintf("%s (%s)", p.What, p.Code), "who must act", string(p.Whose), "fix", p.Fix)
	}
	if len(g.Accounts) > 0 {
		fmt.Fprintln(f.Out)
		var rows [][]string
		for _, a := range g.Accounts {
			kind := string(a.Kind)
			if a.ViewOnly {
				kind += " (view only)"
			}
			rows = append(rows, []string{a.ID, kind, string(a.Region), a.Country, a.Currency, a.Timezone, dash(a.Name)})
		}
		f.table([]string{"ACCOUNT", "KIND", "REGION", "COUNTRY", "CURRENCY", "TIMEZONE", "NAME"}, rows)
	}
	if len(g.Attempts) > 0 {
		fmt.Fprintln(f.Out)
		var rows [][]string
		for _, a := range g.Attempts {
			status := "-"
			if a.Status != 0 {
				status = strconv.Itoa(a.Status)
			}
			rotated := "no"
			if a.Rotated {
				rotated = "yes"
			}
			rows = append(rows, []string{at(a.At), a.Kind, a.Outcome, status, dash(a.AmazonError), dash(a.Problem), fmt.Sprintf("%.0f ms", a.Took), rotated})
		}
		f.table([]string{"WHEN", "EXCHANGE", "OUTCOME", "HTTP", "AMAZON SAID", "PROBLEM", "TOOK", "ROTATED"}, rows)
	}
}
