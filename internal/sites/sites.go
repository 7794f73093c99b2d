// Package sites owns Site IDs: which store each one is, its tracking ids, and the sales on which the account and its API depend.
//
// None of it is secret; it is kept so that links get the right id without being told, and so that Amazon's two rules (3 sales in
// the first 180 days, 10 in any 30) stand here as dates and not as surprises. Sales are what a person types in or reads from
// Amazon's reports; Amazon tells them to nobody else.
package sites

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Site is one store of an Associates account: its Site ID, in one country.
type Site struct {
	ID       id.Site
	Tag      string // the Site ID: "mysite-20"
	Country  string // "US", as associates.Marketplace has it; empty where nobody said
	Tracking []string
	SignedUp time.Time // the day, in UTC; zero where nobody said
	Accepted time.Time // the day on which Amazon accepted the account; zero before that
	Created  time.Time
	Sales    []Sale // one a day, oldest first
}

// A Sale is how many qualified sales one day had.
type Sale struct {
	Day   time.Time // midnight in UTC
	Count int
}

// Store keeps sites. Of a missing site it says ErrUnknown, of a second one with an id that is there ErrExists.
type Store interface {
	// AddSite stores a site with its tracking ids. Every change here is one transaction with its audit entry.
	AddSite(ctx context.Context, s Site, e audit.Entry) error
	Sites(ctx context.Context) ([]Site, error)
	// ChangeSite writes country, tracking ids and days anew.
	ChangeSite(ctx context.Context, s Site, e audit.Entry) error
	// SetSales replaces the counts of the days given; a count of 0 removes the day.
	SetSales(ctx context.Context, s id.Site, sales []Sale, e audit.Entry) error
	RemoveSite(ctx context.Context, s id.Site, e audit.Entry) error
}

// What a Store can say.
var (
	ErrUnknown = errors.New("there is no such site")
	ErrExists  = errors.New("the id is kept already")
)

// Config is what a Registry needs.
type Config struct {
	Store Store
	Now   func() time.Time // Defaults to time.Now.
}

// Registry is the one way to sites.
type Registry struct{ cfg Config }

// New returns a Registry.
func New(cfg Config) *Registry {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Registry{cfg: cfg}
}

// NewSite is what is needed to keep a site.
type NewSite struct {
	Tag      string
	Country  string // any name that associates.MarketplaceOf knows; may be empty
	Tracking []string
	SignedUp time.Time
	Accepted time.Time
}

// Add keeps a site. The notes are what is doubtful about its ids, and no reason to refuse.
func (r *Registry) Add(ctx context.Context, by audit.Actor, n NewSite) (Site, []associates.Note, error) {
	now := r.cfg.Now()
	s := Site{ID: id.New[id.Site](now), Tag: strings.TrimSpace(n.Tag), Country: n.Country, Tracking: n.Tracking, SignedUp: Day(n.SignedUp), Accepted: Day(n.Accepted), Created: now}
	notes, err := r.check(ctx, &s)
	if err != nil {
		return Site{}, nil, err
	}
	if err := r.cfg.Store.AddSite(ctx, s, r.entry(by, "site.add", s)); err != nil {
		return Site{}, nil, asProblem(err, "storing site "+s.Tag)
	}
	return s, notes, nil
}

// A Change says what of a site becomes another. What is nil stays.
type Change struct {
	Country  *string
	Track    []string // tracking ids to add
	Untrack  []string // tracking ids to take away
	SignedUp *time.Time
	Accepted *time.Time
}

// Change changes a site.
func (r *Registry) Change(ctx context.Context, by audit.Actor, tag string, c Change) (Site, []associates.Note, error) {
	s, err := r.Named(ctx, tag)
	if err != nil {
		return Site{}, nil, err
	}
	if c.Country != nil {
		s.Country = *c.Country
	}
	if c.SignedUp != nil {
		s.SignedUp = Day(*c.SignedUp)
	}
	if c.Accepted != nil {
		s.Accepted = Day(*c.Accepted)
	}
	s.Tracking = slices.DeleteFunc(s.Tracking, func(t string) bool { return slices.Contains(c.Untrack, t) })
	for _, t := range c.Track {
		if !slices.Contains(s.Tracking, t) {
			s.Tracking = append(s.Tracking, t)
		}
	}
	notes, err := r.check(ctx, &s)
	if err != nil {
		return Site{}, nil, err
	}
	if err := r.cfg.Store.ChangeSite(ctx, s, r.entry(by, "site.change", s)); err != nil {
		return Site{}, nil, asProblem(err, "changing site "+s.Tag)
	}
	return s, notes, nil
}

// SetSales says how many qualified sales days had. A count of 0 forgets the day.
func (r *Registry) SetSales(ctx context.Context, by audit.Actor, tag string, sales []Sale) (Site, error) {
	s, err := r.Named(ctx, tag)
	if err != nil {
		return Site{}, err
	}
	tomorrow := Day(r.cfg.Now()).AddDate(0, 0, 1)
	for i, x := range sales {
		sales[i].Day = Day(x.Day)
		if x.Count < 0 || x.Count > 1_000_000 || x.Day.Year() < 1996 || sales[i].Day.After(tomorrow) {
			return Site{}, problem.New(problem.SitesSales).With("%d on %s", x.Count, x.Day.Format(time.DateOnly))
		}
	}
	if err := r.cfg.Store.SetSales(ctx, s.ID, sales, r.entry(by, "site.sales", s)); err != nil {
		return Site{}, asProblem(err, "storing sales of "+s.Tag)
	}
	return r.Named(ctx, tag)
}

// Remove forgets a site with its tracking ids and sales.
func (r *Registry) Remove(ctx context.Context, by audit.Actor, tag string) error {
	s, err := r.Named(ctx, tag)
	if err != nil {
		return err
	}
	if err := r.cfg.Store.RemoveSite(ctx, s.ID, r.entry(by, "site.remove", s)); err != nil {
		return asProblem(err, "removing site "+s.Tag)
	}
	return nil
}

// List returns all sites, by country and then by id.
func (r *Registry) List(ctx context.Context) ([]Site, error) {
	all, err := r.cfg.Store.Sites(ctx)
	slices.SortFunc(all, func(a, b Site) int { return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Tag, b.Tag)) })
	return all, err
}

// Named finds a site by its Site ID, one of its tracking ids, or its own id.
func (r *Registry) Named(ctx context.Context, tag string) (Site, error) {
	all, err := r.cfg.Store.Sites(ctx)
	if err != nil {
		return Site{}, fmt.Errorf("reading sites: %w", err)
	}
	for _, s := range all {
		if s.Tag == tag || string(s.ID) == tag || slices.Contains(s.Tracking, tag) {
			return s, nil
		}
	}
	return Site{}, problem.New(problem.SitesUnknown)
}

// check holds a site's ids to their form and country, and to be kept once.
func (r *Registry) check(ctx context.Context, s *Site) ([]associates.Note, error) {
	var m *associates.Marketplace
	if s.Country != "" {
		var ok bool
		if m, ok = associates.MarketplaceOf(s.Country); !ok {
			return nil, problem.New(problem.SitesCountry).With("%q", s.Country)
		}
		s.Country = m.Code
	}
	if len(s.Tracking) > associates.MostTrackingIDs {
		return nil, problem.New(problem.SitesTooMany).With("%d of them", len(s.Tracking))
	}
	all, err := r.cfg.Store.Sites(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading sites: %w", err)
	}
	var notes []associates.Note
	seen := map[string]bool{}
	for _, tag := range append([]string{s.Tag}, s.Tracking...) {
		if n, ok := associates.CheckID(tag, m); !ok {
			if !n.Minor {
				return nil, n.Problem()
			}
			notes = append(notes, n)
		}
		for _, other := range all {
			if other.ID != s.ID && (other.Tag == tag || slices.Contains(other.Tracking, tag)) {
				return nil, problem.New(problem.SitesExists).With("%s, with %s", tag, other.Tag)
			}
		}
		if seen[tag] {
			return nil, problem.New(problem.SitesExists).With("%s", tag)
		}
		seen[tag] = true
	}
	return notes, nil
}

func (r *Registry) entry(by audit.Actor, action string, s Site) audit.Entry {
	return audit.Entry{At: r.cfg.Now(), Actor: by, Action: action, Object: string(s.ID), Outcome: audit.Done, Detail: s.Tag}
}

func asProblem(err error, doing string) error {
	switch {
	case errors.Is(err, ErrUnknown):
		return problem.New(problem.SitesUnknown).Because(err)
	case errors.Is(err, ErrExists):
		return problem.New(problem.SitesExists).Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
