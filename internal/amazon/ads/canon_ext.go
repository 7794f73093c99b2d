package ads

import (
	"fmt"
	"maps"
	"slices"
)

// campaignExtra is what a campaign of Sponsored Products has and the model has no name for. It stands in Ext under Amazon's names.
type campaignExtra struct {
	sites     []string // siteRestrictions
	offAmazon string   // offAmazonBudgetControlStrategy
	managed   *bool    // autoManageCampaign
}

const (
	extSites     = "siteRestrictions"
	extOffAmazon = "offAmazonBudgetControlStrategy"
	extManaged   = "autoManageCampaign"
)

func (e campaignExtra) ext() map[string]any {
	if len(e.sites) == 0 && e.offAmazon == "" && e.managed == nil {
		return nil
	}
	ext := map[string]any{}
	if len(e.sites) > 0 {
		all := make([]any, len(e.sites))
		for i, s := range e.sites {
			all[i] = s
		}
		ext[extSites] = all
	}
	if e.offAmazon != "" {
		ext[extOffAmazon] = e.offAmazon
	}
	if e.managed != nil {
		ext[extManaged] = *e.managed
	}
	return ext
}

func campaignExtraOf(ext map[string]any) (e campaignExtra, err error) {
	for _, key := range sortedKeys(ext) {
		ok := false
		switch key {
		case extSites:
			e.sites, ok = texts(ext[key])
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
