package canon

import (
	"strconv"
	"time"
)

// A Decimal is an exact decimal number as text, such as "0.25"; empty means none. It is for ratios and metrics, which are no money.
type Decimal string

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// ParseDay reads "YYYY-MM-DD".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return "", err
	}
	return Day(t.Format(time.DateOnly)), nil
}

// DayOf is the calendar day of an instant in a place.
func DayOf(t time.Time, place *time.Location) Day { return Day(t.In(place).Format(time.DateOnly)) }

// parts takes a day apart as it is usually written; ok is false of any other, and of a day that no month has for sure.
func (d Day) parts() (year int, month time.Month, day int, ok bool) {
	if len(d) != len(time.DateOnly) || d[4] != '-' || d[7] != '-' {
		return 0, 0, 0, false
	}
	n := 0
	for i := range len(d) {
		if c := d[i] - '0'; c <= 9 {
			n = n*10 + int(c)
		} else if i != 4 && i != 7 {
			return 0, 0, 0, false
		}
	}
	year, month, day = n/10_000, time.Month(n/100%100), n%100
	return year, month, day, month >= 1 && month <= 12 && day >= 1 && day <= 28
}

// Add returns the day n days later.
func (d Day) Add(n int) Day {
	if year, month, day, ok := d.parts(); ok {
		if text, ok := appendSecond(nil, time.Date(year, month, day+n, 0, 0, 0, 0, time.UTC)); ok {
			return Day(text[:len(time.DateOnly)])
		}
	}
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return Day(t.AddDate(0, 0, n).Format(time.DateOnly))
}

// In returns the first moment of the day in a place; the zero time of an empty day.
func (d Day) In(place *time.Location) time.Time {
	if d == "" {
		return time.Time{} // without the error that parsing would make, for every object of a list
	}
	var t time.Time
	if year, month, day, ok := d.parts(); ok {
		t = time.Date(year, month, day, 0, 0, 0, 0, place)
	} else if other, err := time.ParseInLocation(time.DateOnly, string(d), place); err == nil {
		t = other
	}
	if t.Hour() == 23 { // clocks pass midnight over, and Go takes the hour before: as in Santiago in spring
		_, t = t.ZoneBounds()
	}
	return t
}

func dayStart(d Day, place *time.Location) time.Time {
	if t := d.In(place); !t.IsZero() {
		return t.UTC()
	}
	return time.Time{}
}

// dayEnd is the last second of a day, so that a reader who looks at the date alone sees the right one.
func dayEnd(d Day, place *time.Location) time.Time {
	if d == "" {
		return time.Time{}
	}
	if t := d.Add(1).In(place); !t.IsZero() {
		return t.Add(-time.Second).UTC()
	}
	return time.Time{}
}

// settleDay takes an instant into a day of a place.
func settleDay(d *Day, at time.Time, place *time.Location) error {
	if at.IsZero() {
		return nil
	}
	day := DayOf(at, place)
	if *d != "" && *d != day {
		return ErrBothDiffer
	}
	*d = day
	return nil
}
