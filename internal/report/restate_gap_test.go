package report_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestANightThatFailedIsMadeGood: a day that could not be fetched in its night is asked for in the next, and one of a series that has
// nothing yet too.
func TestANightThatFailedIsMadeGood(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	w.amz.Fault(kit.Fault{Match: kit.Match{Operation: "reports.create"}, Do: kit.Status, Status: 400})
	ask := report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}, Keep: true}
	j := w.ended(w.begin(ask, 2))
	if j.State != report.Failed {
		t.Fatalf("%+v", j)
	}
	kept := func(want ...canon.Day) {
		t.Helper()
		limit := time.After(30 * time.Second)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			days, err := w.store.ReportDays(t.Context(), j.Sources[0], "2026-01-01", "2027-12-31")
			if err != nil {
				t.Fatal(err)
			}
			have := map[canon.Day]bool{}
			for _, d := range days {
				have[d.Day] = true
			}
			missing := 0
			for _, d := range want {
				if !have[d] {
					missing++
				}
			}
			if missing == 0 {
				return
			}
			select {
			case <-tick.C:
			case <-limit:
				t.Fatalf("kept are %v, want %v", days, want)
			}
		}
	}
	zone, err := time.LoadLocation(w.places[0].Account.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	yesterday := func() canon.Day { return canon.DayOf(w.amz.Now(), zone).Add(-1) }
	w.amz.Advance(26 * time.Hour)
	first := yesterday()
	kept(first)
	w.amz.Advance(72 * time.Hour) // two nights without a server, or with one that could not fetch
	kept(first, first.Add(1), first.Add(2), first.Add(3))
	drop(t, w, j.Sources[0], first.Add(2))
	w.amz.Advance(24 * time.Hour)
	kept(first.Add(2), first.Add(3), first.Add(4))
}

// drop forgets a day, as if its night's report had failed.
func drop(t *testing.T, w *world, s report.Source, d canon.Day) {
	t.Helper()
	err := w.store.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM report_day WHERE account = $1 AND channel = $2 AND day = $3`, s.Account, string(s.Channel), string(d))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestADayThatIsFetchedAnewWhileItIsRead is told as it is now, or not at all, and never in part.
func TestADayThatIsFetchedAnewWhileItIsRead(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	j := w.ended(w.begin(report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}, 3))
	want := w.rows(j)
	days, err := w.store.ReportDays(t.Context(), j.Sources[0], j.Ask.Start, j.Ask.End)
	if err != nil || len(days) != 3 {
		t.Fatal(days, err)
	}
	// replace keeps rows of a day under another version.
	replace := func(k report.Kept) {
		t.Helper()
		var chunks []report.Chunk
		err := w.store.ReportRows(t.Context(), k.Version, k.Day, func(body []byte) error {
			chunks = append(chunks, report.Chunk{Day: k.Day, Body: append([]byte(nil), body...)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p := report.Part{Source: j.Sources[0], ID: id.New[id.ReportPart](w.amz.Now()), Grant: grantID, Region: canon.NA, First: k.Day, Last: k.Day, State: report.Done, Ended: w.amz.Now()}
		if k.Version = p.ID; len(chunks) == 0 {
			t.Fatal("there are no rows")
		}
		if err := w.store.EndReportPart(t.Context(), p, chunks, []report.Kept{k}, nil); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	_, err = w.Rows(t.Context(), j, func(*canon.AdsReportRow) error {
		if n++; n == 1 {
			replace(days[2])
		}
		return nil
	})
	if err != nil || n != len(want) {
		t.Errorf("%d rows, want %d: %v", n, len(want), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Rows(ctx, j, func(*canon.AdsReportRow) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader that left: %v", err)
	}
}
