package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A ReportAsk is what a report is asked for by. What is empty is the gateway's default.
type ReportAsk struct {
	Level         canon.ReportLevel        `json:"level,omitempty"`       // Defaults to CAMPAIGN.
	Start         canon.Day                `json:"start_date"`            // first day, in each organization's own timezone
	End           canon.Day                `json:"end_date"`              // last day, itself part of it
	Granularity   string                   `json:"granularity,omitempty"` // DAY, or SUMMARY for one row of all days. Defaults to DAY.
	Metrics       []string                 `json:"metrics,omitempty"`     // Defaults to impressions, clicks, cost, conversions, conversion_value, units.
	Dimensions    []string                 `json:"dimensions,omitempty"`  // keys by which rows are summed. Defaults to those of the level.
	Organizations []string                 `json:"org_ids,omitempty"`     // Defaults to all that the pass may use.
	Channels      []canon.Channel          `json:"channels,omitempty"`    // Defaults to all that have the level.
	Attribution   *canon.ReportAttribution `json:"attribution,omitempty"` // Defaults to each channel's own.
	Keep          bool                     `json:"keep,omitempty"`        // each day to come is fetched too, every night
	Refresh       bool                     `json:"refresh,omitempty"`     // days that may still change are asked for again, however fresh
}

// A Report is how one fares.
type Report struct {
	ID         string            `json:"id"`
	Status     string            `json:"status"` // running, then done, partial, failed or cancelled
	Level      canon.ReportLevel `json:"level"`
	Start      canon.Day         `json:"start_date"`
	End        canon.Day         `json:"end_date"`
	Metrics    []string          `json:"metrics"`
	Dimensions []string          `json:"dimensions"` // what its rows are told apart by
	Parts      int               `json:"parts"`      // reports of Amazon's that it takes
	Done       int               `json:"parts_done"`
	Failed     int               `json:"parts_failed"`
	Cancelled  int               `json:"parts_cancelled"`
	Rows       int64             `json:"rows_fetched"`
	ETA        int               `json:"eta_seconds"` // until it is there, as far as can be told
	RetryAfter int               `json:"retry_after"` // seconds until asking again is worth it
	By         string            `json:"by"`
	Created    time.Time         `json:"created_at"`
	EndedAt    time.Time         `json:"ended_at"` // zero while it runs
}

// A Kept is what the gateway keeps of one organization, channel and level.
type Kept struct {
	Organization string            `json:"organization_id"`
	Channel      canon.Channel     `json:"channel"`
	Level        canon.ReportLevel `json:"level"`      // ORG and PORTFOLIO are read from CAMPAIGN, PRODUCT from AD
	Start        canon.Day         `json:"start_date"` // empty where nothing is kept yet
	End          canon.Day         `json:"end_date"`
	Days         int               `json:"days"`
	Final        int               `json:"days_final"` // of those, how many will not change
	Rows         int64             `json:"rows"`
	AsOf         time.Time         `json:"as_of"`   // when the oldest of them was fetched
	Keep         bool              `json:"keep"`    // each day to come is fetched too
	Next         time.Time         `json:"next_at"` // when it is looked at again; zero for never
}

// Ended reports whether nothing more will be done.
func (r Report) Ended() bool { return r.Status != "running" }

func reportPath(grant, id string) string {
	return "/lk/v1/ads/" + url.PathEscape(grant) + "/report/" + url.PathEscape(id)
}

// BeginReport begins a report. Days that are kept already cost Amazon nothing.
func (c *Client) BeginReport(ctx context.Context, grant string, ask ReportAsk) (Report, error) {
	var r Report
	_, err := c.do(ctx, http.MethodPost, "/lk/v1/ads/"+url.PathEscape(grant)+"/report", nil, nil, ask, &r)
	return r, err
}

// Report tells how a report fares.
func (c *Client) Report(ctx context.Context, grant, id string) (Report, error) {
	var r Report
	_, err := c.do(ctx, http.MethodGet, reportPath(grant, id), nil, nil, nil, &r)
	return r, err
}

// Reports lists the newest that the pass may see.
func (c *Client) Reports(ctx context.Context, grant string) ([]Report, error) {
	var all []Report
	_, err := c.do(ctx, http.MethodGet, reportPath(grant, "jobs"), nil, nil, nil, &all)
	return all, err
}

// ReportsKept tells what is kept of all that the pass may see.
func (c *Client) ReportsKept(ctx context.Context, grant string) ([]Kept, error) {
	var all []Kept
	_, err := c.do(ctx, http.MethodGet, reportPath(grant, "kept"), nil, nil, nil, &all)
	return all, err
}

// StopReports ends the fetching of days to come, which Keep began, of some levels or of all, and tells of what. What is kept stays.
func (c *Client) StopReports(ctx context.Context, grant string, levels ...canon.ReportLevel) ([]Kept, error) {
	words := make([]string, len(levels))
	for i, l := range levels {
		words[i] = string(l)
	}
	q := url.Values{}
	if len(words) > 0 {
		q.Set("level", strings.Join(words, ","))
	}
	var all []Kept
	_, err := c.do(ctx, http.MethodDelete, reportPath(grant, "kept"), q, nil, nil, &all)
	return all, err
}

// CancelReport ends a report that runs, and has Amazon delete what it makes for it alone; one that has ended stays as it is.
func (c *Client) CancelReport(ctx context.Context, grant, id string) (Report, error) {
	var r Report
	_, err := c.do(ctx, http.MethodDelete, reportPath(grant, id), nil, nil, nil, &r)
	return r, err
}

// ReportRows reads the rows of a report that has ended as json, csv or parquet. The reader is to be closed; whole is false where days or parts
// of it are missing.
func (c *Client) ReportRows(ctx context.Context, grant, id, format string) (rows io.ReadCloser, whole bool, err error) {
	resp, err := c.send(ctx, http.MethodGet, reportPath(grant, id)+"/rows", url.Values{"format": {format}}, nil, nil)
	if err != nil {
		return nil, false, err
	}
	return resp.Body, resp.Header.Get("X-Lockkeeper-Partial") == "", nil
}
