package adsfake

import "time"

// A shift is a day, in the profile's calendar, on which a thing began or ceased to be ENABLED.
type shift struct {
	day int
	on  bool
}

// ran reports whether the thing was ENABLED at any time of a day. Only what ran is shown, clicked and paid for.
func (h *head) ran(day int) bool {
	on := false
	for _, s := range h.shifts {
		if s.day > day || (s.day == day && s.on) {
			return on || s.day == day
		}
		if s.day < day {
			on = s.on
		}
	}
	return on
}

// follow notes the change of state that makes h of old; nil stands for a thing that is new.
func (h *head) follow(b *batch, old *head) {
	switch {
	case old == nil:
		if h.shifts == nil {
			h.shifts = []shift{{b.p.dayOf(h.created), h.state == enabled}}
		}
	case (old.state == enabled) != (h.state == enabled):
		h.shifts = append(old.shifts[:len(old.shifts):len(old.shifts)], shift{b.day, h.state == enabled})
	}
}

// until gives a seeded thing that does not run any more the days on which it did.
func (h *head) until(p *profile, end time.Time) {
	h.shifts = []shift{{p.dayOf(h.created), true}, {p.dayOf(end), false}}
}

// dayOf numbers the profile's calendar days from the first of January 1970.
func (p *profile) dayOf(t time.Time) int {
	y, m, d := t.In(p.location).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// dayText writes a numbered day as YYYY-MM-DD.
func dayText(n int) string { return string(appendNumberedDay(nil, n)) }

// appendNumberedDay appends a numbered day as YYYY-MM-DD.
func appendNumberedDay(b []byte, n int) []byte {
	y, m, d := time.Unix(int64(n)*86400, 0).UTC().Date()
	return append(b, digit(y/1000), digit(y/100), digit(y/10), digit(y), '-', digit(int(m)/10), digit(int(m)), '-', digit(d/10), digit(d))
}

// digit is the last decimal digit of a number that is not below zero.
func digit(n int) byte { return byte('0' + n%10) }

// dayNumber reads a date of the form YYYY-MM-DD.
func dayNumber(s string) (int, bool) {
	t, err := time.Parse(day, s)
	return int(t.Unix() / 86400), err == nil
}
