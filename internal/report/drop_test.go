package report_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// until waits until a job is as it should be.
func (w *world) until(j report.Job, is func(report.Job) bool) report.Job {
	w.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for {
		var err error
		if j, err = w.Job(w.t.Context(), j.ID); err != nil {
			w.t.Fatal(err)
		}
		if is(j) {
			return j
		}
		select {
		case <-tick.C:
		case <-limit:
			w.t.Fatalf("it does not come to that: %+v", j)
		}
	}
}

func (w *world) cancel(j report.Job) {
	w.t.Helper()
	if err := w.Cancel(w.t.Context(), audit.Actor{Kind: audit.Operator, Name: "ana"}, j.ID); err != nil {
		w.t.Fatal(err)
	}
}

func allAsked(j report.Job) bool {
	for _, p := range j.Parts {
		if p.State != report.Asked {
			return false
		}
	}
	return true
}

func settled(j report.Job) bool {
	for _, p := range j.Parts {
		if p.State != report.Cancelled || p.AtAmazon == report.Deleting {
			return false
		}
	}
	return true
}

// effects counts what calls of an operation had done at the sandbox.
func (w *world) effects(operation, effect string) int64 {
	w.t.Helper()
	n, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Operation: operation}, Effect: effect})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestACancelledReportIsDeletedAtAmazon puts one thing after the other in the way of the deleting.
func TestACancelledReportIsDeletedAtAmazon(t *testing.T) {
	t.Parallel()
	match := kit.Match{Operation: "reports.delete"}
	for name, c := range map[string]struct {
		switches map[string]string
		faults   []kit.Fault
		later    time.Duration // after it was asked for
		want     report.AtAmazon
		deleted  int64 // at Amazon
		why      problem.Code
	}{
		"nothing":                     {want: report.Deleted, deleted: 1},
		"it is finished":              {later: 25 * time.Minute, want: report.Deleted, deleted: 1},
		"finished ones are not taken": {switches: map[string]string{"ads.report_delete": "pending"}, later: 25 * time.Minute, want: report.Left, why: problem.ReportNotDeleted},
		"the answer is lost":          {faults: []kit.Fault{{Match: match, At: kit.AfterEffect, Do: kit.Reset}}, want: report.Deleted, deleted: 1},
		"it never arrives":            {faults: []kit.Fault{{Match: match, Do: kit.Reset, Times: 3}}, want: report.Deleted, deleted: 1},
		"a storm of 429":              {faults: []kit.Fault{{Match: match, Do: kit.Status, Status: 429, Times: 9}}, want: report.Deleted, deleted: 1},
		"429 with a time":             {faults: []kit.Fault{{Match: match, Do: kit.Status, Status: 429, RetryAfter: "60", Times: 2}}, want: report.Deleted, deleted: 1},
		"429 for hours":               {faults: []kit.Fault{{Match: match, Do: kit.Status, Status: 429, RetryAfter: "14400", Times: 1000}}, want: report.Left, why: problem.ReportNotDeleted},
		"500 for a while":             {faults: []kit.Fault{{Match: match, Do: kit.Status, Status: 500, Times: 4}}, want: report.Deleted, deleted: 1},
		"500 without end":             {faults: []kit.Fault{{Match: match, Do: kit.Status, Status: 500, Times: 1000}}, want: report.Left, why: problem.ReportNotDeleted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			switches := map[string]string{"ads.report_time": "1200s"}
			for k, v := range c.switches {
				switches[k] = v
			}
			w := start(t, switches)
			w.run()
			j := w.begin(report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}, 5)
			j = w.until(j, allAsked)
			if c.later > 0 {
				w.stop() // here nobody hears of it
				w.until(j, func(report.Job) bool { return w.amz.Now().After(j.Parts[0].Asked.Add(c.later)) })
			}
			for _, f := range c.faults {
				w.amz.Fault(f)
			}
			w.cancel(j)
			if c.later > 0 {
				w.run()
			}
			j = w.until(j, settled)
			p := j.Parts[0]
			if p.AtAmazon != c.want || p.Problem != c.why {
				t.Errorf("%s, %s (%s), want %s, %s", p.AtAmazon, p.Problem, p.Detail, c.want, c.why)
			}
			if n := w.effects("reports.delete", "deleted"); n != c.deleted {
				t.Errorf("Amazon deleted %d, want %d", n, c.deleted)
			}
			told := w.Tell(t.Context(), j)
			want := report.Leavings{Deleted: int(c.deleted), Left: 1 - int(c.deleted)}
			if told.AtAmazon == nil || *told.AtAmazon != want || told.Cancelled != 1 || told.Status != report.Cancelled || (len(told.Errors) > 0) != (c.why != "") {
				t.Errorf("told as %+v, %+v", told, told.AtAmazon)
			}
		})
	}
}

// TestTheDeletingSurvivesARestart stops the service before Amazon could be told; the next one tells it.
func TestTheDeletingSurvivesARestart(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"ads.report_time": "7200s"})
	w.run()
	j := w.until(w.begin(report.Ask{Organizations: []string{w.places[0].Account.ID}}, 5), allAsked)
	w.stop()
	w.cancel(j)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
	w.run()
	j = w.until(j, settled)
	if told := w.Tell(t.Context(), j); told.AtAmazon == nil || told.AtAmazon.Deleted != len(j.Parts) {
		t.Errorf("%+v", told.AtAmazon)
	}
}

// TestWhatATwinWaitsForIsNotDeleted: another job of ours, and whoever asked Amazon for the report before.
func TestWhatATwinWaitsForIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"ads.report_time": "3600s"})
	ask := report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}
	w.amz.Fault(kit.Fault{Match: kit.Match{Operation: "reports.create"}, At: kit.AfterEffect, Do: kit.Reset})
	w.run()
	j := w.until(w.begin(ask, 5), allAsked) // its report was there when it was asked for again
	first, second := w.begin(ask, 3), w.begin(ask, 3)
	w.cancel(w.until(first, allAsked))
	w.cancel(j)
	j = w.until(j, settled)
	if p := j.Parts[0]; p.AtAmazon != report.Left || p.Problem != "" {
		t.Errorf("a report that others may have asked for: %+v", p)
	}
	if second = w.ended(second); second.State != report.Done || len(w.rows(second)) == 0 {
		t.Errorf("the twin: %+v", w.Tell(t.Context(), second))
	}
	if n := w.calls("reports.delete"); n > 0 {
		t.Errorf("%d were deleted", n)
	}
}

// TestCancellingGivesAPlaceInTheQueueFree: what waits is asked for once Amazon has deleted what is wanted no more, and nothing is refused.
func TestCancellingGivesAPlaceInTheQueueFree(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"ads.report_queue": "5", "ads.report_time": "7200s"})
	w.run()
	full := w.begin(report.Ask{}, 3)
	w.until(full, func(j report.Job) bool {
		n := 0
		for _, p := range j.Parts {
			if p.State == report.Asked {
				n++
			}
		}
		return n >= 5
	})
	before := w.calls("reports.create")
	refused := func() int64 {
		n, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Operation: "reports.create"}, Status: http.StatusTooManyRequests})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	vain := refused()
	w.cancel(full)
	w.until(full, settled)
	next := w.begin(report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}, 2)
	w.until(next, allAsked)
	if n := refused() - vain; n > 0 {
		t.Errorf("%d of %d were refused", n, w.calls("reports.create")-before)
	}
}

// TestCancellingWhatIsWorkedAtJustNow cancels while Amazon is being asked: for the report, or how it fares. It is deleted as soon as that ended.
func TestCancellingWhatIsWorkedAtJustNow(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"reports.create", "reports.get"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			w := start(t, map[string]string{"ads.report_time": "7200s"})
			held := w.amz.Fault(kit.Fault{Match: kit.Match{Operation: operation}, Do: kit.Hold, At: kit.AfterEffect})
			w.run()
			j := w.begin(report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}, 5)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if err := held.Wait(ctx, 1); err != nil {
				t.Fatal(err)
			}
			w.cancel(j)
			begun := time.Now()
			held.Remove()
			j = w.until(j, settled)
			if long := time.Since(begun); j.Parts[0].AtAmazon != report.Deleted || long > 30*time.Second {
				t.Errorf("%+v after %s", j.Parts[0], long)
			}
			if n := w.effects("reports.delete", "deleted"); n != 1 {
				t.Errorf("%d were deleted", n)
			}
		})
	}
}
