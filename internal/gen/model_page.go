package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// modelPage makes the page of all objects of the advertising model, the kinds first in the order of the hierarchy.
func modelPage(all []modelType) []byte {
	order := []string{"AdsCommon", "AdsOrganization", "AdsPortfolio", "AdsCampaign", "AdsGroup", "AdsAd", "AdsCreative", "AdsAsset", "AdsTarget", "AdsTargetOption", "AdsPromoted"}
	place := func(name string) int {
		if at := slices.Index(order, name); at >= 0 {
			return at
		}
		return len(order)
	}
	shown := slices.DeleteFunc(slices.Clone(all), func(t modelType) bool {
		return len(t.fields) == 0 || !strings.HasPrefix(t.file, "ads")
	})
	if len(shown) == 0 {
		return nil
	}
	slices.SortStableFunc(shown, func(a, b modelType) int { return place(a.name) - place(b.name) })
	known := map[string]bool{}
	for _, t := range shown {
		known[t.name] = true
	}
	var b bytes.Buffer
	b.WriteString(pageMark + "# Objects of the advertising model\n\nWhat each field means. `GET /lk/v1/ads/openapi.json` says the same to programs; " +
		"which field can be written in which ad product stands in [the support matrix](zz_gen_ads_support.md).\n")
	for _, t := range shown {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", t.name, t.says)
		for _, held := range t.holds {
			fmt.Fprintf(&b, "\nIt has all of %s, and:\n", linked(held, known))
		}
		b.WriteString("\n| field | type | meaning |\n|---|---|---|\n")
		for _, f := range t.fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.json, wireType(f.kind, known), strings.ReplaceAll(f.says, "|", "\\|"))
		}
	}
	return b.Bytes()
}

// wireType is how a Go type looks in JSON.
func wireType(kind string, known map[string]bool) string {
	kind = strings.TrimPrefix(kind, "*")
	if of, ok := strings.CutPrefix(kind, "[]"); ok {
		return "list of " + wireType(of, known)
	}
	switch kind {
	case "string", "AdsStatus", "AdsEffective", "Channel", "Region", "Decimal":
		return "text"
	case "int", "int64", "json.Number":
		return "number"
	case "bool":
		return "true or false"
	case "time.Time":
		return "instant"
	case "Day":
		return "day"
	case "json.RawMessage", "map[string]any":
		return "JSON"
	case "map[string]string":
		return "texts by name"
	case "Money":
		return "`{amount, currency}`"
	}
	return linked(kind, known)
}

func linked(name string, known map[string]bool) string {
	if known[name] {
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	}
	return name
}
