package ads

import (
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A stater is a dialect whose lists can be narrowed to states.
type stater interface {
	states(statuses []canon.AdsStatus) []string
}

func (v1) states(s []canon.AdsStatus) []string           { return v1States(s) }
func (d v3) states(s []canon.AdsStatus) []string         { return d.statuses(s) }
func (arrays) states(s []canon.AdsStatus) []string       { return lowerStates(s) }
func (themeFilters) states(s []canon.AdsStatus) []string { return lowerStates(s) }

// may reports whether any object of the collection can be what a query asks for. Where its things have none of the states, Amazon would refuse
// the question, or answer as if no state had been named.
func (c *collection) may(q *amazon.AdsQuery) bool {
	if c.wants != nil && !c.wants(q) {
		return false
	}
	d, ok := c.speaks.(stater)
	return !ok || c.filters[byStatus] == "" || len(d.states(q.Statuses)) > 0
}

// state is the collection's word for a status; empty where it has none.
func (c *collection) state(s canon.AdsStatus) string {
	if d, ok := c.speaks.(stater); ok {
		for _, word := range d.states([]canon.AdsStatus{s}) {
			return word
		}
	}
	return ""
}

// statusOf is what a state means in canon; empty of one that is not known, such as OTHER, which then is never sent back.
func statusOf(state string) canon.AdsStatus {
	for _, pair := range v3States {
		if pair[0] == state {
			return canon.AdsStatus(pair[1])
		}
	}
	return ""
}

// stateOf is Amazon's word for a status.
func stateOf(s canon.AdsStatus) (string, error) {
	if s == "" {
		return "", nil
	}
	for _, pair := range v3States {
		if pair[1] == string(s) {
			return pair[0], nil
		}
	}
	return "", fmt.Errorf("status %q has no state at Amazon", s)
}
