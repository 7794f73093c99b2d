package report

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestALaneIsKeptAndLoaded plays a queue, takes what was kept of the lane to a new one, and holds that the two do the same from then on.
func TestALaneIsKeptAndLoaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{holds: 7, takes: 5 * time.Minute}
		old := newLanes(40)
		kept := map[Lane]Learned{}
		keep := func(l *lanes) (n int) {
			for _, is := range l.changed() {
				kept[is.Lane] = is
				n++
			}
			return n
		}
		play := func(l *lanes, long time.Duration) {
			for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(5 * time.Second) {
				q.round(l, time.Now())
				keep(l)
			}
		}
		old.room(eu, Load{}, time.Now())
		if n := keep(&old); n > 0 {
			t.Errorf("%d lanes of which nothing is known are written down", n)
		}
		old.refused(eu, time.Now(), time.Time{})
		if keep(&old); !kept[eu].Settling || kept[eu].Window != 0 || kept[eu].Held.IsZero() {
			t.Errorf("in the middle of a refusal: %+v", kept[eu])
		}
		stopped := newLanes(40)
		stopped.load([]Learned{kept[eu]})
		if n := stopped.room(eu, Load{Waiting: 1000, Asked: 7}, time.Now().Add(time.Minute)); stopped.at(eu).window != 7 || n != 0 {
			t.Errorf("one that stopped there has a window of %d, and room for %d", stopped.at(eu).window, n)
		}
		play(&old, 2*time.Hour)
		if n := keep(&old); n > 0 {
			t.Error("the same is written down twice")
		}
		if l := kept[eu]; l.Window != 7 || l.Takes != q.takes || l.Settling {
			t.Errorf("kept is %+v", l)
		}
		loaded := newLanes(40)
		loaded.load([]Learned{kept[eu]})
		if n := keep(&loaded); n > 0 {
			t.Error("what was loaded is written down again")
		}
		before := q.refused
		play(&loaded, 2*time.Hour)
		if n := q.refused - before; n > 4 {
			t.Errorf("%d were refused in two hours after a restart", n)
		}
		small := newLanes(3)
		small.load([]Learned{kept[eu]})
		if n := small.room(eu, Load{Waiting: 1000}, time.Now()); n != 3 {
			t.Errorf("room for %d, where 3 are allowed", n)
		}
		old.unkept(kept[eu])
		if n := keep(&old); n != 1 {
			t.Errorf("what could not be kept is tried %d times", n)
		}
	})
}
