package unified

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// conditions reads the filters that the model is not asked for. Each object is held against all of them.
func (l *listing) conditions(p *parameters) {
	l.statuses(p)
	if since := p.instant("updated_gte"); !since.IsZero() {
		l.keep(func(o canon.AdsObject) bool { // what has no time is told always, so that who follows changes misses none
			at := o.Common().UpdatedAt
			return at.IsZero() || !at.Before(since)
		})
	}
	if text := strings.ToLower(strings.TrimSpace(p.values.Get("query"))); text != "" {
		l.keep(func(o canon.AdsObject) bool { return mentions(o, text) })
	}
	if wanted := p.upper("effective_status"); len(wanted) > 0 {
		l.keep(func(o canon.AdsObject) bool { return slices.Contains(wanted, string(o.Common().EffectiveStatus)) })
	}
	if wanted := p.upper("goal"); len(wanted) > 0 {
		l.keepField(func(o canon.AdsObject) string {
			if c, ok := o.(*canon.AdsCampaign); ok {
				return c.Goal
			}
			return ""
		}, wanted)
	}
	if from := p.instant("start_gte"); !from.IsZero() {
		l.keep(func(o canon.AdsObject) bool { start, _ := span(o); return !start.IsZero() && !start.Before(from) })
	}
	if to := p.instant("end_lt"); !to.IsZero() {
		l.keep(func(o canon.AdsObject) bool { _, end := span(o); return !end.IsZero() && end.Before(to) })
	}
	if ids := words(p.values["parent_id"]); len(ids) > 0 {
		if l.kind == canon.KindGroup && len(l.query.Campaigns) == 0 {
			l.query.Campaigns = ids
		} else {
			l.keepField(parent, ids)
		}
	}
	if len(words(p.values["io_id"])) > 0 { // no group here is of an insertion order
		l.keep(func(canon.AdsObject) bool { return false })
	}
	l.targets(p)
	l.places(p)
}

// statuses narrows the list to some. The model is asked for those that anything at Amazon has.
func (l *listing) statuses(p *parameters) {
	wanted := p.upper("status")
	for _, s := range wanted {
		if !slices.Contains(statuses, s) {
			p.fail("status", "it is one of "+strings.Join(statuses, ", ")+"; Amazon's ENABLED is ACTIVE here")
		}
		if slices.Contains(canon.AdsStatuses(), canon.AdsStatus(s)) {
			l.query.Statuses = append(l.query.Statuses, canon.AdsStatus(s))
		}
	}
	if len(wanted) > 0 && len(l.query.Statuses) == 0 {
		l.keep(func(canon.AdsObject) bool { return false })
	}
}

func (l *listing) keep(test func(canon.AdsObject) bool) { l.tests = append(l.tests, test) }

func (l *listing) keepField(of func(canon.AdsObject) string, wanted []string) {
	l.keep(func(o canon.AdsObject) bool { return slices.Contains(wanted, of(o)) })
}

// targets are the conditions of targets alone.
func (l *listing) targets(p *parameters) {
	is := func(of func(*canon.AdsTarget) string, wanted []string) {
		if len(wanted) > 0 {
			l.keep(func(o canon.AdsObject) bool {
				t, ok := o.(*canon.AdsTarget)
				return ok && slices.Contains(wanted, of(t))
			})
		}
	}
	is(func(t *canon.AdsTarget) string { return t.MatchType }, p.upper("match_type"))
	is(func(t *canon.AdsTarget) string { return t.Level }, p.upper("level"))
	if p.values.Get("negative") != "" {
		is(func(t *canon.AdsTarget) string { return strconv.FormatBool(t.Negative) }, []string{strconv.FormatBool(p.flag("negative"))})
	}
	switch p.values.Get("kind") { // Unified's targets are the catalogue's entries, ours the rows with a bid (contract ads-model 1.6)
	case "", "target":
	case "option":
		l.kind, l.query.Kind = canon.KindTargetOption, canon.KindTargetOption
	default:
		p.fail("kind", "it is target or option")
	}
}

// places are the conditions of organizations alone.
func (l *listing) places(p *parameters) {
	of := func(take func(*canon.AdsOrganization) string) func(canon.AdsObject) string {
		return func(o canon.AdsObject) string {
			if org, ok := o.(*canon.AdsOrganization); ok {
				return strings.ToUpper(take(org))
			}
			return ""
		}
	}
	if wanted := p.upper("country"); len(wanted) > 0 {
		l.keepField(of(func(o *canon.AdsOrganization) string { return o.Country }), wanted)
	}
	if wanted := p.upper("region"); len(wanted) > 0 {
		l.keepField(of(func(o *canon.AdsOrganization) string { return string(o.Region) }), wanted)
	}
}

func parent(o canon.AdsObject) string {
	switch o := o.(type) {
	case *canon.AdsOrganization:
		return o.ParentID
	case *canon.AdsGroup:
		return o.CampaignID
	}
	return ""
}

func span(o canon.AdsObject) (start, end time.Time) {
	if c, ok := o.(*canon.AdsCampaign); ok {
		return c.StartAt, c.EndAt
	}
	return time.Time{}, time.Time{}
}

// mentions reports whether an object's name, id or text holds what is searched for, in any letter case.
func mentions(o canon.AdsObject, text string) bool {
	c := o.Common()
	if c.ID == text || strings.Contains(strings.ToLower(c.Name), text) {
		return true
	}
	switch o := o.(type) {
	case *canon.AdsTarget:
		return o.Keyword != nil && strings.Contains(strings.ToLower(o.Keyword.Text), text) || o.Product != nil && strings.EqualFold(o.Product.ID, text)
	case *canon.AdsAd:
		return slices.ContainsFunc(o.Promoted, func(r canon.PromotedRef) bool { return strings.EqualFold(r.ID, text) })
	case *canon.AdsPromoted:
		return strings.Contains(strings.ToLower(o.Title), text)
	}
	return false
}

// keeps holds an object against all conditions.
func (l *listing) keeps(o canon.AdsObject) bool {
	for _, test := range l.tests {
		if !test(o) {
			return false
		}
	}
	return true
}
