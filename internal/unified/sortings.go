package unified

import (
	"slices"
	"sync"
	"time"
)

// How long a reading of a sorted list is good for its next page.
const sortingLife = 2 * time.Minute

// sortings keep the readings of sorted lists whose next page may be asked for: the last of each asker and list, for two minutes and until something
// is written, in memory alone and of no more than so many bytes. Where one is gone its list is read again: its cursors name the last object
// told, and go on behind it. It is safe for concurrent use.
type sortings struct {
	most int

	mu    sync.Mutex
	bytes int
	last  int64
	wrote int           // how often something was written
	all   []keptSorting // the oldest first
}

type keptSorting struct {
	*sorting
	asker, said string
}

func newSortings(most int) *sortings { return &sortings{most: most} }

// find is a reading of a list of the same sources that is still good.
func (s *sortings) find(asker, said string, sources []source, now time.Time) *sorting {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	for _, k := range s.all {
		if k.asker == asker && k.said == said && slices.EqualFunc(k.sources, sources, func(key string, s source) bool { return key == s.key() }) {
			return k.sorting
		}
	}
	return nil
}

// writes is how often something was written so far.
func (s *sortings) writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrote
}

// keep gives a reading its number, and keeps it in place of an older one of the same list, unless something was written since it began.
func (s *sortings) keep(asker, said string, one *sorting, wrote int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1, one.made.UnixNano())
	one.number = s.last
	s.drop(func(k *keptSorting) bool { return k.asker == asker && k.said == said })
	if one.weight > s.most || wrote != s.wrote {
		return
	}
	s.all = append(s.all, keptSorting{one, asker, said})
	s.bytes += one.weight
	s.tidy(one.made)
}

// forget drops all: something was written.
func (s *sortings) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote++
	s.drop(func(*keptSorting) bool { return true })
}

// tidy drops what is too old, then the oldest until the rest fits.
func (s *sortings) tidy(now time.Time) {
	s.drop(func(k *keptSorting) bool { return now.Sub(k.made) > sortingLife || s.bytes > s.most })
}

func (s *sortings) drop(which func(*keptSorting) bool) {
	s.all = slices.DeleteFunc(s.all, func(k keptSorting) bool {
		if !which(&k) {
			return false
		}
		s.bytes -= k.weight
		return true
	})
}
