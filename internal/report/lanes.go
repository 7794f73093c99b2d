package report

import (
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Bounds of a region's lane.
const (
	firstHold = 30 * time.Second // where a refusal does not say how long
	mostHold  = 30 * time.Minute
	quiet     = 10 * time.Minute // without a refusal, before one more report is tried at a time
	usual     = 15 * time.Second // what a report takes, until some were seen
)

// lanes are the one limiter of each region: reports of all accounts wait in one queue at Amazon, whose length it does not tell and which stays
// short for long once it is full (ads-lwa 7).
type lanes struct {
	mu    sync.Mutex
	queue int
	by    map[canon.Region]*lane
}

type lane struct {
	room    int // unfinished reports that the region takes
	held    time.Time
	wait    time.Duration
	refused time.Time     // when Amazon last had no room
	takes   time.Duration // what a report takes, from asked to made
}

func newLanes(queue int) lanes { return lanes{queue: queue, by: map[canon.Region]*lane{}} }

func (l *lanes) at(r canon.Region) *lane {
	if l.by[r] == nil {
		l.by[r] = &lane{room: l.queue, takes: usual}
	}
	return l.by[r]
}

// free is how many more reports may be asked for now.
func (l *lanes) free(r canon.Region, asked int, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(r)
	if now.Before(at.held) {
		return 0
	}
	return max(0, at.room-asked)
}

// full notes that the region takes no more while so many are unfinished.
func (l *lanes) full(r canon.Region, asked int, now, until time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(r)
	if now.Before(at.held) {
		return at.held // one of several that were under way together
	}
	at.wait = min(max(2*at.wait, firstHold), mostHold)
	if until.Before(now) {
		until = now.Add(at.wait)
	}
	at.room, at.held, at.refused = max(1, min(at.room, asked)), until, now
	return until
}

// made notes that a report came, and what it took.
func (l *lanes) made(r canon.Region, took time.Duration, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(r)
	at.wait = 0
	if took > 0 && took < 6*time.Hour {
		at.takes += (took - at.takes) / 4
	}
	if at.room < l.queue && now.Sub(at.refused) >= quiet {
		at.room++
	}
}

// expect is when a report that was asked for at a time is worth a look, after so many looks.
func (l *lanes) expect(r canon.Region, asked, now time.Time, looks int) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	takes := l.at(r).takes
	if next := asked.Add(takes + takes/50); looks == 0 && next.After(now) {
		return next
	}
	step := max(time.Second, takes/20) << min(looks, 4)
	return now.Add(min(step, 2*time.Minute))
}

// eta is how long so many reports take behind others.
func (l *lanes) eta(r canon.Region, own, ahead int, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at(r)
	if own == 0 {
		return 0
	}
	rounds := (own + ahead + at.room - 1) / at.room
	return max(0, at.held.Sub(now)) + time.Duration(rounds)*at.takes
}

// nextHeld is when the first region that is held may be asked again; the zero time where none is.
func (l *lanes) nextHeld(now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	var first time.Time
	for _, at := range l.by {
		if at.held.After(now) && (first.IsZero() || at.held.Before(first)) {
			first = at.held
		}
	}
	return first
}
