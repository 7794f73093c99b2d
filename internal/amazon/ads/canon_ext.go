package ads

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// campaignExtra is what a campaign of Sponsored Products has and the model has no name for. It stands in Ext under Amazon's names.
type campaignExtra struct {
	sites     []string // siteRestrictions
	offAmazon string   // offAmazonBudgetControlStrategy
	managed   *bool    // autoManageCampaign
	segments  []string // audienceSegmentTypes: "id=type" of audiences that bids are adjusted for, which v3 alone tells
}

const (
	extSites     = "siteRestrictions"
	extOffAmazon = "offAmazonBudgetControlStrategy"
	extManaged   = "autoManageCampaign"
	extSegments  = "audienceSegmentTypes"
)

func (e campaignExtra) ext() map[string]any {
	if len(e.sites) == 0 && e.offAmazon == "" && e.managed == nil && len(e.segments) == 0 {
		return nil
	}
	ext := map[string]any{}
	if len(e.sites) > 0 {
		ext[extSites] = list(e.sites)
	}
	if len(e.segments) > 0 {
		ext[extSegments] = list(e.segments)
	}
	if e.offAmazon != "" {
		ext[extOffAmazon] = e.offAmazon
	}
	if e.managed != nil {
		ext[extManaged] = *e.managed
	}
	return ext
}

// segment is the type of an audience.
func (e campaignExtra) segment(id string) string {
	for _, s := range e.segments {
		if kind, ok := strings.CutPrefix(s, id+"="); ok {
			return kind
		}
	}
	return ""
}

// list makes decoded JSON of strings.
func list(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}

func campaignExtraOf(ext map[string]any) (e campaignExtra, err error) {
	for _, key := range sortedKeys(ext) {
		ok := false
		switch key {
		case extSites:
			e.sites, ok = texts(ext[key])
		case extSegments:
			e.segments, ok = texts(ext[key])
		case extOffAmazon:
			e.offAmazon, ok = ext[key].(string)
		case extManaged:
			var b bool
			b, ok = ext[key].(bool)
			e.managed = &b
		}
		if !ok {
			return e, fmt.Errorf("ext.%s is not what a campaign of Sponsored Products has", key)
		}
	}
	return e, nil
}

// texts reads an array of strings out of decoded JSON.
func texts(v any) ([]string, bool) {
	if all, ok := v.([]string); ok {
		return all, true
	}
	all, ok := v.([]any)
	var out []string
	for _, one := range all {
		s, is := one.(string)
		if !is {
			return nil, false
		}
		out = append(out, s)
	}
	return out, ok
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
