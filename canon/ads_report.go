package canon

import "time"

// A ReportLevel is the grain of a report. Metrics do not add up from one grain to the next (an order may be credited to several ads), so that
// each is a report of its own, except where this list says otherwise (contract ads-model 1.2, 1.6).
type ReportLevel string

// The levels.
const (
	LevelOrg        ReportLevel = "ORG"       // sums of campaigns, since Amazon has no such report
	LevelPortfolio  ReportLevel = "PORTFOLIO" // sums of campaigns, by the portfolio that each is in now
	LevelCampaign   ReportLevel = "CAMPAIGN"
	LevelGroup      ReportLevel = "GROUP"
	LevelAd         ReportLevel = "AD"
	LevelTarget     ReportLevel = "TARGET"
	LevelSearchTerm ReportLevel = "SEARCH_TERM"
	LevelProduct    ReportLevel = "PRODUCT" // sums of ads, by the product advertised
	LevelPlacement  ReportLevel = "PLACEMENT"
)

// ReportLevels lists the levels, from the coarsest to the finest.
func ReportLevels() []ReportLevel {
	return []ReportLevel{
		LevelOrg, LevelPortfolio, LevelCampaign, LevelGroup, LevelAd, LevelTarget, LevelSearchTerm, LevelProduct, LevelPlacement,
	}
}

// Grain is the level whose report at Amazon answers for this one.
func (l ReportLevel) Grain() ReportLevel {
	switch l {
	case LevelOrg, LevelPortfolio:
		return LevelCampaign
	case LevelProduct:
		return LevelAd
	}
	return l
}

// ReportKeys say what a row is of. What the level does not tell is empty.
type ReportKeys struct {
	OrganizationID string  // id of the Ads profile
	Channel        Channel // ad product of the campaign
	PortfolioID    string  // that the campaign is in now
	CampaignID     string  // from level CAMPAIGN on
	CampaignName   string  // as it was when the report was made
	GroupID        string  // from level GROUP on
	GroupName      string  // as it was when the report was made
	AdID           string  // of level AD
	TargetID       string  // of levels TARGET and SEARCH_TERM
	TargetText     string  // the keyword, or Amazon's words for a product or an audience
	MatchType      string  // EXACT, PHRASE, BROAD or Amazon's type of expression
	SearchTerm     string  // what the shopper typed
	ProductID      string  // ASIN advertised
	SKU            string  // the seller's own; of level AD
	Placement      string  // Amazon's words, such as "Top of Search on-Amazon"
}

// An AdsReportRow is one day, or one span of days, of one thing. Its days are of the organization's timezone.
type AdsReportRow struct {
	ReportKeys
	Date        Day               // of a row of one day
	First, Last Day               // of a row of several
	Timezone    string            // IANA name, in which its days are
	Country     string            // as Amazon writes it: "UK", not "GB"
	Currency    string            // ISO 4217, of all its amounts
	Level       ReportLevel       // its grain
	Sums        ReportSums        // what was counted; money in millionths
	Attribution ReportAttribution // which orders its chosen sums count
	IsFinal     bool              // Amazon restates it no more
	FetchedAt   time.Time         // when Lockkeeper read it; of sums the oldest
}

// A ReportAttribution says which orders count for an ad.
type ReportAttribution struct {
	WindowDays  int    `json:"window_days"`  // 1, 7, 14 or 30 days after the click
	Basis       string `json:"basis"`        // CLICK, or CLICK_VIEW where views count too
	Scope       string `json:"scope"`        // ALL products of the brand, SAME_SKU as advertised, or BRAND_HALO: the others
	DefaultUsed bool   `json:"default_used"` // it is the channel's own, not one that was asked for
}

// DefaultAttribution is what Amazon's own console shows: seven days for sellers' Sponsored Products, fourteen for vendors' and for all else, where
// views count too (contract ads-model 1.4 [guess for Brands and Display]).
func DefaultAttribution(c Channel, kind AccountKind) ReportAttribution {
	switch {
	case c != SponsoredProducts:
		return ReportAttribution{WindowDays: 14, Basis: "CLICK_VIEW", Scope: "ALL", DefaultUsed: true}
	case kind == Vendor:
		return ReportAttribution{WindowDays: 14, Basis: "CLICK", Scope: "ALL", DefaultUsed: true}
	}
	return ReportAttribution{WindowDays: 7, Basis: "CLICK", Scope: "ALL", DefaultUsed: true}
}

// Had reports whether a channel's reports can tell it: Sponsored Products count clicks alone, in four windows; the others fourteen days.
func (a ReportAttribution) Had(c Channel) bool {
	if c == SponsoredProducts {
		return a.Basis == "CLICK" && windowAt(a.WindowDays) >= 0
	}
	return a.WindowDays == 14 && (a.Basis == "CLICK" || a.Basis == "CLICK_VIEW" && a.Scope == "ALL")
}
