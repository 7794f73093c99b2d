package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

func newCmdAdsReport(f *Factory) *cobra.Command {
	return group("report", "Ask for reports, and read what is kept of them",
		newCmdAdsReportGet(f), newCmdAdsReportList(f), newCmdAdsReportShow(f), newCmdAdsReportRows(f), newCmdAdsReportCancel(f),
		newCmdAdsReportKept(f), newCmdAdsReportStop(f))
}

func newCmdAdsReportList(f *Factory) *cobra.Command {
	o := adsOptions{f: f, all: true}
	return &cobra.Command{
		Use: "list", Short: "List the newest reports", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			all, err := askReport[[]report.Status](cmd.Context(), c, &o, http.MethodGet, "report/jobs", nil)
			if err != nil {
				return err
			}
			return f.show(all, func() {
				if len(all) == 0 {
					fmt.Fprintln(f.Out, "No reports yet. Ask for one with `lockkeeper ads report get`.")
					return
				}
				var rows [][]string
				for _, s := range all {
					rows = append(rows, []string{s.ID, string(s.Status), s.Level, string(s.Start), string(s.End), partsOf(s), dash(s.By), at(s.Created)})
				}
				f.table([]string{"ID", "STATE", "LEVEL", "FROM", "TO", "PARTS", "BY", "ASKED"}, rows)
			})
		},
	}
}

func newCmdAdsReportShow(f *Factory) *cobra.Command {
	o := adsOptions{f: f, all: true}
	follow := false
	cmd := &cobra.Command{
		Use: "show REPORT", Short: "Show how a report fares", Args: wantArgs("REPORT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			s, err := askReport[report.Status](cmd.Context(), c, &o, http.MethodGet, "report/"+url.PathEscape(args[0]), nil)
			if err == nil && follow {
				s, err = followReport(cmd.Context(), f, c, &o, s)
			}
			if err != nil {
				return err
			}
			if err := f.show(s, func() { sayReport(f, s) }); err != nil {
				return err
			}
			if s.Status == report.Partial || s.Status == report.Failed {
				return errFound
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&follow, "follow", false, "wait for the end")
	return cmd
}

func newCmdAdsReportCancel(f *Factory) *cobra.Command {
	o := adsOptions{f: f, all: true}
	return &cobra.Command{
		Use: "cancel REPORT", Short: "Fetch nothing more of a report", Args: wantArgs("REPORT"),
		Long: `Fetch nothing more of a report.

What is kept already stays. What Amazon is making for it is deleted there, so that its place in the region's queue is free, unless another report
or the nights want the same days; ` + "`lockkeeper ads report show`" + ` tells what became of it. A report that Amazon was making before it was asked for
here stays, since other software may wait for it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			path := "report/" + url.PathEscape(args[0])
			s, err := askReport[report.Status](cmd.Context(), c, &o, http.MethodGet, path, nil)
			if err != nil {
				return err
			}
			if s.Status.Ended() {
				f.say("It had ended before, so that nothing was cancelled.")
				return f.show(s, func() { sayReport(f, s) })
			}
			if s, err = askReport[report.Status](cmd.Context(), c, &o, http.MethodDelete, path, nil); err != nil {
				return err
			}
			if s.Keep {
				f.say("Days to come are fetched every night still; `lockkeeper ads report stop` ends that.")
			}
			return f.show(s, func() { sayReport(f, s) })
		},
	}
}

// askReport asks the server, and reads its answer as JSON.
func askReport[T any](ctx context.Context, c *control.Client, o *adsOptions, method, path string, body any) (T, error) {
	grant := "-"
	if !o.all {
		grant = o.grant
	}
	return readReport[T](ctx, c, control.AdsAsk{Method: method, Grant: grant, Path: path, Body: body})
}

func readReport[T any](ctx context.Context, c *control.Client, ask control.AdsAsk) (T, error) {
	var out T
	a, err := c.Ads(ctx, ask)
	if err != nil {
		return out, err
	}
	defer func() { _ = a.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(a.Body, 64<<20)).Decode(&out); err != nil {
		return out, fmt.Errorf("reading the server's answer: %w", err)
	}
	return out, nil
}

// followReport waits for the end, with a bar that says how long it still takes.
func followReport(ctx context.Context, f *Factory, c *control.Client, o *adsOptions, s report.Status) (report.Status, error) {
	shown := f.bar("waiting for Amazon's reports", int64(s.Parts))
	shown.told = true
	defer shown.end()
	for wait := 20 * time.Millisecond; !s.Status.Ended(); wait = min(2*wait, time.Second) {
		shown.add(int64(s.Done+s.Failed+s.Cancelled)-shown.done, func() string { return reportDetail(s) })
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			f.say("The report is made all the same; `lockkeeper ads report show %s` tells how it fares.", s.ID)
			return s, ctx.Err()
		}
		var err error
		if s, err = askReport[report.Status](ctx, c, o, http.MethodGet, "report/"+url.PathEscape(s.ID), nil); err != nil {
			return s, err
		}
	}
	return s, nil
}

func reportDetail(s report.Status) string {
	words := []string{fmt.Sprintf("%d of %d", s.Done, s.Parts)}
	if s.ETA != nil {
		words = append(words, "about "+(time.Duration(*s.ETA)*time.Second).String()+" to go")
	}
	for _, e := range s.Errors {
		if e.Status == report.Waiting || e.Status == report.Asked {
			return strings.Join(append(words, "last: "+e.Message), ", ")
		}
	}
	return strings.Join(words, ", ")
}

func sayReport(f *Factory, s report.Status) {
	how := fmt.Sprintf("%d of %d of Amazon's reports are there, with %d rows", s.Done, s.Parts, s.Rows)
	if s.Parts == 0 {
		how = "Amazon need not be asked for anything"
	}
	fmt.Fprintf(f.Out, "Report %s, %s from %s to %s: %s, %s.\n", s.ID, s.Level, s.Start, s.End, s.Status, how)
	if s.ETA != nil {
		fmt.Fprintf(f.Out, "It takes about %s more.\n", time.Duration(*s.ETA)*time.Second)
	}
	if l := s.AtAmazon; l != nil {
		fmt.Fprintf(f.Out, "Of those that Amazon was asked for and nobody waits for now, %d are deleted there, %d are about to be, and %d stay.\n", l.Deleted, l.Deleting, l.Left)
	}
	for _, m := range s.Missing {
		why := "Amazon keeps them no more."
		if m.Why == report.WhyFuture {
			why = "They are still to come."
		}
		fmt.Fprintf(f.Out, "Not to be had: %s of %s, %s. %s\n", m.Channel, m.Organization, span(m.Start, m.End), why)
	}
	for _, e := range s.Errors {
		message := e.Message
		if e.Detail != "" {
			message = strings.TrimSuffix(message, ".") + " (" + e.Detail + ")."
		}
		fmt.Fprintf(f.Out, "%s of %s, %s: %s %s\n", e.Channel, e.OrganizationID, span(e.Start, e.End), message, e.Fix)
	}
}

// partsOf are how many of Amazon's reports are there, of how many.
func partsOf(s report.Status) string {
	if s.Parts == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", s.Done, s.Parts)
}

// span are days in words.
func span(first, last canon.Day) string {
	if first == last {
		return string(first)
	}
	return string(first) + " to " + string(last)
}

// toGo says how long a report still takes, where that is known.
func toGo(s report.Status) string {
	if s.ETA == nil {
		return ""
	}
	return ", about " + (time.Duration(*s.ETA) * time.Second).String() + " to go"
}

// channelsOf reads the short names of channels.
func channelsOf(words []string) ([]canon.Channel, error) {
	short := map[string]canon.Channel{"sp": canon.SponsoredProducts, "sb": canon.SponsoredBrands, "sd": canon.SponsoredDisplay}
	var all []canon.Channel
	for _, w := range words {
		c := short[strings.ToLower(w)]
		if c == "" {
			c = canon.Channel(strings.ToUpper(w))
		}
		all = append(all, c)
	}
	return all, nil
}

// attributionOf reads 14d, 14d:click_view or 7d:click:same_sku.
func attributionOf(text string) (*canon.ReportAttribution, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(strings.ToUpper(text), ":")
	days, err := strconv.Atoi(strings.TrimSuffix(parts[0], "D"))
	if err != nil || len(parts) > 3 {
		return nil, misuse(fmt.Sprintf("%q is no attribution", text), "give days, such as 14d, 14d:click_view or 7d:click:same_sku")
	}
	a := &canon.ReportAttribution{WindowDays: days}
	if len(parts) > 1 {
		a.Basis = parts[1]
	}
	if len(parts) > 2 {
		a.Scope = parts[2]
	}
	return a, nil
}
