package report

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Long is a report in Unified's form: one entry a metric, of one organization (contract ads-model 1.1).
type Long struct {
	OrganizationID string       `json:"organization_id"`
	Currency       string       `json:"currency"`
	Timezone       string       `json:"timezone"`
	StartAt        time.Time    `json:"start_at"`
	EndAt          time.Time    `json:"end_at"`
	Metrics        []LongMetric `json:"metrics"`
}

// A LongMetric is one number.
type LongMetric struct {
	Type           string                  `json:"type"`
	Value          json.Number             `json:"value"`
	Dimension      string                  `json:"dimension,omitempty"`
	DimensionValue string                  `json:"dimension_value,omitempty"`
	Channel        canon.Channel           `json:"channel"`
	Campaign       *Named                  `json:"campaign,omitempty"`
	Group          *Named                  `json:"group,omitempty"`
	Ad             *Named                  `json:"ad,omitempty"`
	Keyword        *Keyword                `json:"keyword,omitempty"`
	Placement      *Named                  `json:"placement,omitempty"`
	Attribution    canon.ReportAttribution `json:"attribution"`
	IsFinal        bool                    `json:"is_final"`
}

// A Named is a reference.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// A Keyword is a reference to a target.
type Keyword struct {
	ID        string `json:"id"`
	Text      string `json:"text,omitempty"`
	MatchType string `json:"match_type,omitempty"`
}

// longTypes are Unified's types of metrics in canon's words. Those that Amazon does not tell are not here.
func longTypes() map[string]string {
	return map[string]string{
		"CLICKS": "clicks", "IMPRESSIONS": "impressions", "COST": "cost", "CTR": "ctr", "CPC": "cpc", "CPM": "cpm", "ECPM": "cpm", "CPA": "cpa",
		"CONVERSIONS": "conversions", "ALL_CONVERSIONS": "conversions", "CONVERSION_VALUE": "conversion_value", "ALL_CONVERSIONS_VALUE": "conversion_value",
		"REVENUE": "conversion_value", "ROAS": "roas", "VIEWABLE_IMPRESSIONS": "viewable_impressions", "VIEWABILITY_RATE": "viewability_rate",
		"VIDEO_VIEWS": "video_views", "VIDEO_QUARTILE_25": "video_quartile_25", "VIDEO_QUARTILE_50": "video_quartile_50",
		"VIDEO_QUARTILE_75": "video_quartile_75", "VIDEO_QUARTILE_100": "video_completions", "VIDEO_COMPLETIONS": "video_completions",
		"1D_CLICK": "purchases_1d", "7D_CLICK": "purchases_7d", "14D_CLICK": "purchases_14d", "30D_CLICK": "purchases_30d",
		"UNITS": "units", "ACOS": "acos", "CONVERSION_RATE": "conversion_rate",
	}
}

// A longAsk is a question in Unified's form.
type longAsk struct {
	Ask
	types         []string // in Unified's words, as metrics in Ask
	offset, limit int      // of the organizations; a limit of 0 is none
}

// readLong reads Unified's parameters. get gives one of them.
func readLong(get func(string) string, today func() canon.Day, zone *time.Location) (longAsk, error) {
	list := func(name string) []string {
		return strings.FieldsFunc(get(name), func(r rune) bool { return r == ',' || r == ' ' })
	}
	a := longAsk{Ask: Ask{
		Level: canon.LevelCampaign, Granularity: "SUMMARY", Organizations: list("org_id"),
		Filters: Filters{Campaigns: list("campaign_id"), Groups: list("group_id"), Ads: list("ad_id"), Targets: list("target_id")},
	}}
	switch {
	case get("level") != "":
		a.Level = canon.ReportLevel(strings.ToUpper(get("level")))
	case len(a.Filters.Targets) > 0:
		a.Level = canon.LevelTarget
	case len(a.Filters.Ads) > 0:
		a.Level = canon.LevelAd
	case len(a.Filters.Groups) > 0:
		a.Level = canon.LevelGroup
	}
	for _, d := range list("dimension") {
		switch strings.ToUpper(d) {
		case "DATE":
			a.Granularity = "DAY"
		case "PLATFORM_POSITION":
			a.Level = canon.LevelPlacement
		default:
			return a, problem.New(problem.ReportBadRequest).With("Amazon's reports have no dimension %.40q: DATE and PLATFORM_POSITION are there", d)
		}
	}
	types := list("type")
	if len(types) == 0 {
		types = []string{"IMPRESSIONS", "CLICKS", "COST", "CONVERSIONS", "CONVERSION_VALUE"}
	}
	known := longTypes()
	for _, t := range types {
		t = strings.ToUpper(t)
		name := known[t]
		if name == "" {
			return a, problem.New(problem.ReportBadRequest).With("%s", none("type", t, slices.Sorted(maps.Keys(known))))
		}
		if !slices.Contains(a.types, t) {
			a.types, a.Metrics = append(a.types, t), append(a.Metrics, name)
		}
	}
	var err error
	for name, to := range map[string]*int{"offset": &a.offset, "limit": &a.limit} {
		if text := get(name); text != "" {
			if *to, err = strconv.Atoi(text); err != nil || *to < 0 {
				return a, problem.New(problem.ReportBadRequest).With("%s %.40q is no number", name, text)
			}
		}
	}
	if a.End, err = longDay(get("end_lt"), zone, true); err != nil {
		return a, err
	}
	if a.End == "" {
		a.End = today().Add(-1)
	}
	if a.Start, err = longDay(get("start_gte"), zone, false); err != nil {
		return a, err
	}
	if a.Start == "" {
		a.Start = a.End.Add(-29)
	}
	return a, nil
}

// longDay takes an instant into a day. Midnight by UTC is how programs write a day, whatever the organization's zone; a bound from above is
// itself not meant.
func longDay(text string, zone *time.Location, before bool) (canon.Day, error) {
	if text == "" {
		return "", nil
	}
	d, err := canon.ParseDay(text)
	at, instant := time.Parse(time.RFC3339Nano, text)
	switch {
	case err == nil && before:
		return d.Add(-1), nil
	case err == nil:
		return d, nil
	case instant != nil:
		return "", problem.New(problem.ReportBadRequest).With("start_gte and end_lt are instants or days, such as 2026-11-01T00:00:00Z")
	}
	if at = at.UTC(); at.Equal(at.Truncate(24 * time.Hour)) {
		zone = time.UTC
	}
	if before {
		at = at.Add(-time.Nanosecond)
	}
	return canon.DayOf(at, zone), nil
}

// long reads what is kept into Unified's form: one report for each organization, in the order of the job's.
func (s *Service) long(ctx context.Context, j Job, a longAsk) ([]Long, Reading, error) {
	shown, err := metrics(a.Metrics)
	if err != nil {
		return nil, Reading{}, err
	}
	byName := map[string]*canon.ReportMetric{}
	for i := range shown {
		byName[shown[i].Name] = &shown[i]
	}
	all := []Long{}
	at := map[string]int{}
	out, err := s.Rows(ctx, j, func(r *canon.AdsReportRow) error {
		i, ok := at[r.OrganizationID]
		if !ok {
			zone, err := time.LoadLocation(r.Timezone)
			if err != nil {
				zone = time.UTC
			}
			i = len(all)
			at[r.OrganizationID] = i
			all = append(all, Long{
				OrganizationID: r.OrganizationID, Currency: r.Currency, Timezone: r.Timezone, Metrics: []LongMetric{},
				StartAt: a.Start.In(zone).UTC(), EndAt: a.End.Add(1).In(zone).UTC(),
			})
		}
		for k, t := range a.types {
			v, ok := byName[a.Metrics[k]].Value(&r.Sums, r.Attribution)
			if ok {
				all[i].Metrics = append(all[i].Metrics, longMetric(t, v, r))
			}
		}
		return nil
	})
	return all, out, err
}

func longMetric(t string, v canon.Decimal, r *canon.AdsReportRow) LongMetric {
	m := LongMetric{Type: t, Value: json.Number(v), Channel: r.Channel, Attribution: r.Attribution, IsFinal: r.IsFinal}
	named := func(id, name string) *Named {
		if id == "" {
			return nil
		}
		return &Named{id, name}
	}
	m.Campaign, m.Group, m.Ad = named(r.CampaignID, r.CampaignName), named(r.GroupID, r.GroupName), named(r.AdID, "")
	if r.TargetID != "" {
		m.Keyword = &Keyword{r.TargetID, r.TargetText, r.MatchType}
	}
	switch {
	case r.Date != "":
		m.Dimension, m.DimensionValue = "DATE", string(r.Date)
		m.Placement = named(r.Placement, r.Placement)
	case r.Placement != "":
		m.Dimension, m.DimensionValue = "PLATFORM_POSITION", r.Placement
		m.Placement = named(r.Placement, r.Placement)
	}
	return m
}
