package unified

import (
	"context"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A gathered is what a listing found.
type gathered struct {
	parts    []part
	next     string // cursor; empty at the end
	anew     bool   // a sorted list was read again since its last page
	failures []SourceFailure
	asked    int // sources
}

// A watcher is told of a listing as it goes on, from one goroutine at a time. Rows come in their order where the list is not sorted.
type watcher struct {
	rows     func(p part)
	failure  func(f SourceFailure)
	progress func(done, of int)
}

// gather reads what a listing asks for.
func (u *Ads) gather(ctx context.Context, l *listing, sources []source, w watcher) (gathered, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if l.sort != nil {
		return u.gatherSorted(ctx, l, sources, w)
	}
	return u.gatherInTurn(ctx, l, sources, w)
}

// A first is the first page of a source, which is asked for before its turn comes.
type first struct {
	page page
	err  error
	done chan struct{}
}

// gatherInTurn reads source after source, in their order, until there is enough. The more sources it took already, the more are asked
// before their turn.
func (u *Ads) gatherInTurn(ctx context.Context, l *listing, sources []source, w watcher) (gathered, error) {
	r := reading{ads: u, listing: l, sources: sources, limits: u.lanes.limiter(sources), begun: map[int]*first{}, offset: l.offset, query: l.query, watcher: w}
	if len(l.tests) == 0 && l.limit+l.offset < 1000 {
		r.query.Size = l.limit + l.offset
	}
	at := 0
	if l.from.Account != "" {
		if at = slices.IndexFunc(sources, func(s source) bool { return s.key() == l.from.Account }); at < 0 {
			return gathered{}, badParameter("cursor", "the account at which it goes on may no longer be used")
		}
		r.query.Page, r.query.Size, r.skip = l.from.Page, l.from.Size, l.from.Skip
	}
	if l.lines {
		r.ahead = r.limits.most()
	}
	r.asked = len(sources)
	errs := make([]error, len(sources))
	for ; at < len(sources) && r.next == ""; at++ {
		r.lookAhead(ctx, at)
		if errs[at] = r.source(ctx, at); errs[at] != nil {
			r.fail(&sources[at], errs[at], w)
		}
		r.query.Page, r.skip = "", 0
		if w.progress(at+1, len(sources)); ctx.Err() != nil {
			return r.gathered, ctx.Err()
		}
		r.ahead = min(max(1, 2*r.ahead), r.limits.most())
	}
	return r.gathered, r.err(errs)
}

// A reading is a listing on its way through its sources.
type reading struct {
	gathered
	ads     *Ads
	listing *listing
	sources []source
	limits  *limiter
	begun   map[int]*first
	ahead   int // sources that are asked before their turn
	offset  int // objects that are still to be passed over
	skip    int // of the page that a cursor begins with
	told    int
	query   amazon.AdsQuery
	watcher watcher
}

func (r *reading) lookAhead(ctx context.Context, at int) {
	for i := at + 1; i <= at+r.ahead && i < len(r.sources); i++ {
		if r.begun[i] == nil {
			r.begun[i] = r.ads.begin(ctx, r.listing, r.limits, &r.sources[i], r.query.Size)
		}
	}
}

// source takes what a source has, page by page, until there is enough; then next says where to go on.
func (r *reading) source(ctx context.Context, at int) error {
	s := &r.sources[at]
	begun := r.begun[at]
	delete(r.begun, at)
	for {
		page, err := r.ads.turn(ctx, r.listing, r.limits, s, r.query, begun)
		if err != nil {
			return err
		}
		r.take(s, page)
		switch {
		case r.next != "":
			return nil
		case page.next != "" && r.told == r.listing.limit:
			r.next = r.goOn(s, page.next, 0)
			return nil
		case page.next == "" && r.told == r.listing.limit && at+1 < len(r.sources):
			r.next = r.goOn(&r.sources[at+1], "", 0)
			return nil
		case page.next == "":
			return nil
		}
		r.query.Page, begun = page.next, nil
	}
}

func (r *reading) goOn(s *source, page string, skip int) string {
	return cursor{Mark: r.listing.mark, Account: s.key(), Page: page, Size: r.query.Size, Skip: skip}.String()
}

// take takes of a page what is asked for.
func (r *reading) take(s *source, p page) {
	for p.from < p.to && int(p.all[p.from].nth) < r.skip {
		p.from++
	}
	r.skip = 0
	over := min(r.offset, p.to-p.from)
	r.offset, p.from = r.offset-over, p.from+over
	if left := r.listing.limit - r.told; p.to-p.from > left {
		p.to = p.from + left
		r.next = r.goOn(s, r.query.Page, int(p.all[p.to].nth))
	}
	if p.from == p.to {
		return
	}
	r.told += p.to - p.from
	r.watcher.rows(p.part)
	if !r.listing.lines { // else they are told already
		r.parts = append(r.parts, p.part)
	}
}

// begin asks for a source's first page before its turn.
func (u *Ads) begin(ctx context.Context, l *listing, limits *limiter, s *source, size int) *first {
	f := &first{done: make(chan struct{})}
	query := l.query
	query.Size = size
	go func() {
		defer close(f.done)
		f.page, f.err = u.page(ctx, l, limits, s, query)
	}()
	return f
}

// turn is a source's next page: the one that was asked for before its turn, or one asked for now.
func (u *Ads) turn(ctx context.Context, l *listing, limits *limiter, s *source, query amazon.AdsQuery, f *first) (page, error) {
	if f == nil || query.Page != "" {
		return u.page(ctx, l, limits, s, query)
	}
	select {
	case <-f.done:
		return f.page, f.err
	case <-ctx.Done():
		return page{}, ctx.Err()
	}
}
