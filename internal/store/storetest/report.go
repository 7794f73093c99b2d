package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

func aSource(account string) report.Source {
	return report.Source{Realm: amazon.Sandbox, Account: account, Channel: canon.SponsoredProducts, Level: canon.LevelCampaign}
}

func aPart(account string, first, last canon.Day) report.Part {
	return report.Part{
		Source: aSource(account), ID: id.New[id.ReportPart](start()), Grant: "01JD0000000000000000000GRA", Region: canon.EU, First: first, Last: last, State: report.Waiting,
	}
}

func aJob(after time.Duration, accounts ...string) report.Job {
	j := report.Job{
		ID: id.New[id.Report](start().Add(after)), State: report.Running, By: "ana", Created: start().Add(after),
		Ask:     report.Ask{Level: canon.LevelCampaign, Start: "2026-11-01", End: "2026-11-05", Metrics: []string{"clicks"}, Filters: report.Filters{Campaigns: []string{"7"}}},
		Missing: []report.Missing{{Organization: "11", Channel: canon.SponsoredProducts, Start: "2026-11-01", End: "2026-11-02"}},
	}
	for _, a := range accounts {
		j.Sources, j.Grants = append(j.Sources, aSource(a)), append(j.Grants, "01JD0000000000000000000GRA")
	}
	return j
}

// A reporting is a store with what the suite does to it.
type reporting struct {
	*store.Store
	t *testing.T
}

func (r reporting) add(j report.Job, parts ...report.Part) {
	r.t.Helper()
	must(r.t, r.AddReport(r.t.Context(), j, parts, did("ads.report_begin", string(j.ID))))
}

func (r reporting) read(j report.Job) report.Job {
	r.t.Helper()
	got, err := r.Report(r.t.Context(), j.ID)
	must(r.t, err)
	return got
}

func (r reporting) claim(p id.ReportPart, owner string) (report.Part, bool) {
	r.t.Helper()
	got, won, err := r.ClaimReportPart(r.t.Context(), p, owner)
	must(r.t, err)
	return got, won
}

// state saves a part in a state.
func (r reporting) state(p report.Part, s report.State) report.Part {
	r.t.Helper()
	p.State = s
	if s.Ended() {
		p.Ended = start().Add(time.Hour)
	}
	must(r.t, r.SaveReportPart(r.t.Context(), p))
	return p
}

func (r reporting) due(at time.Time, room int) (all []id.ReportPart, next time.Time) {
	r.t.Helper()
	all, next, err := r.DueReportParts(r.t.Context(), at, func(report.Lane, report.Load) int { return room })
	must(r.t, err)
	return all, next
}

func (r reporting) body(v id.ReportPart, day canon.Day) (all []string) {
	r.t.Helper()
	must(r.t, r.ReportRows(r.t.Context(), v, day, func(body []byte) error { all = append(all, string(body)); return nil }))
	return all
}

// reports holds that a part is made once at a time and worked by one, that a day changes as a whole, and that a job ends with its parts.
func reports(t *testing.T, open Open) {
	fresh := func(t *testing.T) reporting { return reporting{open(t), t} }
	t.Run("a job comes back with its parts", func(t *testing.T) {
		t.Parallel()
		r, j := fresh(t), aJob(0, "11", "12")
		j.Parts = []report.Part{aPart("11", "2026-11-03", "2026-11-05"), aPart("12", "2026-11-01", "2026-11-05")}
		slices.SortFunc(j.Parts, func(a, b report.Part) int { return strings.Compare(string(a.ID), string(b.ID)) })
		r.add(j, j.Parts...)
		if d := cmp.Diff(j, r.read(j)); d != "" {
			t.Error(d)
		}
		p, won := r.claim(j.Parts[0].ID, "a")
		if d := cmp.Diff(j.Parts[0], p); d != "" || !won {
			t.Error(d, won)
		}
		p.State, p.ReportID, p.Tries, p.Remade = report.Asked, "r-1", 1, 3
		p.Asked, p.Next, p.Problem, p.Detail = start(), start().Add(time.Minute), problem.ReportFileBroken, "a page"
		must(t, r.SaveReportPart(t.Context(), p))
		if d := cmp.Diff(p, r.read(j).Parts[0]); d != "" {
			t.Error(d)
		}
		if _, err := r.Report(t.Context(), "01JD0000000000000000000NON"); !errors.Is(err, report.ErrNotFound) {
			t.Errorf("one that is none: %v", err)
		}
		later := aJob(time.Second)
		r.add(later)
		all, err := r.Reports(t.Context(), 1)
		if err != nil || len(all) != 1 || all[0].ID != later.ID {
			t.Errorf("the newest: %+v, %v", all, err)
		}
		if n := entries(t, r.Store); n != 2 {
			t.Errorf("%d audit entries, want one a job", n)
		}
	})
	t.Run("a part is made once at a time, and joined", func(t *testing.T) {
		t.Parallel()
		r, first, second := fresh(t), aJob(0, "11"), aJob(time.Second, "11")
		p, same := aPart("11", "2026-11-01", "2026-11-05"), aPart("11", "2026-11-01", "2026-11-05")
		r.add(first, p)
		r.add(second, same)
		must(t, r.JoinParts(t.Context(), []report.Part{aPart("11", "2026-11-01", "2026-11-05")}))
		if got := r.read(second).Parts; len(got) != 1 || got[0].ID != p.ID {
			t.Errorf("%+v", got)
		}
		if all, _ := r.due(start(), 9); !slices.Equal(all, []id.ReportPart{p.ID}) {
			t.Errorf("due: %v", all)
		}
		r.state(p, report.Done)
		third := aJob(2*time.Second, "11")
		r.add(third, same)
		if got := r.read(third).Parts; len(got) != 1 || got[0].ID != same.ID {
			t.Errorf("what has ended was joined: %+v", got)
		}
	})
	t.Run("one works at a part, until it gives it back or is gone", func(t *testing.T) {
		t.Parallel()
		r, p := fresh(t), aPart("11", "2026-11-01", "2026-11-05")
		r.add(aJob(0, "11"), p)
		if _, won := r.claim(p.ID, "a"); !won {
			t.Error("the first did not get it")
		}
		if _, won := r.claim(p.ID, "b"); won {
			t.Error("two have it")
		}
		must(t, r.FreeReportParts(t.Context()))
		if _, won := r.claim(p.ID, "b"); !won {
			t.Error("it was not freed")
		}
		r.state(p, report.Waiting)
		if _, won := r.claim(p.ID, "a"); !won {
			t.Error("it was not given back")
		}
		r.state(p, report.Failed)
		if _, won := r.claim(p.ID, "a"); won {
			t.Error("what has ended was given out")
		}
	})
	t.Run("what is due, by time and by room", func(t *testing.T) {
		t.Parallel()
		r, j := fresh(t), aJob(0, "11")
		asked, later, waiting, over := aPart("11", "2026-11-01", "2026-11-01"), aPart("11", "2026-11-02", "2026-11-02"), aPart("11", "2026-11-03", "2026-11-03"), aPart("11", "2026-11-04", "2026-11-04")
		r.add(j, asked, later, waiting, over)
		later.Next = start().Add(time.Minute)
		over.Next = start().Add(-time.Second)
		waiting.Next = start().Add(-time.Minute)
		asked, later = r.state(asked, report.Asked), r.state(later, report.Asked)
		r.state(waiting, report.Waiting)
		r.state(over, report.Waiting)
		lane := report.Lane{Realm: amazon.Sandbox, Region: canon.EU}
		for last, want := range map[id.ReportPart]int{"": 0, min(waiting.ID, over.ID): 1, max(waiting.ID, over.ID): 2} {
			if a, w, err := r.ReportQueue(t.Context(), lane, last); err != nil || w != want || len(a) != 2 {
				t.Errorf("%d wait up to %q, %d are asked for, %v", w, last, len(a), err)
			}
		}
		for _, other := range []report.Lane{{Realm: amazon.Real, Region: canon.EU}, {Realm: amazon.Sandbox, Region: canon.NA}} {
			if a, w, err := r.ReportQueue(t.Context(), other, "Z"); err != nil || w+len(a) > 0 {
				t.Errorf("%v has %d and %d, %v", other, w, len(a), err)
			}
		}
		if all, next := r.due(start(), 1); !slices.Equal(all, []id.ReportPart{asked.ID, waiting.ID}) || !next.Equal(later.Next) {
			t.Errorf("%v, then at %s", all, next)
		}
		if all, _ := r.due(start().Add(time.Hour), 0); !slices.Equal(all, []id.ReportPart{asked.ID, later.ID}) {
			t.Errorf("without room: %v", all)
		}
		if all, _ := r.due(start().Add(time.Hour), 9); len(all) != 4 {
			t.Errorf("all: %v", all)
		}
	})
	t.Run("what a lane holds, and what is leased", func(t *testing.T) {
		t.Parallel()
		r, j := fresh(t), aJob(0, "11")
		var parts []report.Part
		for d := canon.Day("2026-11-01"); d <= "2026-11-06"; d = d.Add(1) {
			parts = append(parts, aPart("11", d, d))
		}
		real := aPart("11", "2026-11-01", "2026-11-01")
		real.Realm = amazon.Real
		r.add(j, append(parts, real)...)
		for _, p := range parts[:3] {
			r.state(p, report.Asked)
		}
		for _, p := range []report.Part{parts[0], parts[3], parts[4]} { // one is looked at, two are asked for
			r.claim(p.ID, "a")
		}
		loads := map[report.Lane]report.Load{}
		due, _, err := r.DueReportParts(t.Context(), start(), func(at report.Lane, is report.Load) int { loads[at] = is; return 0 })
		must(t, err)
		want := map[report.Lane]report.Load{{Realm: amazon.Sandbox, Region: canon.EU}: {Waiting: 1, Creating: 2, Asked: 3}, {Realm: amazon.Real, Region: canon.EU}: {Waiting: 1}}
		if d := cmp.Diff(want, loads); d != "" {
			t.Error(d)
		}
		slices.Sort(due)
		leased := []id.ReportPart{parts[0].ID, parts[1].ID, parts[2].ID, parts[3].ID, parts[4].ID}
		if slices.Sort(leased); !slices.Equal(due, leased) { // what is leased may have been left by a failure to save it
			t.Errorf("due are %v, want %v", due, leased)
		}
	})
	t.Run("a job ends with its parts", func(t *testing.T) {
		t.Parallel()
		r := fresh(t)
		for i, c := range []struct {
			parts []report.State
			want  report.State
		}{
			{[]report.State{report.Done, report.Done}, report.Done},
			{[]report.State{report.Done, report.Failed}, report.Partial},
			{[]report.State{report.Failed, report.Failed}, report.Failed},
			{[]report.State{report.Done, report.Asked}, report.Running},
			{nil, report.Done},
		} {
			j := aJob(time.Duration(i)*time.Second, "11")
			day := canon.Day("2026-01-01").Add(10 * i)
			var parts []report.Part
			for n := range c.parts {
				parts = append(parts, aPart("11", day.Add(n), day.Add(n)))
			}
			r.add(j, parts...)
			for n, s := range c.parts {
				r.state(parts[n], s)
			}
			got, err := r.SettleReport(t.Context(), j.ID, start().Add(time.Hour))
			if kept := r.read(j); err != nil || got != c.want || kept.State != got || kept.Ended.IsZero() == got.Ended() {
				t.Errorf("%v: %s, %+v, %v", c.parts, got, kept, err)
			}
		}
	})
	t.Run("cancelling leaves what another waits for", func(t *testing.T) {
		t.Parallel()
		r, first, second := fresh(t), aJob(0, "11"), aJob(time.Second, "11")
		shared, own := aPart("11", "2026-11-01", "2026-11-05"), aPart("12", "2026-11-01", "2026-11-05")
		r.add(first, shared, own)
		r.add(second, shared)
		for range 2 { // the second time nothing is done, and nothing written down
			must(t, r.CancelReport(t.Context(), first.ID, did("ads.report_cancel", string(first.ID))))
		}
		states := map[id.ReportPart]report.State{}
		got := r.read(first)
		for _, p := range got.Parts {
			states[p.ID] = p.State
		}
		if d := cmp.Diff(map[id.ReportPart]report.State{shared.ID: report.Waiting, own.ID: report.Cancelled}, states); d != "" || got.State != report.Cancelled || !got.Ended.Equal(start()) {
			t.Error(d, got.State, got.Ended)
		}
		r.state(shared, report.Done)
		if a, b := r.read(first), r.read(second); a.State != report.Cancelled || b.State != report.Done {
			t.Errorf("%s, %s", a.State, b.State)
		}
		if n := entries(t, r.Store); n != 3 {
			t.Errorf("%d audit entries, want two beginnings and one end", n)
		}
		if err := r.CancelReport(t.Context(), "01JD0000000000000000000NON", did("ads.report_cancel", "none")); !errors.Is(err, report.ErrNotFound) {
			t.Errorf("one that is none: %v", err)
		}
	})
	reportDrops(t, fresh)
	t.Run("what was learned of a lane", func(t *testing.T) {
		t.Parallel()
		r := fresh(t)
		if all, err := r.ReportLanes(t.Context()); err != nil || len(all) > 0 {
			t.Errorf("at first: %+v, %v", all, err)
		}
		europe := report.Learned{
			Lane: report.Lane{Realm: amazon.Sandbox, Region: canon.EU}, Window: 5, Settling: true, Held: start(), Probe: start().Add(time.Hour),
			Wait: 30 * time.Second, Quiet: 20 * time.Minute, Takes: 1500 * time.Millisecond,
		}
		other := report.Learned{Lane: report.Lane{Realm: amazon.Real, Region: canon.EU}, Quiet: time.Minute}
		for _, l := range []report.Learned{{Lane: europe.Lane, Window: 9}, other, europe} {
			must(t, r.SaveReportLane(t.Context(), l))
		}
		all, err := r.ReportLanes(t.Context())
		if d := cmp.Diff([]report.Learned{other, europe}, all); d != "" || err != nil {
			t.Error(d, err)
		}
	})
	t.Run("a day changes as a whole", func(t *testing.T) {
		t.Parallel()
		r, p := fresh(t), aPart("11", "2026-11-01", "2026-11-02")
		source := aSource("11")
		end := func(p report.Part, final bool, days ...canon.Day) {
			t.Helper()
			var kept []report.Kept
			for _, d := range days {
				kept = append(kept, report.Kept{Day: d, Version: p.ID, Rows: 2, Final: final, Fetched: start()})
			}
			p.State, p.Ended = report.Done, start()
			last := []report.Chunk{{Day: days[0], Body: []byte("last")}}
			must(t, r.EndReportPart(t.Context(), p, last, kept, &report.Series{Source: source, Grant: p.Grant, Next: start()}))
		}
		chunks := func(p report.Part, texts ...string) {
			t.Helper()
			var all []report.Chunk
			for _, d := range []canon.Day{"2026-11-01", "2026-11-02"} {
				for _, text := range texts {
					all = append(all, report.Chunk{Day: d, Body: []byte(text)})
				}
			}
			must(t, r.AddReportRows(t.Context(), p.ID, all))
		}
		r.add(aJob(0, "11"), p)
		chunks(p, "a", "b")
		end(p, false, "2026-11-01", "2026-11-02")
		again := aPart("11", "2026-11-02", "2026-11-02")
		must(t, r.JoinParts(t.Context(), []report.Part{again}))
		again, _ = r.claim(again.ID, "a")
		again = r.state(again, report.Asked)
		chunks(again, "broken off")
		days, err := r.ReportDays(t.Context(), source, "2026-11-01", "2026-11-30")
		if err != nil || len(days) != 2 || days[1].Version != p.ID {
			t.Errorf("before its end: %+v, %v", days, err)
		}
		if _, won := r.claim(again.ID, "a"); !won || len(r.body(again.ID, "2026-11-02")) > 0 {
			t.Error("what was broken off is still there")
		}
		chunks(again, "c")
		end(again, true, "2026-11-02")
		days, err = r.ReportDays(t.Context(), source, "2026-11-01", "2026-11-30")
		want := []report.Kept{
			{Day: "2026-11-01", Version: p.ID, Rows: 2, Fetched: start()}, {Day: "2026-11-02", Version: again.ID, Rows: 2, Final: true, Fetched: start()},
		}
		if d := cmp.Diff(want, days); d != "" || err != nil {
			t.Error(d, err)
		}
		if d := cmp.Diff([][]string{{"a", "b", "last"}, {"c", "last"}, nil}, [][]string{r.body(p.ID, "2026-11-01"), r.body(again.ID, "2026-11-02"), r.body(p.ID, "2026-11-02")}); d != "" {
			t.Error(d)
		}
		if due, _, err := r.DueSeries(t.Context(), start()); err != nil || len(due) != 1 || due[0].Source != source {
			t.Errorf("what is looked at again: %+v, %v", due, err)
		}
		last, err := r.LastDay(t.Context(), source)
		none, other := r.LastDay(t.Context(), aSource("12"))
		if last != "2026-11-02" || none != "" || err != nil || other != nil {
			t.Errorf("the last day is %q and %q, %v, %v", last, none, err, other)
		}
	})
	t.Run("what fails leaves no rows", func(t *testing.T) {
		t.Parallel()
		r, p := fresh(t), aPart("11", "2026-11-01", "2026-11-01")
		r.add(aJob(0, "11"), p)
		must(t, r.AddReportRows(t.Context(), p.ID, []report.Chunk{{Day: "2026-11-01", Body: []byte("a")}}))
		r.state(p, report.Failed)
		if got := r.body(p.ID, "2026-11-01"); len(got) > 0 {
			t.Errorf("%q", got)
		}
	})
	t.Run("what is kept of each source, and what is followed no more", func(t *testing.T) {
		t.Parallel()
		r, p := fresh(t), aPart("11", "2026-11-01", "2026-11-03")
		r.add(aJob(0, "11"), p)
		var days []report.Kept
		for i, d := range []canon.Day{"2026-11-01", "2026-11-02", "2026-11-03"} {
			days = append(days, report.Kept{Day: d, Version: p.ID, Rows: int64(i), Final: i == 0, Fetched: start().Add(time.Duration(3-i) * time.Hour)})
		}
		p.State, p.Ended = report.Done, start()
		must(t, r.EndReportPart(t.Context(), p, nil, days, nil))
		other := aSource("12")
		for _, s := range []report.Source{other, aSource("11")} {
			must(t, r.SaveSeries(t.Context(), report.Series{Source: s, Grant: p.Grant, Follow: true, Next: start()}))
		}
		want := []report.Shelf{
			{Source: aSource("11"), First: "2026-11-01", Last: "2026-11-03", Days: 3, Final: 1, Rows: 3, AsOf: start().Add(time.Hour), Follow: true, Next: start()},
			{Source: other, Follow: true, Next: start()},
		}
		shelves := func() []report.Shelf {
			t.Helper()
			all, err := r.ReportShelves(t.Context())
			must(t, err)
			return all
		}
		if d := cmp.Diff(want, shelves()); d != "" {
			t.Error(d)
		}
		must(t, r.StopSeries(t.Context(), []report.Source{other}, did("ads.report_stop", "-")))
		must(t, r.SaveSeries(t.Context(), report.Series{Source: other, Grant: p.Grant, Next: start()})) // a night that had begun
		want[1].Follow = false
		if d := cmp.Diff(want, shelves()); d != "" {
			t.Error(d)
		}
		must(t, r.DropSeries(t.Context(), want[0].Source))
		want[0].Follow, want[0].Next = false, time.Time{}
		if d := cmp.Diff(want, shelves()); d != "" {
			t.Error(d)
		}
		if n := entries(t, r.Store); n != 2 {
			t.Errorf("%d audit entries, want one of the job and one of the end", n)
		}
	})
	t.Run("series follow once they follow, until dropped", func(t *testing.T) {
		t.Parallel()
		r := fresh(t)
		soon := report.Series{Source: aSource("11"), Grant: "01JD0000000000000000000GRA", Follow: true, Next: start()}
		late := report.Series{Source: aSource("12"), Grant: soon.Grant, Next: start().Add(time.Hour)}
		for _, s := range []report.Series{late, soon} {
			must(t, r.SaveSeries(t.Context(), s))
		}
		again := soon
		again.Follow = false
		must(t, r.SaveSeries(t.Context(), again))
		due, next, err := r.DueSeries(t.Context(), start())
		if d := cmp.Diff([]report.Series{soon}, due); d != "" || !next.Equal(late.Next) || err != nil {
			t.Error(d, next, err)
		}
		must(t, r.DropSeries(t.Context(), soon.Source))
		if due, _, err = r.DueSeries(t.Context(), start().Add(2*time.Hour)); err != nil || len(due) != 1 || due[0].Source != late.Source {
			t.Errorf("%+v, %v", due, err)
		}
	})
}
