package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdSiteAdd(f *Factory) *cobra.Command {
	var in api.NewSite
	cmd := &cobra.Command{
		Use: "add SITE-ID", Short: "Keep a Site ID, so that links get it by their country",
		Long: `Keep a Site ID (Store ID) of Amazon Associates, with its country and Tracking IDs. It is no secret: it stands on every link.

With the day of the sign-up, and with the sales that you enter, Amazon's two rules stand here as dates: 3 qualified sales in the
first 180 days keep the account, 10 in the last 30 days keep the Creators API.`,
		Example: `  lockkeeper site add mysite-20 --country US --signed-up 2026-09-01
  lockkeeper site add meine-21 --country DE --tracking meineblog-21 --tracking meinyt-21`,
		Args: wantArgs("SITE-ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.SiteID = args[0]
			if err := firstError(parseDay("signed-up", in.SignedUp), parseDay("accepted", in.Accepted)); err != nil {
				return err
			}
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			s, err := c.AddSite(cmd.Context(), in)
			if err != nil {
				return err
			}
			if s.Country == "" {
				f.say("lockkeeper: note: no country was given, so the ending alone decides on which links it goes; `lockkeeper site change %s --country DE` says it", s.SiteID)
			}
			return f.showSite(s)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Country, "country", "", "country as Amazon writes it, such as US, UK or DE, or the shop's domain")
	flags.StringArrayVar(&in.Tracking, "tracking", nil, "Tracking ID of the same store; give it again for each")
	flags.StringVar(&in.SignedUp, "signed-up", "", "day of the sign-up, such as 2026-09-01")
	flags.StringVar(&in.Accepted, "accepted", "", "day on which Amazon accepted the account")
	return cmd
}

func newCmdSiteChange(f *Factory) *cobra.Command {
	var in api.SiteChange
	var country, signedUp, accepted string
	cmd := &cobra.Command{
		Use: "change SITE-ID", Short: "Change a Site ID's country, days or Tracking IDs", Args: wantArgs("SITE-ID"),
		Example: `  lockkeeper site change mysite-20 --track myblog-20 --accepted 2026-11-02`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := firstError(parseDay("signed-up", signedUp), parseDay("accepted", accepted)); err != nil {
				return err
			}
			for flag, to := range map[string]**string{"country": &in.Country, "signed-up": &in.SignedUp, "accepted": &in.Accepted} {
				if v := cmd.Flags().Lookup(flag); v.Changed {
					text := v.Value.String()
					*to = &text
				}
			}
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			s, err := c.ChangeSite(cmd.Context(), args[0], in)
			if err != nil {
				return err
			}
			return f.showSite(s)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&country, "country", "", "its country, such as US, UK or DE")
	flags.StringVar(&signedUp, "signed-up", "", "day of the sign-up; empty forgets it")
	flags.StringVar(&accepted, "accepted", "", "day on which Amazon accepted the account; empty forgets it")
	flags.StringArrayVar(&in.Track, "track", nil, "Tracking ID to add")
	flags.StringArrayVar(&in.Untrack, "untrack", nil, "Tracking ID to take away")
	return cmd
}

func newCmdSiteSales(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "sales SITE-ID DAY=COUNT...", Short: "Say how many qualified sales days had, as Associates Central shows them",
		Long: `Say how many qualified sales days had, as the reports of Associates Central show them. A count replaces the day's earlier one; 0
forgets the day. Amazon has not said whether orders or shipped items count; the reports' shipped items are the careful choice.`,
		Example: `  lockkeeper site sales mysite-20 2026-11-20=4 2026-11-21=3`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return wantArgs("SITE-ID", "DAY=COUNT")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var in []api.Sales
			for _, a := range args[1:] {
				day, count, _ := strings.Cut(a, "=")
				n, err := strconv.Atoi(count)
				if _, bad := time.Parse(time.DateOnly, day); err != nil || bad != nil || n < 0 {
					return misuse(fmt.Sprintf("%q is no day with a number of sales", oneLine(a)), "write it as 2026-11-21=3")
				}
				in = append(in, api.Sales{Day: day, Count: n})
			}
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			s, err := c.SetSales(cmd.Context(), args[0], in)
			if err != nil {
				return err
			}
			return f.showSite(s)
		},
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
