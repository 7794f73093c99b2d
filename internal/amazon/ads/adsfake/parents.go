package adsfake

import (
	"slices"
	"sync"
)

// parents tell where in a collection the children of a campaign or of an ad group are, so that a list of one ad group does not look at all
// that a profile has. A record stays in its place and with its parents for good, so what was found out once holds; it is found out
// when somebody first asks.
type parents struct {
	mu     sync.Mutex
	known  int                // how many records were looked at
	places map[parent][]int32 // in their order
}

// A parent is a campaign or an ad group.
type parent struct {
	by field
	id string
}

// inside returns the places of the records in the ad groups or campaigns that a filter names, in their order. It reports false where it names
// neither.
func (s *store[T]) inside(all []T, q *filter) ([]int32, bool) {
	at := slices.IndexFunc(q.sets, func(t setTest) bool { return t.by == byGroup })
	if at < 0 {
		at = slices.IndexFunc(q.sets, func(t setTest) bool { return t.by == byCampaign })
	}
	if at < 0 {
		return nil, false
	}
	p := &s.parents
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.places == nil {
		p.places = map[parent][]int32{}
	}
	for ; p.known < len(all); p.known++ {
		for _, by := range []field{byGroup, byCampaign} {
			if id := all[p.known].value(by); id != "" {
				k := parent{by, id}
				p.places[k] = append(p.places[k], int32(p.known))
			}
		}
	}
	t := &q.sets[at]
	if t.only != "" {
		return upTo(p.places[parent{t.by, t.only}], len(all)), true
	}
	var places []int32
	for id := range t.values {
		places = append(places, upTo(p.places[parent{t.by, id}], len(all))...)
	}
	slices.Sort(places)
	return places, true
}

// upTo leaves out what was added after a reader's list was published.
func upTo(places []int32, n int) []int32 {
	for len(places) > 0 && int(places[len(places)-1]) >= n {
		places = places[:len(places)-1]
	}
	return places
}
