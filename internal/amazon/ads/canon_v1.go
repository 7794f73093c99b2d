package ads

import (
	"encoding/json"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// v1 is the dialect of /adsApi/v1: one model for all ad products, plain JSON, a multi-status for every write (ads-lwa 6.2).
type v1 struct{}

// include is how filters name what they let through.
type include struct {
	Include []string `json:"include"`
}

// list implements dialect. The state filter is always sent: what its absence means is not written anywhere.
func (v1) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	body := map[string]any{"adProductFilter": include{[]string{string(c.channel)}}, "maxResults": size}
	if token != "" {
		body["nextToken"] = token
	}
	c.narrow(body, q, v1States)
	text, err := json.Marshal(body)
	return amazon.Call{Body: text}, err
}

// narrow puts the conditions that the wire knows into the body of a list.
func (c *collection) narrow(body map[string]any, q *amazon.AdsQuery, states func([]canon.AdsStatus) []string) {
	for by, values := range map[condition][]string{byID: q.IDs, byCampaign: q.Campaigns, byGroup: q.Groups, byPortfolio: q.Portfolios} {
		if name := c.filters[by]; name != "" && len(values) > 0 {
			body[name] = include{values}
		}
	}
	if name := c.filters[byType]; name != "" && q.Type != "" {
		body[name] = include{[]string{q.Type}}
	}
	if name := c.filters[byStatus]; name != "" {
		body[name] = include{states(q.Statuses)}
	}
}

// read implements dialect.
func (v1) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	return page(answer, c.list)
}

// page reads the items of an answer that has them under a name, and its nextToken. Items are parts of the answer.
func page(answer []byte, name string) (items []json.RawMessage, next string, err error) {
	next, err = each(answer, name, func(s *scan) { items = append(items, s.value()) })
	if err != nil {
		return nil, "", err
	}
	return items, next, nil
}

// each calls item for the items of such an answer, which are item's to read.
func each(answer []byte, name string, item func(*scan)) (next string, err error) {
	s, found := scanOf(answer), false
	s.object(func(key []byte) bool {
		switch string(key) {
		case name:
			found = true
			s.array(func() { item(&s) })
		case "nextToken":
			s.text(&next)
		default:
			return false
		}
		return true
	})
	if s.peek(); s.bad || !found || s.i < len(s.b) {
		return "", errScan
	}
	return next, nil
}

// pass reads a page in one pass, where the collection's items can be read so. Where each object is needed no longer than keep runs, all are
// read into the same piece of memory.
func (v1) pass(c *collection, answer []byte, v *view, to *keeping) (next string, err error) {
	r := c.reads()
	return each(answer, c.list, func(s *scan) {
		s.peek()
		from := s.i
		if n := to.copy(s.all[from:]); n > 0 {
			s.i += n
			return
		}
		if o := r.object(s, v); !s.bad {
			c.claim(o, s.b[from:s.i], v)
			to.keep(o, s.all[from:s.i])
		}
		if to.taker == nil {
			r = c.reads()
		}
	})
}

// write implements dialect.
func (v1) write(c *collection, verb string, items []json.RawMessage) (amazon.Call, error) {
	name := c.list
	if verb == verbArchive {
		name = c.archiveBy
	}
	text, err := json.Marshal(map[string][]json.RawMessage{name: items})
	return amazon.Call{Body: text}, err
}

// A v1Part is an element of one of a multi-status's lists; of partialSuccess it has both an object and errors.
type v1Part struct {
	Index  *int `json:"index"`
	Errors []struct {
		Code     string `json:"code"`
		Message  string `json:"message"`
		Location string `json:"fieldLocation"`
	} `json:"errors"`
}

// outcomes implements dialect. What succeeded in part did not succeed.
func (v1) outcomes(c *collection, _ string, answer *amazon.Answer, _ int) ([]outcome, error) {
	var all struct {
		Success        []json.RawMessage `json:"success"`
		PartialSuccess []json.RawMessage `json:"partialSuccess"`
		Error          []json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(answer.Body, &all); err != nil {
		return nil, err
	}
	var out []outcome
	for i, raw := range slices.Concat(all.Success, all.PartialSuccess, all.Error) {
		var part v1Part
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &part) != nil || part.Index == nil || json.Unmarshal(raw, &object) != nil {
			continue // of which item it speaks cannot be told, so that one stays unknown
		}
		o := outcome{index: *part.Index, object: object[c.one]}
		for _, e := range part.Errors {
			o.refused = append(o.refused, itemRefusal{e.Code, e.Message, e.Location})
		}
		if i >= len(all.Success) && o.refused == nil {
			o.refused = []itemRefusal{{}}
		}
		out = append(out, o)
	}
	return out, nil
}

// States of v1. The model's drafts and removed things have none.
var v1StateOf = map[canon.AdsStatus]string{canon.StatusActive: "ENABLED", canon.StatusPaused: "PAUSED", canon.StatusArchived: "ARCHIVED"}

func v1States(statuses []canon.AdsStatus) []string {
	out := []string{}
	for _, s := range statuses {
		if state := v1StateOf[s]; state != "" && !slices.Contains(out, state) {
			out = append(out, state)
		}
	}
	return out
}

// v1Filters are the filters of a collection of v1: the own id and the states, and more.
func v1Filters(id string, more ...condition) map[condition]string {
	all := map[condition]string{byID: id + "Filter", byStatus: "stateFilter"}
	for _, m := range more {
		all[m] = map[condition]string{byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter", byPortfolio: "portfolioIdFilter", byType: "targetTypeFilter"}[m]
	}
	return all
}
