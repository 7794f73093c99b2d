package report

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

var eu = Lane{amazon.Sandbox, canon.EU}

// A queue is Amazon's: it takes so many unfinished reports, makes each in the same time and refuses more.
type queue struct {
	holds   int
	takes   time.Duration
	retry   time.Duration // what a refusal says; 0 for nothing
	asked   []time.Time   // of those that are not fetched
	made    int
	refused int
	most    int // refusals between two reports taken
	row     int
}

func (q *queue) unfinished(now time.Time) int {
	n := 0
	for _, t := range q.asked {
		if now.Before(t.Add(q.takes)) {
			n++
		}
	}
	return n
}

// round has lanes ask for as much as there is room for, all at once, and fetches what is made. Reports wait without end.
func (q *queue) round(l *lanes, now time.Time) {
	before := len(q.asked)
	q.asked = slices.DeleteFunc(q.asked, func(t time.Time) bool { return !now.Before(t.Add(q.takes)) })
	for range before - len(q.asked) {
		q.made++
		l.made(eu, q.takes)
	}
	begun := l.room(eu, Load{Waiting: 1000, Asked: len(q.asked)}, now)
	for n := range begun {
		if q.unfinished(now) < q.holds {
			q.asked, q.row = append(q.asked, now), 0
			continue
		}
		until := time.Time{}
		if q.retry > 0 {
			until = now.Add(q.retry)
		}
		l.refused(eu, now, until)
		q.refused++
		q.row++
		q.most = max(q.most, q.row)
		if got := l.room(eu, Load{Waiting: 1000, Creating: begun - n - 1, Asked: len(q.asked)}, now); got != 0 {
			panic(fmt.Sprintf("there is room for %d right after a refusal", got))
		}
	}
}

// TestALaneFindsWhatAmazonTakes lets a lane work against queues of every length for a day: it never stops, wastes little of the queue and asks
// in vain seldom.
func TestALaneFindsWhatAmazonTakes(t *testing.T) {
	t.Parallel()
	const most = 40
	for holds := 1; holds <= most+5; holds += 3 {
		for _, retry := range []time.Duration{0, time.Minute} {
			t.Run(fmt.Sprintf("%d, %s", holds, retry), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					l := newLanes(most)
					q := &queue{holds: holds, takes: 15 * time.Minute, retry: retry}
					for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); time.Sleep(5 * time.Second) {
						q.round(&l, time.Now())
					}
					could := min(holds, most) * int(24*time.Hour/q.takes)
					if float64(q.made)*1.1 < float64(could) {
						t.Errorf("%d reports were made, where the queue allows %d", q.made, could)
					}
					if vain := q.refused - max(0, most-holds); vain > 30 {
						t.Errorf("%d were refused after the first time", vain)
					}
				})
			})
		}
	}
}

// TestALaneFollowsAQueueThatChanges: the window falls at once, and rises again by one report at a time.
func TestALaneFollowsAQueueThatChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(20)
		q := &queue{holds: 20, takes: 5 * time.Minute, retry: time.Minute}
		for hour, step := range []struct{ holds, least, most int }{{20, 20, 20}, {5, 5, 5}, {20, 9, 17}, {20, 17, 20}, {2, 2, 2}, {0, 0, 1}, {3, 1, 3}} {
			q.holds = step.holds
			seen, last := 0, len(q.asked)
			for end := time.Now().Add(time.Hour); time.Now().Before(end); time.Sleep(5 * time.Second) {
				q.round(&l, time.Now())
				if n := len(q.asked); hour == 2 && n > last+5 {
					t.Errorf("from %d to %d at once", last, n)
				}
				seen, last = max(seen, len(q.asked)), len(q.asked)
			}
			if n := len(q.asked); hour > 0 && (n > step.most || seen < step.least) {
				t.Errorf("hour %d: the queue takes %d, %d are under way and %d were at most", hour, step.holds, n, seen)
			}
		}
	})
}

// TestEveryShortHistoryOfALane plays all rows of seven events and holds what must be so after each.
func TestEveryShortHistoryOfALane(t *testing.T) {
	t.Parallel()
	const most = 3
	begin := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	events := []string{"begin", "taken", "refused", "end", "minute", "hour"}
	var row [7]int
	for {
		h := history{lanes: newLanes(most), now: begin, most: most}
		for i, e := range row {
			if why := h.play(events[e]); why != "" {
				var names []string
				for _, e := range row[:i+1] {
					names = append(names, events[e])
				}
				t.Fatalf("%s after %v", why, names)
			}
		}
		i := 0
		for ; i < len(row); i++ {
			if row[i]++; row[i] < len(events) {
				break
			}
			row[i] = 0
		}
		if i == len(row) {
			return
		}
	}
}

// TestLongHistoriesOfALane does the same with long ones by chance.
func TestLongHistoriesOfALane(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := history{lanes: newLanes(rapid.IntRange(1, 12).Draw(t, "most")), now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
		h.most = h.lanes.most
		for _, e := range rapid.SliceOfN(rapid.SampledFrom([]string{"begin", "begin", "taken", "taken", "refused", "end", "minute", "hour"}), 1, 300).Draw(t, "events") {
			if why := h.play(e); why != "" {
				t.Fatal(why)
			}
		}
	})
}

// A history is what happened to a lane.
type history struct {
	lanes
	now     time.Time
	most    int
	is      Load
	refused time.Time // the last time
	proven  int       // what the lane was seen to hold since
}

// play has one thing happen, if it can, and tells what is wrong then.
func (h *history) play(event string) string {
	switch {
	case event == "begin" && h.room(eu, h.is, h.now) > 0:
		h.is.Creating++
	case event == "taken" && h.is.Creating > 0:
		h.is.Creating--
		h.is.Asked++
	case event == "refused" && h.is.Creating > 0:
		h.lanes.refused(eu, h.now, time.Time{})
		h.is.Creating--
		h.refused, h.proven = h.now, h.is.Asked
	case event == "end" && h.is.Asked > 0:
		h.is.Asked--
		h.made(eu, time.Minute)
	case event == "minute":
		h.now = h.now.Add(time.Minute)
	case event == "hour":
		h.now = h.now.Add(time.Hour)
	}
	h.proven = max(h.proven, h.is.Asked)
	room, held := h.room(eu, h.is, h.now), h.is.Creating+h.is.Asked
	switch {
	case room < 0 || room+held > max(h.most, held):
		return fmt.Sprintf("room for %d besides %d, of %d", room, held, h.most)
	case held == 0 && room == 0 && h.now.Sub(h.refused) > mostHold:
		return "it asks for nothing any more"
	case !h.refused.IsZero() && h.now.Sub(h.refused) < firstHold && room > 0:
		return "it goes on right after a refusal"
	case !h.refused.IsZero() && room > 0 && held+room > max(1, h.proven)+1+h.is.Creating:
		return fmt.Sprintf("room for %d besides %d, where it was seen to hold %d", room, held, h.proven)
	case !h.refused.IsZero() && h.now.Sub(h.refused) < firstQuiet && h.is.Creating == 0 && room > 0 && held+room > max(1, h.proven):
		return fmt.Sprintf("it tries %d, %s after it could hold only %d", held+room, h.now.Sub(h.refused), h.proven)
	}
	return ""
}

// TestETA: how long it takes is what it will take, if reports go on as they did.
func TestETA(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	ago := func(minutes ...int) (all []time.Time) {
		for _, m := range minutes {
			all = append(all, now.Add(-time.Duration(m)*time.Minute))
		}
		return all
	}
	const takes = 10 // minutes
	for name, c := range map[string]struct {
		own, asked []time.Time
		last       int
		held       int
		want       float64 // minutes
	}{
		"nothing":                           {nil, ago(1, 2), 0, 0, 0},
		"one that Amazon has":               {ago(4), ago(4, 1), 0, 0, 6},
		"the later of two":                  {ago(4, 1), ago(4, 1), 0, 0, 9},
		"one that is late":                  {ago(12), ago(12), 0, 0, 1.5},
		"one that is very late":             {ago(300), ago(300), 0, 0, 2},
		"one that waits, and there is room": {nil, ago(4), 1, 0, 10},
		"the lane is held":                  {nil, ago(4), 1, 3, 13},
		"the lane is full":                  {nil, ago(9, 4, 1), 1, 0, 11},
		"two are before it":                 {nil, ago(9, 4, 1), 3, 0, 19},
		"five are before it":                {nil, ago(9, 4, 1), 6, 0, 29},
		"more than fit are under way":       {nil, ago(9, 8, 4, 1), 1, 0, 12},
		"both":                              {ago(1), ago(9, 4, 1), 2, 0, 16},
	} {
		l := newLanes(3)
		l.made(eu, takes*time.Minute)
		if c.held > 0 {
			l.refused(eu, now, now.Add(time.Duration(c.held)*time.Minute))
		}
		if got := l.eta(eu, c.own, c.asked, c.last, now).Minutes(); got != c.want {
			t.Errorf("%s: %.1f minutes, want %.1f", name, got, c.want)
		}
	}
}
