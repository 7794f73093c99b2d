package adsfake_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// FuzzList holds that no body of a list brings about anything but a page or a refusal in Amazon's shape.
func FuzzList(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `[]`, `{"stateFilter":{"include":["ENABLED"]}}`, `{"nextToken":"AAAA","maxResults":1}`,
		`{"nameFilter":{"include":[""],"queryTermMatchType":"BROAD_MATCH"}}`, `{"campaignIdFilter":{"include":null}}`, "\xff", `{"maxResults":-1}`,
		strings.Repeat(`[`, 10001), `{"stateFilter":{"include":[null]}}`, `{"includeExtendedDataFields":true}`,
	} {
		f.Add(seed)
	}
	s := start(f)
	c := s.shop()
	f.Fuzz(func(t *testing.T, body string) {
		w := c.list(body)
		if (w.Code != 200 && w.Code != 400) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}

// FuzzWrite holds the same for writes, whose answers repeat much of what was sent.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{
		item(), item(`name:"\ud800"`), item("name:\"a\x01\""), `{"campaigns":[{"campaignId":"x"}]}`, `{"campaigns":[{"dynamicBidding":{"placementBidding":[{}]}}]}`,
		item(`budget:{"budget":1e308,"budgetType":"DAILY"}`), item(`tags:{"":""}`), `{"campaignIdFilter":{"include":["` + "\u2028" + `"]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c := start(t).shop().with("Prefer", "return=representation")
		for _, call := range [][2]string{{"POST", "/sp/campaigns"}, {"PUT", "/sp/campaigns"}, {"POST", "/sp/campaigns/delete"}, {"POST", "/sp/campaigns/list"}} {
			w := c.do(call[0], call[1], body)
			if (w.Code != 200 && w.Code != 207 && w.Code != 400) || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s %s %q: %d %s", call[0], call[1], body, w.Code, w.Body)
			}
		}
		if w := c.list(`{"includeExtendedDataFields":true}`); w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("after %q the list is %d %s", body, w.Code, w.Body)
		}
	})
}

// FuzzCollections holds the same for every other collection: any item, wrapped as the collection wants it, and any filter.
func FuzzCollections(f *testing.F) {
	for _, u := range append([]under{portfolios}, collections...) {
		if u.good != nil {
			f.Add(u.good("1", "1", 1), `{"asinFilter":{"include":["B"]}}`)
		}
	}
	for _, seed := range []string{
		`{"name":"x","state":"ENABLED","budget":{"amount":1e308,"policy":"DATE_RANGE","startDate":"2026-03-07","endDate":"\ud800"}}`,
		`{"expression":[{}],"bid":-1}`, `{"expression":null,"bid":null}`, `{"customText":"\u0000","globalStoreSetting":{"catalogSourceCountryCode":"x"}}`,
		`null`, `[]`, `{"keywordText":"\u2028","matchType":"BROAD"}`,
	} {
		f.Add(seed, `{"matchTypeFilter":[null]}`)
	}
	s := start(f)
	shop := s.shop()
	campaign, group := shop.campaign(f, "fuzz", "MANUAL")
	f.Fuzz(func(t *testing.T, fields, filter string) {
		for _, u := range append([]under{portfolios}, collections...) {
			c := shop.of(u).with("Prefer", "return=representation")
			home := strings.Replace(fields, "{", `{"campaignId":"`+campaign+`","adGroupId":"`+group+`","state":"ENABLED",`, 1)
			for _, call := range [][3]string{
				{"POST", u.path, `{"` + u.list + `":[` + fields + `,` + home + `]}`},
				{"PUT", u.path, `{"` + u.list + `":[` + fields + `]}`},
				{"POST", u.path, fields},
				{"POST", u.path + "/delete", filter},
				{"POST", u.path + "/list", filter},
				{"POST", u.path + "/list", `{"includeExtendedDataFields":true}`},
			} {
				w := c.do(call[0], call[1], call[2])
				if w.Code == 404 && u.deletes == "" {
					continue
				}
				if (w.Code != 200 && w.Code != 207 && w.Code != 400) || !json.Valid(w.Body.Bytes()) {
					t.Errorf("%s %s %q: %d %s", call[0], call[1], call[2], w.Code, w.Body)
				}
			}
		}
	})
}

// FuzzMedia holds that no Content-Type, Accept, Prefer or Scope brings about a server error, and that what is taken
// names the type that SP v3 wants.
func FuzzMedia(f *testing.F) {
	for _, seed := range [][4]string{
		{spCampaign, spCampaign, "return=representation", ""},
		{spCampaign + ";charset=utf-8", "text/html, " + spCampaign + ";q=0.5", "", "1"},
		{";", ",;q=0,", "=,;", "-1"},
		{strings.ToUpper(spCampaign), "*/*", `return="representation"`, "99999999999999999999"},
		{"", spCampaign + ";q=0.0", "", "0x1"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	s := start(f)
	good := s.shop()
	f.Fuzz(func(t *testing.T, content, accept, prefer, scope string) {
		c := good.with("Content-Type", content).with("Accept", accept).with("Prefer", prefer)
		if scope != "" {
			c = c.with("Amazon-Advertising-Api-Scope", scope)
		}
		w := c.list("")
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q %q %q %q: %d %s", content, accept, prefer, scope, w.Code, w.Body)
		}
		want := strings.ToLower(spCampaign)
		if w.Code == 200 && (!strings.Contains(strings.ToLower(content), want) || !strings.Contains(strings.ToLower(accept), want)) {
			t.Errorf("%q %q was taken", content, accept)
		}
	})
}

// FuzzAny holds for every route that there is that no media type, query, id in the path or body brings about a server error and that what is
// answered is JSON where it says so.
func FuzzAny(f *testing.F) {
	s := start(f)
	s.turn("ads.report_progress", "at_once")
	routes := adsfake.New(kit.DefaultWorld(8, kit.FrozenClock(began))).Routes
	for n := range routes {
		f.Add(uint16(n), "application/vnd.spKeyword.v3+json; charset=utf-8", "*/*;q=0.1, application/json", "stateFilter=enabled&startIndex=-1&count=x&format=%ff", "1", `{"maxResults":0,"filters":[{}]}`)
	}
	for _, seed := range []string{`[]`, `[null]`, `{"configuration":{"columns":[],"groupBy":[null]}}`, `{"reportIds":[5]}`, `{"accounts":[{}],"portfolioIds":["1"]}`, "\x00"} {
		f.Add(uint16(3), "application/json", "", "", "%2e%2e", seed)
	}
	c := s.shop()
	media := []string{
		"application/json", spCampaign, sbCampaign, sbGroup, sbAd, spPortfolio, portfolioUsage, reportRequest, createManager, linkAccounts,
		"application/vnd.campaignsexport.v1+json", "application/vnd.adgroupsexport.v1+json", "application/vnd.targetsexport.v1+json", "application/vnd.listaccountsresource.v1+json",
	}
	for _, u := range collections {
		media = append(media, u.media)
	}
	f.Fuzz(func(t *testing.T, n uint16, content, accept, query, id, body string) {
		r := routes[int(n)%len(routes)]
		path := r.Pattern
		if at := strings.IndexByte(path, '{'); at >= 0 {
			path = path[:at] + url.PathEscape(id) + path[strings.IndexByte(path, '}')+1:]
		}
		for _, m := range append([]string{content}, media...) {
			x := httptest.NewRequest(r.Method, "http://127.0.0.1/na/x", strings.NewReader(body))
			parsed, err := url.Parse("http://127.0.0.1/na" + path)
			if err != nil {
				return // no client could ask for it
			}
			x.URL, x.Header = parsed, c.with("Content-Type", m).with("Accept", m+", "+accept).header
			x.URL.RawQuery = query
			w := httptest.NewRecorder()
			s.front.ServeHTTP(w, x)
			if w.Code >= 500 || strings.Contains(w.Header().Get("Content-Type"), "json") && !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s %s %q %q %q: %d %s", r.Method, path, m, query, body, w.Code, w.Body)
			}
		}
	})
}
