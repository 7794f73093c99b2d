package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// known are words of Amazon's columns, of its console and of other software for what is called otherwise here.
func known() map[string]string {
	return map[string]string{
		"spend": "cost", "costs": "cost", "sales": "conversion_value", "revenue": "conversion_value", "orders": "conversions", "purchases": "conversions",
		"units_sold": "units", "views": "impressions", "ntb_purchases": "new_to_brand_purchases", "ntb_sales": "new_to_brand_sales",
		"cost_per_click": "cpc", "click_through_rate": "ctr", "cvr": "conversion_rate", "dpv": "detail_page_views",
		"KEYWORD": "TARGET", "KEYWORDS": "TARGET", "TARGETING": "TARGET", "ADGROUP": "GROUP", "AD_GROUP": "GROUP", "PROFILE": "ORG", "ACCOUNT": "ORG",
		"ORGANIZATION": "ORG", "ASIN": "PRODUCT", "SKU": "PRODUCT", "SEARCHTERM": "SEARCH_TERM", "QUERY": "SEARCH_TERM",
		"ad_group": "group_id", "adgroup": "group_id", "group": "group_id", "campaign": "campaign_id", "ad": "ad_id", "keyword": "target", "asin": "product_id",
		"product": "product_id", "portfolio": "portfolio_id", "SP": "SPONSORED_PRODUCTS", "SB": "SPONSORED_BRANDS", "SD": "SPONSORED_DISPLAY",
	}
}

// none says that a word is none of a kind, which was meant perhaps, and which there are.
func none(kind, word string, there []string) string {
	meant := known()[word]
	if !slices.Contains(there, meant) {
		meant = ""
	}
	for _, t := range there {
		if meant == "" && len(word) > 2 && (strings.HasPrefix(t, word) || strings.HasPrefix(word, t)) {
			meant = t
		}
	}
	if meant != "" {
		return fmt.Sprintf("there is no %s %.40q: did you mean %s?", kind, word, meant)
	}
	return fmt.Sprintf("there is no %s %.40q, but %s", kind, word, strings.Join(there, ", "))
}

func wordsOf[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = string(t)
	}
	return out
}

func metricNames() []string {
	var all []string
	for _, m := range canon.ReportMetrics() {
		all = append(all, m.Name)
	}
	return all
}

// MetricWords are the names of all metrics, for people.
func MetricWords() string {
	all := metricNames()
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}
