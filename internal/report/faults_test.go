package report_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestNothingIsLostAndNothingIsMadeTwice puts one thing after the other in a report's way, and looks at what is kept in the end.
func TestNothingIsLostAndNothingIsMadeTwice(t *testing.T) {
	t.Parallel()
	only := func(w *world) report.Ask {
		return report.Ask{Channels: []canon.Channel{canon.SponsoredProducts}, Organizations: []string{w.places[0].Account.ID}}
	}
	calm := start(t, nil)
	calm.run()
	want := total(calm.rows(calm.ended(calm.begin(only(calm), 5))), canon.SumImpressions)
	if want == 0 {
		t.Fatal("the account has nothing to tell")
	}
	const patient = 15 // more often than what failed is tried: this is no failure
	create, get, file := kit.Match{Operation: "reports.create"}, kit.Match{Operation: "reports.get"}, kit.Match{Operation: "files.get"}
	for name, c := range map[string]struct {
		faults []kit.Fault
		made   int64 // reports that Amazon made; 0 where it depends on who is faster
	}{
		"the answer to the request is lost":  {[]kit.Fault{{Match: create, At: kit.AfterEffect, Do: kit.Reset}}, 1},
		"it never arrives":                   {[]kit.Fault{{Match: create, Do: kit.Reset, Times: 3}}, 1},
		"a twin without a name":              {[]kit.Fault{{Match: create, Do: kit.Status, Status: 425, Body: `{"code":"425","detail":"The Request is a duplicate"}`, Times: patient}}, 1},
		"a storm of 429 without a time":      {[]kit.Fault{{Match: create, Do: kit.Status, Status: 429, Times: 5}}, 1},
		"429 with a time":                    {[]kit.Fault{{Match: create, Do: kit.Status, Status: 429, RetryAfter: "7", Times: patient}}, 1},
		"429 as a page":                      {[]kit.Fault{{Match: create, At: kit.BeforeEffect, Do: kit.HTML, Status: 429, Times: 2}}, 1},
		"429 to a poll, without a time":      {[]kit.Fault{{Match: get, Do: kit.Status, Status: 429, Times: patient}}, 1},
		"401 to a poll":                      {[]kit.Fault{{Match: get, Do: kit.Status, Status: 401, Times: 2}}, 1},
		"500 to a poll":                      {[]kit.Fault{{Match: get, Do: kit.Status, Status: 500, Times: 4}}, 1},
		"the poll is cut":                    {[]kit.Fault{{Match: get, Do: kit.Truncate, Bytes: 20, Times: 2}}, 1},
		"the address has expired":            {[]kit.Fault{{Match: file, Do: kit.Status, Status: 403, Body: "<Error><Code>AccessDenied</Code></Error>", Times: 2}}, 1},
		"the file ends early":                {[]kit.Fault{{Match: file, Do: kit.Truncate, Bytes: 200, Times: 2}}, 1},
		"the file's connection breaks":       {[]kit.Fault{{Match: file, At: kit.MidBody, Do: kit.Reset, Times: 2}}, 1},
		"the file is a page":                 {[]kit.Fault{{Match: file, Do: kit.HTML, Times: 2}}, 1},
		"the file is a page, time and again": {[]kit.Fault{{Match: file, Do: kit.HTML, Times: 4}}, 2},
		"Amazon forgets it":                  {[]kit.Fault{{Match: get, Do: kit.Status, Status: 404, Times: 1}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, map[string]string{"ads.report_time": "3600s"}) // Amazon tells of a twin only while it makes the report
			armed := map[kit.Match]*kit.Armed{}
			for _, f := range c.faults {
				armed[f.Match] = w.amz.Fault(f)
			}
			w.run()
			j := w.ended(w.begin(only(w), 5))
			if j.State != report.Done {
				t.Fatalf("%s: %+v", j.State, w.Tell(t.Context(), j))
			}
			rows := w.rows(j)
			if got := total(rows, canon.SumImpressions); got != want {
				t.Errorf("%d impressions are kept, want %d", got, want)
			}
			seen := map[string]bool{}
			for _, r := range rows {
				if key := string(r.Date) + r.CampaignID; seen[key] {
					t.Errorf("%s of %s stands twice", r.CampaignID, r.Date)
				} else {
					seen[key] = true
				}
			}
			made, err := w.amz.Journal().Number(kit.Filter{Match: create, Effect: "created"})
			if err != nil {
				t.Fatal(err)
			}
			if c.made > 0 && made != c.made {
				t.Errorf("Amazon made %d reports, want %d", made, c.made)
			}
			for _, f := range c.faults {
				if n := armed[f.Match].Hits(); n != max(1, f.Times) {
					t.Errorf("%v: the fault acted %d times", f.Match, n)
				}
			}
		})
	}
}

func TestAReportThatAmazonCannotMakeFailsWithItsName(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"ads.report_end": "failed"})
	w.run()
	j := w.ended(w.begin(report.Ask{Organizations: []string{w.places[0].Account.ID}, Channels: []canon.Channel{canon.SponsoredProducts}}, 3))
	if j.State != report.Failed || j.Parts[0].Problem != problem.ReportFailedAtAmazon {
		t.Errorf("state %s: %+v", j.State, j.Parts)
	}
	if n := w.calls("reports.create"); n != 4 {
		t.Errorf("it was asked for %d times, want once and three times more", n)
	}
	if rows := w.rows(j); len(rows) > 0 {
		t.Errorf("%d rows of nothing", len(rows))
	}
}

// TestAReportSurvivesRestarts stops the service at each of its steps; the next one goes on where it was.
func TestAReportSurvivesRestarts(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"ads.report_time": "1200s"})
	j := w.begin(report.Ask{Organizations: []string{w.places[0].Account.ID}}, 5)
	for _, operation := range []string{"reports.create", "reports.get", "files.get"} {
		w.amz.Fault(kit.Fault{Match: kit.Match{Operation: operation}, At: kit.AfterEffect, Do: kit.Reset})
		w.run()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if err := w.amz.Journal().Await(ctx, 1, kit.Filter{Match: kit.Match{Operation: operation}}); err != nil {
			t.Fatal(err)
		}
		cancel()
		w.stop()
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		w.open()
	}
	w.run()
	j = w.ended(j)
	if j.State != report.Done || len(w.rows(j)) == 0 {
		t.Fatalf("%+v", w.Tell(t.Context(), j))
	}
	made, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Operation: "reports.create"}, Effect: "created"})
	if err != nil || made != int64(len(j.Parts)) {
		t.Errorf("Amazon made %d reports for %d parts, %v", made, len(j.Parts), err)
	}
}

func TestTwoThatAskForTheSameShareIt(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	ask := report.Ask{Organizations: []string{w.places[0].Account.ID}}
	first, second := w.begin(ask, 5), w.begin(ask, 5)
	w.run()
	first, second = w.ended(first), w.ended(second)
	if n := w.calls("reports.create"); n != int64(len(first.Parts)) || len(second.Parts) != len(first.Parts) || first.ID == second.ID {
		t.Errorf("%d reports were asked for, for two jobs of %d parts", n, len(first.Parts))
	}
}

func TestAQueueThatIsShortIsLearned(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"ads.report_queue": "5", "ads.report_time": "600s"})
	w.run()
	j := w.ended(w.begin(report.Ask{}, 3))
	if j.State != report.Done {
		t.Fatalf("%+v", w.Tell(t.Context(), j))
	}
	refused, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Operation: "reports.create"}, Status: http.StatusTooManyRequests})
	if err != nil {
		t.Fatal(err)
	}
	if refused == 0 || refused > int64(len(j.Parts)) {
		t.Errorf("%d of %d were refused", refused, len(j.Parts))
	}
	w.stop()
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w.open() // what was learned outlives the process
	w.run()
	if j = w.ended(w.begin(report.Ask{Level: canon.LevelGroup}, 3)); j.State != report.Done || len(j.Parts) < 10 {
		t.Fatalf("%+v", w.Tell(t.Context(), j))
	}
	again, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Operation: "reports.create"}, Status: http.StatusTooManyRequests})
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(len(j.Parts)/5 + 1); again-refused > most { // a probe now and then, and no rush
		t.Errorf("%d of %d were refused after a restart, want at most %d", again-refused, len(j.Parts), most)
	}
}
