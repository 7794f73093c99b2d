package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
)

func aSite(tag string, tracking ...string) sites.Site {
	return sites.Site{ID: id.New[id.Site](start()), Tag: tag, Country: "US", Tracking: tracking, SignedUp: sites.Day(start()), Created: start()}
}

// sitesSuite holds that a site comes back as it was stored, that no id stands twice, and that what goes takes its own with it.
func sitesSuite(t *testing.T, open Open) {
	t.Run("kept, changed and forgotten", func(t *testing.T) {
		t.Parallel()
		s, ctx := open(t), t.Context()
		a, b := aSite("a-20", "a1-20", "a2-20"), aSite("b-20")
		must(t, s.AddSite(ctx, b, did("site.add", string(b.ID))))
		must(t, s.AddSite(ctx, a, did("site.add", string(a.ID))))
		a.Sales = []sites.Sale{{Day: sites.Day(start()).AddDate(0, 0, -1), Count: 2}, {Day: sites.Day(start()), Count: 3}}
		must(t, s.SetSales(ctx, a.ID, a.Sales, did("site.sales", string(a.ID))))
		a.Country, a.Accepted, a.Tracking = "CA", sites.Day(start()), []string{"a2-20", "a3-20"}
		must(t, s.ChangeSite(ctx, a, did("site.change", string(a.ID))))
		got, err := s.Sites(ctx)
		must(t, err)
		if diff := cmp.Diff([]sites.Site{a, b}, got); diff != "" {
			t.Error(diff)
		}
		must(t, s.SetSales(ctx, a.ID, []sites.Sale{{Day: a.Sales[0].Day}, {Day: a.Sales[1].Day, Count: 9}}, did("site.sales", string(a.ID))))
		a.Sales = []sites.Sale{{Day: a.Sales[1].Day, Count: 9}}
		got, err = s.Sites(ctx)
		must(t, err)
		if diff := cmp.Diff([]sites.Site{a, b}, got); diff != "" {
			t.Error(diff)
		}
		must(t, s.RemoveSite(ctx, a.ID, did("site.remove", string(a.ID))))
		c := aSite("c-20", "a2-20") // what was a's is free again
		must(t, s.AddSite(ctx, c, did("site.add", string(c.ID))))
		got, err = s.Sites(ctx)
		must(t, err)
		if diff := cmp.Diff([]sites.Site{b, c}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("no id twice", func(t *testing.T) {
		t.Parallel()
		s, ctx := open(t), t.Context()
		a := aSite("a-20", "a1-20")
		must(t, s.AddSite(ctx, a, did("site.add", string(a.ID))))
		for _, x := range []sites.Site{aSite("a-20"), aSite("b-20", "a1-20")} {
			if err := s.AddSite(ctx, x, did("site.add", string(x.ID))); !errors.Is(err, sites.ErrExists) {
				t.Errorf("%s: %v", x.Tag, err)
			}
		}
		if got, err := s.Sites(ctx); err != nil || len(got) != 1 {
			t.Errorf("%d sites, %v: a refused one must leave nothing", len(got), err)
		}
	})
	t.Run("absent", func(t *testing.T) {
		t.Parallel()
		s, ctx := open(t), t.Context()
		x := aSite("x-20")
		for name, err := range map[string]error{
			"change": s.ChangeSite(ctx, x, did("site.change", string(x.ID))),
			"sales":  s.SetSales(ctx, x.ID, []sites.Sale{{Day: start().Truncate(24 * time.Hour), Count: 1}}, did("site.sales", string(x.ID))),
			"remove": s.RemoveSite(ctx, x.ID, did("site.remove", string(x.ID))),
		} {
			if !errors.Is(err, sites.ErrUnknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
