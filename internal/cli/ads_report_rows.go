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

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// A rowsTo says where rows go, and in which form.
type rowsTo struct {
	file string
	csv  bool
	out  *os.File // file, as long as it is not whole
}

func (o *rowsTo) flags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.file, "output", "o", "", "write the rows to this file; its ending .json, .csv or .parquet says in which form")
	flags.BoolVar(&o.csv, "csv", false, "as comma-separated values, with a line of names")
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
			o := adsOptions{f: f, all: true}
			s, err := askReport[report.Status](cmd.Context(), c, &o, http.MethodGet, "report/"+url.PathEscape(args[0]), nil)
			if err != nil {
				return err
			}
			if !s.Status.Ended() {
				return refuse("report "+s.ID+" is not there yet"+toGo(s), "wait for it with `lockkeeper ads report show "+s.ID+" --follow`")
			}
			if err := to.open(); err != nil {
				return err
			}
			defer to.drop()
			if err := to.write(cmd.Context(), f, c, s.ID, format); err != nil {
				return err
			}
			return endReport(f, s)
		},
	}
	to.flags(cmd.Flags())
	return cmd
}

// endReport says what a report lacks, once its rows are written. A part of a report is no success.
func endReport(f *Factory, s report.Status) error {
	if s.Status == report.Done && len(s.Missing) == 0 {
		return nil
	}
	var words strings.Builder
	quiet := *f
	quiet.Out = &words
	sayReport(&quiet, s)
	fmt.Fprint(f.Err, words.String())
	if s.Status != report.Done {
		return errFound
	}
	return nil
}

// format is the form of what is written; empty for a table.
func (o *rowsTo) format(f *Factory) (report.Format, error) {
	switch ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(o.file), ".")); {
	case o.csv && f.flags.json || o.file != "" && o.csv:
		return "", misuse("--csv goes neither with --json nor with --output", "give one of them: the ending of the file says in which form")
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
	n, err := io.Copy(o.out, a.Body)
	if closed := o.out.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(o.out.Name(), o.file)
	}
	if err != nil {
		o.drop()
		return fmt.Errorf("writing the rows: %w", err)
	}
	o.out = nil
	f.say("%s is written, %d bytes.", o.file, n)
	return nil
}

// open makes the file, before anybody waits for its rows. It gets its name once it is whole.
func (o *rowsTo) open() (err error) {
	if o.file == "" {
		return nil
	}
	if o.out, err = os.OpenFile(o.file+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
		return refuse(fmt.Sprintf("writing %s: %v", o.file, pathCause(err)), "check the path")
	}
	return nil
}

// drop removes what is not whole.
func (o *rowsTo) drop() {
	if o.out != nil {
		_ = o.out.Close()
		_ = os.Remove(o.out.Name())
		o.out = nil
	}
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
	switch {
	case n == 0:
		f.say("No rows: nothing was shown on these days of what is meant.")
	case n > mostTable:
		f.say("%d more rows; -o FILE.csv has them all.", n-mostTable)
	}
	return nil
}
