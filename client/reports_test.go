package client_test

import (
	"encoding/csv"
	"errors"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/client"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

// A program begins a report, waits for it, reads its rows and ends another.
func TestReports(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	c := newClient(t, k)
	ctx := t.Context()
	last := canon.DayOf(k.Sandbox.Now(), time.UTC).Add(-3)
	ask := client.ReportAsk{Start: last.Add(-1), End: last, Organizations: []string{g.Accounts[0].ID}, Channels: []canon.Channel{canon.SponsoredProducts}}
	r, err := c.BeginReport(ctx, "shop", ask)
	if err != nil || r.Ended() || r.RetryAfter < 1 || r.Level != canon.LevelCampaign {
		t.Fatalf("%+v %v", r, err)
	}
	var refusal *client.Error
	if _, _, err := c.ReportRows(ctx, "shop", r.ID, "csv"); !errors.As(err, &refusal) || refusal.Code != "report.not_done" {
		t.Errorf("rows before the end: %v", err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for !r.Ended() {
		select {
		case <-tick.C:
			k.Sandbox.Advance(5 * time.Second)
		case <-limit:
			t.Fatalf("it does not end: %+v", r)
		}
		if r, err = c.Report(ctx, "shop", r.ID); err != nil {
			t.Fatal(err)
		}
	}
	rows, whole, err := c.ReportRows(ctx, "shop", r.ID, "csv")
	if err != nil || !whole || r.Status != "done" {
		t.Fatalf("%+v %v %v", r, whole, err)
	}
	records, err := csv.NewReader(rows).ReadAll()
	if err != nil || int64(len(records)-1) != r.Rows || r.Rows == 0 {
		t.Errorf("%d records of %d rows: %v", len(records), r.Rows, err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	kept, err := c.ReportsKept(ctx, "shop")
	if err != nil || len(kept) != 1 || kept[0].Start != ask.Start || kept[0].End != ask.End || kept[0].Days != 2 || kept[0].Rows != r.Rows || kept[0].Keep || kept[0].AsOf.IsZero() {
		t.Errorf("%+v %v", kept, err)
	}
	ask.Start, ask.Keep = last.Add(-20), true
	second, err := c.BeginReport(ctx, "shop", ask)
	if err != nil {
		t.Fatal(err)
	}
	if second, err = c.CancelReport(ctx, "shop", second.ID); err != nil || second.Status != "cancelled" || second.Cancelled != second.Parts || second.EndedAt.IsZero() {
		t.Errorf("%+v %v", second, err)
	}
	if kept, err = c.StopReports(ctx, "shop", canon.LevelGroup); err != nil || len(kept) != 0 {
		t.Errorf("of another level: %+v %v", kept, err)
	}
	if kept, err = c.StopReports(ctx, "shop", canon.LevelOrg); err != nil || len(kept) != 1 || kept[0].Days != 2 || kept[0].Keep {
		t.Errorf("%+v %v", kept, err)
	}
	if all, err := c.Reports(ctx, client.All); err != nil || len(all) != 2 || all[0].ID != second.ID {
		t.Errorf("%+v %v", all, err)
	}
}
