package unified

import (
	"context"
	"slices"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A gathered is what a listing found.
type gathered struct {
	objects  []canon.AdsObject
	next     string // cursor; empty at the end
	failures []SourceFailure
	asked    int // sources
}

// A watcher is told of a listing as it goes on, from one goroutine at a time. Objects come in their order where the list is not sorted.
type watcher struct {
	objects  func(objects []canon.AdsObject)
	failure  func(f SourceFailure)
	progress func(done, of int)
}

// gather reads what a listing asks for.
func (u *Ads) gather(ctx context.Context, l *listing, sources []source, w watcher) (gathered, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if l.order != nil {
		return u.gatherAll(ctx, l, sources, w)
	}
	return u.gatherInTurn(ctx, l, sources, w)
}

// gatherAll reads everything, many sources at once, and sorts it.
func (u *Ads) gatherAll(ctx context.Context, l *listing, sources []source, w watcher) (gathered, error) {
	limits := newLimiter(u.cfg.Width, sources)
	found := make([][]canon.AdsObject, len(sources))
	errs := make([]error, len(sources))
	var wait sync.WaitGroup
	var mu sync.Mutex
	done := 0
	next := make(chan int)
	for range min(limits.most(), len(sources)) {
		wait.Go(func() {
			for i := range next {
				found[i], errs[i] = u.whole(ctx, l, limits, &sources[i])
				mu.Lock()
				done++
				w.progress(done, len(sources))
				mu.Unlock()
			}
		})
	}
	for i := range sources {
		next <- i
	}
	close(next)
	wait.Wait()
	g := gathered{asked: len(sources)}
	var all []canon.AdsObject
	for i := range sources {
		all = append(all, found[i]...)
		if errs[i] != nil {
			g.fail(&sources[i], errs[i], w)
		}
	}
	slices.SortStableFunc(all, l.order)
	from := min(l.offset, len(all))
	to := min(from+l.limit, len(all))
	g.objects = all[from:to]
	if to < len(all) {
		g.next = cursor{Mark: l.mark, Offset: to}.String()
	}
	w.objects(g.objects)
	return g, g.err(errs)
}

// whole reads all of a source.
func (u *Ads) whole(ctx context.Context, l *listing, limits *limiter, s *source) ([]canon.AdsObject, error) {
	var all []canon.AdsObject
	query := l.query
	for {
		page, err := u.read(ctx, limits, s, query)
		if err != nil {
			return all, err
		}
		for _, o := range page.Objects {
			if l.keeps(o) {
				all = append(all, o)
			}
		}
		if query.Page = page.Next; query.Page == "" {
			return all, nil
		}
	}
}

// A first is the first page of a source, which is asked for before its turn comes.
type first struct {
	page amazon.AdsPage
	err  error
	done chan struct{}
}

// gatherInTurn reads source after source, in their order, until there is enough. The more sources it took already, the more are asked
// before their turn.
func (u *Ads) gatherInTurn(ctx context.Context, l *listing, sources []source, w watcher) (gathered, error) {
	r := reading{ads: u, listing: l, sources: sources, limits: newLimiter(u.cfg.Width, sources), begun: map[int]*first{}, offset: l.offset, query: l.query, watcher: w}
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
		page, err := r.ads.turn(ctx, r.limits, s, r.query, begun)
		if err != nil {
			return err
		}
		r.take(s, page)
		switch {
		case r.next != "":
			return nil
		case page.Next != "" && r.told == r.listing.limit:
			r.next = r.goOn(s, page.Next, 0)
			return nil
		case page.Next == "" && r.told == r.listing.limit && at+1 < len(r.sources):
			r.next = r.goOn(&r.sources[at+1], "", 0)
			return nil
		case page.Next == "":
			return nil
		}
		r.query.Page, begun = page.Next, nil
	}
}

func (r *reading) goOn(s *source, page string, skip int) string {
	return cursor{Mark: r.listing.mark, Account: s.key(), Page: page, Size: r.query.Size, Skip: skip}.String()
}

// take takes of a page what is asked for.
func (r *reading) take(s *source, page amazon.AdsPage) {
	var some []canon.AdsObject
	for i := min(r.skip, len(page.Objects)); i < len(page.Objects); i++ {
		o := page.Objects[i]
		if !r.listing.keeps(o) {
			continue
		}
		if r.offset > 0 {
			r.offset--
			continue
		}
		if r.told == r.listing.limit {
			r.next = r.goOn(s, r.query.Page, i)
			break
		}
		r.told++
		some = append(some, o)
	}
	r.skip = 0
	r.watcher.objects(some)
	if !r.listing.lines { // else they are told already
		r.objects = append(r.objects, some...)
	}
}

// begin asks for a source's first page before its turn.
func (u *Ads) begin(ctx context.Context, l *listing, limits *limiter, s *source, size int) *first {
	f := &first{done: make(chan struct{})}
	query := l.query
	query.Size = size
	go func() {
		defer close(f.done)
		f.page, f.err = u.read(ctx, limits, s, query)
	}()
	return f
}

// turn is a source's next page: the one that was asked for before its turn, or one asked for now.
func (u *Ads) turn(ctx context.Context, limits *limiter, s *source, query amazon.AdsQuery, f *first) (amazon.AdsPage, error) {
	if f == nil || query.Page != "" {
		return u.read(ctx, limits, s, query)
	}
	select {
	case <-f.done:
		return f.page, f.err
	case <-ctx.Done():
		return amazon.AdsPage{}, ctx.Err()
	}
}
