package ads

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// arrays is the older dialect, of Sponsored Display and of the keywords of Sponsored Brands: plain arrays, ids as numbers, states in lower
// case, pages by where they start, and archiving by DELETE of one at a time (ads-lwa 4.2, 4.3).
type arrays struct{}

// leastPage is the most that the smallest of these lists gives at once (of creatives; the documents do not tell others'). A shorter page is
// the last, whatever was asked for.
const leastPage = 100

// list implements dialect.
func (arrays) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	query := url.Values{"count": {strconv.Itoa(size)}, "startIndex": {"0"}}
	if token != "" {
		if _, err := strconv.ParseUint(token, 10, 31); err != nil {
			return amazon.Call{}, err
		}
		query.Set("startIndex", token)
	}
	for by, values := range map[condition][]string{byID: q.IDs, byCampaign: q.Campaigns, byGroup: q.Groups, byPortfolio: q.Portfolios, byStatus: lowerStates(q.Statuses)} {
		if name := c.filters[by]; name != "" && len(values) > 0 {
			query.Set(name, strings.Join(values, ","))
		}
	}
	return amazon.Call{Query: query}, nil
}

// lowerStates are the states of a filter.
func lowerStates(statuses []canon.AdsStatus) []string {
	all := v4StatesOf(statuses)
	for i := range all {
		all[i] = strings.ToLower(all[i])
	}
	return all
}

// read implements dialect.
func (arrays) read(_ *collection, answer []byte, token string, size int) ([]json.RawMessage, string, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(answer, &items); err != nil {
		return nil, "", err
	}
	if len(items) < min(size, leastPage) || len(items) == 0 {
		return items, "", nil
	}
	start := 0
	if token != "" {
		var err error
		if start, err = strconv.Atoi(token); err != nil {
			return nil, "", err
		}
	}
	return items, strconv.Itoa(start + len(items)), nil
}

// write implements dialect.
func (arrays) write(c *collection, verb string, items []json.RawMessage) (amazon.Call, error) {
	if verb == verbArchive {
		return c.deletes(items[0])
	}
	items, err := c.numbered(items)
	if err != nil {
		return amazon.Call{}, err
	}
	text, err := json.Marshal(items)
	return amazon.Call{Body: text}, err
}

// deletes is the call that archives one by its id in the path.
func (c *collection) deletes(item json.RawMessage) (amazon.Call, error) {
	var id string
	if err := json.Unmarshal(item, &id); err != nil {
		return amazon.Call{}, err
	}
	path := c.operations[verbArchive].Path
	return amazon.Call{Path: path[:strings.LastIndex(path, "/")+1] + pathID(id)}, nil
}

// numbered writes the ids of changed items as the numbers that this dialect has.
func (c *collection) numbered(items []json.RawMessage) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, len(items))
	for i, item := range items {
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(item, &keys); err != nil {
			return nil, err
		}
		if keys[c.id] != nil {
			keys[c.id] = json.RawMessage(strings.Trim(string(keys[c.id]), `"`))
		}
		var err error
		if out[i], err = json.Marshal(keys); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// outcomes implements dialect. They stand in the order of the items; an archiving DELETE answers with one object.
func (arrays) outcomes(c *collection, verb string, answer *amazon.Answer, _ int) ([]outcome, error) {
	if verb == verbArchive {
		o, err := c.arrayOutcome(answer.Body)
		return []outcome{o}, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(answer.Body, &items); err != nil {
		return nil, err
	}
	out := make([]outcome, len(items))
	for i, item := range items {
		var err error
		if out[i], err = c.arrayOutcome(item); err != nil {
			return nil, err
		}
		out[i].index = i
	}
	return out, nil
}

// arrayOutcome reads one: {"campaignId":1,"code":"SUCCESS"} or {"code":...,"description":...}. Whether the reason is called description or
// details differs by API.
func (c *collection) arrayOutcome(item []byte) (outcome, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(item, &keys); err != nil {
		return outcome{}, err
	}
	text := func(name string) (s string) {
		_ = json.Unmarshal(keys[name], &s) // what is no text is none
		return s
	}
	var id wireID
	if keys[c.id] != nil {
		if err := json.Unmarshal(keys[c.id], &id); err != nil {
			return outcome{}, err
		}
	}
	if code := text("code"); code != "SUCCESS" {
		message := text("description")
		if message == "" {
			message = text("details")
		}
		return outcome{refused: []itemRefusal{{code, message, ""}}}, nil
	}
	return outcome{id: string(id)}, nil
}

// A wireID is an id that is a number on the wire and text everywhere else. Its digits are never counted with.
type wireID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *wireID) UnmarshalJSON(text []byte) error {
	s := strings.Trim(string(text), `"`)
	if s == "null" {
		s = ""
	}
	if _, err := strconv.ParseUint(s, 10, 64); s != "" && err != nil {
		return err
	}
	*id = wireID(s)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (id wireID) MarshalJSON() ([]byte, error) {
	if _, err := strconv.ParseUint(string(id), 10, 64); err != nil {
		return nil, err
	}
	return []byte(id), nil
}

// arraysCommon is what everything in this dialect has; extended lists have times and what it does as well.
type arraysCommon struct {
	State   string      `json:"state,omitempty"`
	Serving string      `json:"servingStatus,omitempty"`
	Created json.Number `json:"creationDate,omitempty"`
	Updated json.Number `json:"lastUpdatedDate,omitempty"`
}

func (w *arraysCommon) take(to *canon.AdsCommon) error {
	to.Status = statusOf(strings.ToUpper(w.State))
	if w.Serving == "ADVERTISER_STATUS_ENABLED" {
		to.EffectiveStatus = canon.EffectiveServing
	} else {
		to.EffectiveStatus, to.EffectiveReasons = served(w.Serving, nil)
	}
	var err error
	if to.CreatedAt, err = millis(w.Created); err != nil {
		return err
	}
	to.UpdatedAt, err = millis(w.Updated)
	return err
}

func (w *arraysCommon) put(from *canon.AdsCommon, alive string, v *view) error {
	state, err := stateOf(from.Status)
	if err != nil {
		return err
	}
	w.State = strings.ToLower(state)
	if v.told {
		w.Created, w.Updated = wireMillis(from.CreatedAt), wireMillis(from.UpdatedAt)
		switch {
		case from.EffectiveStatus == canon.EffectiveServing:
			w.Serving = alive
		case len(from.EffectiveReasons) > 0:
			w.Serving = toWire(v1Reasons, from.EffectiveReasons[0])
		}
	}
	return nil
}
