package ads

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Types of targets that Sponsored Products has not, and what stands in Ext of those that the model has no words for: their expression.
const (
	typeAudience = "AUDIENCE"
	typeOther    = "OTHER"

	extExpression = "expression"
	similarTheme  = "THEME_SIMILAR_PRODUCT" // products like those advertised
)

// sdTargets is one of the two collections of targets of Sponsored Display.
func sdTargets(name string, negative bool) *collection {
	c := sd(name, &collection{
		kind: canon.KindTarget, id: "targetId", filters: map[condition]string{byID: "targetIdFilter", byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter"},
		fields:    map[string]string{"state": "status", "expression": "type", "bid": "bid", "adGroupId": "group_id"},
		creatable: []string{"status", "level", "campaign_id", "group_id", "negative", "type", "match_type", "product", "category", "audience", "bid", "ext"},
		updatable: []string{"status", "bid"}, required: []string{"status", "type", "group_id"},
		holds: func(o canon.AdsObject) bool {
			t, ok := o.(*canon.AdsTarget)
			return ok && t.Negative == negative
		},
	})
	return codec(c, decodeSDTarget(negative), encodeSDTarget)
}

// An sdTarget is a target of Sponsored Display. Which campaign it is in, its group tells.
type sdTarget struct {
	ID wireID `json:"targetId,omitempty"`
	arraysCommon
	CampaignID wireID        `json:"campaignId,omitempty"`
	GroupID    wireID        `json:"adGroupId,omitempty"`
	How        string        `json:"expressionType,omitempty"`
	Expression []sdPredicate `json:"expression,omitempty"`
	Resolved   []sdPredicate `json:"resolvedExpression,omitempty"`
	Bid        json.Number   `json:"bid,omitempty"`
}

// An sdPredicate is a predicate whose value is a text or, of an audience, predicates again.
type sdPredicate struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value,omitempty"`
	Event string          `json:"eventType,omitempty"`
}

func decodeSDTarget(negative bool) func(*sdTarget, *view) (*canon.AdsTarget, error) {
	return func(w *sdTarget, v *view) (*canon.AdsTarget, error) {
		t := &canon.AdsTarget{Level: "GROUP", CampaignID: string(w.CampaignID), GroupID: string(w.GroupID), Channel: canon.SponsoredDisplay, Negative: negative}
		if err := w.take(&t.AdsCommon); err != nil {
			return nil, err
		}
		t.ID = string(w.ID)
		if err := readLower(t, w.Expression, w.Resolved); err != nil {
			return nil, err
		}
		var err error
		t.Bid, err = v.money(w.Bid, "")
		return t, err
	}
}

func encodeSDTarget(t *canon.AdsTarget, v *view) (*sdTarget, error) {
	w := &sdTarget{GroupID: wireID(t.GroupID), How: "manual"}
	if err := w.put(&t.AdsCommon, "TARGET_STATUS_LIVE", v); err != nil {
		return nil, err
	}
	if err := lowerSound(t); err != nil {
		return nil, err
	}
	var err error
	if w.Expression, err = lowerExpression(t); err != nil {
		return nil, err
	}
	if v.told {
		w.ID, w.CampaignID = wireID(t.ID), wireID(t.CampaignID)
		if t.Category != nil && t.Category.Name != "" {
			w.Resolved = []sdPredicate{{Type: "asinCategorySameAs", Value: quoted(t.Category.Name)}}
		}
	}
	w.Bid, err = v.amount(t.Bid)
	return w, err
}

// lowerSound holds that a target of Sponsored Brands' or Sponsored Display's clauses has what its type says and nothing else.
func lowerSound(t *canon.AdsTarget) error {
	_, other := t.Ext[extExpression]
	has := map[string]bool{typeProduct: t.Product != nil, typeCategory: t.Category != nil, typeAudience: t.Audience != nil, typeOther: other}
	switch needs, known := has[t.Type]; {
	case t.Type == typeTheme && t.Product == nil && t.Category == nil && t.Audience == nil:
	case !known || !needs:
		return fmt.Errorf("a target of type %q is none here, or has not what its type says", t.Type)
	default:
		for kind, given := range has {
			if given && kind != t.Type {
				return fmt.Errorf("a target of type %s has what its type says, and nothing else", t.Type)
			}
		}
	}
	switch {
	case t.Negative && t.Bid != nil:
		return fmt.Errorf("a negative target has no bid")
	case t.Keyword != nil, t.Level != "" && t.Level != "GROUP":
		return fmt.Errorf("product targets of this ad product stand in an ad group and have no keyword")
	case len(t.Ext) > 1 || len(t.Ext) == 1 && !other:
		return fmt.Errorf("ext holds more than an expression")
	}
	return nil
}

// readLower takes an expression in the older dialect apart. What the model has no words for is kept whole.
func readLower(t *canon.AdsTarget, expression, resolved []sdPredicate) error {
	if len(expression) == 0 {
		return fmt.Errorf("a target has no expression")
	}
	upper, plainOnes := uppers(expression)
	more, _ := uppers(resolved)
	trial := *t
	switch first := expression[0]; {
	case len(expression) == 1 && first.Type == "similarProduct" && nothing(first.Value) && first.Event == "":
		t.Type, t.MatchType = typeTheme, similarTheme
		return nil
	case len(expression) == 1 && readAudience(&trial, first):
		*t = trial
		return nil
	case plainOnes && readExpression(&trial, upper, more) == nil && trial.Type != typeTheme && sayable(&trial, upper):
		*t = trial
		return nil
	}
	text, err := json.Marshal(expression)
	if err != nil {
		return err
	}
	var whole []any
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	t.Type, t.Ext = typeOther, map[string]any{extExpression: whole}
	return nil
}

// sayable reports that a target's expression would be written with the same predicates.
func sayable(t *canon.AdsTarget, was []v3Predicate) bool {
	is, err := expressionOf(t)
	if err != nil || len(is) != len(was) {
		return false
	}
	for _, p := range was {
		if !slices.Contains(is, p) {
			return false
		}
	}
	return true
}

// readAudience reads views, purchases and audiences (OpenAPI document of Sponsored Display: TargetingPredicateNested). What people viewed or
// bought is kept as it is said.
func readAudience(t *canon.AdsTarget, p sdPredicate) bool {
	kind := strings.ToUpper(p.Type)
	if kind != "VIEWS" && kind != "PURCHASES" && kind != typeAudience || p.Event != "" {
		return false
	}
	var nested []sdPredicate
	if json.Unmarshal(p.Value, &nested) != nil {
		return false
	}
	a, about := &canon.TargetAudience{Kind: kind}, []sdPredicate{}
	for _, n := range nested {
		var value string
		isText := n.Value != nil && json.Unmarshal(n.Value, &value) == nil && n.Event == ""
		days, err := strconv.Atoi(value)
		switch {
		case n.Type == "lookback" && isText && err == nil && days > 0 && strconv.Itoa(days) == value && a.Lookback == 0:
			a.Lookback = days
		case n.Type == "audienceSameAs" && isText && value != "" && a.ID == "":
			a.ID = value
		default:
			about = append(about, n)
		}
	}
	if len(about) > 0 {
		text, err := json.Marshal(about)
		if err != nil {
			return false
		}
		a.About = string(text)
	}
	t.Type, t.Audience = typeAudience, a
	return true
}

// lowerExpression writes one.
func lowerExpression(t *canon.AdsTarget) ([]sdPredicate, error) {
	switch {
	case t.Type == typeTheme && t.MatchType == similarTheme:
		return []sdPredicate{{Type: "similarProduct"}}, nil
	case t.Type == typeTheme:
		return nil, fmt.Errorf("theme %s is none of this ad product", t.MatchType)
	case t.Type == typeOther:
		text, err := json.Marshal(t.Ext[extExpression])
		if err != nil {
			return nil, err
		}
		var all []sdPredicate
		return all, json.Unmarshal(text, &all)
	case t.Type == typeAudience:
		return audienceExpression(t.Audience)
	}
	upper, err := expressionOf(t)
	if err != nil {
		return nil, err
	}
	out := make([]sdPredicate, len(upper))
	for i, p := range upper {
		if out[i].Type = camel(p.Type); p.Value != "" {
			out[i].Value = quoted(p.Value)
		}
	}
	return out, nil
}

func audienceExpression(a *canon.TargetAudience) ([]sdPredicate, error) {
	nested := []sdPredicate{}
	if a.About != "" {
		if err := json.Unmarshal([]byte(a.About), &nested); err != nil {
			return nil, fmt.Errorf("what an audience is about is a list of predicates: %w", err)
		}
	}
	if a.ID != "" {
		nested = append(nested, sdPredicate{Type: "audienceSameAs", Value: quoted(a.ID)})
	}
	if a.Lookback > 0 {
		nested = append(nested, sdPredicate{Type: "lookback", Value: quoted(strconv.Itoa(a.Lookback))})
	}
	text, err := json.Marshal(nested)
	return []sdPredicate{{Type: strings.ToLower(a.Kind), Value: text}}, err
}

// uppers says predicates in the words of v3, and whether all have values that are texts or none.
func uppers(all []sdPredicate) ([]v3Predicate, bool) {
	out, plain := make([]v3Predicate, len(all)), true
	for i, p := range all {
		out[i].Type = upperSnake(p.Type)
		plain = plain && p.Event == "" && (p.Value == nil || json.Unmarshal(p.Value, &out[i].Value) == nil)
	}
	return out, plain
}

// upperSnake writes asinSameAs as ASIN_SAME_AS, and camel writes it back.
func upperSnake(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToUpper(string(r)))
	}
	return b.String()
}

func camel(s string) string {
	words := strings.Split(strings.ToLower(s), "_")
	for i, w := range words {
		if i > 0 && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// quoted is a text as JSON.
func quoted(s string) json.RawMessage {
	text, err := json.Marshal(s)
	if err != nil {
		return nil // every text can be written
	}
	return text
}
