package ads

import (
	"encoding/json"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

var (
	v3KeywordFields = map[string]string{"state": "status", "campaignId": "campaign_id", "adGroupId": "group_id", "keywordText": "keyword", "matchType": "match_type", "bid": "bid"}
	v3ClauseFields  = map[string]string{"state": "status", "campaignId": "campaign_id", "adGroupId": "group_id", "expression": "type", "expressionType": "type", "bid": "bid"}
)

// A v3Keyword is a keyword of one of v3's three collections of them; those that keep ads away have match types of their own.
type v3Keyword struct {
	ID string `json:"keywordId,omitempty"`
	v3Common
	CampaignID string      `json:"campaignId,omitempty"`
	GroupID    string      `json:"adGroupId,omitempty"`
	Text       string      `json:"keywordText,omitempty"`
	Match      string      `json:"matchType,omitempty"`
	Bid        json.Number `json:"bid,omitempty"`
	Native     string      `json:"nativeLanguageKeyword,omitempty"`
	Locale     string      `json:"nativeLanguageLocale,omitempty"`
}

// A v3Clause is a targeting clause of one of v3's three collections of them.
type v3Clause struct {
	ID string `json:"targetId,omitempty"`
	v3Common
	CampaignID string        `json:"campaignId,omitempty"`
	GroupID    string        `json:"adGroupId,omitempty"`
	How        string        `json:"expressionType,omitempty"`
	Expression []v3Predicate `json:"expression,omitempty"`
	Resolved   []v3Predicate `json:"resolvedExpression,omitempty"`
	Bid        json.Number   `json:"bid,omitempty"`
}

type v3Predicate struct {
	Type  string `json:"type"`
	Value string `json:"value,omitempty"`
}

const targetServes = "TARGETING_CLAUSE_STATUS_LIVE"

// Match types of keywords that keep ads away.
var negativeMatches = [][2]string{{"NEGATIVE_BROAD", "BROAD"}, {"NEGATIVE_EXACT", "EXACT"}, {"NEGATIVE_PHRASE", "PHRASE"}}

func decodeV3Keyword(negative bool) func(*v3Keyword, *view) (*canon.AdsTarget, error) {
	return func(w *v3Keyword, v *view) (*canon.AdsTarget, error) {
		t := &canon.AdsTarget{
			Level: levelOf(w.GroupID), CampaignID: w.CampaignID, GroupID: w.GroupID, Channel: canon.SponsoredProducts, Negative: negative, Type: typeKeyword,
			MatchType: w.Match, Keyword: &canon.Keyword{Text: w.Text, Locale: w.Locale, NativeText: w.Native},
		}
		if err := w.take(&t.AdsCommon); err != nil {
			return nil, err
		}
		t.ID = w.ID
		if negative {
			t.MatchType = toCanon(negativeMatches, w.Match)
		}
		var err error
		t.Bid, err = v.money(w.Bid, "")
		return t, err
	}
}

func encodeV3Keyword(t *canon.AdsTarget, v *view) (*v3Keyword, error) {
	w := &v3Keyword{CampaignID: t.CampaignID, GroupID: t.GroupID, Match: t.MatchType}
	if err := w.put(&t.AdsCommon, targetServes, v); err != nil {
		return nil, err
	}
	if err := spTargetSound(t); err != nil {
		return nil, err
	}
	w.Text, w.Native, w.Locale = t.Keyword.Text, t.Keyword.NativeText, t.Keyword.Locale
	if t.Negative {
		w.Match = toWire(negativeMatches, t.MatchType)
	}
	if v.told {
		w.ID = t.ID
	}
	var err error
	w.Bid, err = v.amount(t.Bid)
	return w, err
}

func decodeV3Clause(negative bool) func(*v3Clause, *view) (*canon.AdsTarget, error) {
	return func(w *v3Clause, v *view) (*canon.AdsTarget, error) {
		t := &canon.AdsTarget{Level: levelOf(w.GroupID), CampaignID: w.CampaignID, GroupID: w.GroupID, Channel: canon.SponsoredProducts, Negative: negative}
		if err := w.take(&t.AdsCommon); err != nil {
			return nil, err
		}
		t.ID = w.ID
		if err := readExpression(t, w.Expression, w.Resolved); err != nil {
			return nil, err
		}
		var err error
		t.Bid, err = v.money(w.Bid, "")
		return t, err
	}
}

func encodeV3Clause(t *canon.AdsTarget, v *view) (*v3Clause, error) {
	w := &v3Clause{CampaignID: t.CampaignID, GroupID: t.GroupID}
	if err := w.put(&t.AdsCommon, targetServes, v); err != nil {
		return nil, err
	}
	if err := spTargetSound(t); err != nil {
		return nil, err
	}
	if !t.Negative {
		w.How = "MANUAL"
		if t.Type == typeTheme && toWire(v3Themes, t.MatchType) != t.MatchType {
			w.How = "AUTO"
		}
	}
	var err error
	if w.Expression, err = expressionOf(t); err != nil {
		return nil, err
	}
	if v.told {
		w.ID = t.ID
		if t.Category != nil && t.Category.Name != "" {
			w.Resolved = []v3Predicate{{"ASIN_CATEGORY_SAME_AS", t.Category.Name}}
		}
	}
	w.Bid, err = v.amount(t.Bid)
	return w, err
}

// v3Themes are the clauses of automatic targeting, and keyword groups, in canon's words.
var v3Themes = [][2]string{
	{"QUERY_HIGH_REL_MATCHES", "THEME_CLOSE_MATCH"},
	{"QUERY_BROAD_REL_MATCHES", "THEME_LOOSE_MATCH"},
	{"ASIN_SUBSTITUTE_RELATED", "THEME_SUBSTITUTES"},
	{"ASIN_ACCESSORY_RELATED", "THEME_COMPLEMENTS"},
}

// Refinements of a category as predicates.
var v3Refinements = [][2]string{
	{"ASIN_BRAND_SAME_AS", refineBrand},
	{"ASIN_GENRE_SAME_AS", refineGenre},
	{"ASIN_AGE_RANGE_SAME_AS", refineAge},
	{"ASIN_IS_PRIME_SHIPPING_ELIGIBLE", refinePrime},
	{"ASIN_PRICE_BETWEEN", refinePrice + "_between"},
	{"ASIN_PRICE_GREATER_THAN", refinePrice + "_greater_than"},
	{"ASIN_PRICE_LESS_THAN", refinePrice + "_less_than"},
	{"ASIN_REVIEW_RATING_BETWEEN", refineStars + "_between"},
	{"ASIN_REVIEW_RATING_GREATER_THAN", refineStars + "_greater_than"},
	{"ASIN_REVIEW_RATING_LESS_THAN", refineStars + "_less_than"},
}

const (
	keywordGroup = "KEYWORD_GROUP_SAME_AS"
	// v1 has this theme for keyword groups, without saying which group.
	groupTheme = "THEME_KEYWORDS_RELATED_TO_YOUR_PRODUCT_CATEGORY"
	extGroup   = "keywordGroup"
)

// readExpression takes a targeting expression apart (ads-lwa 3.4).
func readExpression(t *canon.AdsTarget, expression, resolved []v3Predicate) error {
	if len(expression) == 0 {
		return fmt.Errorf("a targeting clause has no expression")
	}
	switch first := expression[0]; {
	case toCanon(v3Themes, first.Type) != first.Type:
		t.Type, t.MatchType = typeTheme, toCanon(v3Themes, first.Type)
		return nil
	case first.Type == keywordGroup:
		t.Type, t.MatchType, t.Ext = typeTheme, groupTheme, map[string]any{extGroup: first.Value}
		return nil
	case first.Type == "ASIN_SAME_AS", first.Type == "ASIN_EXPANDED_FROM":
		t.Type, t.MatchType, t.Product = typeProduct, "PRODUCT_EXACT", &canon.TargetProduct{ID: first.Value, Type: "ASIN"}
		if first.Type == "ASIN_EXPANDED_FROM" {
			t.MatchType = "PRODUCT_SIMILAR"
		}
		return nil
	}
	t.Type, t.Category = typeCategory, &canon.TargetCategory{}
	for _, p := range expression {
		if p.Type == "ASIN_CATEGORY_SAME_AS" {
			t.Category.ID = p.Value
			continue
		}
		key := toCanon(v3Refinements, p.Type)
		if key == p.Type {
			return fmt.Errorf("predicate %s is not known", p.Type)
		}
		if t.Category.Refinements == nil {
			t.Category.Refinements = map[string]string{}
		}
		t.Category.Refinements[key] = p.Value
	}
	for _, p := range resolved {
		if p.Type == "ASIN_CATEGORY_SAME_AS" && p.Value != t.Category.ID {
			t.Category.Name = p.Value
		}
	}
	return nil
}

// expressionOf writes one.
func expressionOf(t *canon.AdsTarget) ([]v3Predicate, error) {
	switch t.Type {
	case typeTheme:
		if t.MatchType == groupTheme {
			group, ok := t.Ext[extGroup].(string)
			if !ok {
				return nil, fmt.Errorf("a keyword group's name is wanted in ext.%s", extGroup)
			}
			return []v3Predicate{{keywordGroup, group}}, nil
		}
		word := toWire(v3Themes, t.MatchType)
		if word == t.MatchType {
			return nil, fmt.Errorf("theme %s is none of Sponsored Products v3", t.MatchType)
		}
		return []v3Predicate{{Type: word}}, nil
	case typeProduct:
		kind, known := map[string]string{"PRODUCT_EXACT": "ASIN_SAME_AS", "PRODUCT_SIMILAR": "ASIN_EXPANDED_FROM"}[t.MatchType]
		if !known || t.Product.Type != "ASIN" {
			return nil, fmt.Errorf("a product is targeted by its ASIN, PRODUCT_EXACT or PRODUCT_SIMILAR")
		}
		return []v3Predicate{{kind, t.Product.ID}}, nil
	}
	var out []v3Predicate
	if t.Category.ID != "" {
		out = append(out, v3Predicate{"ASIN_CATEGORY_SAME_AS", t.Category.ID})
	}
	for _, key := range sortedKeys(t.Category.Refinements) {
		word := toWire(v3Refinements, key)
		if word == key {
			return nil, fmt.Errorf("a category cannot be refined by %q", key)
		}
		out = append(out, v3Predicate{word, t.Category.Refinements[key]})
	}
	return out, nil
}
