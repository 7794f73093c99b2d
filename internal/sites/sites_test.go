package sites_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

var (
	today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	ana   = audit.Actor{Kind: audit.Operator, ID: "ana", Name: "ana"}
)

func registry(t *testing.T) *sites.Registry {
	t.Helper()
	st, err := store.Open(context.Background(), store.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return sites.New(sites.Config{Store: st, Now: func() time.Time { return today.Add(13 * time.Hour) }})
}

func TestAdd(t *testing.T) {
	t.Parallel()
	r, ctx := registry(t), t.Context()
	s, notes, err := r.Add(ctx, ana, sites.NewSite{Tag: " mysite-20 ", Country: "amazon.com", Tracking: []string{"mysite0b-20"}})
	if err != nil || len(notes) != 0 || s.Tag != "mysite-20" || s.Country != "US" {
		t.Fatalf("%+v, %v, %v", s, notes, err)
	}
	if _, notes, err := r.Add(ctx, ana, sites.NewSite{Tag: "mijn-20", Country: "NL"}); err != nil || len(notes) != 1 {
		t.Errorf("an ending that is doubtful: %v, %v", notes, err)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("t%d-21", i)
	}
	for want, n := range map[problem.Code]sites.NewSite{
		problem.SitesExists:               {Tag: "mysite0b-20", Country: "US"},
		problem.AssociatesTagWrongCountry: {Tag: "other-21", Country: "US"},
		problem.AssociatesTagMalformed:    {Tag: "a b", Country: "US"},
		problem.SitesCountry:              {Tag: "other-20", Country: "Atlantis"},
		problem.SitesTooMany:              {Tag: "other-21", Country: "DE", Tracking: many},
	} {
		if _, _, err := r.Add(ctx, ana, n); !errors.Is(err, problem.New(want)) {
			t.Errorf("%s: %v, want %s", n.Tag, err, want)
		}
	}
	country, day := "CA", today.AddDate(0, -1, 0)
	s, _, err = r.Change(ctx, ana, "mysite0b-20", sites.Change{Country: &country, Track: []string{"more-20"}, Untrack: []string{"mysite0b-20"}, SignedUp: &day})
	if err != nil || s.Country != "CA" || strings.Join(s.Tracking, " ") != "more-20" || !s.SignedUp.Equal(day) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := r.SetSales(ctx, ana, "mysite-20", []sites.Sale{{Day: today.AddDate(0, 0, 3), Count: 1}}); !errors.Is(err, problem.New(problem.SitesSales)) {
		t.Errorf("sales of a day that has not come: %v", err)
	}
	if err := r.Remove(ctx, ana, "nobody-20"); !errors.Is(err, problem.New(problem.SitesUnknown)) {
		t.Errorf("removing what is not there: %v", err)
	}
	if err := r.Remove(ctx, ana, "mysite-20"); err != nil {
		t.Error(err)
	}
	if all, err := r.List(ctx); err != nil || len(all) != 1 || all[0].Tag != "mijn-20" {
		t.Errorf("%+v, %v", all, err)
	}
}

// ago is n days before today.
func ago(n int) time.Time { return today.AddDate(0, 0, -n) }

func TestStanding(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		site sites.Site
		want string // has by met-or-dash left | has safe-until missing
	}{
		{"nobody said anything", sites.Site{}, "- | 0 - 10"},
		{"three sales are due", sites.Site{SignedUp: ago(100), Sales: []sites.Sale{{ago(50), 2}}}, "2 2027-02-10 - 80 | 0 - 10"},
		{"the third sale came", sites.Site{SignedUp: ago(100), Sales: []sites.Sale{{ago(50), 2}, {ago(20), 1}}}, "3 2027-02-10 2026-11-02 80 | 1 - 9"},
		{"too late", sites.Site{SignedUp: ago(200), Sales: []sites.Sale{{ago(10), 5}}}, "0 2026-11-02 - -20 | 5 - 5"},
		{"the last day counts", sites.Site{SignedUp: ago(180), Sales: []sites.Sale{{ago(0), 3}}}, "3 2026-11-22 2026-11-22 0 | 3 - 7"},
		{"accepted before", sites.Site{Accepted: ago(500)}, "0 - 2025-07-10 0 | 0 - 10"},
		{"ten sales today are good for 30 days", sites.Site{Sales: []sites.Sale{{ago(0), 10}}}, "- | 10 2026-12-21 0"},
		{"the tenth newest decides", sites.Site{Sales: []sites.Sale{{ago(29), 3}, {ago(20), 5}, {ago(1), 6}}}, "- | 14 2026-12-01 0"},
		{"thirty days ago is past", sites.Site{Sales: []sites.Sale{{ago(30), 10}, {ago(29), 9}}}, "- | 9 - 1"},
		{"tomorrow is not yet", sites.Site{Sales: []sites.Sale{{ago(-1), 10}}}, "- | 0 - 10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st := tt.site.On(today.Add(23 * time.Hour))
			got := "-"
			if u := st.SignUp; u != nil {
				got = fmt.Sprintf("%d %s %s %d", u.Has, day(u.By), day(u.Met), u.DaysLeft)
			}
			got += fmt.Sprintf(" | %d %s %d", st.API.Has, day(st.API.SafeUntil), st.API.Missing)
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}

// TestSafeUntilIsTheLastSafeDay goes on day by day without another sale: until the day that was named there are ten, and after it not.
func TestSafeUntilIsTheLastSafeDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s sites.Site
		for d := 40; d >= 0; d-- {
			if n := rapid.IntRange(0, 4).Draw(t, "sales") - 2; n > 0 {
				s.Sales = append(s.Sales, sites.Sale{Day: ago(d), Count: n})
			}
		}
		api := s.On(today).API
		if api.SafeUntil.IsZero() != (api.Has < sites.APISales) {
			t.Fatalf("%+v", api)
		}
		if api.SafeUntil.IsZero() {
			return
		}
		if then := s.On(api.SafeUntil).API; then.Has < sites.APISales {
			t.Fatalf("on %s only %d", day(api.SafeUntil), then.Has)
		}
		if then := s.On(api.SafeUntil.AddDate(0, 0, 1)).API; then.Has >= sites.APISales {
			t.Fatalf("the day after %s still %d", day(api.SafeUntil), then.Has)
		}
	})
}
