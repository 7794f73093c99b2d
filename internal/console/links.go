package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
)

// Sites is what the console needs of *sites.Registry.
type Sites interface {
	Add(ctx context.Context, by audit.Actor, n sites.NewSite) (sites.Site, []associates.Note, error)
	SetSales(ctx context.Context, by audit.Actor, tag string, sales []sites.Sale) (sites.Site, error)
	Remove(ctx context.Context, by audit.Actor, tag string) error
	List(ctx context.Context) ([]sites.Site, error)
	Named(ctx context.Context, tag string) (sites.Site, error)
}

// linksPage puts ids on links, and shows how each Site ID stands with Amazon's two rules of sales.
type linksPage struct {
	Text    string
	Replace bool
	Results []linkRow

	Sites     []siteRow
	Countries []*associates.Marketplace
	Site      string // what was typed of a new site, to come back after a mistake
	Country   string
	SignedUp  string
	Tracking  string
	Today     string
	Problem   *problem.Problem
}

// A linkRow is one address and what became of it.
type linkRow struct {
	Text, URL string
	Outcome   string
	Level     string
	Kind      string
	Country   string
	Usable    bool
	Problems  []problem.Problem
	Minor     []problem.Problem
}

// A siteRow is a site with its standing.
type siteRow struct {
	sites.Site
	Host     string
	Account  string // the rule of the first 180 days, in words
	API      string // the rule of the last 30 days, in words
	AccountL string // level of each
	APIL     string
	Newest   []sites.Sale
}

func (linksPage) template() string { return "links" }
func (linksPage) title() string    { return "Links and Site IDs" }

// mostLinks is how many addresses one form tags; more are for the command line.
const mostLinks = 1000

func (c *Console) links(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.showLinks(w, r, op, http.StatusOK, linksPage{})
}

func (c *Console) showLinks(w http.ResponseWriter, r *http.Request, op operator.Operator, status int, p linksPage) {
	all, err := c.cfg.Sites.List(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	now := c.cfg.Now()
	for _, s := range all {
		p.Sites = append(p.Sites, standingOf(s, now))
	}
	p.Countries, p.Today = associates.Marketplaces(), sites.Day(now).Format(time.DateOnly)
	render(c, w, r, op, status, p)
}

// tagLinks puts the ids that are kept on the addresses of the form. It changes nothing, so a viewer may do it too.
func (c *Console) tagLinks(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<20)
	p := linksPage{Text: r.PostFormValue("links"), Replace: r.PostFormValue("replace") != ""}
	all, err := c.cfg.Sites.List(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	t := associates.Tagger{Stores: sites.Stores(all), Replace: p.Replace}
	for line := range strings.FieldsSeq(p.Text) {
		if len(p.Results) == mostLinks {
			break
		}
		p.Results = append(p.Results, rowOf(t.Tag(line)))
	}
	c.showLinks(w, r, op, http.StatusOK, p)
}

// outcomeText says what became of a link.
var outcomeText = map[associates.Outcome]string{
	associates.Tagged: "tagged", associates.Kept: "has an id, which stays", associates.Replaced: "your id in place of another",
	associates.Vended: "made by Amazon’s API, not touched", associates.Refused: "refused", associates.Left: "left as it is",
}

func rowOf(res associates.Result) linkRow {
	row := linkRow{
		Text: res.Text, URL: clip(res.Link.Text), Outcome: outcomeText[res.Outcome], Level: fine, Kind: string(res.Link.Kind),
		Usable: res.Outcome != associates.Refused && res.Outcome != associates.Left,
	}
	if m := res.Link.Marketplace; m != nil {
		row.Country = m.Code
	}
	for _, n := range res.Notes {
		if n.Minor {
			row.Minor = append(row.Minor, n.Problem())
		} else {
			row.Problems = append(row.Problems, n.Problem())
		}
	}
	switch {
	case len(row.Problems) > 0:
		row.Level = bad
	case len(row.Minor) > 0:
		row.Level = warn
	}
	return row
}

func (c *Console) addSite(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	field := func(name string) string { return clip(strings.TrimSpace(r.PostFormValue(name))) }
	p := linksPage{Site: field("site"), Country: field("country"), SignedUp: field("signed_up"), Tracking: field("tracking")}
	n := sites.NewSite{Tag: p.Site, Country: p.Country, Tracking: strings.FieldsFunc(p.Tracking, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })}
	var err error
	if p.SignedUp != "" {
		if n.SignedUp, err = time.Parse(time.DateOnly, p.SignedUp); err != nil {
			err = problem.New(problem.APIBadRequest).With("a day is written as 2026-11-21")
		}
	}
	if err == nil {
		_, _, err = c.cfg.Sites.Add(r.Context(), op.Actor(), n)
	}
	if err != nil {
		c.siteMistake(w, r, op, err, p)
		return
	}
	done(w, r, "/links", "site-added")
}

func (c *Console) setSales(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	day, err := time.Parse(time.DateOnly, strings.TrimSpace(r.PostFormValue("day")))
	count, bad := strconv.Atoi(strings.TrimSpace(r.PostFormValue("count")))
	if err != nil || bad != nil {
		err = problem.New(problem.SitesSales)
	} else {
		_, err = c.cfg.Sites.SetSales(r.Context(), op.Actor(), r.PathValue("name"), []sites.Sale{{Day: day, Count: count}})
	}
	if err != nil {
		c.siteMistake(w, r, op, err, linksPage{})
		return
	}
	done(w, r, "/links", "sales-set")
}

func (c *Console) siteMistake(w http.ResponseWriter, r *http.Request, op operator.Operator, err error, p linksPage) {
	prob := asProblem(err)
	p.Problem = &prob
	w.Header().Set("Lockkeeper-Problem", string(prob.Code))
	c.showLinks(w, r, op, status(prob), p)
}

func (c *Console) removeSiteForm(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	s, err := c.cfg.Sites.Named(r.Context(), r.PathValue("name"))
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	render(c, w, r, op, http.StatusOK, surePage{
		What: "Forget “" + s.Tag + "”?", Warns: []string{"Its Tracking IDs and the sales that were entered are forgotten with it. Links that carry it go on earning."},
		Action: "/links/sites/" + s.Tag + "/remove", Button: "Forget " + s.Tag, Back: "/links",
	})
}

func (c *Console) removeSite(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	if err := c.cfg.Sites.Remove(r.Context(), op.Actor(), r.PathValue("name")); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	done(w, r, "/links", "site-gone")
}
