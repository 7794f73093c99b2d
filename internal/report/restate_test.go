package report_test

import (
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// TestDaysThatMayChangeAreReadAgainAndDaysToComeAreKept lets two days pass.
func TestDaysThatMayChangeAreReadAgainAndDaysToComeAreKept(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	ask := report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}, Keep: true}
	j := w.ended(w.begin(ask, 40))
	source := j.Sources[0]
	before, err := w.store.ReportDays(t.Context(), source, j.Ask.Start, j.Ask.End)
	if err != nil || len(before) != 40 {
		t.Fatalf("%d days, %v", len(before), err)
	}
	if !before[0].Final || before[39].Final {
		t.Errorf("the first day is final: %v, the last: %v", before[0].Final, before[39].Final)
	}
	w.amz.Advance(48 * time.Hour)
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		days, err := w.store.ReportDays(t.Context(), source, j.Ask.Start, j.Ask.End.Add(2))
		if err != nil {
			t.Fatal(err)
		}
		if len(days) == 42 && days[39].Fetched.After(before[39].Fetched) {
			if !days[0].Fetched.Equal(before[0].Fetched) {
				t.Error("a final day was read again")
			}
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d days are kept, the last was read at %s", len(days), days[len(days)-1].Fetched)
		}
	}
}
