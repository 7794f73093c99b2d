package adsfake

import (
	"slices"
	"sync/atomic"
	"time"
)

// A store keeps one collection of one profile. Records stay where they are for good, as nothing is ever removed, so that a
// record may point at its parent by place.
type store[T record] struct {
	list    atomic.Pointer[published[T]]
	parents parents

	// Held by the profile's lock.
	work  []T  // list with the changes of the batch under way
	own   bool // work is not what is published, but a copy
	open  bool // the batch will publish this store
	tally stateCounts
	byID  map[string]int    // where in work
	taken map[string]string // what is unique, to the id that has it
}

// What is published is never changed.
type published[T record] struct {
	all    []T         // in the order of creation
	states stateCounts // so that lists need not look at every record to count them
}

// stateCounts are how many records there are of each state, by the places in countedStates.
type stateCounts [3]int

var countedStates = [...]string{enabled, paused, archived}

func (n *stateCounts) add(state string, by int) {
	for i, s := range countedStates {
		if s == state {
			n[i] += by
		}
	}
}

// of tells how many records are in one of the states; none stands for all but ARCHIVED, as in lists.
func (n *stateCounts) of(states []string) (total int) {
	for i, s := range countedStates {
		if slices.Contains(states, s) || (len(states) == 0 && s != archived) {
			total += n[i]
		}
	}
	return total
}

// all returns the published records. The slice must not be changed.
func (s *store[T]) all() []T {
	all, _ := s.counted()
	return all
}

// counted returns the published records and how many there are of each state.
func (s *store[T]) counted() ([]T, stateCounts) {
	if l := s.list.Load(); l != nil {
		return l.all, l.states
	}
	return nil, stateCounts{}
}

// find returns the record with an id and its place.
func (s *store[T]) find(id string) (e T, at int, ok bool) {
	at, ok = s.byID[id]
	if !ok {
		return e, 0, false
	}
	return s.work[at], at, true
}

// free reports whether no record but that with the id has the unique value.
func (s *store[T]) free(unique, id string) bool {
	owner, ok := s.taken[unique]
	return !ok || owner == id
}

// put adds a record, or replaces the one with its id, and returns its place.
func (s *store[T]) put(b *batch, e T) int {
	if s.byID == nil {
		s.byID, s.taken = map[string]int{}, map[string]string{}
	}
	if !s.open {
		s.open = true
		b.publish = append(b.publish, func() {
			s.list.Store(&published[T]{s.work, s.tally})
			s.open, s.own = false, false
		})
	}
	e.seal()
	h := e.top()
	at, known := s.byID[h.id]
	if known {
		if !s.own {
			s.work, s.own = slices.Clone(s.work), true
		}
		old := s.work[at]
		h.follow(b, old.top())
		b.count(old, -1)
		s.tally.add(old.top().state, -1)
		if u := old.unique(); u != "" && s.taken[u] == h.id {
			delete(s.taken, u)
		}
		s.work[at] = e
	} else {
		h.follow(b, nil)
		at = len(s.work)
		s.byID[h.id] = at
		s.work = append(s.work, e) // readers hold shorter slices
	}
	b.count(e, 1)
	s.tally.add(h.state, 1)
	if u := e.unique(); u != "" {
		s.taken[u] = h.id
	}
	return at
}

// A batch is a set of changes to a profile under way. They are seen by the changes that follow in the same batch at once,
// and by everybody when the batch ends.
type batch struct {
	p       *profile
	now     time.Time
	today   string
	day     int      // today's number
	publish []func() // parents before their children
}

// change runs f with the profile held, then publishes what f did.
func (p *profile) change(now time.Time, f func(*batch)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := &batch{p: p, now: now, today: p.today(now), day: p.dayOf(now)}
	f(b)
	for _, publish := range b.publish {
		publish()
	}
}

func (b *batch) count(e record, n int) {
	if e.top().state != archived {
		b.p.counts[e.tally()] += n
	}
}

// live tells how many records that are not archived count as a tally.
func (b *batch) live(parent string, mark byte) int { return b.p.counts[tally{parent, mark}] }
