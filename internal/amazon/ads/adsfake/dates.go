package adsfake

import "time"

// validDay reports whether s is a date as Sponsored Products writes it.
func validDay(s string) bool {
	_, err := time.Parse(day, s)
	return err == nil
}

// dates checks startDate and endDate of a new campaign, or of an update of old (nil for a new one), and returns what
// they become. Days are compared as text: YYYY-MM-DD sorts as time does.
func (k *check) dates(old *campaign) (start, end string) {
	start, end = k.today, ""
	if old != nil {
		start, end = old.start, old.end
	}
	before := len(k.errors)
	startAt, endAt := k.in.at+".startDate", k.in.at+".endDate"
	if s := k.in.start; s != nil {
		switch {
		case !validDay(*s):
			k.fail(badDate("INVALID_DATE", startAt, *s, "The date is not of the form YYYY-MM-DD"))
		case old != nil && *s != old.start && old.start <= k.today:
			k.fail(badDate("UPDATING_READ_ONLY_START_DATE", startAt, *s, "The campaign has started already"))
		case (old == nil || *s != old.start) && *s < k.today:
			k.fail(badDate("START_DATE_EARLIER_THAN_TODAY", startAt, *s, "Start date is in the past"))
		}
		start = *s
	}
	if k.in.noEnd {
		end = ""
	}
	if e := k.in.end; e != nil {
		switch {
		case !validDay(*e):
			k.fail(badDate("INVALID_DATE", endAt, *e, "The date is not of the form YYYY-MM-DD"))
		case (old == nil || *e != old.end) && *e < k.today:
			k.fail(badDate("END_DATE_EARLIER_THAN_TODAY", endAt, *e, "End date is in the past"))
		}
		end = *e
	}
	if len(k.errors) == before && end != "" && start > end {
		k.fail(badDate("START_DATE_AFTER_END_DATE", startAt, start, "Start date is after end date"))
	}
	if old != nil && old.end != "" && old.end < k.today && end != "" && end < k.today && len(k.errors) == before {
		k.fail(badDate("UPDATING_ENDED_CAMPAIGN_WITHOUT_EXTENSION", endAt, end, "The campaign has ended; move its end date first"))
	}
	return start, end
}
