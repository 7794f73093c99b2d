package unified

import (
	"context"
	"slices"
	"sync"
)

// gatherSorted tells a stretch of a sorted list: of the reading that its page before was told of, where that is still good, else of a new one.
func (u *Ads) gatherSorted(ctx context.Context, l *listing, sources []source, w watcher) (gathered, error) {
	asker := l.request.By.Kind + " " + l.request.By.ID + " " + l.request.By.Name
	last := -1 // the source of the last object told
	if l.from.Last != nil {
		if last = slices.IndexFunc(sources, func(s source) bool { return s.key() == l.from.Account }); last < 0 {
			return gathered{}, badParameter("cursor", "the account at which it goes on may no longer be used")
		}
	}
	var s *sorting
	var failed error
	if last >= 0 || l.offset > 0 {
		s = u.sorted.find(asker, l.said, sources, u.cfg.Now())
	}
	read := s == nil // anew
	if read {
		wrote := u.sorted.writes()
		if s, failed = u.sortAll(ctx, l, sources, w); ctx.Err() != nil {
			return gathered{}, ctx.Err() // what nobody waits for is only a part
		}
		if len(s.items) > l.limit {
			u.sorted.keep(asker, l.said, s, wrote)
		}
	}
	g := gathered{asked: len(sources), failures: s.failures}
	from := 0
	switch {
	case last >= 0 && !read && s.number == l.from.Sorted:
		from = min(l.from.Offset, len(s.items))
	case last >= 0:
		from, g.anew = s.after(*l.from.Last, last), true
	}
	from = min(from+l.offset, len(s.items))
	to := min(from+l.limit, len(s.items))
	for i := from; i < to; i++ {
		g.parts = append(g.parts, s.items[i].part)
		w.rows(s.items[i].part)
	}
	if to < len(s.items) {
		at := &s.items[to-1]
		k := at.key()
		g.next = cursor{Mark: l.mark, Account: s.sources[at.source], Last: &k, Offset: to, Sorted: s.number}.String()
	}
	return g, failed
}

// sortAll reads everything, many sources at once, and sorts it. The error is what the whole fails with.
func (u *Ads) sortAll(ctx context.Context, l *listing, sources []source, w watcher) (*sorting, error) {
	limits := u.lanes.limiter(sources)
	found := make([][]part, len(sources))
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
	for i := range sources {
		if errs[i] != nil {
			g.fail(&sources[i], errs[i], w)
		}
	}
	s := newSorting(sources, found, l.down, u.cfg.Now())
	s.failures = g.failures
	return s, g.err(errs)
}

// whole reads all of a source.
func (u *Ads) whole(ctx context.Context, l *listing, limits *limiter, s *source) ([]part, error) {
	var all []part
	query := l.query
	for {
		page, err := u.page(ctx, l, limits, s, query)
		if err != nil {
			return all, err
		}
		all = append(all, page.part)
		if query.Page = page.next; query.Page == "" {
			return all, nil
		}
	}
}
