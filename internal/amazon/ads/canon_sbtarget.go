package ads

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// brandTargets are the keywords and targets of Sponsored Brands, which are still v3's (ads-lwa 4.2). Their changes name campaign and group too.
func brandTargets() []*collection {
	return []*collection{
		sbKeywords("keywords", false), sbClauses("targets", false), sbThemes(), sbKeywords("negativeKeywords", true), sbClauses("negativeTargets", true),
	}
}

func sbKeywords(name string, negative bool) *collection {
	c := sbTargets(name, negative, true)
	c.id, c.speaks, c.page = "keywordId", arrays{}, 1000
	c.filters = map[condition]string{byID: "keywordIdFilter", byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter", byStatus: "stateFilter"}
	return codec(c, decodeSBKeyword(negative), encodeSBKeyword)
}

func sbClauses(name string, negative bool) *collection {
	c := sbTargets(name, negative, false)
	c.id, c.speaks, c.page = "targetId", sbFilters{}, 100
	c.filters = map[condition]string{byID: "TARGET_ID", byCampaign: "CAMPAIGN_ID", byGroup: "AD_GROUP_ID", byStatus: "TARGETING_STATE"}
	return codec(c, decodeSBClause(negative), encodeSBClause)
}

// sbTargets is what all four have: 100 items of a write.
func sbTargets(name string, negative, keyword bool) *collection {
	c := &collection{
		kind: canon.KindTarget, channel: canon.SponsoredBrands, list: name, write: 100, archive: 1, ids: 100, parents: 100, always: []string{"campaignId", "adGroupId"},
		fields:    map[string]string{"state": "status", "bid": "bid", "campaignId": "campaign_id", "adGroupId": "group_id", "keywordText": "keyword", "matchType": "match_type", "expressions": "type"},
		creatable: []string{"status", "level", "campaign_id", "group_id", "negative", "type", "match_type", "keyword", "product", "category", "bid", "ext"},
		updatable: []string{"status", "bid"}, required: []string{"type", "campaign_id", "group_id"},
		ops: map[string]string{verbList: "sb." + name + ".list", verbCreate: "sb." + name + ".create", verbUpdate: "sb." + name + ".update", verbArchive: "sb." + name + ".delete"},
	}
	c.holds = func(o canon.AdsObject) bool {
		t, ok := o.(*canon.AdsTarget)
		return ok && (t.Type == typeKeyword) == keyword && t.Type != typeTheme && t.Negative == negative
	}
	c.wants = func(q *amazon.AdsQuery) bool {
		return q.Type == "" || (q.Type == typeKeyword) == keyword && q.Type != typeTheme
	}
	return c
}

// An sbTarget is what a keyword and a clause of Sponsored Brands have in common.
type sbTarget struct {
	arraysCommon
	CampaignID wireID      `json:"campaignId,omitempty"`
	GroupID    wireID      `json:"adGroupId,omitempty"`
	Bid        json.Number `json:"bid,omitempty"`
}

func (w *sbTarget) read(id wireID, negative bool, v *view) (*canon.AdsTarget, error) {
	t := &canon.AdsTarget{Level: "GROUP", CampaignID: string(w.CampaignID), GroupID: string(w.GroupID), Channel: canon.SponsoredBrands, Negative: negative}
	if err := w.take(&t.AdsCommon); err != nil {
		return nil, err
	}
	t.ID = string(id)
	var err error
	t.Bid, err = v.money(w.Bid, "")
	return t, err
}

func (w *sbTarget) fill(t *canon.AdsTarget, v *view) error {
	if err := w.put(&t.AdsCommon, "TARGET_STATUS_LIVE", v); err != nil {
		return err
	}
	w.CampaignID, w.GroupID = wireID(t.CampaignID), wireID(t.GroupID)
	var err error
	w.Bid, err = v.amount(t.Bid)
	return err
}

// An sbKeyword is a keyword of Sponsored Brands, negative or not.
type sbKeyword struct {
	ID wireID `json:"keywordId,omitempty"`
	sbTarget
	Text   string `json:"keywordText,omitempty"`
	Match  string `json:"matchType,omitempty"`
	Native string `json:"nativeLanguageKeyword,omitempty"`
	Locale string `json:"nativeLanguageLocale,omitempty"`
}

// Match types of keywords of Sponsored Brands.
var sbMatches = [][2]string{{"broad", "BROAD"}, {"exact", "EXACT"}, {"phrase", "PHRASE"}}

func decodeSBKeyword(negative bool) func(*sbKeyword, *view) (*canon.AdsTarget, error) {
	return func(w *sbKeyword, v *view) (*canon.AdsTarget, error) {
		t, err := w.read(w.ID, negative, v)
		if err != nil {
			return nil, err
		}
		t.Type, t.Keyword = typeKeyword, &canon.Keyword{Text: w.Text, Locale: w.Locale, NativeText: w.Native}
		t.MatchType = toCanon(sbMatches, strings.ToLower(strings.TrimPrefix(w.Match, "negative")))
		return t, nil
	}
}

func encodeSBKeyword(t *canon.AdsTarget, v *view) (*sbKeyword, error) {
	w := &sbKeyword{Match: toWire(sbMatches, t.MatchType)}
	if t.Keyword == nil || t.Product != nil || t.Category != nil || t.Audience != nil || t.Ext != nil || t.Negative && t.Bid != nil || t.Level != "" && t.Level != "GROUP" {
		return nil, fmt.Errorf("a keyword of Sponsored Brands stands in an ad group, has a text and nothing else, and no bid where it is negative")
	}
	if w.Match == t.MatchType {
		return nil, fmt.Errorf("match type %q is none of Sponsored Brands", t.MatchType)
	}
	if t.Negative {
		w.Match = "negative" + strings.ToUpper(w.Match[:1]) + w.Match[1:]
	}
	w.Text, w.Native, w.Locale = t.Keyword.Text, t.Keyword.NativeText, t.Keyword.Locale
	if v.told {
		w.ID = wireID(t.ID)
	}
	return w, w.fill(t, v)
}

// An sbClause is a targeting clause of Sponsored Brands.
type sbClause struct {
	ID wireID `json:"targetId,omitempty"`
	sbTarget
	Expression []sdPredicate `json:"expressions,omitempty"`
	Resolved   []sdPredicate `json:"resolvedExpressions,omitempty"`
}

func decodeSBClause(negative bool) func(*sbClause, *view) (*canon.AdsTarget, error) {
	return func(w *sbClause, v *view) (*canon.AdsTarget, error) {
		t, err := w.read(w.ID, negative, v)
		if err != nil {
			return nil, err
		}
		return t, readLower(t, w.Expression, w.Resolved)
	}
}

func encodeSBClause(t *canon.AdsTarget, v *view) (*sbClause, error) {
	w := &sbClause{}
	if err := lowerSound(t); err != nil {
		return nil, err
	}
	var err error
	if w.Expression, err = lowerExpression(t); err != nil {
		return nil, err
	}
	if v.told {
		w.ID = wireID(t.ID)
		if t.Category != nil && t.Category.Name != "" {
			w.Resolved = []sdPredicate{{Type: "asinCategorySameAs", Value: quoted(t.Category.Name)}}
		}
	}
	return w, w.fill(t, v)
}

// sbFilters is the dialect of the targets of Sponsored Brands: the older one in objects, with filters in a list and outcomes by index.
type sbFilters struct{ arrays }

// list implements dialect.
func (sbFilters) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	type filter struct {
		Type   string   `json:"filterType"`
		Values []string `json:"values"`
	}
	body := struct {
		Next    string   `json:"nextToken,omitempty"`
		Most    int      `json:"maxResults"`
		Filters []filter `json:"filters,omitempty"`
	}{Next: token, Most: size}
	values := map[condition][]string{byID: q.IDs, byCampaign: q.Campaigns, byGroup: q.Groups, byStatus: lowerStates(q.Statuses)}
	for _, by := range []condition{byStatus, byID, byCampaign, byGroup} {
		if len(values[by]) > 0 {
			body.Filters = append(body.Filters, filter{c.filters[by], values[by]})
		}
	}
	text, err := json.Marshal(body)
	return amazon.Call{Body: text}, err
}

// read implements dialect.
func (sbFilters) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	return page(answer, c.list)
}

// write implements dialect.
func (d sbFilters) write(c *collection, verb string, items []json.RawMessage) (amazon.Call, error) {
	if verb == verbArchive {
		return d.arrays.write(c, verb, items)
	}
	items, err := c.numbered(items)
	if err != nil {
		return amazon.Call{}, err
	}
	text, err := json.Marshal(map[string][]json.RawMessage{c.list: items})
	return amazon.Call{Body: text}, err
}

// outcomes implements dialect.
func (d sbFilters) outcomes(c *collection, verb string, answer *amazon.Answer, n int) ([]outcome, error) {
	if verb == verbArchive && answer.Status == http.StatusOK {
		return d.arrays.outcomes(c, verb, answer, n)
	}
	type result struct {
		Index   *int   `json:"targetRequestIndex"`
		ID      wireID `json:"targetId"`
		Code    string `json:"code"`
		Details string `json:"details"`
	}
	var all map[string][]result
	if err := json.Unmarshal(answer.Body, &all); err != nil {
		return nil, err
	}
	var out []outcome
	for name, results := range all {
		for _, r := range results {
			if r.Index == nil {
				continue // of which item it speaks cannot be told, so that one stays unknown
			}
			o := outcome{index: *r.Index, id: string(r.ID)}
			if strings.HasSuffix(name, "ErrorResults") {
				o.refused = []itemRefusal{{r.Code, r.Details, ""}}
			}
			out = append(out, o)
		}
	}
	return out, nil
}
