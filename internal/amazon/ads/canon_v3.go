package ads

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// v3 is the dialect of Sponsored Products v3, Sponsored Brands v4 and portfolios v3: lists by POST, a media type for each collection, writes
// answered by a multi-status under the collection's name (ads-lwa 3.2, 3.3, 4.1, 4.2).
type v3 struct {
	whole    bool                             // writes answer with whole objects where asked by Prefer
	statuses func([]canon.AdsStatus) []string // of the state filter
	atOnce   int                              // most that maxResults may ask for; the default page is as large as the service lets it be, whatever that is
}

// list implements dialect. Extended data is asked for, though such a list counts five times (ads-lwa part 7): it alone has the effective
// status and the times.
func (d v3) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	body := map[string]any{"includeExtendedDataFields": true}
	if size > 0 {
		body["maxResults"] = min(size, d.atOnce)
	}
	if token != "" {
		body["nextToken"] = token
	}
	c.narrow(body, q, d.states)
	text, err := json.Marshal(body)
	return amazon.Call{Body: text}, err
}

// read implements dialect.
func (v3) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	return page(answer, c.list)
}

// write implements dialect.
func (d v3) write(c *collection, verb string, items []json.RawMessage) (amazon.Call, error) {
	var body any = map[string][]json.RawMessage{c.list: items}
	if verb == verbArchive {
		body = map[string]any{c.archiveBy: map[string]any{"include": items}}
	}
	text, err := json.Marshal(body)
	call := amazon.Call{Body: text}
	if d.whole {
		call.Header = http.Header{"Prefer": {"return=representation"}}
	}
	return call, err
}

// A v3Error is one reason in a multi-status: errorType is also the one key of errorValue (ads-lwa 3.2).
type v3Error struct {
	Type  string `json:"errorType"`
	Value map[string]struct {
		Reason  string `json:"reason"`
		Message string `json:"message"`
		Cause   struct {
			Location string `json:"location"`
		} `json:"cause"`
	} `json:"errorValue"`
}

// outcomes implements dialect.
func (v3) outcomes(c *collection, _ string, answer *amazon.Answer, _ int) ([]outcome, error) {
	var all map[string]struct {
		Success []map[string]json.RawMessage `json:"success"`
		Error   []struct {
			Index  *int      `json:"index"`
			Errors []v3Error `json:"errors"`
		} `json:"error"`
	}
	if err := json.Unmarshal(answer.Body, &all); err != nil {
		return nil, err
	}
	var out []outcome
	for _, s := range all[c.list].Success {
		o := outcome{object: s[c.one]}
		if s["index"] == nil || json.Unmarshal(s["index"], &o.index) != nil {
			continue // of which item it speaks cannot be told, so that one stays unknown
		}
		id := c.done
		if id == "" {
			id = c.id
		}
		_ = json.Unmarshal(s[id], &o.id) // what is no text is no id
		out = append(out, o)
	}
	for _, e := range all[c.list].Error {
		if e.Index == nil {
			continue
		}
		o := outcome{index: *e.Index}
		for _, one := range e.Errors {
			v := one.Value[one.Type]
			code := v.Reason
			if code == "" {
				code = one.Type
			}
			o.refused = append(o.refused, itemRefusal{code, v.Message, v.Cause.Location})
		}
		if o.refused == nil {
			o.refused = []itemRefusal{{}}
		}
		out = append(out, o)
	}
	return out, nil
}

// States of v3. Proposed things wait for somebody with more rights, and enabling ones are on their way.
var v3States = [][2]string{
	{"ENABLED", string(canon.StatusActive)},
	{"ENABLING", string(canon.StatusActive)},
	{"PAUSED", string(canon.StatusPaused)},
	{"ARCHIVED", string(canon.StatusArchived)},
	{"PROPOSED", string(canon.StatusDraft)},
	{"USER_DELETED", string(canon.StatusRemoved)},
}

func v3StatesOf(statuses []canon.AdsStatus) []string {
	out := []string{}
	for _, pair := range v3States {
		if slices.Contains(statuses, canon.AdsStatus(pair[1])) {
			out = append(out, pair[0])
		}
	}
	return out
}
