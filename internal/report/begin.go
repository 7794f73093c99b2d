package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Place is one account of a grant, of which reports may be asked.
type Place struct {
	Grant   *snapshot.Grant
	Account canon.Account
}

// Begin writes a job down: whatever of it is not kept, or may still change, is asked of Amazon from now on. Places are those that the asker
// may use, among which the ask's organizations choose.
func (s *Service) Begin(ctx context.Context, by audit.Actor, places []Place, ask Ask) (Job, error) {
	ask, err := ask.checked()
	if err != nil {
		return Job{}, err
	}
	now := s.cfg.Now()
	j := Job{ID: id.New[id.Report](now), Ask: ask, State: Running, By: by.Name, Created: now}
	var parts []Part
	latest := canon.Day("") // today, where it is that already
	for _, p := range places {
		if len(ask.Organizations) > 0 && !slices.Contains(ask.Organizations, p.Account.ID) {
			continue
		}
		for _, plan := range s.plans(ask, p.Account) {
			if a := ask.Attribution; a != nil && !a.Had(plan.Channel) {
				if len(ask.Channels) == 0 {
					continue
				}
				return Job{}, problem.New(problem.ReportAttributionUnavailable).With("%s", plan.Channel)
			}
			latest = max(latest, canon.DayOf(now, place(p.Account)))
			source := Source{p.Grant.Realm, p.Account.ID, plan.Channel, plan.Level}
			j.Sources, j.Grants = append(j.Sources, source), append(j.Grants, p.Grant.ID)
			more, missing, err := s.need(ctx, source, plan, p, ask, now)
			if err != nil {
				return Job{}, err
			}
			parts, j.Missing = append(parts, more...), append(j.Missing, missing...)
		}
	}
	switch {
	case latest != "" && ask.Start > latest:
		return Job{}, problem.New(problem.ReportBadRequest).With("the days from %s on are still to come, since it is %s", ask.Start, latest)
	case len(j.Sources) > 0:
	case ask.Attribution != nil && len(places) > 0:
		return Job{}, problem.New(problem.ReportAttributionUnavailable)
	default:
		return Job{}, problem.New(problem.ReportNoAccount)
	}
	detail := fmt.Sprintf("level %s, %s to %s, of %d accounts and channels", ask.Level, ask.Start, ask.End, len(j.Sources))
	e := audit.Entry{At: now, Actor: by, Action: "ads.report_begin", Object: string(j.ID), Outcome: audit.Done, Detail: detail}
	if err := s.cfg.Store.AddReport(ctx, j, parts, e); err != nil {
		return Job{}, err
	}
	if ask.Keep {
		if err := s.follow(ctx, j, now); err != nil {
			return Job{}, err
		}
	}
	s.cfg.Poke()
	return s.Job(ctx, j.ID)
}

// checked fills in defaults and refuses what cannot be made.
func (a Ask) checked() (Ask, error) {
	bad := func(format string, args ...any) (Ask, error) {
		return a, problem.New(problem.ReportBadRequest).With(format, args...)
	}
	if a.Level == "" {
		a.Level = canon.LevelCampaign
	}
	if a.Granularity == "" {
		a.Granularity = "DAY"
	}
	first, err := canon.ParseDay(string(a.Start))
	last, other := canon.ParseDay(string(a.End))
	switch {
	case !slices.Contains(canon.ReportLevels(), a.Level):
		return bad("%s", none("level", string(a.Level), wordsOf(canon.ReportLevels())))
	case a.Granularity == "HOUR":
		return bad("Amazon's reports have no hours: granularity is DAY or SUMMARY")
	case a.Granularity != "DAY" && a.Granularity != "SUMMARY":
		return bad("granularity %.40q is neither DAY nor SUMMARY", a.Granularity)
	case err != nil:
		return bad("start_date %.40q is no day such as 2026-11-01", string(a.Start))
	case other != nil:
		return bad("end_date %.40q is no day such as 2026-11-01", string(a.End))
	case first > last:
		return bad("the first day, %s, is after the last, %s", first, last)
	case first.Add(mostDays) < last:
		return bad("a report spans at most %d days: ask for %s to %s, and for earlier days in another", mostDays, last.Add(1-mostDays), last)
	}
	if _, err := metrics(a.Metrics); err != nil {
		return a, err
	}
	if _, err := a.keys(); err != nil {
		return a, err
	}
	if err := a.filterable(); err != nil {
		return a, err
	}
	for _, c := range a.Channels {
		if !slices.Contains(canon.Channels(), c) {
			return bad("%s", none("channel", string(c), wordsOf(canon.Channels())))
		}
	}
	if t := a.Attribution; t != nil {
		fixed := *t
		if fixed.Basis == "" {
			fixed.Basis = "CLICK"
		}
		if fixed.Scope == "" {
			fixed.Scope = "ALL"
		}
		fixed.DefaultUsed = false
		if !slices.Contains([]string{"ALL", "SAME_SKU", "BRAND_HALO"}, fixed.Scope) || !slices.Contains([]string{"CLICK", "CLICK_VIEW"}, fixed.Basis) {
			return bad("attribution: basis is CLICK or CLICK_VIEW, scope ALL, SAME_SKU or BRAND_HALO")
		}
		a.Attribution = &fixed
	}
	return a, nil
}

// filterable refuses to look for what the rows of a level do not tell: none would be found, which says nothing.
func (a Ask) filterable() error {
	for _, f := range []struct {
		name string
		ids  []string
		key  string
	}{{"groups", a.Filters.Groups, "group_id"}, {"ads", a.Filters.Ads, "ad_id"}, {"targets", a.Filters.Targets, "target_id"}} {
		if len(f.ids) > 0 && !slices.Contains(grainKeys(a.Level), f.key) {
			return problem.New(problem.ReportBadRequest).With("rows of level %s are not told apart by %s, so that they cannot be filtered by them", a.Level, f.name)
		}
	}
	return nil
}

// mostDays is the longest span of one job: three years.
const mostDays = 1100

// plans are the reports of an ask for one account. Agencies' profiles have no campaigns of these channels (ads-lwa 8.2).
func (s *Service) plans(a Ask, account canon.Account) []amazon.AdsReportPlan {
	if account.Kind == canon.Agency {
		return nil
	}
	all := s.cfg.Program.AdsReportPlans(a.Level)
	return slices.DeleteFunc(all, func(p amazon.AdsReportPlan) bool {
		return len(a.Channels) > 0 && !slices.Contains(a.Channels, p.Channel)
	})
}

// need finds which days must be asked for, and which cannot be had.
func (s *Service) need(ctx context.Context, source Source, plan amazon.AdsReportPlan, p Place, a Ask, now time.Time) ([]Part, []Missing, error) {
	kept, err := s.cfg.Store.ReportDays(ctx, source, a.Start, a.End)
	if err != nil {
		return nil, nil, err
	}
	have := map[canon.Day]Kept{}
	for _, k := range kept {
		have[k.Day] = k
	}
	today := canon.DayOf(now, place(p.Account))
	oldest := today.Add(-plan.Retention)
	var days []canon.Day
	var missing []Missing
	for d := a.Start; d <= min(a.End, today); d = d.Add(1) {
		k, is := have[d]
		switch {
		case is && (k.Final || !a.Refresh && now.Sub(k.Fetched) < s.cfg.Fresh):
		case d >= oldest:
			days = append(days, d)
		case !is && len(missing) > 0 && missing[len(missing)-1].End.Add(1) == d:
			missing[len(missing)-1].End = d
		case !is:
			missing = append(missing, Missing{source.Account, source.Channel, d, d, WhyRetention})
		}
	}
	if a.End > today {
		missing = append(missing, Missing{source.Account, source.Channel, max(a.Start, today.Add(1)), a.End, WhyFuture})
	}
	return s.parts(source, plan, p, days, now), missing, nil
}

// parts are the reports that days are asked for by, none longer than Amazon makes one.
func (s *Service) parts(source Source, plan amazon.AdsReportPlan, p Place, days []canon.Day, now time.Time) []Part {
	var all []Part
	for _, d := range days {
		if n := len(all); n > 0 && all[n-1].Last.Add(1) == d && all[n-1].First.Add(plan.MostDays) > d {
			all[n-1].Last = d
			continue
		}
		all = append(all, Part{
			Source: source, ID: id.New[id.ReportPart](now), Grant: p.Grant.ID, Region: p.Account.Region, First: d, Last: d, State: Waiting,
		})
	}
	return all
}

func place(a canon.Account) *time.Location {
	l, err := time.LoadLocation(a.Timezone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Job tells of a job and its parts.
func (s *Service) Job(ctx context.Context, j id.Report) (Job, error) {
	if _, err := s.cfg.Store.SettleReport(ctx, j, s.cfg.Now()); err != nil && !errors.Is(err, ErrNotFound) {
		return Job{}, err
	}
	got, err := s.cfg.Store.Report(ctx, j)
	if errors.Is(err, ErrNotFound) {
		return got, problem.New(problem.ReportNotFound)
	}
	return got, err
}

// Jobs lists the newest.
func (s *Service) Jobs(ctx context.Context, limit int) ([]Job, error) {
	return s.cfg.Store.Reports(ctx, limit)
}

// Cancel ends a job. What Amazon makes for it already is not fetched and is deleted there, unless another job or the nights wait for it.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, j id.Report) error {
	e := audit.Entry{At: s.cfg.Now(), Actor: by, Action: "ads.report_cancel", Object: string(j), Outcome: audit.Done}
	err := s.cfg.Store.CancelReport(ctx, j, e)
	if errors.Is(err, ErrNotFound) {
		return problem.New(problem.ReportNotFound)
	}
	s.cancels.Add(1)
	s.cfg.Poke()
	return err
}

// ETA is how long a job still takes, by what reports of its lanes took lately and by who waits before it.
func (s *Service) ETA(ctx context.Context, j Job) time.Duration {
	type share struct {
		asked []time.Time   // of its parts that Amazon has
		last  id.ReportPart // of those that wait
	}
	own := map[Lane]share{}
	for _, p := range j.Parts {
		of := own[p.lane()]
		switch p.State {
		case Asked:
			of.asked = append(of.asked, p.Asked)
		case Waiting:
			of.last = max(of.last, p.ID)
		default:
			continue
		}
		own[p.lane()] = of
	}
	var most time.Duration
	for at, of := range own {
		asked, waiting, err := s.cfg.Store.ReportQueue(ctx, at, of.last)
		if err != nil {
			continue // an estimate is no reason to fail
		}
		most = max(most, s.lanes.eta(at, of.asked, asked, waiting, s.cfg.Now()))
	}
	return most
}
