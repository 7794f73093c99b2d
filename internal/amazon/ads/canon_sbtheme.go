package ads

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// sbThemes are the themes of Sponsored Brands: sets of keywords that Amazon chooses, one of each type in an ad group. A new one is enabled, a
// change names its ad group, and archiving is a change (Amazon's guide to theme-based targeting, July 2026).
func sbThemes() *collection {
	return codec(&collection{
		kind: canon.KindTarget, channel: canon.SponsoredBrands, speaks: themeFilters{}, list: "themes", id: "themeId", write: 100, page: 100, ids: 100, parents: 100,
		filters: map[condition]string{byID: "themeIdFilter", byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter", byStatus: "stateFilter"},
		fields:  map[string]string{"state": "status", "bid": "bid", "campaignId": "campaign_id", "adGroupId": "group_id", "themeType": "match_type"},
		always:  []string{"adGroupId", "campaignId"}, retired: "archived", begins: map[string]string{"state": "enabled"},
		creatable: []string{"status", "level", "campaign_id", "group_id", "negative", "type", "match_type", "bid"},
		updatable: []string{"status", "bid"}, required: []string{"type", "campaign_id", "group_id"},
		ops: map[string]string{verbList: "sb.themes.list", verbCreate: "sb.themes.create", verbUpdate: "sb.themes.update", verbArchive: "sb.themes.update"},
		holds: func(o canon.AdsObject) bool {
			t, ok := o.(*canon.AdsTarget)
			return ok && t.Type == typeTheme
		},
		wants: func(q *amazon.AdsQuery) bool { return q.Type == "" || q.Type == typeTheme },
	}, decodeSBTheme, encodeSBTheme)
}

// An sbTheme is a theme of Sponsored Brands. Its ids are texts, and of serving it tells nothing.
type sbTheme struct {
	ID         string      `json:"themeId,omitempty"`
	GroupID    string      `json:"adGroupId,omitempty"`
	CampaignID string      `json:"campaignId,omitempty"`
	Type       string      `json:"themeType,omitempty"`
	State      string      `json:"state,omitempty"`
	Bid        json.Number `json:"bid,omitempty"`
}

func decodeSBTheme(w *sbTheme, v *view) (*canon.AdsTarget, error) {
	t := &canon.AdsTarget{Level: "GROUP", CampaignID: w.CampaignID, GroupID: w.GroupID, Channel: canon.SponsoredBrands, Type: typeTheme, MatchType: themeOf(w.Type)}
	t.ID, t.Status = w.ID, statusOf(strings.ToUpper(w.State))
	var err error
	t.Bid, err = v.money(w.Bid, "")
	return t, err
}

func encodeSBTheme(t *canon.AdsTarget, v *view) (*sbTheme, error) {
	if t.Keyword != nil || t.Product != nil || t.Category != nil || t.Audience != nil || t.Ext != nil || t.Negative || t.Level != "" && t.Level != "GROUP" {
		return nil, fmt.Errorf("a theme of Sponsored Brands stands in an ad group, has a match type and a bid and nothing else, and is never negative")
	}
	state, err := stateOf(t.Status)
	if err != nil {
		return nil, err
	}
	if t.Bid == nil || t.MatchType == "" {
		return nil, fmt.Errorf("a theme has a match type and a bid of its own")
	}
	w := &sbTheme{GroupID: t.GroupID, CampaignID: t.CampaignID, Type: wireTheme(t.MatchType), State: strings.ToLower(state)}
	if v.told {
		w.ID = t.ID
	}
	w.Bid, err = v.amount(t.Bid)
	return w, err
}

// themeFilters is the dialect of themes: lists with the filters of v4, states in lower case, outcomes by index at the top of the answer.
type themeFilters struct{}

// list implements dialect.
func (themeFilters) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	body := map[string]any{"maxResults": size}
	if token != "" {
		body["nextToken"] = token
	}
	for by, values := range map[condition][]string{byID: q.IDs, byCampaign: q.Campaigns, byGroup: q.Groups, byStatus: lowerStates(q.Statuses)} {
		if len(values) > 0 {
			body[c.filters[by]] = map[string][]string{"include": values}
		}
	}
	text, err := json.Marshal(body)
	return amazon.Call{Body: text}, err
}

// read implements dialect.
func (themeFilters) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	return page(answer, c.list)
}

// write implements dialect.
func (themeFilters) write(c *collection, _ string, items []json.RawMessage) (amazon.Call, error) {
	text, err := json.Marshal(map[string][]json.RawMessage{c.list: items})
	return amazon.Call{Body: text}, err
}

// outcomes implements dialect.
func (themeFilters) outcomes(_ *collection, _ string, answer *amazon.Answer, _ int) ([]outcome, error) {
	type result struct {
		Index   *int   `json:"index"`
		ID      string `json:"themeId"`
		Code    string `json:"code"`
		Details string `json:"details"`
	}
	var all struct {
		Success []result `json:"success"`
		Error   []result `json:"error"`
	}
	if err := json.Unmarshal(answer.Body, &all); err != nil {
		return nil, err
	}
	var out []outcome
	for _, r := range all.Success {
		if r.Index != nil { // of which item another speaks cannot be told, so that one stays unknown
			out = append(out, outcome{index: *r.Index, id: r.ID})
		}
	}
	for _, r := range all.Error {
		if r.Index != nil {
			out = append(out, outcome{index: *r.Index, refused: []itemRefusal{{r.Code, r.Details, ""}}})
		}
	}
	return out, nil
}
