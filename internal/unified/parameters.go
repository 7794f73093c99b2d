package unified

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// How many objects one answer has.
const (
	limitUsual = 100
	limitMost  = 10_000
)

// everyList are the parameters that each list takes: Unified's, then our own.
var everyList = []string{"limit", "offset", "updated_gte", "sort", "order", "query", "fields", "raw", "org_id", "cursor", "envelope", "id"}

// statuses are what a list may be narrowed to: Unified's words (contract ads-model 1.1), most of which nothing at Amazon ever has.
var statuses = []string{"ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "REMOVED", "UNSPECIFIED", "SCHEDULED_FOR_DELETION", "PROCESSING", "PROCESSING_FAILED"}

// filters are the further parameters of each kind's list: Unified's (contract ads-model 1.1), and those of ours that the model has more.
var filters = map[canon.AdsKind][]string{
	canon.KindOrganization:   {"parent_id", "country", "region"},
	canon.KindPortfolio:      {"status"},
	canon.KindCampaign:       {"status", "effective_status", "goal", "start_gte", "end_lt", "channel", "portfolio_id"},
	canon.KindGroup:          {"status", "effective_status", "campaign_id", "io_id", "parent_id", "start_gte", "end_lt", "channel"},
	canon.KindAd:             {"status", "effective_status", "campaign_id", "group_id", "channel"},
	canon.KindCreative:       {"status", "campaign_id", "group_id", "channel", "type"},
	canon.KindAsset:          {"type"},
	canon.KindInsertionOrder: {"campaign_id"},
	canon.KindTarget:         {"status", "effective_status", "campaign_id", "group_id", "channel", "type", "match_type", "negative", "level", "kind"},
	canon.KindTargetOption:   {"type", "channel"},
	canon.KindPromoted:       {"type"},
}

// Parameters lists what a kind's list takes.
func Parameters(kind canon.AdsKind) []string { return slices.Concat(everyList, filters[kind]) }

// unfold puts what Unified's parameter raw holds, which is a query of its own, among the others: so a client that has no parameter for
// what we have more can say it all the same. What stands outside comes first.
func unfold(query url.Values) (url.Values, error) {
	all := url.Values{}
	maps.Copy(all, query)
	delete(all, "raw")
	for _, v := range query["raw"] {
		more, err := url.ParseQuery(v)
		if err != nil || more.Has("raw") {
			return nil, badParameter("raw", "it is no query")
		}
		for name, values := range more {
			all[name] = slices.Concat(all[name], values)
		}
	}
	return all, nil
}

func badParameter(name, why string) error {
	return problem.New(problem.UnifiedBadParameter).With("%s: %s", name, why)
}

// A parameters reads values and keeps the first mistake.
type parameters struct {
	values url.Values
	err    error
}

func (p *parameters) fail(name, why string) {
	if p.err == nil {
		p.err = badParameter(name, why)
	}
}

func (p *parameters) number(name string, usual, least, most int) int {
	text := p.values.Get(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if f, ferr := strconv.ParseFloat(text, 64); err != nil && ferr == nil && f == float64(int(f)) { // JavaScript's clients have no other numbers
		n, err = int(f), nil
	}
	if err != nil || n < least || n > most {
		p.fail(name, "it is a number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return usual
	}
	return n
}

func (p *parameters) instant(name string) time.Time {
	text := p.values.Get(name)
	if text == "" {
		return time.Time{}
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	p.fail(name, "it is an instant such as 2026-11-22T00:00:00Z, or a day")
	return time.Time{}
}

func (p *parameters) flag(name string) bool {
	switch text := p.values.Get(name); text {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	p.fail(name, "it is true or false")
	return false
}

func (p *parameters) upper(name string) []string {
	all := words(p.values[name])
	for i := range all {
		all[i] = strings.ToUpper(all[i])
	}
	return all
}

// known refuses a parameter that the list does not take: a misspelt filter would quietly list everything.
func (p *parameters) known(kind canon.AdsKind) {
	takes := Parameters(kind)
	for name := range p.values {
		if !slices.Contains(takes, name) {
			p.fail(name, "the list of this kind does not take it")
		}
	}
}
