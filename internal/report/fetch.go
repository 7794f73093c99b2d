package report

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// fetch reads the file and keeps its rows. They are written while they come, and seen only once all have: a file that ends early leaves the days
// as they were. The address is good for an hour, and asking how the report fares gives a new one (ads-lwa 5.1).
func (s *Service) fetch(ctx, way context.Context, asker Asker, at canon.Account, plan amazon.AdsReportPlan, p Part, job amazon.AdsReportJob) error {
	file, err := asker.Fetch(ctx, p.Region, job.URL)
	if err != nil {
		return s.unfetched(ctx, way, p, err)
	}
	defer func() { _ = file.Body.Close() }()
	switch {
	case file.Status == http.StatusForbidden || file.Status >= 500: // the address has expired, or S3 has a bad day
		return s.unfetched(ctx, way, p, problem.New(problem.AdsUnreachable).With("the file's answer has status %d", file.Status))
	case file.Status != http.StatusOK:
		return s.remake(way, p, problem.New(problem.ReportFileBroken).With("its answer has status %d", file.Status))
	}
	w := &writer{ctx: way, store: s.cfg.Store, part: p.ID, days: map[canon.Day]*page{}}
	body := &watched{Reader: file.Body}
	err = s.cfg.Program.AdsReportRows(body, at, plan, func(r *canon.AdsReportRow) error {
		if r.Date < p.First || r.Date > p.Last {
			return errOutside
		}
		return w.add(r)
	})
	if err == nil {
		err = w.flush()
	}
	switch {
	case w.err != nil:
		return w.err // the store's: the part is still leased, and due again once the lease is free
	case body.err != nil:
		return s.unfetched(ctx, way, p, body.err)
	case err != nil && ctx.Err() != nil:
		return s.unfetched(ctx, way, p, err)
	case err != nil:
		s.cfg.Log.Warn("a report's file cannot be read", "part", p.ID, "error", err)
		return s.broken(way, p)
	}
	return s.keep(way, at, plan, p, w)
}

var errOutside = errors.New("reading a report: a row is of a day that was not asked for")

// watched tells the errors of a download from those of what is in it.
type watched struct {
	io.Reader
	err error
}

func (s *watched) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// unfetched has the file fetched again, by a new address.
func (s *Service) unfetched(ctx, way context.Context, p Part, err error) error {
	if ctx.Err() != nil { // the server stops; it is due again when one starts
		if end := s.cfg.Store.SaveReportPart(way, p); end != nil {
			return end
		}
		return ctx.Err()
	}
	return s.again(way, p, err)
}

// broken has a file that cannot be read fetched again, and made anew if that is no better.
func (s *Service) broken(ctx context.Context, p Part) error {
	why := problem.New(problem.ReportFileBroken)
	if p.Tries++; p.Tries%3 == 0 {
		return s.remake(ctx, p, why)
	}
	p.Problem, p.Next = why.Code, s.cfg.Now()
	return s.cfg.Store.SaveReportPart(ctx, p)
}

// keep makes the rows those of their days. A day without rows is kept too: nothing happened on it.
func (s *Service) keep(ctx context.Context, at canon.Account, plan amazon.AdsReportPlan, p Part, w *writer) error {
	now := s.cfg.Now()
	final := canon.DayOf(now, place(at)).Add(-plan.Restated)
	var days []Kept
	for d := p.First; d <= p.Last; d = d.Add(1) {
		k := Kept{Day: d, Version: p.ID, Final: d < final, Fetched: now}
		if page := w.days[d]; page != nil {
			k.Rows = page.rows
		}
		days = append(days, k)
		p.Rows += k.Rows
	}
	p.State, p.Ended, p.Tries, p.Problem, p.Detail = Done, now, 0, "", ""
	var again *Series
	if final <= p.Last {
		again = &Series{Source: p.Source, Grant: p.Grant, Next: nextNight(now, at)}
	}
	return s.cfg.Store.EndReportPart(ctx, p, w.out, days, again)
}

// A writer packs rows by day and writes them as they come, holding no more than a chunk a day. What is left at the end stands in out.
type writer struct {
	ctx   context.Context
	store Store
	part  id.ReportPart
	days  map[canon.Day]*page
	out   []Chunk
	size  int
	err   error // of the store
	pack  packer
}

type page struct {
	rows int64
	raw  []byte
}

// Sizes of a chunk before it is packed, and of what is written in one transaction.
const (
	chunkSize = 64 << 10
	writeSize = 1 << 20
)

func (w *writer) add(r *canon.AdsReportRow) error {
	p := w.days[r.Date]
	if p == nil {
		p = &page{}
		w.days[r.Date] = p
	}
	p.rows++
	if p.raw = appendRow(p.raw, r); len(p.raw) < chunkSize {
		return nil
	}
	return w.chunk(r.Date, p)
}

func (w *writer) chunk(d canon.Day, p *page) error {
	body, err := w.pack.pack(p.raw)
	if err != nil {
		return err
	}
	p.raw = p.raw[:0]
	w.out = append(w.out, Chunk{Day: d, Body: body})
	if w.size += len(body); w.size < writeSize {
		return nil
	}
	return w.write()
}

func (w *writer) write() error {
	if w.err = w.store.AddReportRows(w.ctx, w.part, w.out); w.err != nil {
		return w.err
	}
	w.out, w.size = nil, 0
	return nil
}

func (w *writer) flush() error {
	for d, p := range w.days {
		if len(p.raw) > 0 {
			if err := w.chunk(d, p); err != nil {
				return err
			}
		}
	}
	return nil
}
