package adsfake

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// A campaign is one Sponsored Products campaign.
type campaign struct {
	head
	targeting string
	portfolio string
	start     string // YYYY-MM-DD in the profile's time zone
	end       string
	budget    float64
	bidding   *bidding
	tags      []tag
	sites     []string
	offAmazon string
	managed   *bool // autoManageCampaign
}

func (c *campaign) value(f field) string {
	switch f {
	case byName:
		return c.name
	case byPortfolio:
		return c.portfolio
	}
	return ""
}

func (c *campaign) tally() tally { return tally{mark: markCampaign} }

// unique is the name, in the account; archived campaigns keep theirs.
func (c *campaign) unique() string { return c.name }

// bidding is a campaign's dynamicBidding.
type bidding struct {
	strategy   string
	placements []placement
	cohorts    []cohort
}

type placement struct {
	name    string
	percent int64
}

type cohort struct {
	kind     string
	percent  int64
	hasPct   bool
	segments []segment
}

type segment struct{ id, kind string }

type tag struct{ key, value string }

// seal writes the campaign's JSON. The order of the keys is that of ads-lwa 3.4.
func (c *campaign) seal() {
	b := make([]byte, 0, 320)
	b = appendString(append(b, `{"campaignId":`...), c.id)
	b = appendString(append(b, `,"name":`...), c.name)
	b = appendString(append(b, `,"state":`...), c.state)
	b = appendString(append(b, `,"targetingType":`...), c.targeting)
	if c.portfolio != "" {
		b = appendString(append(b, `,"portfolioId":`...), c.portfolio)
	}
	b = appendString(append(b, `,"startDate":`...), c.start)
	if c.end != "" {
		b = appendString(append(b, `,"endDate":`...), c.end)
	}
	b = appendDouble(append(b, `,"budget":{"budget":`...), c.budget)
	b = appendDouble(append(b, `,"budgetType":"DAILY","effectiveBudget":`...), c.budget)
	b = append(b, '}')
	b = c.bidding.append(append(b, `,"dynamicBidding":`...))
	if c.managed != nil {
		b = strconv.AppendBool(append(b, `,"autoManageCampaign":`...), *c.managed)
	}
	if len(c.sites) > 0 {
		b = append(b, `,"siteRestrictions":[`...)
		for i, s := range c.sites {
			b = appendString(comma(b, i), s)
		}
		b = append(b, ']')
	}
	if c.offAmazon != "" {
		b = appendString(append(b, `,"offAmazonSettings":{"offAmazonBudgetControlStrategy":`...), c.offAmazon)
		b = append(b, '}')
	}
	if len(c.tags) > 0 {
		b = append(b, `,"tags":{`...)
		for i, t := range c.tags {
			b = appendString(comma(b, i), t.key)
			b = appendString(append(b, ':'), t.value)
		}
		b = append(b, '}')
	}
	c.wire = slices.Clip(b)
}

func (d *bidding) append(b []byte) []byte {
	b = appendString(append(b, `{"strategy":`...), d.strategy)
	if len(d.placements) > 0 {
		b = append(b, `,"placementBidding":[`...)
		for i, p := range d.placements {
			b = appendString(append(comma(b, i), `{"placement":`...), p.name)
			b = strconv.AppendInt(append(b, `,"percentage":`...), p.percent, 10)
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	if len(d.cohorts) > 0 {
		b = append(b, `,"shopperCohortBidding":[`...)
		for i, s := range d.cohorts {
			b = s.append(comma(b, i))
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func (s *cohort) append(b []byte) []byte {
	b = appendString(append(b, `{"shopperCohortType":`...), s.kind)
	if s.hasPct {
		b = strconv.AppendInt(append(b, `,"percentage":`...), s.percent, 10)
	}
	b = append(b, `,"audienceSegments":[`...)
	for i, g := range s.segments {
		b = appendString(append(comma(b, i), `{"audienceId":`...), g.id)
		if g.kind != "" {
			b = appendString(append(b, `,"audienceSegmentType":`...), g.kind)
		}
		b = append(b, '}')
	}
	return append(b, ']', '}')
}

// comma separates elements of an array or object.
func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

// appendDouble writes a number as Amazon's side does: a double always has a fraction, 25.0 (ads-lwa 2.5, 3.4).
func appendDouble(b []byte, f float64) []byte {
	n := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if !slices.Contains(b[n:], '.') {
		b = append(b, '.', '0')
	}
	return b
}

// appendString writes a JSON string.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s { // a byte that is no UTF-8 becomes U+FFFD here
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < 0x20 || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
