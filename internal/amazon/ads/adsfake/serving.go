package adsfake

import "time"

// instant is how extendedData writes times (ads-lwa 3.4).
const instant = "2006-01-02T15:04:05Z"

// day is how Sponsored Products writes dates.
const day = "2006-01-02"

// serving says whether a campaign's ads are shown now and, if not, why. It depends on the clock, so lists work it out.
func (p *profile) serving(c *campaign, today string) (status, detail string) {
	switch {
	case c.state == archived:
		return "CAMPAIGN_ARCHIVED", "CAMPAIGN_ARCHIVED_DETAIL"
	case c.end != "" && c.end < today:
		return "ENDED", "ENDED_DETAIL"
	case c.state == paused:
		return "CAMPAIGN_PAUSED", "CAMPAIGN_PAUSED_DETAIL"
	case p.payment == unpaid:
		return "ADVERTISER_PAYMENT_FAILURE", "ADVERTISER_PAYMENT_FAILURE_DETAIL"
	case c.start > today:
		return "PENDING_START_DATE", "PENDING_START_DATE_DETAIL"
	}
	return "CAMPAIGN_STATUS_ENABLED", "CAMPAIGN_STATUS_ENABLED_DETAIL"
}

// appendExtended writes the campaign with its extendedData.
func (p *profile) appendExtended(b []byte, c *campaign, today string) []byte {
	status, detail := p.serving(c, today)
	b = append(b, c.wire...)
	b = append(b, `,"extendedData":{"creationDateTime":"`...)
	b = c.created.UTC().AppendFormat(b, instant)
	b = append(b, `","lastUpdateDateTime":"`...)
	b = c.updated.UTC().AppendFormat(b, instant)
	b = append(b, `","servingStatus":"`...)
	b = append(b, status...)
	b = append(b, `","servingStatusDetails":[{"name":"`...)
	b = append(b, detail...)
	return append(b, `"}]}}`...)
}

// today is the date on which the profile's advertising day stands at t.
func (p *profile) today(t time.Time) string { return t.In(p.location).Format(day) }
