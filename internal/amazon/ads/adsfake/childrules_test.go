package adsfake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestAutoClauses holds that an ad group of an AUTO campaign has its four clauses, which can be bid on but neither
// archived nor rewritten by hand.
func TestAutoClauses(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	_, group := c.campaign(t, "auto", "AUTO")
	u := find(t, "targetingClauses")
	filter := `{"adGroupIdFilter":{"include":["` + group + `"]},"expressionTypeFilter":{"include":["AUTO"]}}`
	var kinds []string
	clauses := u.listed(t, c, filter).items
	for _, x := range clauses {
		kinds = append(kinds, x.Expression[0].Type)
	}
	want := []string{"QUERY_HIGH_REL_MATCHES", "QUERY_BROAD_REL_MATCHES", "ASIN_SUBSTITUTE_RELATED", "ASIN_ACCESSORY_RELATED"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	id := clauses[0].ID
	if got := u.result(t, u.remove(c, id)).errors(); len(got) != 1 || got[0] != "entityStateError AUTO_TARGETING_CLAUSE_CANNOT_BE_ARCHIVED_MANUALLY $.targetIdFilter.include[0]" {
		t.Errorf("archived by hand: %v", got)
	}
	for fields, want := range map[string]string{
		`"bid":0.9,"state":"PAUSED"`: "",
		`"bid":null`:                 "",
		`"bid":11`:                   "biddingError BID_GT_BUDGET $.targetingClauses[0].bid",
		`"expressionType":"MANUAL"`:  "expressionTypeError UNSUPPORTED_EXPRESSION_TYPE $.targetingClauses[0].expressionType",
		`"expression":[{"type":"ASIN_SAME_AS","value":"B000000001"}]`: "targetingClauseSetupError AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY $.targetingClauses[0].expression",
	} {
		if got := strings.Join(u.result(t, u.put(c, `{"targetId":"`+id+`",`+fields+`}`)).errors(), " "); got != want {
			t.Errorf("%s: %q, want %q", fields, got, want)
		}
	}
}

// TestArchivingReachesChildren holds that what is in an archived campaign or ad group keeps its state, shows the archived
// parent in its serving status, and cannot be changed any more.
func TestArchivingReachesChildren(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{true, false} {
		s := start(t)
		c := s.shop()
		want := map[bool]string{true: "CAMPAIGN_ARCHIVED", false: "AD_GROUP_ARCHIVED"}[whole]
		for i, u := range collections {
			campaign, group := c.campaign(t, fmt.Sprintf("c %d", i), "MANUAL")
			id := u.id(t, u.post(c, u.good(campaign, group, 50)), 0)
			grouped := strings.Contains(u.good("", "", 1), "adGroupId")
			if whole {
				c.do("POST", "/sp/campaigns/delete", `{"campaignIdFilter":{"include":["`+campaign+`"]}}`)
			} else if collections[0].remove(c, group); !grouped {
				continue
			}
			got := u.listed(t, c, fmt.Sprintf(`{"includeExtendedDataFields":true,%q:{"include":[%q]}}`, u.deletes, id)).items
			if len(got) != 1 || got[0].State != "ENABLED" || got[0].ExtendedData.ServingStatus != want {
				t.Errorf("%s: %+v, want %s", u.path, got, want)
			}
			r := u.result(t, u.put(c, fmt.Sprintf(`{%q:%q,"state":"PAUSED"}`, u.key, id)))
			if e := strings.Join(r.errors(), " "); !strings.HasPrefix(e, "entityStateError PARENT_ARCHIVED_FORBIDS_UPDATES") {
				t.Errorf("%s: changed below what is archived: %q", u.path, e)
			}
			if r := u.result(t, u.remove(c, id)); len(r.Success) != 1 {
				t.Errorf("%s: archiving below what is archived: %v", u.path, r.errors())
			}
		}
	}
}

// TestBudgetAndBids holds that a budget cannot be brought below the bids under it, of ad groups, keywords and targets.
func TestBudgetAndBids(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	lower := func(campaign string) string {
		w := c.do("PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"`+campaign+`","budget":{"budget":2,"budgetType":"DAILY"}}]}`)
		return strings.Join(read[multiStatus](t, w).errorsOf(), " ")
	}
	for list, want := range map[string]string{
		"adGroups": "BUDGET_LT_DEFAULT_BIDS", "keywords": "BUDGET_LT_KEYWORD_BIDS", "targetingClauses": "BUDGET_LT_PREDEFINED_TARGET_BIDS",
	} {
		campaign, group := c.campaign(t, list, "MANUAL")
		u := find(t, list)
		bid := map[bool]string{true: "defaultBid:3", false: "bid:3"}[list == "adGroups"]
		id := u.id(t, u.post(c, set(u.good(campaign, group, 60), bid)), 0)
		if got := lower(campaign); got != "budgetError "+want+" $.campaigns[0].budget.budget" {
			t.Errorf("%s: %q", list, got)
		}
		u.remove(c, id)
		if got := lower(campaign); got != "" {
			t.Errorf("%s: after archiving %q", list, got)
		}
	}
}

// TestChildFilters holds that each filter of ads-lwa 3.3 selects what it says, counted by hand over the whole list.
func TestChildFilters(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "US", "seller"))
	s.turn("ads.page_size", "1000")
	for _, tt := range []struct {
		list, filter string
		keep         func(listed) bool
	}{
		{"adGroups", `"nameFilter":{"include":["group 1"]}`, func(x listed) bool { return strings.Contains(x.Name, "group 1") }},
		{"adGroups", `"nameFilter":{"include":["Shoes group 1","x"],"queryTermMatchType":"EXACT_MATCH"}`, func(x listed) bool { return x.Name == "Shoes group 1" }},
		{"keywords", `"matchTypeFilter":["EXACT","PHRASE"]`, func(x listed) bool { return x.MatchType != "BROAD" }},
		{"keywords", `"keywordTextFilter":{"include":["red"],"queryTermMatchType":"BROAD_MATCH"}`, func(x listed) bool { return strings.Contains(x.KeywordText, "red") }},
		{"keywords", `"locale":"en_US"`, func(listed) bool { return true }},
		{"negativeKeywords", `"negativeKeywordTextFilter":{"include":["used"],"queryTermMatchType":"BROAD_MATCH"}`, func(x listed) bool { return strings.Contains(x.KeywordText, "used") }},
		{"campaignNegativeKeywords", `"campaignNegativeKeywordTextFilter":{"include":["free"],"queryTermMatchType":"EXACT_MATCH"}`, func(x listed) bool { return x.KeywordText == "free" }},
		{"targetingClauses", `"expressionTypeFilter":{"include":["MANUAL"]}`, func(x listed) bool { return x.ExpressionType == "MANUAL" }},
		{"targetingClauses", `"asinFilter":{"include":["B0"]}`, func(x listed) bool { return strings.HasPrefix(x.Expression[0].Value, "B0") }},
		{"negativeTargetingClauses", `"asinFilter":{"include":["B0"]}`, func(listed) bool { return true }},
		{"campaignNegativeTargetingClauses", `"asinFilter":{"include":["B0"]}`, func(listed) bool { return false }},
		{"productAds", `"stateFilter":{"include":["PAUSED"]}`, func(x listed) bool { return x.State == "PAUSED" }},
	} {
		u := find(t, tt.list)
		want := 0
		for _, x := range u.listed(t, c, `{"stateFilter":{"include":["ENABLED","PAUSED"]}}`).items {
			if tt.keep(x) {
				want++
			}
		}
		if got := u.listed(t, c, "{"+tt.filter+"}"); got.total != want || len(got.items) != want {
			t.Errorf("%s %s: %d, want %d", tt.list, tt.filter, got.total, want)
		}
	}
	auto := find(t, "adGroups").listed(t, c, `{"campaignTargetingTypeFilter":"AUTO"}`).total
	all := find(t, "adGroups").listed(t, c, `{}`).total
	if manual := find(t, "adGroups").listed(t, c, `{"campaignTargetingTypeFilter":"MANUAL"}`).total; auto == 0 || manual == 0 || auto+manual != all {
		t.Errorf("%d ad groups of AUTO and %d of MANUAL campaigns make %d", auto, manual, all)
	}
	for body, want := range map[string]string{
		`{"matchTypeFilter":["x"]}`: "rangeError INVALID_ENUM_VALUE $.matchTypeFilter[0]",
		`{"adGroupIdFilter":{"include":[` + strings.Repeat(`"1",`, 100) + `"1"]}}`: "rangeError TOO_HIGH $.adGroupIdFilter.include",
		`{"keywordTextFilter":{"include":["x"],"queryTermMatchType":"x"}}`:         "rangeError INVALID_ENUM_VALUE $.keywordTextFilter.queryTermMatchType",
	} {
		w := find(t, "keywords").find(c, body)
		e := read[struct{ Errors []wireError }](t, w)
		if w.Code != 400 || len(e.Errors) != 1 || e.Errors[0].String() != want {
			t.Errorf("%.60s: %d %s", body, w.Code, w.Body)
		}
	}
}
