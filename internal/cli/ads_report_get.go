package cli

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

type adsReportOptions struct {
	adsOptions
	to          rowsTo
	level       string
	from, until string
	days        int
	summary     bool
	metrics     []string
	dimensions  []string
	channels    []string
	filters     report.Filters
	attribution string
	keep        bool
	refresh     bool
	detach      bool
}

func newCmdAdsReportGet(f *Factory) *cobra.Command {
	o := &adsReportOptions{adsOptions: adsOptions{f: f}}
	cmd := &cobra.Command{
		Use: "get", Short: "Ask for a report, wait for it, and show its rows",
		Long: `Ask for a report, wait for it, and show its rows.

It is a job of the server: ^C ends the waiting, not the report. Days that are kept and final are not asked for again; longer spans than
Amazon makes one report of are split. Rows stay here when Amazon has long dropped them. --keep fetches each day to come as well, every night.

A metric of orders has no meaning without a window: --attribution names it, and every row says which one it has. Levels do not add up to each
other, since an order may count for several ads.

Metrics are ` + report.MetricWords() + `.

Exit code 0 means that all days are there that Amazon still has; 3 that some of its reports failed, or that the report was cancelled.`,
		Example: `  lockkeeper ads report get --days 7
  lockkeeper ads report get --level target --from 2026-10-01 --to 2026-10-31 --metric cost,conversion_value,acos --summary
  lockkeeper ads report get --all --level search_term --days 30 --attribution 14d -o terms.parquet`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return adsReportRun(cmd, o) },
	}
	flags := cmd.Flags()
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName { // one or many, each is said
		switch name {
		case "channels", "campaigns", "groups", "ads", "targets": // --metrics is a setting of the server
			name = strings.TrimSuffix(name, "s")
		case "dimension":
			name += "s"
		}
		return pflag.NormalizedName(name)
	})
	o.flags(flags)
	o.to.flags(flags)
	flags.BoolVar(&o.all, "all", false, "through every grant of the Ads API")
	flags.StringVar(&o.level, "level", "campaign", "org, portfolio, campaign, group, ad, target, search_term, product or placement")
	flags.StringVar(&o.from, "from", "", "first day, such as 2026-10-01, in the timezone of each account")
	flags.StringVar(&o.until, "to", "", "last day (default yesterday)")
	flags.IntVar(&o.days, "days", 7, "how many days, up to --to or on from --from")
	flags.BoolVar(&o.summary, "summary", false, "one row of all days")
	flags.StringSliceVar(&o.metrics, "metric", nil, "columns, as listed above (default impressions, clicks, cost, conversions, conversion_value, units)")
	flags.StringSliceVar(&o.dimensions, "dimensions", nil, "what rows are told apart by (default all that the level has)")
	flags.StringSliceVar(&o.channels, "channel", nil, "sp, sb or sd (default all)")
	flags.StringSliceVar(&o.filters.Campaigns, "campaign", nil, "only rows of the campaign with this id; may be repeated")
	flags.StringSliceVar(&o.filters.Groups, "group", nil, "only rows of this group, at a level that has groups")
	flags.StringSliceVar(&o.filters.Ads, "ad", nil, "only rows of this ad, at a level that has ads")
	flags.StringSliceVar(&o.filters.Targets, "target", nil, "only rows of this target, at a level that has targets")
	flags.StringVar(&o.attribution, "attribution", "", "which orders count, such as 14d, 14d:click_view or 7d:click:same_sku ; channels that do not count so are left out (default each channel's own)")
	flags.BoolVar(&o.keep, "keep", false, "fetch each day to come as well, every night")
	flags.BoolVar(&o.refresh, "refresh", false, "ask again for days that may still change, however fresh they are")
	flags.BoolVar(&o.detach, "detach", false, "do not wait for the end")
	return cmd
}

// ask makes the request of the flags.
func (o *adsReportOptions) ask(cmd *cobra.Command) (report.Ask, error) {
	channels, err := channelsOf(o.channels)
	if err != nil {
		return report.Ask{}, err
	}
	attribution, err := attributionOf(o.attribution)
	if err != nil {
		return report.Ask{}, err
	}
	a := report.Ask{
		Level: canon.ReportLevel(strings.ToUpper(o.level)), Start: canon.Day(o.from), End: canon.Day(o.until), Metrics: o.metrics, Dimensions: o.dimensions,
		Channels: channels, Filters: o.filters, Attribution: attribution, Keep: o.keep, Refresh: o.refresh,
	}
	if o.summary {
		a.Granularity = "SUMMARY"
	}
	if o.org != "" {
		a.Organizations = []string{o.org}
	}
	switch {
	case o.days < 1:
		return a, misuse(fmt.Sprintf("--days %d asks for nothing", o.days), "give --days 1 or more")
	case a.Start != "" && a.End != "" && cmd.Flags().Changed("days"):
		return a, misuse("--from, --to and --days are one too many", "give two of them")
	}
	for _, d := range []canon.Day{a.Start, a.End} {
		if _, err := canon.ParseDay(string(d)); d != "" && err != nil {
			return a, misuse(fmt.Sprintf("%q is no day", string(d)), "write it as 2026-10-01")
		}
	}
	if a.Start != "" && a.End == "" && cmd.Flags().Changed("days") {
		a.End = a.Start.Add(o.days - 1)
	}
	if a.End == "" {
		a.End = canon.DayOf(o.f.Now(), time.UTC).Add(-1)
	}
	if a.Start == "" {
		a.Start = a.End.Add(1 - o.days)
	}
	return a, nil
}

func adsReportRun(cmd *cobra.Command, o *adsReportOptions) error {
	f := o.f
	ask, err := o.ask(cmd)
	if err != nil {
		return err
	}
	format, err := o.to.format(f)
	if err != nil {
		return err
	}
	if o.detach && o.to.file != "" {
		return misuse("--output is written at the end, and --detach does not wait for it", "run `lockkeeper ads report rows ID -o FILE` later")
	}
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	if o.grant, err = o.through(cmd, c); err != nil {
		return err
	}
	if err := o.to.open(); err != nil {
		return err
	}
	defer o.to.drop()
	s, err := askReport[report.Status](cmd.Context(), c, &o.adsOptions, http.MethodPost, "report", ask)
	if err != nil {
		return err
	}
	if o.detach {
		return f.show(s, func() {
			fmt.Fprintf(f.Out, "Report %s is under way.\n\nNext: lockkeeper ads report show %s --follow\n", s.ID, s.ID)
		})
	}
	if s, err = followReport(cmd.Context(), f, c, &o.adsOptions, s); err != nil {
		return err
	}
	if err := o.to.write(cmd.Context(), f, c, s.ID, format); err != nil {
		return err
	}
	return endReport(f, s)
}
