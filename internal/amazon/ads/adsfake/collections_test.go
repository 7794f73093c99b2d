package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const (
	spPortfolio    = "application/vnd.spPortfolio.v3+json"
	portfolioUsage = "application/vnd.portfoliobudgetusage.v1+json"
)

// A collection under test, spelt out here a second time (ads-lwa 3.1).
type under struct {
	path, media, list, key, success, object, deletes string
	// good makes an item for parents; n tells items apart.
	good func(campaign, group string, n int) string
}

func inGroup(rest string) func(string, string, int) string {
	return func(campaign, group string, n int) string {
		return fmt.Sprintf(`{"campaignId":%q,"adGroupId":%q,"state":"ENABLED",%s}`, campaign, group, strings.ReplaceAll(rest, "#", fmt.Sprintf("%03d", n)))
	}
}

func inCampaign(rest string) func(string, string, int) string {
	return func(campaign, _ string, n int) string {
		return fmt.Sprintf(`{"campaignId":%q,"state":"ENABLED",%s}`, campaign, strings.ReplaceAll(rest, "#", fmt.Sprintf("%03d", n)))
	}
}

var collections = []under{
	{
		"/sp/adGroups", "application/vnd.spAdGroup.v3+json", "adGroups", "adGroupId", "adGroupId", "adGroup", "adGroupIdFilter",
		inCampaign(`"name":"group #","defaultBid":0.5`),
	},
	{
		"/sp/productAds", "application/vnd.spProductAd.v3+json", "productAds", "adId", "adId", "productAd", "adIdFilter",
		inGroup(`"sku":"SKU-#"`),
	},
	{
		"/sp/keywords", "application/vnd.spKeyword.v3+json", "keywords", "keywordId", "keywordId", "keyword", "keywordIdFilter",
		inGroup(`"keywordText":"shoes #","matchType":"BROAD","bid":0.75`),
	},
	{
		"/sp/negativeKeywords", "application/vnd.spNegativeKeyword.v3+json", "negativeKeywords", "keywordId", "negativeKeywordId",
		"negativeKeyword", "negativeKeywordIdFilter", inGroup(`"keywordText":"used #","matchType":"NEGATIVE_EXACT"`),
	},
	{
		"/sp/campaignNegativeKeywords", "application/vnd.spCampaignNegativeKeyword.v3+json", "campaignNegativeKeywords", "keywordId",
		"campaignNegativeKeywordId", "campaignNegativeKeyword", "campaignNegativeKeywordIdFilter",
		inCampaign(`"keywordText":"free #","matchType":"NEGATIVE_PHRASE"`),
	},
	{
		"/sp/targets", "application/vnd.spTargetingClause.v3+json", "targetingClauses", "targetId", "targetId", "targetingClause",
		"targetIdFilter", inGroup(`"expressionType":"MANUAL","bid":0.5,"expression":[{"type":"ASIN_SAME_AS","value":"B000000#"}]`),
	},
	{
		"/sp/negativeTargets", "application/vnd.spNegativeTargetingClause.v3+json", "negativeTargetingClauses", "targetId", "targetId",
		"negativeTargetingClause", "negativeTargetIdFilter", inGroup(`"expression":[{"type":"ASIN_SAME_AS","value":"B000000#"}]`),
	},
	{
		"/sp/campaignNegativeTargets", "application/vnd.spCampaignNegativeTargetingClause.v3+json", "campaignNegativeTargetingClauses",
		"targetId", "campaignNegativeTargetingClauseId", "campaignNegativeTargetingClauses", "campaignNegativeTargetIdFilter",
		inCampaign(`"expression":[{"type":"ASIN_BRAND_SAME_AS","value":"#"}]`),
	},
}

// of returns the caller with the media types of a collection.
func (c *caller) of(u under) *caller {
	return c.with("Content-Type", u.media).with("Accept", u.media)
}

func (u under) post(c *caller, items ...string) *httptest.ResponseRecorder {
	return c.of(u).do("POST", u.path, fmt.Sprintf(`{%q:[%s]}`, u.list, strings.Join(items, ",")))
}

func (u under) put(c *caller, items ...string) *httptest.ResponseRecorder {
	return c.of(u).do("PUT", u.path, fmt.Sprintf(`{%q:[%s]}`, u.list, strings.Join(items, ",")))
}

func (u under) remove(c *caller, ids ...string) *httptest.ResponseRecorder {
	text, _ := json.Marshal(ids)
	return c.of(u).do("POST", u.path+"/delete", fmt.Sprintf(`{%q:{"include":%s}}`, u.deletes, text))
}

func (u under) find(c *caller, filter string) *httptest.ResponseRecorder {
	return c.of(u).do("POST", u.path+"/list", filter)
}

// A result is a multi-status of any collection.
type result struct {
	Success []map[string]json.RawMessage
	Error   []struct {
		Index  int
		Errors []wireError
	}
}

func (u under) result(t testing.TB, w *httptest.ResponseRecorder) result {
	t.Helper()
	if w.Code != 207 {
		t.Fatalf("%s: %d %s", u.path, w.Code, w.Body)
	}
	return read[map[string]result](t, w)[u.list]
}

// id of the nth success.
func (u under) id(t testing.TB, w *httptest.ResponseRecorder, n int) string {
	t.Helper()
	r := u.result(t, w)
	if len(r.Success) <= n {
		t.Fatalf("%s: %s", u.path, w.Body)
	}
	var id string
	if err := json.Unmarshal(r.Success[n][u.success], &id); err != nil {
		t.Fatalf("%s: %s: %v", u.path, w.Body, err)
	}
	return id
}

func (r result) errors() []string {
	all := []string{}
	for _, e := range r.Error {
		for _, x := range e.Errors {
			all = append(all, x.String())
		}
	}
	return all
}

// An item is one element of any list.
type listed struct {
	ID, CampaignID, AdGroupID, State, Name, KeywordText, MatchType, SKU, ASIN, ExpressionType string
	Bid, DefaultBid                                                                           *float64
	Expression                                                                                []struct{ Type, Value string }
	ExtendedData                                                                              struct{ ServingStatus string }
}

type listing struct {
	items []listed
	token string
	total int
}

func (u under) listed(t testing.TB, c *caller, filter string) listing {
	t.Helper()
	w := u.find(c, filter)
	if w.Code != 200 {
		t.Fatalf("%s %s: %d %s", u.path, filter, w.Code, w.Body)
	}
	raw := read[map[string]json.RawMessage](t, w)
	var l listing
	var items []json.RawMessage
	for key, to := range map[string]any{u.list: &items, "nextToken": &l.token, "totalResults": &l.total} {
		if raw[key] != nil {
			if err := json.Unmarshal(raw[key], to); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, text := range items {
		var v listed
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		var ids map[string]any
		_ = json.Unmarshal(text, &ids)
		v.ID, _ = ids[u.key].(string)
		l.items = append(l.items, v)
	}
	return l
}

// everything is a filter that lets all states through.
const everything = `"includeExtendedDataFields":true,"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}`

// campaign makes a campaign and an ad group in it.
func (c *caller) campaign(t testing.TB, name, targeting string) (campaign, group string) {
	t.Helper()
	w := c.with("Content-Type", spCampaign).with("Accept", spCampaign).do("POST", "/sp/campaigns",
		item(fmt.Sprintf("name:%q", name), fmt.Sprintf("targetingType:%q", targeting)))
	campaign = read[multiStatus](t, w).Campaigns.Success[0].CampaignID
	u := collections[0]
	return campaign, u.id(t, u.post(c, u.good(campaign, "", 1)), 0)
}

// TestEveryCollection goes once through create, list, update and delete of every collection.
func TestEveryCollection(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop().with("Prefer", "return=representation")
	for i, u := range collections {
		campaign, group := c.campaign(t, fmt.Sprintf("for %d", i), "MANUAL")
		w := u.post(c, u.good(campaign, group, 10), u.good(campaign, group, 11), `{}`)
		r := u.result(t, w)
		if len(r.Success) != 2 || len(r.Error) != 1 || r.Error[0].Index != 2 || w.Header().Get("Preference-Applied") == "" {
			t.Errorf("%s: create %s", u.path, w.Body)
			continue
		}
		id := u.id(t, w, 1)
		whole := r.Success[1][u.object]
		if !strings.Contains(string(whole), `"`+u.key+`":"`+id+`"`) {
			t.Errorf("%s: %s stands under %q", u.path, whole, u.object)
		}
		if got := u.listed(t, c, `{"campaignIdFilter":{"include":["`+campaign+`"]},"maxResults":1}`); len(got.items) != 1 || got.token == "" {
			t.Errorf("%s: list %+v", u.path, got)
		}
		r = u.result(t, u.put(c, fmt.Sprintf(`{%q:%q,"state":"PAUSED"}`, u.key, id), `{}`, fmt.Sprintf(`{%q:"1"}`, u.key), fmt.Sprintf(`{%q:%q}`, u.key, id)))
		if len(r.Success) != 1 || len(r.Error) != 3 {
			t.Errorf("%s: update %v", u.path, r.errors())
		}
		r = u.result(t, u.remove(c, id, id, "1"))
		at := "$." + u.deletes + ".include"
		want := "entityStateError ARCHIVED_ENTITY_CANNOT_BE_MODIFIED " + at + "[1] entityNotFoundError ENTITY_NOT_FOUND " + at + "[2]"
		if got := strings.Join(r.errors(), " "); len(r.Success) != 1 || got != want {
			t.Errorf("%s: delete %s", u.path, got)
		}
		own := fmt.Sprintf(`{%s,%q:{"include":[%q]}}`, everything, u.deletes, id)
		if got := u.listed(t, c, own); len(got.items) != 1 || got.items[0].State != "ARCHIVED" || !strings.HasSuffix(got.items[0].ExtendedData.ServingStatus, "_ARCHIVED") {
			t.Errorf("%s: after delete %+v", u.path, got)
		}
		if w := u.put(c, fmt.Sprintf(`{%q:%q,"state":"ENABLED"}`, u.key, id)); len(u.result(t, w).Error) != 1 {
			t.Errorf("%s: what is archived changed: %s", u.path, w.Body)
		}
		viewer := s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller"))
		if a, b := u.post(viewer, u.good(campaign, group, 12)).Code, u.find(viewer, "").Code; a != 403 || b != 200 {
			t.Errorf("%s: a viewer gets %d and %d", u.path, a, b)
		}
	}
}
