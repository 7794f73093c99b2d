package ads

import (
	"time"
)

func instant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if p, ok := usualInstant(s); ok {
		return p.time(), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.UTC(), err
}

// instantAsSaid reports whether an instant stands as rows say it: in UTC, and no finer than needed.
func instantAsSaid(s string) bool {
	if p, ok := usualInstant(s); ok {
		return p.year > 1 // the first instant of the year 1 stands for none
	}
	t, err := time.Parse(time.RFC3339, s)
	return err == nil && !t.IsZero() && t.UTC().Format(time.RFC3339Nano) == s
}

// instantParts are the numbers of an instant.
type instantParts struct{ year, month, day, hour, minute, second int }

func (p instantParts) time() time.Time {
	return time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, 0, time.UTC)
}

// An instant as Amazon writes nearly all, 2026-06-21T05:03:07Z, with nothing but zeros, in words of eight bytes of which the last two overlap; and
// where in each the bytes are that are no digits.
const (
	form1, noDigits1 = 0x2d_30_30_2d_30_30_30_30, 0xff_00_00_ff_00_00_00_00
	form2, noDigits2 = 0x30_30_3a_30_30_54_30_30, 0x00_00_ff_00_00_ff_00_00
	form3, noDigits3 = 0x5a_30_30_3a_30_30_3a_30, 0xff_00_00_ff_00_00_ff_00

	aboveNine, tops = 0x76_76_76_76_76_76_76_76, 0x80_80_80_80_80_80_80_80 // what more than nine and the one make has its top bit
)

// usualInstant takes apart an instant of that form. Ends of months are left to time.Parse, which knows them. Lists have tens of thousands of
// instants, so it looks at eight bytes at once: less what the form has, each is the digit's number, or nothing.
func usualInstant(s string) (p instantParts, ok bool) {
	if len(s) != 20 {
		return p, false
	}
	one, two, three := eight(s)^form1, eight(s[8:])^form2, eight(s[12:])^form3
	if one&noDigits1|two&noDigits2|three&noDigits3 != 0 || (one|(one+aboveNine)|two|(two+aboveNine)|three|(three+aboveNine))&tops != 0 {
		return p, false
	}
	pair := func(word uint64, at int) int { return int(word>>(8*at)&0xff)*10 + int(word>>(8*at+8)&0xff) }
	p = instantParts{100*pair(one, 0) + pair(one, 2), pair(one, 5), pair(two, 0), pair(two, 3), pair(two, 6), pair(three, 5)}
	return p, p.month >= 1 && p.month <= 12 && p.day >= 1 && p.day <= 28 && p.hour <= 23 && p.minute <= 59 && p.second <= 59
}

func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
