package canon

import (
	"sync/atomic"
	"time"
)

// A Place is where days are. It is a time.Location that remembers the stretches of time in which its clocks were set alike, each in all the weeks
// that it was asked for: a list has thousands of days, and beyond the last change that a zone's file lists, Go works each of them out from the
// zone's rule. It is safe for concurrent use.
type Place struct {
	*time.Location
	known [256]atomic.Pointer[stretch] // by spans of 24 days: sixteen years of them
}

// span is how many bits of a time in seconds tell moments of one span apart.
const span = 21

// A stretch is a time between two settings of clocks, in seconds since 1970.
type stretch struct{ from, to, offset int64 }

const day = 24 * 60 * 60

// NewPlace returns a place for a location.
func NewPlace(l *time.Location) *Place { return &Place{Location: l} }

// stretch is the one that a moment is in.
func (p *Place) stretch(unix int64) *stretch {
	known := &p.known[uint64(unix>>span)%uint64(len(p.known))]
	if s := known.Load(); s != nil && s.from <= unix && unix < s.to {
		return s
	}
	t := time.Unix(unix, 0).In(p.Location)
	_, offset := t.Zone()
	s := &stretch{-1 << 62, 1 << 62, int64(offset)}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		s.from = from.Unix()
	}
	if !to.IsZero() {
		s.to = to.Unix()
	}
	known.Store(s)
	return s
}

// DayOf is the calendar day of an instant here.
func (p *Place) DayOf(t time.Time) Day {
	unix := t.Unix()
	year, month, day := time.Unix(unix+p.stretch(unix).offset, 0).UTC().Date()
	if year < 0 || year > 9999 {
		return DayOf(t, p.Location)
	}
	text := [10]byte{4: '-', 7: '-'}
	two := func(at, n int) { text[at], text[at+1] = byte('0'+n/10), byte('0'+n%10) }
	two(0, year/100)
	two(2, year%100)
	two(5, int(month))
	two(8, day)
	return Day(text[:])
}

// End is the last second of a day here, in UTC, so that a reader who looks at the date alone sees the right one; the zero time of an empty day.
func (p *Place) End(d Day) time.Time { return dayEnd(d, p.Location) }

// Start is the first moment of a day here, in UTC; the zero time of an empty day.
func (p *Place) Start(d Day) time.Time {
	year, month, number, ok := d.parts()
	if !ok {
		return dayStart(d, p.Location)
	}
	at := time.Date(year, month, number, 0, 0, 0, 0, time.UTC).Unix()
	if s := p.stretch(at); s.from+day < at && at < s.to-day { // far from any change of clocks
		return time.Unix(at-s.offset, 0).UTC()
	}
	return dayStart(d, p.Location)
}
