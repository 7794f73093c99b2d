package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
)

// Sites is what the API needs of *sites.Registry.
type Sites interface {
	Add(ctx context.Context, by audit.Actor, n sites.NewSite) (sites.Site, []associates.Note, error)
	Change(ctx context.Context, by audit.Actor, tag string, c sites.Change) (sites.Site, []associates.Note, error)
	SetSales(ctx context.Context, by audit.Actor, tag string, sales []sites.Sale) (sites.Site, error)
	Remove(ctx context.Context, by audit.Actor, tag string) error
	List(ctx context.Context) ([]sites.Site, error)
}

func (a *API) siteRoutes(h huma.API) {
	add(h, route{id: "list-sites", method: "GET", path: "/sites", summary: "List the Site IDs, with Amazon's two rules of sales as dates", tag: "sites"},
		func(ctx context.Context, _ *none) (*body[[]Site], error) {
			all, err := a.cfg.Sites.List(ctx)
			out := make([]Site, 0, len(all))
			for _, s := range all {
				out = append(out, SiteOf(s, nil, a.cfg.Now()))
			}
			return answer(out, err)
		})
	add(h, route{id: "add-site", method: "POST", path: "/sites", summary: "Keep a Site ID with its Tracking IDs", tag: "sites"},
		func(ctx context.Context, in *with[NewSite]) (*body[Site], error) {
			n := sites.NewSite{Tag: in.Body.SiteID, Country: in.Body.Country, Tracking: in.Body.Tracking}
			var err error
			if n.SignedUp, err = dayFrom(in.Body.SignedUp); err != nil {
				return nil, err
			}
			if n.Accepted, err = dayFrom(in.Body.Accepted); err != nil {
				return nil, err
			}
			s, notes, err := a.cfg.Sites.Add(ctx, actor(ctx), n)
			return answer(SiteOf(s, notes, a.cfg.Now()), err)
		})
	add(h, route{id: "change-site", method: "POST", path: "/sites/{name}/change", summary: "Change a Site ID's country, days or Tracking IDs", tag: "sites"},
		func(ctx context.Context, in *namedWith[SiteChange]) (*body[Site], error) {
			c := sites.Change{Country: in.Body.Country, Track: in.Body.Track, Untrack: in.Body.Untrack}
			for _, d := range []struct {
				text *string
				into **time.Time
			}{{in.Body.SignedUp, &c.SignedUp}, {in.Body.Accepted, &c.Accepted}} {
				if d.text == nil {
					continue
				}
				day, err := dayFrom(*d.text)
				if err != nil {
					return nil, err
				}
				*d.into = &day
			}
			s, notes, err := a.cfg.Sites.Change(ctx, actor(ctx), in.Name, c)
			return answer(SiteOf(s, notes, a.cfg.Now()), err)
		})
	add(h, route{id: "set-sales", method: "POST", path: "/sites/{name}/sales", summary: "Say how many qualified sales days had; 0 forgets the day", tag: "sites"},
		func(ctx context.Context, in *namedWith[[]Sales]) (*body[Site], error) {
			var sold []sites.Sale
			for _, x := range in.Body {
				day, err := dayFrom(x.Day)
				if err != nil {
					return nil, err
				}
				sold = append(sold, sites.Sale{Day: day, Count: x.Count})
			}
			s, err := a.cfg.Sites.SetSales(ctx, actor(ctx), in.Name, sold)
			return answer(SiteOf(s, nil, a.cfg.Now()), err)
		})
	add(h, route{id: "remove-site", method: "DELETE", path: "/sites/{name}", summary: "Forget a Site ID with its sales", tag: "sites"},
		func(ctx context.Context, in *named) (*none, error) {
			return nil, a.cfg.Sites.Remove(ctx, actor(ctx), in.Name)
		})
	add(h, route{id: "tag-links", method: "POST", path: "/links", summary: "Put the right id on links to Amazon", tag: "sites"},
		func(ctx context.Context, in *with[TagLinks]) (*body[[]Link], error) {
			return answer(a.tagLinks(ctx, in.Body))
		})
}

// tagLinks uses the ids that were given, or else those that are kept.
func (a *API) tagLinks(ctx context.Context, in TagLinks) ([]Link, error) {
	t := associates.Tagger{Replace: in.Replace, Check: in.Check}
	for _, text := range in.Stores {
		s, notes := associates.ParseStore(text)
		for _, n := range notes {
			if !n.Minor {
				return nil, n.Problem()
			}
		}
		t.Stores = append(t.Stores, s)
	}
	if len(t.Stores) == 0 {
		kept, err := a.cfg.Sites.List(ctx)
		if err != nil {
			return nil, err
		}
		t.Stores = sites.Stores(kept)
	}
	out := make([]Link, 0, len(in.URLs))
	for _, u := range in.URLs {
		out = append(out, LinkOf(t.Tag(u)))
	}
	return out, nil
}

// dayFrom reads a day; an empty one is none.
func dayFrom(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, problem.New(problem.APIBadRequest).With("a day is written as 2026-11-21")
	}
	return day, nil
}

// dayText writes a day; the zero time is empty.
func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
