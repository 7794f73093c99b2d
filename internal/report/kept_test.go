package report_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestWhatAmazonKeepsNoMoreIsKeptHere lets 120 days pass, which is longer than Amazon keeps any of these reports (ads-lwa 5.1), and reads the same days
// again. Days before them that were not fetched in time cannot be had, and are said so.
func TestWhatAmazonKeepsNoMoreIsKeptHere(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	ask := report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}
	j := w.ended(w.begin(ask, 5))
	want := w.rows(j)
	w.amz.Advance(120 * 24 * time.Hour)
	ask.Start, ask.End = j.Ask.Start, j.Ask.End
	again := w.ended(w.begin(ask, 0))
	if d := cmp.Diff(want, w.rows(again)); d != "" || len(want) == 0 || again.State != report.Done || len(again.Parts)+len(again.Missing) > 0 {
		t.Errorf("%+v: %s", again, d)
	}
	ask.Start = ask.Start.Add(-2)
	again = w.ended(w.begin(ask, 0))
	gone := []report.Missing{{
		Organization: w.places[0].Account.ID, Channel: canon.SponsoredProducts, Start: ask.Start, End: ask.Start.Add(1), Why: report.WhyRetention,
	}}
	if d := cmp.Diff(gone, again.Missing); d != "" || len(again.Parts) > 0 || len(w.rows(again)) != len(want) {
		t.Errorf("%d parts, %s", len(again.Parts), d)
	}
}

// TestDaysToCome: of a span that reaches beyond today the rest is said to be missing, and one that has not begun is none.
func TestDaysToCome(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.run()
	at := w.places[0].Account
	zone, err := time.LoadLocation(at.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	today := canon.DayOf(w.amz.Now(), zone)
	ask := report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{at.ID}, Start: today.Add(-1), End: today.Add(3)}
	j := w.ended(w.begin(ask, 0))
	if len(j.Missing) != 1 || j.Missing[0].Why != report.WhyFuture || j.Missing[0].End != ask.End || j.Missing[0].Start < today.Add(1) || j.State != report.Done {
		t.Errorf("%+v", j)
	}
	ask.Start, ask.End = today.Add(9), today.Add(9)
	_, err = w.Begin(t.Context(), audit.Actor{}, w.places, ask)
	var p problem.Problem
	if !errors.As(err, &p) || p.Code != problem.ReportBadRequest {
		t.Errorf("in nine days: %v", err)
	}
}

// TestARegionThatRefusesHoldsBackNoOther: the queues of Amazon's regions are apart, and so are the limiters here.
func TestARegionThatRefusesHoldsBackNoOther(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.amz.Fault(kit.Fault{Match: kit.Match{Operation: "reports.create", Region: "EU"}, Do: kit.Status, Status: http.StatusTooManyRequests, RetryAfter: "86400", Times: 1000})
	w.run()
	j := w.until(w.begin(report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}}, 2), func(j report.Job) bool {
		return !slices.ContainsFunc(j.Parts, func(p report.Part) bool { return p.Region != canon.EU && p.State != report.Done })
	})
	refused := 0
	for _, p := range j.Parts {
		if p.Region == canon.EU {
			if refused++; p.State != report.Waiting {
				t.Errorf("%+v", p)
			}
		}
	}
	if refused == 0 || refused == len(j.Parts) {
		t.Fatalf("%d of %d parts are of the region", refused, len(j.Parts))
	}
	if n := w.effects("reports.create", "created"); n != int64(len(j.Parts)-refused) {
		t.Errorf("%d were made", n)
	}
}
