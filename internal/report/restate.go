package report

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// night is when accounts' days are looked at again: by then Amazon has what the day before brought (clicks within 12 hours, ads-lwa 7).
const night = 13 * time.Hour

// nextNight is the next time to look at an account: spread over two hours, so that many do not stand in the queue at once.
func nextNight(now time.Time, a canon.Account) time.Time {
	h := fnv.New32a()
	_, _ = h.Write([]byte(a.ID)) // a hash takes everything
	at := canon.DayOf(now, place(a)).In(place(a)).Add(night + time.Duration(h.Sum32()%7200)*time.Second)
	for !at.After(now) {
		at = at.Add(24 * time.Hour)
	}
	return at
}

// follow has the sources of a job looked at every night from now on, for days to come as well.
func (s *Service) follow(ctx context.Context, j Job, now time.Time) error {
	for i, source := range j.Sources {
		next := now.Add(24 * time.Hour)
		if g, ok := s.cfg.Grants.Grant(j.Grants[i]); ok {
			if a, ok := account(g.Accounts, source.Account); ok {
				next = nextNight(now, a)
			}
		}
		if err := s.cfg.Store.SaveSeries(ctx, Series{Source: source, Grant: j.Grants[i], Follow: true, Next: next}); err != nil {
			return err
		}
	}
	return nil
}

// restate asks again for what is kept and not final, and for what came since where a series is followed. A series without either ends.
func (s *Service) restate(ctx context.Context) error {
	now := s.cfg.Now()
	due, _, err := s.cfg.Store.DueSeries(ctx, now)
	if err != nil {
		return err
	}
	for _, series := range due {
		if err := s.restateOne(ctx, series, now); err != nil {
			return err
		}
	}
	s.cfg.Poke()
	return nil
}

func (s *Service) restateOne(ctx context.Context, series Series, now time.Time) error {
	plan, ok := s.plan(series.Source)
	g, has := s.cfg.Grants.Grant(series.Grant)
	if !ok || !has {
		return s.cfg.Store.DropSeries(ctx, series.Source)
	}
	at, ok := account(g.Accounts, series.Account)
	if !ok {
		return s.cfg.Store.DropSeries(ctx, series.Source)
	}
	today := canon.DayOf(now, place(at))
	oldest := today.Add(-plan.Retention)
	kept, err := s.cfg.Store.ReportDays(ctx, series.Source, oldest, today)
	if err != nil {
		return err
	}
	var days []canon.Day
	have := map[canon.Day]bool{}
	for _, k := range kept {
		if have[k.Day] = true; !k.Final {
			days = append(days, k.Day)
		}
	}
	if series.Follow {
		last, err := s.cfg.Store.LastDay(ctx, series.Source)
		if err != nil {
			return err
		}
		from := today.Add(-1) // where nothing is kept yet
		if last != "" {
			from = max(last.Add(1), oldest)
		}
		if len(kept) > 0 { // a day that a night before could not fetch is made good
			from = min(from, max(kept[0].Day, today.Add(-plan.Restated)))
		}
		for d := from; d < today; d = d.Add(1) {
			if !have[d] {
				days = append(days, d)
			}
		}
		slices.Sort(days)
	}
	if len(days) == 0 && !series.Follow {
		return s.cfg.Store.DropSeries(ctx, series.Source)
	}
	if err := s.cfg.Store.JoinParts(ctx, s.parts(series.Source, plan, Place{g, at}, days, now)); err != nil {
		return err
	}
	series.Next, series.Follow = nextNight(now, at), false // as it stands: it may have been stopped meanwhile
	return s.cfg.Store.SaveSeries(ctx, series)
}
