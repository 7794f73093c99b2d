package canon_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// TestPlaceIsItsLocation: what a place remembers never makes a day or its beginning another one than its location does, on either side of every change
// of clocks, at midnight or not.
func TestPlaceIsItsLocation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom([]string{"UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo", "Africa/Cairo", "America/Sao_Paulo", "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "Asia/Beirut"}).Draw(r, "zone")
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		p := canon.NewPlace(l)
		near := rapid.Int64Range(1_100_000_000, 2_000_000_000).Draw(r, "near")
		for range 20 {
			at := time.Unix(near+rapid.Int64Range(-400*86400, 400*86400).Draw(r, "seconds"), 0)
			if _, to := at.In(l).ZoneBounds(); !to.IsZero() && rapid.Bool().Draw(r, "at a change") {
				at = to.Add(time.Duration(rapid.IntRange(-2*86400, 2*86400).Draw(r, "off")) * time.Second)
			}
			day := canon.DayOf(at, l)
			if got := p.DayOf(at); got != day {
				r.Fatalf("%s in %s is on %s, want %s", at, name, got, day)
			}
			c := canon.AdsCampaign{StartDate: day, Place: p}
			if c.Unify(); !c.StartAt.Equal(day.In(l)) || c.StartAt.Location() != time.UTC {
				r.Fatalf("%s in %s begins at %s, want %s", day, name, c.StartAt, day.In(l))
			}
		}
	})
}

// TestDaysBeginOnThemselves: the first moment of a day is on it, and the second before is not, also where clocks pass its midnight over.
func TestDaysBeginOnThemselves(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Santiago", "America/Havana", "Africa/Cairo", "America/Asuncion", "Asia/Beirut"} {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := canon.Day("2023-01-01"); d < "2028-01-01"; d = d.Add(1) {
			begins := d.In(l)
			if got, before := canon.DayOf(begins, l), canon.DayOf(begins.Add(-time.Second), l); got != d || before != d.Add(-1) {
				t.Errorf("%s in %s begins at %s, on %s after %s", d, name, begins, got, before)
			}
		}
	}
}
