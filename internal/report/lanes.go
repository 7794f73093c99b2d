package report

import (
	"slices"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A Lane is where reports wait in one queue at Amazon: those of all accounts of a region (ads-lwa 7). The sandbox's queues are its own.
type Lane struct {
	Realm  amazon.Realm
	Region canon.Region
}

// A Load is what of a lane has not ended.
type Load struct {
	Waiting  int // to be asked for
	Creating int // being asked for just now; no answer is written down yet
	Asked    int // Amazon has them
}

// Bounds of a lane.
const (
	firstHold   = 30 * time.Second // where a refusal does not say how long; doubled from one to the next
	mostHold    = 30 * time.Minute
	firstQuiet  = 10 * time.Minute // after a refusal, before one report more than fits is tried; doubled each time that it is refused
	mostQuiet   = 4 * time.Hour
	usual       = 15 * time.Second // what a report takes, until one was seen
	mostTakes   = 6 * time.Hour    // a report that took longer says nothing of others
	mostLook    = 2 * time.Minute  // between two looks at a report that is late
	lookEarlier = 100              // the first look is later than expected by this part of what a report takes
	lookOften   = 8                // and the next ones by this part of how old it is
)

// lanes are the one limiter of each lane. How many unfinished reports a region takes Amazon tells nobody, and it changes; so each lane has a
// window, as TCP has one of segments: it falls at once to what the region was seen to hold when it refused more, and rises by one where a
// single report beyond it was taken. All that a lane does follows from the loads that it is shown and the refusals that it is told of.
type lanes struct {
	mu   sync.Mutex
	most int // where a window begins, and never goes beyond
	by   map[Lane]*lane
}

type lane struct {
	window   int
	settling bool          // Amazon refused, and answers to other requests are still on their way
	held     time.Time     // nothing is asked for before
	wait     time.Duration // the last hold of our own choice
	quiet    time.Duration // how long no report is tried beyond the window
	probe    time.Time     // when the next one is
	takes    time.Duration // what a report takes from asked to made; zero until one was seen
	kept     Learned       // how it was written down last
}

func newLanes(most int) lanes { return lanes{most: most, by: map[Lane]*lane{}} }

func (l *lanes) at(k Lane) *lane {
	if l.by[k] == nil {
		l.by[k] = &lane{window: l.most, quiet: firstQuiet, kept: Learned{Lane: k, Quiet: firstQuiet}}
	}
	return l.by[k]
}

// room is how many more reports may be asked for now, besides those that are being asked for.
func (l *lanes) room(k Lane, is Load, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(k)
	at.learn(is, now, l.most)
	if at.settling || now.Before(at.held) {
		return 0
	}
	held := is.Asked + is.Creating
	if held == at.window && held < l.most && !now.Before(at.probe) {
		return 1 // one beyond the window; while it is under way there is no room
	}
	return max(0, at.window-held)
}

// learn sets the window by what the region holds.
func (at *lane) learn(is Load, now time.Time, most int) {
	switch {
	case at.settling && is.Creating > 0:
	case at.settling && is.Asked < at.window: // this is what it took
		at.settling, at.window, at.quiet = false, max(1, is.Asked), firstQuiet
		at.probe = now.Add(at.quiet)
	case at.settling: // the one beyond the window was refused
		at.settling, at.quiet = false, min(2*at.quiet, mostQuiet)
		at.probe = now.Add(at.quiet)
	case is.Asked > at.window: // it was taken
		at.window, at.quiet = min(is.Asked, most), firstQuiet
		at.probe = now.Add(at.expected())
	}
}

// refused notes that the region takes no more, and returns until when it is left alone. until is what Amazon said, zero for nothing.
func (l *lanes) refused(k Lane, now, until time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(k)
	at.settling = true
	if !until.After(now) && !now.Before(at.held) { // else it is one of several that were under way together
		at.wait = min(max(2*at.wait, firstHold), mostHold)
		until = now.Add(at.wait)
	}
	if until.After(at.held) {
		at.held = until
	}
	return at.held
}

// made notes that a report came, and what it took.
func (l *lanes) made(k Lane, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(k)
	at.wait = 0
	switch {
	case took <= 0 || took > mostTakes:
	case at.takes == 0:
		at.takes = took
	default:
		at.takes += (took - at.takes) / 4
	}
}

func (at *lane) expected() time.Duration {
	if at.takes == 0 {
		return usual
	}
	return at.takes
}

// look is when a report that was asked for at a time is worth a look: when it should be made, then later and later.
func (l *lanes) look(k Lane, asked, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	takes := l.at(k).expected()
	if first := asked.Add(takes + takes/lookEarlier); first.After(now) {
		return first
	}
	return nextLook(asked, now)
}

// nextLook is when to look again at a report that is late.
func nextLook(asked, now time.Time) time.Time {
	return now.Add(min(max(now.Sub(asked)/lookOften, time.Second), mostLook))
}

// eta is how long it takes until all of some reports are made: those asked for at the times of own, and, where last is above zero, the one
// that is so many places down the queue of those that wait. asked are the times of all that Amazon has.
func (l *lanes) eta(k Lane, own, asked []time.Time, last int, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(k)
	takes := at.expected()
	ends := func(asked time.Time) time.Time {
		if end := asked.Add(takes); end.After(now) {
			return end
		}
		return nextLook(asked, now) // late already: perhaps then
	}
	until := now
	later := func(t time.Time) {
		if t.After(until) {
			until = t
		}
	}
	for _, t := range own {
		later(ends(t))
	}
	if last > 0 { // each place of the window is taken by the next that waits, once it is free
		free := make([]time.Time, 0, max(len(asked), at.window))
		for _, t := range asked {
			free = append(free, ends(t))
		}
		for len(free) < at.window {
			free = append(free, now)
		}
		slices.SortFunc(free, time.Time.Compare)
		free = free[len(free)-at.window:]
		begin := free[(last-1)%at.window].Add(time.Duration((last-1)/at.window) * takes)
		if begin.Before(at.held) {
			begin = at.held
		}
		later(begin.Add(takes))
	}
	return until.Sub(now)
}

// next is when the first lane that gives no room now may give some, whatever happens at Amazon; the zero time where none does.
func (l *lanes) next(now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	var first time.Time
	for _, at := range l.by {
		for _, t := range [...]time.Time{at.held, at.probe} {
			if t.After(now) && (first.IsZero() || t.Before(first)) {
				first = t
			}
		}
	}
	return first
}
