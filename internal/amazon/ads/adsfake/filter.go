package adsfake

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A filter is a list request that was understood.
type filter struct {
	states     []string // empty: all but ARCHIVED (ads-lwa 3.3, a guess there)
	ids        map[string]bool
	portfolios map[string]bool
	names      []string
	exact      bool // names must be equal, else contain the first
	allocation bool // asks for global campaigns, of which there are none
	extended   bool
	max        int
	token      string
}

// Limits of the filters (ads-lwa 3.3).
const (
	mostStates     = 10
	mostIDs        = 1000
	mostPortfolios = 100
	mostNames      = 100
)

var filterKeys = []string{
	"campaignIdFilter", "includeExtendedDataFields", "marketplaceBudgetAllocationFilter", "maxResults", "nameFilter",
	"nextToken", "portfolioIdFilter", "stateFilter",
}

// parseFilter reads the body of a list request; an empty body is an empty filter. page is the most one page may hold.
// The error is one of shape, the item errors are rules broken.
func parseFilter(body []byte, page int, strict bool) (*filter, []itemError, error) {
	q := &filter{max: page}
	if len(strings.TrimSpace(string(body))) == 0 {
		return q, nil, nil
	}
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, nil, err
	}
	if strict {
		for _, key := range slices.Sorted(maps.Keys(o)) {
			if !slices.Contains(filterKeys, key) {
				return nil, nil, &shapeError{"$." + key, "absent: there is no such field"}
			}
		}
	}
	var bad []itemError
	list := func(key string, most int) (values []string, inner object) {
		if err != nil {
			return nil, nil
		}
		var ok bool
		if inner, ok, err = readObject(o, key, "$"); err != nil || !ok {
			return nil, nil
		}
		if values, _, err = read[[]string](inner, "include", "$."+key); len(values) > most {
			bad = append(bad, outOfRange("$."+key+".include", int64(len(values)), 0, int64(most)))
		}
		return values, inner
	}
	q.states, _ = list("stateFilter", mostStates)
	for i, s := range q.states {
		if !slices.Contains(readStates, s) {
			bad = append(bad, notInEnum(fmt.Sprintf("$.stateFilter.include[%d]", i), s, readStates))
		}
	}
	ids, _ := list("campaignIdFilter", mostIDs)
	q.ids = set(ids)
	folios, _ := list("portfolioIdFilter", mostPortfolios)
	q.portfolios = set(folios)
	names, inner := list("nameFilter", mostNames)
	q.names = names
	allocation, _ := list("marketplaceBudgetAllocationFilter", 2)
	q.allocation = len(allocation) > 0
	if err != nil {
		return nil, nil, err
	}
	if match, ok, err := read[string](inner, "queryTermMatchType", "$.nameFilter"); err != nil {
		return nil, nil, err
	} else if ok {
		q.exact = match == "EXACT_MATCH"
		if allowed := []string{"BROAD_MATCH", "EXACT_MATCH"}; !slices.Contains(allowed, match) {
			bad = append(bad, notInEnum("$.nameFilter.queryTermMatchType", match, allowed))
		}
	}
	if q.extended, _, err = read[bool](o, "includeExtendedDataFields", "$"); err != nil {
		return nil, nil, err
	}
	if n, ok, err := read[int32](o, "maxResults", "$"); err != nil {
		return nil, nil, err
	} else if ok {
		if n < 1 {
			bad = append(bad, outOfRange("$.maxResults", int64(n), 1, int64(page)))
		}
		q.max = min(int(n), page)
	}
	if q.token, _, err = read[string](o, "nextToken", "$"); err != nil {
		return nil, nil, err
	}
	return q, bad, nil
}

// set returns the values as a set, nil for none: an empty filter is no filter (ads-lwa 3.3).
func set(values []string) map[string]bool {
	if len(values) == 0 {
		return nil
	}
	m := make(map[string]bool, len(values))
	for _, v := range values {
		m[v] = true
	}
	return m
}

// keeps reports whether the filter lets a campaign through.
func (q *filter) keeps(c *campaign) bool {
	if len(q.states) == 0 {
		if c.state == archived {
			return false
		}
	} else if !slices.Contains(q.states, c.state) {
		return false
	}
	return !q.allocation && (q.ids == nil || q.ids[c.id]) && (q.portfolios == nil || q.portfolios[c.portfolio]) &&
		(len(q.names) == 0 || q.named(c.name))
}

// named applies the name filter: exact means equal to one of the names, broad means containing the first (OAS).
func (q *filter) named(name string) bool {
	if q.exact {
		return slices.Contains(q.names, name)
	}
	return strings.Contains(name, q.names[0])
}

// sum is a hash of what the filter selects, so that a nextToken cannot be taken to another selection.
func (q *filter) sum() uint64 {
	h := fnv.New64a()
	write := func(label string, values []string) {
		h.Write([]byte(label))
		for _, v := range values {
			h.Write(strconv.AppendQuote(nil, v))
		}
	}
	write("s", slices.Sorted(slices.Values(q.states)))
	write("i", slices.Sorted(maps.Keys(q.ids)))
	write("p", slices.Sorted(maps.Keys(q.portfolios)))
	write("n", q.names)
	write(strconv.FormatBool(q.exact)+strconv.FormatBool(q.allocation), nil)
	return h.Sum64()
}
