package cli

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// An adsColumn is one column of a table of advertising objects.
type adsColumn struct {
	head string // on a terminal
	name string // in a file: the JSON name of what it shows
	text func(o canon.AdsObject) string
}

// Columns without a head stand only in files, since a terminal has no room; those without a name only on a terminal, where people read them.

// adsColumns are the columns of a kind, in their order.
func adsColumns(kind canon.AdsKind) []adsColumn {
	all := []adsColumn{{head: "ID", name: "id", text: func(o canon.AdsObject) string { return o.Common().ID }}}
	if kind != canon.KindTarget {
		all = append(all, adsColumn{head: "NAME", name: "name", text: func(o canon.AdsObject) string { return o.Common().Name }})
	}
	all = append(all, ownColumns(kind)...)
	if kind != canon.KindOrganization && kind != canon.KindPromoted && kind != canon.KindTargetOption {
		all = append(all,
			adsColumn{head: "STATUS", name: "status", text: func(o canon.AdsObject) string { return string(o.Common().Status) }},
			adsColumn{head: "DOES", text: does},
			adsColumn{name: "effective_status", text: func(o canon.AdsObject) string { return string(o.Common().EffectiveStatus) }},
			adsColumn{name: "effective_reasons", text: func(o canon.AdsObject) string { return strings.Join(o.Common().EffectiveReasons, " ") }})
	}
	return append(all,
		adsColumn{name: "organization_id", text: func(o canon.AdsObject) string { return o.Common().OrganizationID }},
		adsColumn{name: "connection_id", text: func(o canon.AdsObject) string { return o.Common().ConnectionID }})
}

// does is what an object does, with the first reason where that is not what its owner wants.
func does(o canon.AdsObject) string {
	c := o.Common()
	if len(c.EffectiveReasons) == 0 || c.EffectiveStatus == canon.EffectiveServing || string(c.EffectiveStatus) == string(c.Status) {
		return string(c.EffectiveStatus)
	}
	return fmt.Sprintf("%s (%s)", c.EffectiveStatus, c.EffectiveReasons[0])
}

// column is one column of objects of type T.
func column[T canon.AdsObject](head, name string, text func(o T) string) adsColumn {
	return adsColumn{head: head, name: name, text: func(o canon.AdsObject) string {
		if t, ok := o.(T); ok {
			return text(t)
		}
		return ""
	}}
}

func ownColumns(kind canon.AdsKind) []adsColumn {
	switch kind {
	case canon.KindOrganization:
		return []adsColumn{
			column("KIND", "account_type", func(o *canon.AdsOrganization) string { return strings.ToLower(o.AccountType) }),
			column("COUNTRY", "country", func(o *canon.AdsOrganization) string { return o.Country }),
			column("REGION", "region", func(o *canon.AdsOrganization) string { return string(o.Region) }),
			column("CURRENCY", "currency", func(o *canon.AdsOrganization) string { return o.Currency }),
			column("TIMEZONE", "timezone", func(o *canon.AdsOrganization) string { return o.Timezone }),
			column("", "account_number", func(o *canon.AdsOrganization) string { return o.AccountNumber }),
			column("", "marketplace_id", func(o *canon.AdsOrganization) string { return o.MarketplaceID }),
		}
	case canon.KindPortfolio:
		return []adsColumn{
			column("BUDGET", "budget", func(o *canon.AdsPortfolio) string { return budgetText(o.Budget) }),
			column("FROM", "start_date", func(o *canon.AdsPortfolio) string { return string(o.StartDate) }),
			column("TO", "end_date", func(o *canon.AdsPortfolio) string { return string(o.EndDate) }),
		}
	case canon.KindCampaign:
		return []adsColumn{
			column("CHANNEL", "", func(o *canon.AdsCampaign) string { return channelText(o.Channel) }),
			column("", "channel", func(o *canon.AdsCampaign) string { return string(o.Channel) }),
			column("TARGETING", "", func(o *canon.AdsCampaign) string { return strings.ToLower(o.TargetingMode) }),
			column("", "targeting_mode", func(o *canon.AdsCampaign) string { return o.TargetingMode }),
			column("BUDGET", "", func(o *canon.AdsCampaign) string {
				if len(o.Budgets) == 0 {
					return ""
				}
				return budgetText(&o.Budgets[0])
			}),
			column("", "budget_amount", func(o *canon.AdsCampaign) string { return o.BudgetAmount.String() }),
			column("", "budget_period", func(o *canon.AdsCampaign) string { return o.BudgetPeriod }),
			column("", "currency", func(o *canon.AdsCampaign) string { return o.Currency }),
			column("", "start_date", func(o *canon.AdsCampaign) string { return string(o.StartDate) }),
			column("", "end_date", func(o *canon.AdsCampaign) string { return string(o.EndDate) }),
			column("", "portfolio_id", func(o *canon.AdsCampaign) string { return o.PortfolioID }),
		}
	case canon.KindGroup:
		return []adsColumn{
			column("CAMPAIGN", "campaign_id", func(o *canon.AdsGroup) string { return o.CampaignID }),
			column("BID", "", func(o *canon.AdsGroup) string { return moneyText(o.DefaultBid) }),
			column("", "bid_amount", func(o *canon.AdsGroup) string { return o.BidAmount.String() }),
			column("", "currency", func(o *canon.AdsGroup) string { return o.Currency }),
			column("", "channel", func(o *canon.AdsGroup) string { return string(o.Channel) }),
		}
	case canon.KindAd:
		return []adsColumn{
			column("CAMPAIGN", "campaign_id", func(o *canon.AdsAd) string { return o.CampaignID }),
			column("GROUP", "group_id", func(o *canon.AdsAd) string { return o.GroupID }),
			column("PROMOTES", "promoted", func(o *canon.AdsAd) string { return promotedText(o.Promoted) }),
			column("", "channel", func(o *canon.AdsAd) string { return string(o.Channel) }),
		}
	case canon.KindTarget:
		return []adsColumn{
			column("TYPE", "", targetType),
			column("", "type", func(o *canon.AdsTarget) string { return o.Type }),
			column("", "negative", func(o *canon.AdsTarget) string { return strconv.FormatBool(o.Negative) }),
			column("", "match_type", func(o *canon.AdsTarget) string { return o.MatchType }),
			column("TARGET", "target", targetText),
			column("BID", "", func(o *canon.AdsTarget) string { return moneyText(o.Bid) }),
			column("", "bid_amount", func(o *canon.AdsTarget) string { return o.BidAmount.String() }),
			column("", "currency", func(o *canon.AdsTarget) string { return o.Currency }),
			column("CAMPAIGN", "campaign_id", func(o *canon.AdsTarget) string { return o.CampaignID }),
			column("GROUP", "group_id", func(o *canon.AdsTarget) string { return o.GroupID }),
			column("", "channel", func(o *canon.AdsTarget) string { return string(o.Channel) }),
		}
	case canon.KindTargetOption:
		return []adsColumn{column("TYPE", "type", func(o *canon.AdsTargetOption) string { return o.Type })}
	case canon.KindPromoted:
		return []adsColumn{
			column("TYPE", "type", func(o *canon.AdsPromoted) string { return o.Type }),
			column("TITLE", "title", func(o *canon.AdsPromoted) string { return o.Title }),
			column("ELIGIBLE", "eligible", func(o *canon.AdsPromoted) string {
				switch {
				case o.Eligible == nil:
					return ""
				case *o.Eligible:
					return "yes"
				}
				return strings.TrimSpace("no " + strings.Join(o.IneligibleReasons, " "))
			}),
		}
	case canon.KindCreative:
		return []adsColumn{
			column("TYPE", "creative_type", func(o *canon.AdsCreative) string { return o.Type }),
			column("AD", "item_id", func(o *canon.AdsCreative) string { return o.ItemID }),
			column("TITLE", "title", func(o *canon.AdsCreative) string { return o.Title }),
		}
	case canon.KindAsset:
		return []adsColumn{
			column("TYPE", "type", func(o *canon.AdsAsset) string { return o.Type }),
			column("FOR", "sub_types", func(o *canon.AdsAsset) string { return strings.ToLower(strings.Join(o.SubTypes, " ")) }),
			column("PIXELS", "", func(o *canon.AdsAsset) string {
				if o.Width == 0 {
					return ""
				}
				return strconv.Itoa(o.Width) + "x" + strconv.Itoa(o.Height)
			}),
			column("", "width", func(o *canon.AdsAsset) string { return strconv.Itoa(o.Width) }),
			column("", "height", func(o *canon.AdsAsset) string { return strconv.Itoa(o.Height) }),
			column("URL", "url", func(o *canon.AdsAsset) string { return o.URL }),
		}
	}
	return nil
}

func channelText(c canon.Channel) string {
	return strings.ToLower(strings.TrimPrefix(string(c), "SPONSORED_"))
}

func moneyText(m *canon.Money) string {
	if m == nil {
		return ""
	}
	return m.String()
}

func budgetText(b *canon.AdsBudget) string {
	switch {
	case b == nil:
		return ""
	case b.Money == nil:
		return fmt.Sprintf("%d impressions %s", b.Impressions, strings.ToLower(b.Period))
	}
	return b.Money.String() + " " + strings.ToLower(b.Period)
}

func promotedText(all []canon.PromotedRef) string {
	var ids []string
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, " ")
}

func targetType(t *canon.AdsTarget) string {
	text := strings.ToLower(strings.ReplaceAll(t.Type, "_", " "))
	if t.Negative {
		return "negative " + text
	}
	return text
}

// targetText is what a target aims at, as people write it: [exact], "phrase", broad.
func targetText(t *canon.AdsTarget) string {
	switch {
	case t.Keyword != nil && strings.HasSuffix(t.MatchType, "EXACT"):
		return "[" + t.Keyword.Text + "]"
	case t.Keyword != nil && strings.HasSuffix(t.MatchType, "PHRASE"):
		return `"` + t.Keyword.Text + `"`
	case t.Keyword != nil:
		return t.Keyword.Text
	case t.Product != nil:
		return strings.TrimSpace(t.Product.ID + " " + strings.ToLower(strings.TrimPrefix(t.MatchType, "PRODUCT_")))
	case t.Category != nil:
		return strings.TrimSpace(t.Category.ID + " " + t.Category.Name)
	case t.Audience != nil:
		return strings.TrimSpace(t.Audience.Kind + " " + t.Audience.About + t.Audience.ID)
	}
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(t.MatchType, "THEME_"), "_", " "))
}

// printAds prints objects of one kind as a table. Where they are of several grants or accounts, it says of which each is.
func (f *Factory) printAds(kind canon.AdsKind, all []canon.AdsObject) {
	var head []string
	var show []adsColumn
	for _, c := range append(adsColumns(kind), whoseColumns(kind, all)...) {
		if c.head != "" {
			head, show = append(head, c.head), append(show, c)
		}
	}
	rows := make([][]string, 0, len(all))
	for _, o := range all {
		row := make([]string, 0, len(show))
		for _, c := range show {
			row = append(row, dash(c.text(o)))
		}
		rows = append(rows, row)
	}
	f.table(head, rows)
}

// whoseColumns tell objects of several grants and accounts apart.
func whoseColumns(kind canon.AdsKind, all []canon.AdsObject) []adsColumn {
	var out []adsColumn
	for _, c := range []adsColumn{
		{head: "GRANT", text: func(o canon.AdsObject) string { return o.Common().ConnectionID }},
		{head: "ORG", text: func(o canon.AdsObject) string { return o.Common().OrganizationID }},
	} {
		several := slices.ContainsFunc(all, func(o canon.AdsObject) bool { return c.text(o) != c.text(all[0]) })
		if several && (c.head != "ORG" || kind != canon.KindOrganization) { // an account's own id is its first column
			out = append(out, c)
		}
	}
	return out
}

// csvAds writes objects of one kind as CSV with all columns. A cell that a spreadsheet would take for a formula gets an apostrophe.
func (f *Factory) csvAds(kind canon.AdsKind, all []canon.AdsObject) error {
	columns := slices.DeleteFunc(adsColumns(kind), func(c adsColumn) bool { return c.name == "" })
	w := csv.NewWriter(f.Out)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	_ = w.Write(row)
	for _, o := range all {
		for i, c := range columns {
			row[i] = inert(c.text(o))
		}
		_ = w.Write(row)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// inert keeps a spreadsheet from running what is only a text.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
