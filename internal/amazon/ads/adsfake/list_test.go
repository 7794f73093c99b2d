package adsfake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type wireList struct {
	Campaigns    []wireCampaign `json:"campaigns"`
	NextToken    *string        `json:"nextToken"`
	TotalResults int            `json:"totalResults"`
}

func (l wireList) names() []string {
	names := []string{}
	for _, c := range l.Campaigns {
		names = append(names, c.Name)
	}
	return names
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	all := read[wireList](t, c.list(`{"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]}}`))
	if all.TotalResults != 8 || len(all.Campaigns) != 8 || all.NextToken != nil {
		t.Fatalf("all: %+v", all)
	}
	byState := map[string]int{}
	for _, x := range all.Campaigns {
		byState[x.State]++
	}
	if byState["ENABLED"] == 0 || byState["PAUSED"] == 0 || byState["ARCHIVED"] == 0 {
		t.Fatalf("the world has not every state: %v", byState)
	}
	first, folio := all.Campaigns[0], ""
	for _, x := range all.Campaigns {
		folio = max(folio, x.PortfolioID)
	}
	for _, tt := range []struct {
		body string
		want func(wireCampaign) bool
	}{
		{``, func(c wireCampaign) bool { return c.State != "ARCHIVED" }},
		{`{}`, func(c wireCampaign) bool { return c.State != "ARCHIVED" }},
		{`{"stateFilter":{},"nameFilter":{},"campaignIdFilter":{"include":[]},"nextToken":null,"maxResults":null}`, func(c wireCampaign) bool { return c.State != "ARCHIVED" }},
		{`{"stateFilter":{"include":["PAUSED"]}}`, func(c wireCampaign) bool { return c.State == "PAUSED" }},
		{`{"stateFilter":{"include":["ENABLING"]}}`, func(c wireCampaign) bool { return false }},
		{`{"campaignIdFilter":{"include":["` + first.CampaignID + `","1"]}}`, func(c wireCampaign) bool { return c.CampaignID == first.CampaignID }},
		{`{"portfolioIdFilter":{"include":["` + folio + `"]}}`, func(c wireCampaign) bool { return c.PortfolioID == folio && c.State != "ARCHIVED" }},
		{`{"nameFilter":{"include":["` + first.Name + `"],"queryTermMatchType":"EXACT_MATCH"}}`, func(c wireCampaign) bool { return c.Name == first.Name }},
		{`{"nameFilter":{"include":["US "],"queryTermMatchType":"EXACT_MATCH"}}`, func(c wireCampaign) bool { return false }},
		{`{"nameFilter":{"include":["Lamps","Toys"],"queryTermMatchType":"BROAD_MATCH"}}`, func(c wireCampaign) bool { return strings.Contains(c.Name, "Lamps") && c.State != "ARCHIVED" }},
		{`{"marketplaceBudgetAllocationFilter":{"include":["AUTO"]}}`, func(c wireCampaign) bool { return false }},
	} {
		want := []string{}
		for _, x := range all.Campaigns {
			if tt.want(x) {
				want = append(want, x.Name)
			}
		}
		w := c.list(tt.body)
		got := read[wireList](t, w)
		if diff := cmp.Diff(want, got.names()); diff != "" || got.TotalResults != len(want) || w.Code != 200 {
			t.Errorf("%s: %d (-want +got)\n%s", tt.body, w.Code, diff)
		}
	}
}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	strs := func(n int) string { return `["x"` + strings.Repeat(`,"x"`, n-1) + `]` }
	for body, want := range map[string]string{
		`[]`:                                 "$ must be an object",
		`x`:                                  "$ must be an object",
		`{"stateFilter":[]}`:                 "$.stateFilter must be an object",
		`{"stateFilter":{"include":"X"}}`:    "$.stateFilter.include must be an array of strings",
		`{"stateFilter":{"include":["on"]}}`: "rangeError INVALID_ENUM_VALUE $.stateFilter.include[0]",
		`{"stateFilter":{"include":` + strs(11) + `}}`:        "rangeError TOO_HIGH $.stateFilter.include",
		`{"campaignIdFilter":{"include":` + strs(1001) + `}}`: "rangeError TOO_HIGH $.campaignIdFilter.include",
		`{"portfolioIdFilter":{"include":` + strs(101) + `}}`: "rangeError TOO_HIGH $.portfolioIdFilter.include",
		`{"nameFilter":{"include":` + strs(101) + `}}`:        "rangeError TOO_HIGH $.nameFilter.include",
		`{"nameFilter":{"queryTermMatchType":"FUZZY"}}`:       "rangeError INVALID_ENUM_VALUE $.nameFilter.queryTermMatchType",
		`{"maxResults":0}`:                                      "rangeError TOO_LOW $.maxResults",
		`{"maxResults":"5"}`:                                    "$.maxResults must be an integer",
		`{"maxResults":99999999999}`:                            "$.maxResults must be an integer",
		`{"includeExtendedDataFields":1}`:                       "$.includeExtendedDataFields must be a boolean",
		`{"nextToken":5}`:                                       "$.nextToken must be a string",
		`{"nextToken":"bogus"}`:                                 "invalidInputError INVALID_TOKEN $.nextToken",
		`{"nextToken":"` + strings.Repeat("A", 43) + `"}`:       "invalidInputError INVALID_TOKEN $.nextToken",
		`{"nextToken":"` + strings.Repeat("\\u0000", 43) + `"}`: "invalidInputError INVALID_TOKEN $.nextToken",
	} {
		w := c.list(body)
		got := read[struct {
			Code, Message string
			Errors        []wireError
		}](t, w)
		text := got.Message
		if len(got.Errors) > 0 {
			text = got.Errors[0].String()
		}
		if w.Code != 400 || got.Code != "INVALID_ARGUMENT" || !strings.HasPrefix(text, want) {
			t.Errorf("%.60s: %d %s, want %s", body, w.Code, w.Body, want)
		}
	}
}

// TestTokenIsBound holds that a nextToken works for its profile and its filter alone.
func TestTokenIsBound(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	token := *read[wireList](t, c.list(`{"maxResults":2}`)).NextToken
	if w := c.list(`{"maxResults":3,"nextToken":"` + token + `"}`); w.Code != 200 || len(read[wireList](t, w).Campaigns) != 3 {
		t.Errorf("with another size of page: %d %s", w.Code, w.Body)
	}
	other := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "CA", "seller"))
	for name, w := range map[string]int{
		"other profile": other.list(`{"nextToken":"` + token + `"}`).Code,
		"other filter":  c.list(`{"stateFilter":{"include":["PAUSED"]},"nextToken":"` + token + `"}`).Code,
		"other length":  c.list(`{"nextToken":"` + token[:42] + `"}`).Code,
	} {
		if w != 400 {
			t.Errorf("%s: %d", name, w)
		}
	}
}

// TestPaging is the property that pages of any sizes, one after another, give every campaign once and in order, also
// while campaigns are added, changed and archived in between.
func TestPaging(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := start(t)
		c := s.shop()
		var body strings.Builder
		extra := rapid.IntRange(0, 40).Draw(rt, "extra")
		for i := range extra {
			fmt.Fprintf(&body, `,{"name":"more %d",%s}`, i, strings.TrimPrefix(good, `"name":"N",`))
		}
		c.do("POST", "/sp/campaigns", `{"campaigns":[`+strings.TrimPrefix(body.String(), ",")+`]}`)
		filter := rapid.SampledFrom([]string{``, `"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]},`, `"nameFilter":{"include":["more"]},`}).Draw(rt, "filter")
		want := read[wireList](t, c.list(`{`+filter+`"maxResults":1000}`))
		meddle := rapid.Bool().Draw(rt, "meddle")

		var got []string
		token := ""
		for n := 0; ; n++ {
			size := rapid.IntRange(1, 30).Draw(rt, "size")
			page := read[wireList](t, c.list(fmt.Sprintf(`{%s"maxResults":%d,"nextToken":%q,"includeExtendedDataFields":%v}`, filter, size, token, n%2 == 1)))
			if len(page.Campaigns) > size {
				rt.Fatalf("%d campaigns on a page of %d", len(page.Campaigns), size)
			}
			got = append(got, page.names()...)
			if page.NextToken == nil {
				break
			}
			token = *page.NextToken
			if meddle && n == 0 {
				c.do("POST", "/sp/campaigns", item(fmt.Sprintf(`name:"late more %d"`, n)))
				last := page.Campaigns[len(page.Campaigns)-1] // the one that the token points at
				c.do("POST", "/sp/campaigns/delete", `{"campaignIdFilter":{"include":["`+last.CampaignID+`"]}}`)
			}
		}
		late := slices.IndexFunc(got, func(name string) bool { return strings.HasPrefix(name, "late") })
		if late >= 0 {
			got = slices.Delete(got, late, late+1)
		}
		if diff := cmp.Diff(want.names(), got); diff != "" && (len(want.Campaigns) > 0 || len(got) > 0) {
			rt.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

// TestThrottle holds the leaky bucket and both forms of its refusal (ads-lwa 7).
func TestThrottle(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.pace", "2s")
	c := s.shop()
	for i := range 10 {
		if w := c.list(""); w.Code != 200 {
			t.Fatalf("call %d: %d", i, w.Code)
		}
	}
	w := c.list("")
	if w.Code != 429 || w.Header().Get("Retry-After") != "2" || w.Body.String() != `{"code":"THROTTLED","message":"Too Many Requests"}` {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if w := c.get("/v2/profiles"); w.Code != 429 || !strings.Contains(w.Body.String(), `"code":"429"`) {
		t.Errorf("the gateway: %d %s", w.Code, w.Body)
	}
	if w := s.as(kit.Advertiser).at("eu").get("/v2/profiles"); w.Code != 200 {
		t.Errorf("another region: %d", w.Code)
	}
	s.world.Clock.Advance(8 * time.Second)
	if w := c.list(`{"includeExtendedDataFields":true}`); w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("extended data counts five times, of which four are free: %d", w.Code)
	}
	s.turn("ads.throttle_body", "html")
	for range 4 {
		w = c.list("")
	}
	if w.Code != 429 || w.Header().Get("Retry-After") != "" || !strings.HasPrefix(w.Body.String(), "<html>") {
		t.Errorf("html: %d %s %v", w.Code, w.Body, w.Header())
	}
}
