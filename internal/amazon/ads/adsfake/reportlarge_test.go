package adsfake_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// grown is the shop with further campaigns of a thousand keywords and five ads each that have run for forty days.
func (s *sbx) grown(t testing.TB, campaigns int) *caller {
	c := s.shop()
	for g := range campaigns {
		campaign, group := c.campaign(t, fmt.Sprintf("large %d", g), "MANUAL")
		for _, u := range collections {
			if n := map[string]int{"keywords": 1000, "productAds": 5}[u.list]; n > 0 {
				items := make([]string, n)
				for i := range items {
					items[i] = u.good(campaign, group, i)
				}
				u.post(c, items...)
			}
		}
	}
	s.world.Clock.Advance(40 * 24 * time.Hour)
	return s.shop()
}

// TestLargeReports holds that a report which is made in several pieces at once is whole and in order, that it is the same bytes in every sandbox and
// however many are asked for at the same time, and that CSV tells the same.
func TestLargeReports(t *testing.T) {
	t.Parallel()
	const since, until = "2026-03-10", "2026-04-09"
	columns := "date campaignId adGroupId keywordId impressions clicks sales30d"
	file := func(c *caller) string {
		return c.fetched(t, c.order("spTargeting", products, "targeting", columns, "DAILY", since, until))
	}
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.grown(t, 3)
	rows := c.rows(t, "spTargeting", products, "targeting", columns, "DAILY", since, until)
	if len(rows) < 30_000 {
		t.Fatalf("%d rows", len(rows))
	}
	seen, of := map[string]bool{}, []string{}
	for _, r := range rows {
		key := fmt.Sprint(r["keywordId"], r["date"])
		if seen[key] {
			t.Fatalf("%s stands twice", key)
		}
		seen[key] = true
		if id := fmt.Sprint(r["campaignId"]); len(of) == 0 || of[len(of)-1] != id {
			if slices.Contains(of, id) {
				t.Fatalf("the rows of campaign %s do not stand together", id)
			}
			of = append(of, id)
		}
	}
	by := c.rows(t, "spCampaigns", products, "campaign", "campaignId impressions clicks sales30d", "SUMMARY", since, until)
	var order []string
	for _, r := range by {
		order = append(order, fmt.Sprint(r["campaignId"]))
	}
	if !slices.Equal(of, order) {
		t.Errorf("campaigns stand in the order %v, want %v", of, order)
	}
	for _, m := range []string{"impressions", "clicks", "sales30d"} {
		if got, want := sum(t, rows, m), sum(t, by, m); got != want {
			t.Errorf("%s are %d, want %d", m, got, want)
		}
	}

	names := strings.Fields("date campaignName grossImpressions invalidImpressions")
	rows = c.rows(t, "spGrossAndInvalids", products, "campaign", strings.Join(names, " "), "DAILY", since, until)
	table, err := csv.NewReader(strings.NewReader(c.fetched(t,
		c.order("spGrossAndInvalids", products, "campaign", strings.Join(names, " "), "DAILY", since, until, "CSV")))).ReadAll()
	if err != nil || len(table) != len(rows)+1 || len(rows) < 4*31 {
		t.Fatalf("%d lines of CSV, want %d: %v", len(table), len(rows)+1, err)
	}
	for i, line := range table {
		for n, name := range names {
			want := name
			if i > 0 {
				want = fmt.Sprint(rows[i-1][name])
			}
			if line[n] != want {
				t.Fatalf("line %d of CSV has %s %q, want %q", i, name, line[n], want)
			}
		}
	}

	var crew sync.WaitGroup
	files := make([]string, 2)
	for i := range files {
		crew.Go(func() {
			c := c
			if i > 0 {
				other := start(t)
				other.turn("ads.report_progress", "at_once")
				c = other.grown(t, 3)
			}
			files[i] = file(c)
		})
	}
	crew.Wait()
	if len(files[0]) == 0 || files[1] != files[0] {
		t.Error("the same report is other bytes in another sandbox")
	}
}
