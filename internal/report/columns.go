package report

import (
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A key is a column that says what a row is of.
type key struct {
	name string
	of   func(*canon.AdsReportRow) *string
}

// keys are all of them, in the order in which they are shown.
func keys() []key {
	return []key{
		{"date", func(r *canon.AdsReportRow) *string { return (*string)(&r.Date) }},
		{"organization_id", func(r *canon.AdsReportRow) *string { return &r.OrganizationID }},
		{"channel", func(r *canon.AdsReportRow) *string { return (*string)(&r.Channel) }},
		{"portfolio_id", func(r *canon.AdsReportRow) *string { return &r.PortfolioID }},
		{"campaign_id", func(r *canon.AdsReportRow) *string { return &r.CampaignID }},
		{"campaign_name", func(r *canon.AdsReportRow) *string { return &r.CampaignName }},
		{"group_id", func(r *canon.AdsReportRow) *string { return &r.GroupID }},
		{"group_name", func(r *canon.AdsReportRow) *string { return &r.GroupName }},
		{"ad_id", func(r *canon.AdsReportRow) *string { return &r.AdID }},
		{"target_id", func(r *canon.AdsReportRow) *string { return &r.TargetID }},
		{"target", func(r *canon.AdsReportRow) *string { return &r.TargetText }},
		{"match_type", func(r *canon.AdsReportRow) *string { return &r.MatchType }},
		{"search_term", func(r *canon.AdsReportRow) *string { return &r.SearchTerm }},
		{"product_id", func(r *canon.AdsReportRow) *string { return &r.ProductID }},
		{"sku", func(r *canon.AdsReportRow) *string { return &r.SKU }},
		{"placement", func(r *canon.AdsReportRow) *string { return &r.Placement }},
	}
}

// levelKeys are those that a level's rows have besides day, organization and channel.
func levelKeys(l canon.ReportLevel) []string {
	campaign := []string{"campaign_id", "campaign_name"}
	group := append(campaign, "group_id", "group_name")
	switch l {
	case canon.LevelPortfolio:
		return []string{"portfolio_id"}
	case canon.LevelCampaign:
		return campaign
	case canon.LevelGroup:
		return group
	case canon.LevelAd:
		return append(group, "ad_id", "product_id", "sku")
	case canon.LevelTarget:
		return append(group, "target_id", "target", "match_type")
	case canon.LevelSearchTerm:
		return append(group, "target_id", "target", "match_type", "search_term")
	case canon.LevelProduct:
		return []string{"product_id", "sku"}
	case canon.LevelPlacement:
		return append(campaign, "placement")
	}
	return nil
}

// grainKeys are all that the rows kept for a level have.
func grainKeys(l canon.ReportLevel) []string {
	return append(levelKeys(l.Grain()), "portfolio_id")
}

// keys are the columns by which an ask's rows are told apart. Organization and channel always are: another organization may have another
// currency, and another channel counts orders in another way.
func (a Ask) keys() ([]key, error) {
	want := append([]string{"organization_id", "channel"}, levelKeys(a.Level)...)
	if len(a.Dimensions) > 0 {
		want = []string{"organization_id", "channel"}
		for _, d := range a.Dimensions {
			d = strings.ToLower(d)
			if d == "date" || d == "organization_id" || d == "channel" {
				continue
			}
			if !slices.Contains(grainKeys(a.Level), d) {
				return nil, problem.New(problem.ReportBadRequest).With("%s", none("dimension of level "+string(a.Level), d, append([]string{"date"}, grainKeys(a.Level)...)))
			}
			want = append(want, d)
		}
	}
	if a.Granularity == "DAY" && (len(a.Dimensions) == 0 || slices.ContainsFunc(a.Dimensions, func(d string) bool { return strings.EqualFold(d, "date") })) {
		want = append(want, "date")
	}
	all := keys()
	return slices.DeleteFunc(all, func(k key) bool { return !slices.Contains(want, k.name) }), nil
}

// whole reports whether rows are as they are kept, so that nothing need be summed.
func (a Ask) whole() bool {
	return a.Granularity == "DAY" && len(a.Dimensions) == 0 && a.Level == a.Level.Grain()
}

// coreMetrics are shown where none are asked for.
func coreMetrics() []string {
	return []string{"impressions", "clicks", "cost", "conversions", "conversion_value", "units"}
}

// metrics finds metrics by their names, in any case.
func metrics(names []string) ([]canon.ReportMetric, error) {
	if len(names) == 0 {
		names = coreMetrics()
	}
	all := canon.ReportMetrics()
	var found []canon.ReportMetric
	for _, name := range names {
		i := slices.IndexFunc(all, func(m canon.ReportMetric) bool { return strings.EqualFold(m.Name, name) })
		if i < 0 {
			return nil, problem.New(problem.ReportBadRequest).With("%s", none("metric", strings.ToLower(name), metricNames()))
		}
		if !slices.ContainsFunc(found, func(m canon.ReportMetric) bool { return m.Name == all[i].Name }) {
			found = append(found, all[i])
		}
	}
	return found, nil
}

// meets reports whether a row is one of those that the filters mean.
func (f *Filters) meets(r *canon.AdsReportRow) bool {
	in := func(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }
	return in(f.Campaigns, r.CampaignID) && in(f.Groups, r.GroupID) && in(f.Ads, r.AdID) && in(f.Targets, r.TargetID)
}
