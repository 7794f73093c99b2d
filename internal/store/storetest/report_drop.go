package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

func (r reporting) cancel(j report.Job) {
	r.t.Helper()
	must(r.t, r.CancelReport(r.t.Context(), j.ID, did("ads.report_cancel", string(j.ID))))
}

func (r reporting) drops(at time.Time) (all []id.ReportPart, next time.Time) {
	r.t.Helper()
	all, next, err := r.DueReportDrops(r.t.Context(), at)
	must(r.t, err)
	slices.Sort(all)
	return all, next
}

// asked saves a part as one that Amazon has.
func (r reporting) asked(p report.Part, reportID string, found bool) report.Part {
	p.ReportID, p.Found = reportID, found
	return r.state(p, report.Asked)
}

// reportDrops holds which reports are deleted at Amazon once their jobs are cancelled, and that each is by one at a time.
func reportDrops(t *testing.T, fresh func(*testing.T) reporting) {
	one := func() report.Part { return aPart("11", "2026-11-01", "2026-11-05") }
	t.Run("cancelling deletes what Amazon was asked for, and no other's", func(t *testing.T) {
		t.Parallel()
		r, j := fresh(t), aJob(0, "11")
		var parts []report.Part
		for d := canon.Day("2026-11-01"); d <= "2026-11-05"; d = d.Add(1) {
			parts = append(parts, aPart("11", d, d))
		}
		waiting, asked, found, done, nightly := parts[0], parts[1], parts[2], parts[3], parts[4]
		r.add(j, parts...)
		must(t, r.JoinParts(t.Context(), []report.Part{nightly}))
		asked.Problem, asked.Detail = problem.AdsUnreachable, "once"
		r.asked(asked, "r-1", false)
		r.asked(found, "r-2", true)
		r.asked(nightly, "r-3", false)
		done.ReportID = "r-4"
		r.state(done, report.Done)
		r.cancel(j)
		states, theirs := map[id.ReportPart]report.State{}, map[id.ReportPart]report.AtAmazon{}
		for _, p := range r.read(j).Parts {
			if states[p.ID], theirs[p.ID] = p.State, p.AtAmazon; p.State == report.Cancelled && (!p.Ended.Equal(start()) || p.Problem != "" || p.Detail != "") {
				t.Errorf("%+v", p)
			}
		}
		want := map[id.ReportPart]report.State{
			waiting.ID: report.Cancelled, asked.ID: report.Cancelled, found.ID: report.Cancelled, done.ID: report.Done, nightly.ID: report.Asked,
		}
		if d := cmp.Diff(want, states); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(map[id.ReportPart]report.AtAmazon{waiting.ID: "", asked.ID: report.Deleting, found.ID: report.Left, done.ID: "", nightly.ID: ""}, theirs); d != "" {
			t.Error(d)
		}
		if all, _ := r.drops(start()); !slices.Equal(all, []id.ReportPart{asked.ID}) {
			t.Errorf("due: %v", all)
		}
		var load report.Load
		_, _, err := r.DueReportParts(t.Context(), start(), func(_ report.Lane, is report.Load) int { load = is; return 0 })
		if d := cmp.Diff(report.Load{Asked: 2}, load); d != "" || err != nil {
			t.Errorf("what is about to be deleted holds its place still: %s, %v", d, err)
		}
	})
	t.Run("what is worked at when its job is cancelled ends when it is saved, or freed", func(t *testing.T) {
		t.Parallel()
		for name, saved := range map[string]bool{"saved": true, "freed": false} {
			r, j, p := fresh(t), aJob(0, "11"), one()
			r.add(j, p)
			p, _ = r.claim(p.ID, "a")
			r.cancel(j)
			if got := r.read(j).Parts[0]; got.State != report.Waiting {
				t.Errorf("%s: taken from who works at it: %s", name, got.State)
			}
			want := report.AtAmazon("")
			if saved {
				r.asked(p, "r-1", false)
				want = report.Deleting
			} else {
				must(t, r.FreeReportParts(t.Context()))
			}
			if got := r.read(j).Parts[0]; got.State != report.Cancelled || got.AtAmazon != want || !got.Ended.Equal(start()) {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
	t.Run("one deletes, until it is done", func(t *testing.T) {
		t.Parallel()
		r, j, p := fresh(t), aJob(0, "11"), one()
		r.add(j, p)
		r.asked(p, "r-1", false)
		if _, won, err := r.ClaimReportDrop(t.Context(), p.ID, "a"); won || err != nil {
			t.Errorf("what is wanted is deleted: %v", err)
		}
		r.cancel(j)
		got, won, err := r.ClaimReportDrop(t.Context(), p.ID, "a")
		if !won || err != nil || got.ReportID != "r-1" || got.AtAmazon != report.Deleting {
			t.Errorf("%+v, %t, %v", got, won, err)
		}
		if _, won, _ := r.ClaimReportDrop(t.Context(), p.ID, "b"); won {
			t.Error("two delete it")
		}
		got.Tries, got.Next, got.Problem = 1, start().Add(time.Minute), problem.AdsUnreachable
		must(t, r.SaveReportPart(t.Context(), got))
		if all, next := r.drops(start()); len(all) > 0 || !next.Equal(got.Next) {
			t.Errorf("due before its time: %v, %s", all, next)
		}
		if all, _ := r.drops(got.Next); len(all) != 1 {
			t.Errorf("not due: %v", all)
		}
		if _, won, _ = r.ClaimReportDrop(t.Context(), p.ID, "b"); !won {
			t.Error("it was not given back")
		}
		got.AtAmazon, got.Next = report.Deleted, time.Time{}
		must(t, r.SaveReportPart(t.Context(), got))
		if all, next := r.drops(start().Add(time.Hour)); len(all) > 0 || !next.IsZero() {
			t.Errorf("due once more: %v, %s", all, next)
		}
	})
	t.Run("what is wanted again is left to its twin", func(t *testing.T) {
		t.Parallel()
		r, first, p := fresh(t), aJob(0, "11"), one()
		r.add(first, p)
		r.asked(p, "r-1", false)
		r.cancel(first)
		other := one()
		other.Realm = amazon.Real
		r.add(aJob(time.Second, "11"), other)
		second, twin := aJob(2*time.Second, "11"), one()
		if _, won, _ := r.ClaimReportDrop(t.Context(), p.ID, "a"); !won {
			t.Error("it is left to one of another realm")
		}
		must(t, r.FreeReportParts(t.Context()))
		r.add(second, twin)
		if _, won, _ := r.ClaimReportDrop(t.Context(), p.ID, "a"); won {
			t.Error("it is deleted")
		}
		if got := r.read(first).Parts[0]; got.AtAmazon != report.Left {
			t.Errorf("%+v", got)
		}
		if all, _ := r.drops(start().Add(time.Hour)); len(all) > 0 {
			t.Errorf("due: %v", all)
		}
	})
}
