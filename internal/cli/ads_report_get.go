package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// A rowsTo says where rows go, and in which form.
type rowsTo struct {
	file string
	csv  bool
}

func (o *rowsTo) flags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.file, "output", "o", "", "write the rows to this file; its ending .json, .csv or .parquet says in which form")
	flags.BoolVar(&o.csv, "csv", false, "as comma-separated values, with a line of names")
}

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
	campaigns   []string
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
other, since an order may count for several ads.`,
		Example: `  lockkeeper ads report get --days 7
  lockkeeper ads report get --level target --from 2026-10-01 --to 2026-10-31 --metric cost,conversion_value,acos --summary
  lockkeeper ads report get --all --level search_term --days 30 --attribution 14d -o terms.parquet`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return adsReportRun(cmd, o) },
	}
	flags := cmd.Flags()
	o.flags(flags)
	o.to.flags(flags)
	flags.BoolVar(&o.all, "all", false, "through every grant of the Ads API")
	flags.StringVar(&o.level, "level", "campaign", "org, portfolio, campaign, group, ad, target, search_term, product or placement")
	flags.StringVar(&o.from, "from", "", "first day, such as 2026-10-01, in the timezone of each account")
	flags.StringVar(&o.until, "to", "", "last day (default yesterday)")
	flags.IntVar(&o.days, "days", 7, "how many days, where --from is not given")
	flags.BoolVar(&o.summary, "summary", false, "one row of all days")
	flags.StringSliceVar(&o.metrics, "metric", nil, "columns (default impressions, clicks, cost, conversions, conversion_value, units)")
	flags.StringSliceVar(&o.dimensions, "dimensions", nil, "what rows are told apart by (default all that the level has)")
	flags.StringSliceVar(&o.channels, "channel", nil, "sp, sb or sd (default all)")
	flags.StringSliceVar(&o.campaigns, "campaign", nil, "only rows of this campaign; may be repeated")
	flags.StringVar(&o.attribution, "attribution", "", "which orders count, such as 14d, 14d:click_view or 7d:click:same_sku (default each channel's own)")
	flags.BoolVar(&o.keep, "keep", false, "fetch each day to come as well, every night")
	flags.BoolVar(&o.refresh, "refresh", false, "ask again for days that may still change, however fresh they are")
	flags.BoolVar(&o.detach, "detach", false, "do not wait for the end")
	return cmd
}

// ask makes the request of the flags.
func (o *adsReportOptions) ask() (report.Ask, error) {
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
		Channels: channels, Filters: report.Filters{Campaigns: o.campaigns}, Attribution: attribution, Keep: o.keep, Refresh: o.refresh,
	}
	if o.summary {
		a.Granularity = "SUMMARY"
	}
	if o.org != "" {
		a.Organizations = []string{o.org}
	}
	if a.End == "" {
		a.End = canon.DayOf(o.f.Now(), time.UTC).Add(-1)
	}
	if a.Start == "" {
		a.Start = a.End.Add(1 - max(1, o.days))
	}
	return a, nil
}

func adsReportRun(cmd *cobra.Command, o *adsReportOptions) error {
	f := o.f
	ask, err := o.ask()
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
	if s.Status != report.Done || len(s.Missing) > 0 {
		var words strings.Builder
		quiet := *f
		quiet.Out = &words
		sayReport(&quiet, s)
		fmt.Fprint(f.Err, words.String())
	}
	if s.Status != report.Done {
		return errFound
	}
	return nil
}

func newCmdAdsReportRows(f *Factory) *cobra.Command {
	var to rowsTo
	cmd := &cobra.Command{
		Use: "rows REPORT", Short: "Show the rows of a report, or write them to a file", Args: wantArgs("REPORT"),
		Example: "  lockkeeper ads report rows 01KAHX6PM1ZT1DQ8X1V7M3Y2Q9 -o october.parquet",
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := to.format(f)
			if err != nil {
				return err
			}
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			return to.write(cmd.Context(), f, c, args[0], format)
		},
	}
	to.flags(cmd.Flags())
	return cmd
}

// format is the form of what is written; empty for a table.
func (o *rowsTo) format(f *Factory) (report.Format, error) {
	switch ending := strings.TrimPrefix(filepath.Ext(o.file), "."); {
	case o.file != "" && report.Format(ending).Type() == "":
		return "", misuse(fmt.Sprintf("%q has no ending that says in which form", o.file), "end it in .json, .csv or .parquet")
	case o.file != "":
		return report.Format(ending), nil
	case f.flags.json:
		return report.JSON, nil
	case o.csv:
		return report.CSV, nil
	}
	return "", nil
}

// write brings the rows to a file, to standard output, or into a table.
func (o *rowsTo) write(ctx context.Context, f *Factory, c *control.Client, id string, format report.Format) (err error) {
	ask := format
	if ask == "" {
		ask = report.CSV
	}
	a, err := c.Ads(ctx, control.AdsAsk{Method: http.MethodGet, Grant: "-", Path: "report/" + url.PathEscape(id) + "/rows", Query: url.Values{"format": {string(ask)}}})
	if err != nil {
		return err
	}
	defer func() { _ = a.Body.Close() }()
	switch {
	case format == "":
		return tableOf(f, a.Body)
	case o.file == "":
		_, err = io.Copy(f.Out, a.Body)
		return err
	}
	// The file gets its name once it is whole.
	part := o.file + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return refuse(fmt.Sprintf("writing %s: %v", o.file, pathCause(err)), "check the path")
	}
	_, err = io.Copy(out, a.Body)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(part, o.file)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("writing the rows: %w", err)
	}
	return nil
}

// mostTable is how many rows a table shows; more are what files are for.
const mostTable = 200

// tableOf shows rows, without the columns that are for machines.
func tableOf(f *Factory, body io.Reader) error {
	r := csv.NewReader(body)
	names, err := r.Read()
	if err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	var head []string
	var shown []int
	for i, n := range names {
		if !slices.Contains([]string{"timezone", "country", "attribution_basis", "attribution_scope", "attribution_default", "fetched_at"}, n) {
			shown, head = append(shown, i), append(head, strings.ToUpper(strings.ReplaceAll(n, "attribution_window_days", "window")))
		}
	}
	var rows [][]string
	n := 0
	for ; ; n++ {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the rows: %w", err)
		}
		if n >= mostTable {
			continue
		}
		var row []string
		for _, i := range shown {
			row = append(row, dash(record[i]))
		}
		rows = append(rows, row)
	}
	f.table(head, rows)
	if n > mostTable {
		f.say("%d more rows; -o FILE.csv has them all.", n-mostTable)
	}
	return nil
}
