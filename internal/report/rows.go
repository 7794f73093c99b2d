package report

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Reading is what was read of the kept rows.
type Reading struct {
	AsOf    time.Time // of the oldest day that was read; zero where none was
	Rows    int
	Absent  int  // days that are not kept
	IsFinal bool // nothing of it will change
}

// Rows hands out what is kept of a job's days, one row after the other, summed by the ask's keys. No more is held than a day's sums, or, without
// days, those of one organization and channel. each must not keep its argument.
func (s *Service) Rows(ctx context.Context, j Job, each func(*canon.AdsReportRow) error) (Reading, error) {
	out := Reading{IsFinal: true}
	by, err := j.Ask.keys()
	if err != nil {
		return out, err
	}
	r := &reader{service: s, ask: &j.Ask, by: by, each: each, out: &out, words: map[string]string{}}
	r.daily = slices.ContainsFunc(by, func(k key) bool { return k.name == "date" })
	r.portfolio = slices.ContainsFunc(by, func(k key) bool { return k.name == "portfolio_id" }) && j.Ask.Level.Grain() == canon.LevelCampaign
	for i, source := range j.Sources {
		if err := r.source(ctx, j.Grants[i], source); err != nil {
			return out, err
		}
	}
	return out, nil
}

type reader struct {
	service   *Service
	ask       *Ask
	by        []key
	daily     bool
	portfolio bool // each campaign's is looked up
	each      func(*canon.AdsReportRow) error
	out       *Reading
	words     map[string]string
	unpack    unpacker

	row        canon.AdsReportRow // what all of a source have
	read       canon.AdsReportRow // the one that was read last
	portfolios map[string]string
	sums       map[string]*canon.AdsReportRow
}

// source reads the days of one source.
func (r *reader) source(ctx context.Context, g id.Grant, source Source) error {
	s := r.service
	days, err := s.cfg.Store.ReportDays(ctx, source, r.ask.Start, r.ask.End)
	if err != nil {
		return err
	}
	grant, _ := s.cfg.Grants.Grant(g)
	at := canon.Account{ID: source.Account}
	if grant != nil {
		if found, ok := account(grant.Accounts, source.Account); ok {
			at = found
		}
	}
	r.row = canon.AdsReportRow{Level: r.ask.Level, Timezone: at.Timezone, Country: at.Country, Currency: at.Currency}
	r.row.OrganizationID, r.row.Channel = source.Account, source.Channel
	if r.row.Attribution = canon.DefaultAttribution(source.Channel, at.Kind); r.ask.Attribution != nil {
		r.row.Attribution = *r.ask.Attribution
	}
	if r.portfolio && grant != nil && len(days) > 0 {
		if r.portfolios, err = s.portfolios(ctx, grant, at, source.Channel); err != nil {
			return err
		}
	}
	r.sums = map[string]*canon.AdsReportRow{}
	want := 0
	for d := r.ask.Start; d <= r.ask.End; d = d.Add(1) {
		want++
	}
	r.out.Absent += want - len(days)
	for _, k := range days {
		if err := r.day(ctx, source, k); err != nil {
			return err
		}
	}
	return r.flush()
}

var errReplaced = errors.New("reading kept rows: their day was fetched anew meanwhile; read them again")

// day hands out the rows of a day. One that was fetched anew since the days were listed is read as it is now.
func (r *reader) day(ctx context.Context, source Source, k Kept) error {
	for {
		n, err := r.rows(ctx, k)
		if err != nil {
			return err
		}
		if n == k.Rows {
			break
		}
		now, err := r.service.cfg.Store.ReportDays(ctx, source, k.Day, k.Day)
		if err != nil {
			return err
		}
		if n > 0 || len(now) == 0 || now[0].Version == k.Version {
			return errReplaced // what was handed out cannot be taken back
		}
		k = now[0]
	}
	if r.out.AsOf.IsZero() || k.Fetched.Before(r.out.AsOf) {
		r.out.AsOf = k.Fetched
	}
	r.out.IsFinal = r.out.IsFinal && k.Final
	if r.daily {
		return r.flush()
	}
	return nil
}

// rows reads what is kept of a day under a version, and tells how many rows that were.
func (r *reader) rows(ctx context.Context, k Kept) (n int64, err error) {
	err = r.service.cfg.Store.ReportRows(ctx, k.Version, k.Day, func(body []byte) error {
		raw, err := r.unpack.unpack(body)
		if err != nil {
			return err
		}
		for len(raw) > 0 {
			row := &r.read // one for all, since it would be made on the heap each time
			*row = r.row
			row.Date, row.IsFinal, row.FetchedAt = k.Day, k.Final, k.Fetched
			if raw, err = readRow(raw, row, r.word); err != nil {
				return err
			}
			n++
			if !r.ask.Filters.meets(row) {
				continue
			}
			if r.portfolio {
				row.PortfolioID = r.portfolios[row.CampaignID]
			}
			if r.ask.whole() {
				r.out.Rows++
				err = r.each(row)
			} else {
				r.sum(row)
			}
			if err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return n, err
}

// sum adds a row to that of its keys.
func (r *reader) sum(row *canon.AdsReportRow) {
	var name strings.Builder
	for _, k := range r.by {
		name.WriteString(*k.of(row))
		name.WriteByte(0)
	}
	to := r.sums[name.String()]
	if to == nil {
		to = &canon.AdsReportRow{}
		*to = r.row
		to.Currency, to.IsFinal, to.FetchedAt, to.First, to.Last = row.Currency, true, row.FetchedAt, row.Date, row.Date
		for _, k := range r.by {
			*k.of(to) = *k.of(row)
		}
		r.sums[name.String()] = to
	}
	to.Sums.Add(&row.Sums)
	to.IsFinal = to.IsFinal && row.IsFinal
	to.First, to.Last = min(to.First, row.Date), max(to.Last, row.Date)
	if row.FetchedAt.Before(to.FetchedAt) {
		to.FetchedAt = row.FetchedAt
	}
}

// flush hands out the sums, in the order of their keys.
func (r *reader) flush() error {
	for _, name := range slices.Sorted(maps.Keys(r.sums)) {
		r.out.Rows++
		if err := r.each(r.sums[name]); err != nil {
			return err
		}
	}
	clear(r.sums)
	return nil
}

// word keeps texts that come again and again.
func (r *reader) word(text []byte) string {
	if s, ok := r.words[string(text)]; ok {
		return s
	}
	if len(r.words) >= 1<<14 {
		clear(r.words)
	}
	s := string(text)
	r.words[s] = s
	return s
}

// portfolios tells which portfolio each campaign of an account is in now.
func (s *Service) portfolios(ctx context.Context, g *snapshot.Grant, at canon.Account, channel canon.Channel) (map[string]string, error) {
	all := map[string]string{}
	q := amazonQuery(channel)
	for {
		page, err := s.cfg.Program.AdsList(ctx, s.cfg.Asker(g), at, q)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			if c, ok := o.(*canon.AdsCampaign); ok {
				all[c.ID] = c.PortfolioID
			}
		}
		if q.Page = page.Next; q.Page == "" {
			return all, nil
		}
	}
}

func amazonQuery(channel canon.Channel) amazon.AdsQuery {
	return amazon.AdsQuery{
		Kind: canon.KindCampaign, Channel: channel, Statuses: []canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusArchived},
	}
}
