package adsfake

import "time"

// instant is how extendedData writes times (ads-lwa 3.4).
const instant = "2006-01-02T15:04:05Z"

// day is how Sponsored Products writes dates.
const day = "2006-01-02"

// campaign says whether a campaign's ads are shown now and, if not, why. It depends on the clock, so lists work it out.
func (s *prospect) campaign(c *campaign) string {
	switch {
	case c.state == archived:
		return "CAMPAIGN_ARCHIVED"
	case c.end != "" && c.end < s.today:
		return "ENDED"
	case c.state == paused:
		return "CAMPAIGN_PAUSED"
	case s.p.payment == unpaid:
		return "ADVERTISER_PAYMENT_FAILURE"
	case c.start > s.today:
		return "PENDING_START_DATE"
	}
	for _, p := range s.portfolios {
		if c.portfolio == p.id {
			if status := s.portfolio(p); status != portfolioServes {
				return status
			}
		}
	}
	return campaignServes
}

const campaignServes = "CAMPAIGN_STATUS_ENABLED"

// child says the same of what is in a campaign. What is archived or paused above it counts before anything of its own but
// being archived itself.
func (s *prospect) child(c *child) string {
	if c.state == archived {
		return c.kind.alive + "_ARCHIVED"
	}
	if above := s.campaign(s.campaigns[c.campaignAt]); above != campaignServes {
		return above
	}
	if c.kind.grouped {
		switch s.groups[c.groupAt].state {
		case archived:
			return "AD_GROUP_ARCHIVED"
		case paused:
			return "AD_GROUP_PAUSED"
		}
	}
	if c.state == paused {
		return c.kind.alive + "_PAUSED"
	}
	return c.kind.status
}

// today is the date on which the profile's advertising day stands at t.
func (p *profile) today(t time.Time) string { return t.In(p.location).Format(day) }
