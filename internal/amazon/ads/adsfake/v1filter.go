package adsfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A v1Filter is a query that was understood. What v3 has no filter for stands beside it.
type v1Filter struct {
	filter
	shape    *v1Shape // of the ad product that is asked for
	types    []string
	matches  []string
	goals    []string
	negative *bool
}

// A v1Key is one filter of a query.
type v1Key struct {
	key   string
	most  int
	match bool // with a queryTermMatchType
	take  func(*v1Filter, []string, bool)
}

// keys are the filters that a resource's query takes (OAS).
func (r *v1Resource) keys() []v1Key {
	by := func(key string, f field) v1Key {
		return v1Key{key: key, most: 1000, take: func(q *v1Filter, values []string, _ bool) { q.sets = append(q.sets, newSetTest(f, values)) }}
	}
	text := func(key string) v1Key {
		return v1Key{key: key, most: 100, match: true, take: func(q *v1Filter, values []string, exact bool) {
			q.texts = append(q.texts, textTest{byName, values, exact})
		}}
	}
	all := []v1Key{
		{key: "stateFilter", most: 3, take: func(q *v1Filter, values []string, _ bool) { q.states = values }},
		{key: "marketplaceScopeFilter", most: 2, take: func(q *v1Filter, values []string, _ bool) {
			q.none = q.none || !slices.Contains(values, "SINGLE_MARKETPLACE")
		}},
		{key: r.id + "Filter", most: 1000, take: func(q *v1Filter, values []string, _ bool) { q.ids = set(values) }},
	}
	switch r.list {
	case "campaigns":
		return append(all, text("nameFilter"), by("portfolioIdFilter", byPortfolio),
			v1Key{key: "goalFilter", most: 3, take: func(q *v1Filter, values []string, _ bool) { q.goals = values }})
	case "adGroups":
		return append(all, text("nameFilter"), by("campaignIdFilter", byCampaign))
	case "ads":
		return append(all, text("nameFilter"), by("campaignIdFilter", byCampaign), by("adGroupIdFilter", byGroup))
	}
	return append(all, text("keywordFilter"), by("campaignIdFilter", byCampaign), by("adGroupIdFilter", byGroup), by("productIdFilter", byASIN), by("nativeLanguageLocaleFilter", byLocale),
		v1Key{key: "targetTypeFilter", most: 17, take: func(q *v1Filter, values []string, _ bool) { q.types = values }},
		v1Key{key: "matchTypeFilter", most: 10, take: func(q *v1Filter, values []string, _ bool) { q.matches = values }})
}

// query reads the body of a query. A message says what is wrong with it.
func (r *v1Resource) query(body []byte) (*v1Filter, string) {
	q := &v1Filter{filter: filter{max: r.most}}
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, err.Error()
	}
	products, sent, message := v1Include(o, "adProductFilter", 1)
	switch {
	case message != "":
		return nil, message
	case !sent:
		return nil, "adProductFilter is required"
	}
	if q.shape = r.shape(products[0]); q.shape == nil {
		return nil, "adProductFilter: " + products[0] + " is not served here"
	}
	for _, k := range r.keys() {
		values, sent, message := v1Include(o, k.key, k.most)
		if message != "" {
			return nil, message
		}
		if !sent {
			continue
		}
		exact := false
		if k.match {
			inner, _, _ := readObject(o, k.key, "$") // it was read just now
			how, _, err := read[string](inner, "queryTermMatchType", "$."+k.key)
			if err != nil || (how != "BROAD_MATCH" && how != "EXACT_MATCH") {
				return nil, k.key + ".queryTermMatchType must be BROAD_MATCH or EXACT_MATCH"
			}
			exact = how == "EXACT_MATCH"
		}
		k.take(q, values, exact)
	}
	if inner, sent, err := readObject(o, "negativeFilter", "$"); err != nil {
		return nil, err.Error()
	} else if sent && r.list == "targets" {
		text := strings.Trim(string(compact(inner["include"])), "[]")
		b, err := strconv.ParseBool(text)
		if err != nil || (text != "true" && text != "false") {
			return nil, "negativeFilter.include must be one boolean"
		}
		q.negative = &b
	}
	if n, sent, err := read[int32](o, "maxResults", "$"); err != nil || (sent && (n < 1 || int(n) > r.most)) {
		return nil, fmt.Sprintf("maxResults must be between 1 and %d", r.most)
	} else if sent {
		q.max = int(n)
	}
	if q.token, _, err = read[string](o, "nextToken", "$"); err != nil {
		return nil, err.Error()
	}
	// What a token belongs to is the whole of the selection.
	for _, s := range [][]string{q.types, q.matches, q.goals} {
		q.texts = append(q.texts, textTest{by: byMatch, values: append([]string{""}, s...)})
	}
	if q.negative != nil {
		q.texts = append(q.texts, textTest{by: byMatch, values: []string{"", strconv.FormatBool(*q.negative)}})
	}
	return q, ""
}

// v1Include reads the values of a filter, of which there must be some.
func v1Include(o object, key string, most int) (values []string, sent bool, message string) {
	inner, sent, err := readObject(o, key, "$")
	if err != nil {
		return nil, false, err.Error()
	}
	if !sent {
		return nil, false, ""
	}
	if values, _, err = read[[]string](inner, "include", "$."+key); err != nil {
		return nil, false, err.Error()
	}
	if len(values) == 0 || len(values) > most {
		return nil, false, fmt.Sprintf("%s.include must have between 1 and %d elements", key, most)
	}
	return values, true, ""
}

// keepsV1 reports whether the query lets a record through.
func (q *v1Filter) keepsV1(e record) bool {
	if !q.keeps(e) {
		return false
	}
	if q.goals != nil && !q.wanted(e) {
		return false
	}
	if q.types == nil && q.matches == nil && q.negative == nil {
		return true
	}
	target, ok := e.(interface{ v1Clause() v1Clause })
	if !ok {
		return false
	}
	c := target.v1Clause()
	return (q.types == nil || slices.Contains(q.types, c.kind())) && (q.matches == nil || slices.Contains(q.matches, c.matchType())) && (q.negative == nil || *q.negative == c.negative)
}

// wanted reports whether a campaign has one of the goals; Sponsored Brands alone have any.
func (q *v1Filter) wanted(e record) bool {
	t, ok := e.(*thing)
	if !ok {
		return false
	}
	goal := t.text("goal")
	return slices.ContainsFunc(brandGoals, func(g v1Word) bool {
		said, _ := g.v1.(string)
		return g.v3 == goal && slices.Contains(q.goals, said)
	})
}
