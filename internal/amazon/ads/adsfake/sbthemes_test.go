package adsfake_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A themesDone is the answer to a write of themes, spelt out a second time.
type themesDone struct {
	Success []struct {
		Index   int
		ThemeID string
	}
	Error []struct {
		Index         int
		Code, Details string
	}
}

// TestBrandThemes holds themes of Sponsored Brands to their own shapes, and that they have traffic and are among what is exported.
func TestBrandThemes(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	campaign, group, _ := c.brand(t, "themes")
	p := c.plain()
	const brand, pages = "KEYWORDS_RELATED_TO_YOUR_BRAND", "KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES"
	w := p.do("POST", "/sb/themes", `{"themes":[{"adGroupId":"`+group+`","campaignId":"`+campaign+`","themeType":"`+brand+`","bid":0.8},{"adGroupId":"`+group+`","themeType":"`+brand+`","bid":1},`+
		`{"adGroupId":"`+group+`","themeType":"`+pages+`","bid":1.5},{"adGroupId":"`+group+`","themeType":"`+pages+`"},{"adGroupId":"1","themeType":"`+brand+`","bid":1},{"adGroupId":"`+group+`","themeType":"LUCK","bid":1}]}`)
	made := read[themesDone](t, w)
	if w.Code != 200 || len(made.Success) != 2 || made.Success[0].Index != 0 || made.Success[1].Index != 2 || len(made.Error) != 4 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if got := w.Header().Get("X-Amzn-Remapped-Content-Type"); got != "application/vnd.sbthemescreateresponse.v3+json" {
		t.Errorf("the answer's type is %q", got)
	}
	for i, want := range []string{"themeType", "bid", "adGroupId", "themeType"} {
		if e := made.Error[i]; e.Code != "INVALID_ARGUMENT" || !strings.Contains(e.Details, want) {
			t.Errorf("error %d: %+v, want one about %s", i, e, want)
		}
	}
	id, other := made.Success[0].ThemeID, made.Success[1].ThemeID
	theme := func(id, kind, bid, state string) string {
		return `{"themeId":"` + id + `","campaignId":"` + campaign + `","adGroupId":"` + group + `","themeType":"` + kind + `","bid":` + bid + `,"state":"` + state + `"}`
	}
	here := `"campaignIdFilter":{"include":["` + campaign + `"]}`
	for _, call := range [][4]string{
		{"POST", "/sb/themes/list", `{` + here + `}`, `{"themes":[` + theme(id, brand, "0.8", "enabled") + `,` + theme(other, pages, "1.5", "enabled") + `]}`},
		{"POST", "/sb/themes/list", `{"themeTypeFilter":{"include":["` + pages + `"]},"adGroupIdFilter":{"include":["` + group + `"]}}`, `{"themes":[` + theme(other, pages, "1.5", "enabled") + `]}`},
		{"PUT", "/sb/themes", `{"themes":[{"themeId":"` + id + `","adGroupId":"` + group + `","state":"paused","bid":2}]}`, `{"success":[{"index":0,"themeId":"` + id + `"}],"error":[]}`},
		{"POST", "/sb/themes/list", `{"themeIdFilter":{"include":["` + id + `"]}}`, `{"themes":[` + theme(id, brand, "2", "paused") + `]}`},
		{"PUT", "/sb/themes", `{"themes":[{"themeId":"` + id + `","adGroupId":"` + group + `","state":"archived"}]}`, `{"success":[{"index":0,"themeId":"` + id + `"}],"error":[]}`},
		{"POST", "/sb/themes/list", `{` + here + `}`, `{"themes":[` + theme(other, pages, "1.5", "enabled") + `]}`},
		{"POST", "/sb/themes/list", `{` + here + `,"stateFilter":{"include":["archived"]}}`, `{"themes":[` + theme(id, brand, "2", "archived") + `]}`},
	} {
		if w := p.do(call[0], call[1], call[2]); w.Code != 200 || w.Body.String() != call[3] {
			t.Errorf("%s %s %s: %d %s, want %s", call[0], call[1], call[2], w.Code, w.Body, call[3])
		}
	}
	for body, want := range map[string]string{
		`{"themes":[{"themeId":"` + other + `","state":"paused"}]}`:                                          "adGroupId",
		`{"themes":[{"themeId":"` + other + `","adGroupId":"1","state":"paused"}]}`:                          "adGroupId",
		`{"themes":[{"themeId":"` + other + `","adGroupId":"` + group + `","themeType":"` + brand + `"}]}`:   "themeType",
		`{"themes":[{"themeId":"` + id + `","adGroupId":"` + group + `","state":"enabled"}]}`:                "themeId",
		`{"themes":[{"themeId":"1","adGroupId":"` + group + `","state":"enabled"}]}`:                         "themeId",
		`{"themes":[{"themeId":"` + other + `","adGroupId":"` + group + `","state":"PAUSED"}]}`:              "state",
		`{"themes":[{"themeId":"` + other + `","adGroupId":"` + group + `","bid":99999,"state":"enabled"}]}`: "bid",
	} {
		w := p.do("PUT", "/sb/themes", body)
		if done := read[themesDone](t, w); w.Code != 200 || len(done.Error) != 1 || !strings.Contains(done.Error[0].Details, "."+want) {
			t.Errorf("%s: %d %s, want an error about %s", body, w.Code, w.Body, want)
		}
	}
	for _, body := range []string{`{}`, `[]`, `{"themes":5}`, `{"themes":[5]}`, `{"themes":[{"adGroupId":true}]}`} {
		if w := p.do("POST", "/sb/themes", body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	for _, body := range []string{`[]`, `{"maxResults":0}`, `{"nextToken":"x"}`, `{"stateFilter":5}`, `{"stateFilter":{"include":[5]}}`} {
		if w := p.do("POST", "/sb/themes/list", body); w.Code != 400 {
			t.Errorf("list %s: %d %s", body, w.Code, w.Body)
		}
	}
	author := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "DE", "vendor")).plain()
	seeded := read[struct{ Themes []map[string]any }](t, author.do("POST", "/sb/themes/list", `{}`)).Themes
	var kinds []string
	for _, x := range seeded {
		kinds = append(kinds, x["themeType"].(string))
	}
	if diff := cmp.Diff([]string{brand, pages}, kinds); diff != "" {
		t.Errorf("the world's themes (-want +got):\n%s", diff)
	}
	s.turn("ads.report_progress", "at_once")
	rows := author.rows(t, "sbTargeting", "SPONSORED_BRANDS", "targeting", "keywordId keywordType impressions", "SUMMARY", first, last)
	found := false
	for _, row := range rows {
		found = found || row["keywordType"] == "THEME" && row["impressions"] != nil
	}
	if !found {
		t.Errorf("no traffic of themes in %v", rows)
	}
}
