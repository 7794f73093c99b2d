package ads

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Fields of targets of Sponsored Products, by either wire. Whom a target means is fixed.
var (
	spTargetNeeds  = []string{"status", "type"}
	spTargetUpdate = []string{"status", "bid"}
	spTargetCreate = []string{"status", "level", "campaign_id", "group_id", "negative", "type", "match_type", "keyword", "product", "category", "bid", "ext"}

	v1TargetFields = map[string]string{
		"state": "status", "campaignId": "campaign_id", "adGroupId": "group_id", "bid": "bid", "negative": "negative", "targetType": "type", "targetDetails": "type",
		"targetDetails.keywordTarget.keyword": "keyword", "targetDetails.keywordTarget.matchType": "match_type", "targetDetails.productTarget.matchType": "match_type",
	}
)

// Types of targets that Sponsored Products has.
const (
	typeKeyword  = "KEYWORD"
	typeProduct  = "PRODUCT"
	typeCategory = "PRODUCT_CATEGORY"
	typeTheme    = "THEME"
)

// A v1Target is a target of v1.
type v1Target struct {
	ID string `json:"targetId,omitempty"`
	v1Common
	CampaignID string       `json:"campaignId,omitempty"`
	GroupID    string       `json:"adGroupId,omitempty"`
	Level      string       `json:"targetLevel,omitempty"`
	Negative   bool         `json:"negative"`
	Bid        *v1TargetBid `json:"bid,omitempty"`
	Type       string       `json:"targetType,omitempty"`
	Details    *v1Details   `json:"targetDetails,omitempty"`
}

type v1TargetBid struct {
	Bid      json.Number `json:"bid,omitempty"`
	Currency string      `json:"currencyCode,omitempty"`
}

type v1Details struct {
	Keyword  *v1Keyword       `json:"keywordTarget,omitempty"`
	Product  *v1ProductTarget `json:"productTarget,omitempty"`
	Theme    *v1Theme         `json:"themeTarget,omitempty"`
	Category *v1Category      `json:"productCategoryTarget,omitempty"`
}

type v1Keyword struct {
	Text   string `json:"keyword"`
	Match  string `json:"matchType"`
	Native string `json:"nativeLanguageKeyword,omitempty"`
	Locale string `json:"nativeLanguageLocale,omitempty"`
}

type v1ProductTarget struct {
	Match   string `json:"matchType"`
	Type    string `json:"productIdType"`
	Product struct {
		ID string `json:"productId"`
	} `json:"product"`
}

type v1Theme struct {
	Match string `json:"matchType"`
}

// Themes of v1 and of canon; others get canon's prefix.
var themes = [][2]string{
	{"KEYWORDS_CLOSE_MATCH", "THEME_CLOSE_MATCH"},
	{"KEYWORDS_LOOSE_MATCH", "THEME_LOOSE_MATCH"},
	{"PRODUCT_SUBSTITUTES", "THEME_SUBSTITUTES"},
	{"PRODUCT_COMPLEMENTS", "THEME_COMPLEMENTS"},
}

func themeOf(wire string) string {
	if word := toCanon(themes, wire); word != wire {
		return word
	}
	return "THEME_" + wire
}

func wireTheme(match string) string {
	if word := toWire(themes, match); word != match {
		return word
	}
	return strings.TrimPrefix(match, "THEME_")
}

// levelOf says where a target stands: in a group, or above all groups of its campaign.
func levelOf(group string) string {
	if group == "" {
		return "CAMPAIGN"
	}
	return "GROUP"
}

// encodeV1Target names the group alone where there is one: the campaign beside it would say that the target stands above.
func encodeV1Target(t *canon.AdsTarget, v *view) (*v1Target, error) {
	w := &v1Target{GroupID: t.GroupID, Negative: t.Negative, Type: t.Type, Details: &v1Details{}}
	if err := w.put(&t.AdsCommon, t.Channel, v); err != nil {
		return nil, err
	}
	if err := spTargetSound(t); err != nil {
		return nil, err
	}
	if t.GroupID == "" || v.told {
		w.CampaignID = t.CampaignID
	}
	bid, err := v.amount(t.Bid)
	if err != nil {
		return nil, err
	}
	if bid != "" {
		w.Bid = &v1TargetBid{Bid: bid}
	}
	switch t.Type {
	case typeKeyword:
		w.Details.Keyword = &v1Keyword{t.Keyword.Text, t.MatchType, t.Keyword.NativeText, t.Keyword.Locale}
	case typeProduct:
		w.Details.Product = &v1ProductTarget{Match: t.MatchType, Type: t.Product.Type}
		w.Details.Product.Product.ID = t.Product.ID
	case typeTheme:
		w.Details.Theme = &v1Theme{wireTheme(t.MatchType)}
	case typeCategory:
		if w.Details.Category, err = v1CategoryOf(t.Category, v); err != nil {
			return nil, err
		}
	}
	if v.told {
		w.ID = t.ID
	}
	return w, nil
}

// spTargetSound holds that a target of Sponsored Products has what its type needs, and nothing of another's.
func spTargetSound(t *canon.AdsTarget) error {
	needs := map[string]bool{typeKeyword: t.Keyword != nil, typeProduct: t.Product != nil, typeCategory: t.Category != nil, typeTheme: t.MatchType != ""}
	given := 0
	for _, has := range []bool{t.Keyword != nil, t.Product != nil, t.Category != nil, t.Audience != nil} {
		if has {
			given++
		}
	}
	switch has, known := needs[t.Type]; {
	case !known:
		return fmt.Errorf("targets of Sponsored Products are keywords, products, categories and themes, not %q", t.Type)
	case !has, t.Type != typeTheme && given != 1, t.Type == typeTheme && given != 0:
		return fmt.Errorf("a target of type %s has what its type says, and nothing else", t.Type)
	case t.Negative && t.Bid != nil:
		return fmt.Errorf("a negative target has no bid")
	case t.Level != "" && t.Level != levelOf(t.GroupID):
		return fmt.Errorf("level %s and the group do not go together", t.Level)
	}
	return nil
}
