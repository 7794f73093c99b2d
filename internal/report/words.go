package report

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
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
		"product": "product_id", "portfolio": "portfolio_id", "start": "start_date", "end": "end_date", "from": "start_date", "to": "end_date",
		"org_id": "org_ids", "organization_ids": "org_ids", "channel": "channels", "window": "window_days", "start_date": "start_gte", "end_date": "end_lt",
		"metrics": "type", "SALES": "CONVERSION_VALUE", "ORDERS": "CONVERSIONS", "SPEND": "COST", "SP": "SPONSORED_PRODUCTS", "SB": "SPONSORED_BRANDS", "SD": "SPONSORED_DISPLAY",
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

// only refuses a parameter that is none of those that a path takes: one that is misspelt would else ask for something else without a word.
func only(q url.Values, names ...string) error {
	for name := range q {
		if !slices.Contains(names, name) {
			return problem.New(problem.ReportBadRequest).With("%s", none("parameter", name, names))
		}
	}
	return nil
}

// fields are the names of what a report is asked for by.
func fields() []string {
	var all []string
	for _, of := range []reflect.Type{reflect.TypeFor[Ask](), reflect.TypeFor[Filters](), reflect.TypeFor[canon.ReportAttribution]()} {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			all = append(all, name)
		}
	}
	return all
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
