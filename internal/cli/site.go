package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdSite(f *Factory) *cobra.Command {
	return group("site", "Site IDs and Tracking IDs of Amazon Associates, and the sales that keep them",
		newCmdSiteAdd(f), newCmdSiteList(f), newCmdSiteShow(f), newCmdSiteChange(f), newCmdSiteSales(f), newCmdSiteRemove(f))
}

// newCmdSiteList shows the rules as dates, which is what one looks for.
func newCmdSiteList(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the Site IDs, and until when each is safe", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			all, err := c.Sites(cmd.Context())
			if err != nil {
				return err
			}
			return f.show(all, func() {
				if len(all) == 0 {
					fmt.Fprintln(f.Out, "No Site IDs yet. Keep one with `lockkeeper site add`.")
					return
				}
				var rows [][]string
				for _, s := range all {
					rows = append(rows, []string{s.SiteID, dash(s.Country), strconv.Itoa(len(s.Tracking)), signUpWords(s.SignUp, s.API.Told), apiWords(s.API)})
				}
				f.table([]string{"SITE ID", "COUNTRY", "TRACKING IDS", "ACCOUNT", "CREATORS API"}, rows)
			})
		},
	}
}

func newCmdSiteShow(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "show SITE-ID", Short: "Show a Site ID: its Tracking IDs, days and sales", Args: wantArgs("SITE-ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.site(cmd, args[0])
			if err != nil {
				return err
			}
			return f.showSite(s)
		},
	}
}

func newCmdSiteRemove(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "remove SITE-ID", Short: "Forget a Site ID with its Tracking IDs and sales", Args: wantArgs("SITE-ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			if err := c.RemoveSite(cmd.Context(), args[0]); err != nil {
				return err
			}
			return f.show(map[string]any{"ok": true, "removed": args[0]}, func() {
				fmt.Fprintf(f.Out, "Forgot %q. Links that carry it go on earning.\n", args[0])
			})
		},
	}
}

// site finds a site by its Site ID or one of its Tracking IDs.
func (f *Factory) site(cmd *cobra.Command, name string) (api.Site, error) {
	c, err := f.client(cmd)
	if err != nil {
		return api.Site{}, err
	}
	all, err := c.Sites(cmd.Context())
	if err != nil {
		return api.Site{}, err
	}
	for _, s := range all {
		if s.SiteID == name || s.ID == name {
			return s, nil
		}
		for _, t := range s.Tracking {
			if t == name {
				return s, nil
			}
		}
	}
	return api.Site{}, refuse(fmt.Sprintf("no site is kept with the id %q", name), "`lockkeeper site list` shows them")
}

// showSite prints a site.
func (f *Factory) showSite(s api.Site) error {
	for _, n := range s.Notes {
		f.say("lockkeeper: note: %s%s. %s", strings.TrimSuffix(n.What, "."), with(n.Detail), n.Fix)
	}
	return f.show(s, func() {
		fmt.Fprintln(f.Out, s.SiteID)
		f.pairs("country", strings.TrimSpace(s.Country+" "+s.Marketplace), "tracking", strings.Join(s.Tracking, " "), "signed up", s.SignedUp, "accepted", s.Accepted,
			"account", signUpWords(s.SignUp, s.API.Told), "Creators API", apiWords(s.API), "sales", salesWords(s.Sales))
	})
}

// signUpWords say how the first rule stands.
func signUpWords(u *api.SignUpRule, told bool) string {
	switch {
	case u == nil:
		return "day of sign-up not told"
	case u.Met != "" && u.By == "":
		return "accepted " + u.Met
	case u.Met != "":
		return fmt.Sprintf("has its %d sales since %s", u.Needs, u.Met)
	case u.DaysLeft < 0 && !told:
		return fmt.Sprintf("%d sales were due by %s, and none were entered", u.Needs, u.By)
	case u.DaysLeft < 0:
		return fmt.Sprintf("%d of %d sales came by %s: Amazon closes such an account", u.Has, u.Needs, u.By)
	}
	return fmt.Sprintf("%d of %d sales, due by %s (%d days)", u.Has, u.Needs, u.By, u.DaysLeft)
}

// apiWords say how the second rule stands.
func apiWords(a api.APIRule) string {
	switch {
	case !a.Told:
		return "sales not told"
	case a.Missing > 0:
		return fmt.Sprintf("%d of %d sales since %s: %d missing", a.Has, a.Needs, a.From, a.Missing)
	}
	return fmt.Sprintf("%d of %d sales, safe until %s if nothing more is sold", a.Has, a.Needs, a.SafeUntil)
}

// salesWords list the newest days.
func salesWords(all []api.Sales) string {
	const most = 10
	var parts []string
	for _, s := range all[max(0, len(all)-most):] {
		parts = append(parts, fmt.Sprintf("%s %d", s.Day, s.Count))
	}
	return strings.Join(parts, ", ")
}

// parseDay refuses what is no day before a server is asked.
func parseDay(flag, text string) error {
	if text == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return misuse(fmt.Sprintf("--%s: %q is no day", flag, oneLine(text)), "write it as 2026-11-21")
	}
	return nil
}
