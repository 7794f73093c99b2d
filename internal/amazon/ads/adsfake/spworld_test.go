package adsfake_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestTheWorldAddsUp holds that every campaign that the world begins with has ad groups, ads and either automatic clauses,
// keywords or product targets, that every child's parents are there, and that two worlds of one seed are the same.
func TestTheWorldAddsUp(t *testing.T) {
	t.Parallel()
	text := func() (string, int) {
		s := start(t)
		s.turn("ads.page_size", "1000")
		all, campaigns := "", 0
		for _, p := range s.profiles() {
			if p.Users[0] != kit.Advertiser {
				continue
			}
			c := s.as(kit.Advertiser).on(p)
			parent := map[string]map[string]int{}
			for _, x := range spCampaigns.listed(t, c, `{`+everything+`}`).items {
				parent[x.ID] = map[string]int{}
				campaigns++
			}
			groups := map[string]string{}
			for _, u := range collections {
				w := u.find(c, `{`+everything+`}`)
				all += w.Body.String()
				for _, x := range u.listed(t, c, `{`+everything+`}`).items {
					counts := parent[x.CampaignID]
					if counts == nil || (x.AdGroupID != "" && u.list != "adGroups" && groups[x.AdGroupID] != x.CampaignID) {
						t.Fatalf("%s of %s: %+v has no parent", u.list, p.ID, x)
					}
					counts[u.list]++
					if u.list == "adGroups" {
						groups[x.ID] = x.CampaignID
					}
				}
			}
			for id, n := range parent {
				if n["adGroups"] == 0 || n["productAds"] == 0 || n["keywords"]+n["targetingClauses"] == 0 || n["negativeKeywords"] == 0 {
					t.Errorf("campaign %s has %v", id, n)
				}
			}
			all += portfolios.find(c.of(portfolios), `{"includeExtendedDataFields":true}`).Body.String()
		}
		return all, campaigns
	}
	first, n := text()
	if n != 40 {
		t.Errorf("%d campaigns, want 40", n)
	}
	if second, _ := text(); second != first {
		t.Error(cmp.Diff(first, second))
	}
}

// TestTheWorldIsSmall holds that the default world stays far below the forty megabytes that a sandbox may take.
func TestTheWorldIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := kit.DefaultWorld(7, kit.FrozenClock(began))
	f := adsfake.New(w)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 8<<20 {
		t.Errorf("the world takes %d KB", used>>10)
	} else {
		t.Logf("the world takes %d KB", used>>10)
	}
	runtime.KeepAlive(f)
}

// BenchmarkKeywords lists forty of 100,000 keywords without the network: after a filter by ad group, and the first page.
func BenchmarkKeywords(b *testing.B) {
	s := start(b)
	c := s.shop()
	u := find(b, "keywords")
	var last string
	for g := range 100 {
		campaign, group := c.campaign(b, fmt.Sprintf("bench %d", g), "MANUAL")
		items := make([]string, 1000)
		for n := range items {
			items[n] = u.good(campaign, group, n)
		}
		if w := u.post(c, items...); w.Code != 207 {
			b.Fatal(w.Code)
		}
		last = group
	}
	for name, body := range map[string]string{"page": `{"maxResults":40}`, "group": `{"maxResults":40,"adGroupIdFilter":{"include":["` + last + `"]}}`} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if w := u.find(c, body); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// BenchmarkReport makes reports of 31 days over 100,000 keywords in a hundred campaigns that have run all the time.
func BenchmarkReport(b *testing.B) {
	s := start(b)
	s.turn("ads.report_progress", "at_once")
	c := s.grown(b, 100)
	for name, ask := range map[string][]string{
		"campaigns": {"spCampaigns", "campaign", "date campaignId impressions clicks cost sales7d", "DAILY"},
		"targeting": {"spTargeting", "targeting", "campaignId keywordId keyword matchType impressions clicks cost purchases7d sales7d", "SUMMARY"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.fetched(b, c.order(ask[0], products, ask[1], ask[2], ask[3], "2026-03-10", "2026-04-09"))
			}
		})
	}
}
