package api

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
)

// Site is a Site ID of Amazon Associates.
type Site struct {
	ID          string        `json:"id"`
	SiteID      string        `json:"site_id" doc:"also called Store ID; it stands on links as tag="`
	Country     string        `json:"country,omitempty" doc:"as Amazon writes it, such as US or UK; empty where nobody said"`
	Marketplace string        `json:"marketplace,omitempty" doc:"the shop's host"`
	Tracking    []string      `json:"tracking" doc:"Tracking IDs"`
	SignedUp    string        `json:"signed_up,omitempty" format:"date"`
	Accepted    string        `json:"accepted,omitempty" format:"date"`
	Sales       []Sales       `json:"sales" doc:"qualified sales by day, oldest first"`
	SignUp      *SignUpRule   `json:"sign_up_rule,omitempty" doc:"3 qualified sales within 180 days, or the account is closed"`
	API         APIRule       `json:"api_rule" doc:"10 qualified sales in the last 30 days, for the Creators API"`
	Notes       []LinkProblem `json:"notes,omitempty" doc:"what is doubtful about its ids"`
}

// Sales says how many qualified sales a day had.
type Sales struct {
	Day   string `json:"day" format:"date"`
	Count int    `json:"count"`
}

// SignUpRule is the first rule as dates.
type SignUpRule struct {
	Needs    int    `json:"needs"`
	Has      int    `json:"has"`
	By       string `json:"by,omitempty" format:"date" doc:"the last day that counts"`
	Met      string `json:"met,omitempty" format:"date"`
	DaysLeft int    `json:"days_left"`
}

// APIRule is the second rule as dates.
type APIRule struct {
	Told      bool   `json:"told" doc:"whether any sale was entered; else the figures are zero because nobody said"`
	Needs     int    `json:"needs"`
	Has       int    `json:"has"`
	From      string `json:"from" format:"date" doc:"the first day that counts"`
	SafeUntil string `json:"safe_until,omitempty" format:"date" doc:"the last day with enough of them if nothing more is sold"`
	Missing   int    `json:"missing"`
}

// NewSite is what is needed to keep a Site ID.
type NewSite struct {
	SiteID   string   `json:"site_id"`
	Country  string   `json:"country,omitempty" doc:"US, UK, DE ... or the shop's domain"`
	Tracking []string `json:"tracking,omitempty"`
	SignedUp string   `json:"signed_up,omitempty" doc:"day of the sign-up"`
	Accepted string   `json:"accepted,omitempty" doc:"day on which Amazon accepted the account"`
}

// SiteChange says what of a site becomes another; what is left out stays.
type SiteChange struct {
	Country  *string  `json:"country,omitempty"`
	Track    []string `json:"track,omitempty" doc:"Tracking IDs to add"`
	Untrack  []string `json:"untrack,omitempty" doc:"Tracking IDs to take away"`
	SignedUp *string  `json:"signed_up,omitempty"`
	Accepted *string  `json:"accepted,omitempty"`
}

// TagLinks asks for links with ids on them.
type TagLinks struct {
	URLs    []string `json:"urls" maxItems:"10000"`
	Stores  []string `json:"stores,omitempty" doc:"Site IDs, perhaps with their country: DE=mysite-21; empty for those that are kept"`
	Replace bool     `json:"replace,omitempty" doc:"put it in the place of another id"`
	Check   bool     `json:"check,omitempty" doc:"change nothing, and say what is wrong"`
}

// Link is a link to Amazon, and what became of it.
type Link struct {
	URL         string        `json:"url"`
	Link        string        `json:"link" doc:"the address to use; byte for byte what came in, but for the id"`
	Outcome     string        `json:"outcome" enum:"tagged,kept,replaced,vended,refused,left,untagged"`
	Kind        string        `json:"kind,omitempty"`
	Marketplace string        `json:"marketplace,omitempty" doc:"the country"`
	ASIN        string        `json:"asin,omitempty"`
	ID          string        `json:"id,omitempty" doc:"on it now"`
	Had         string        `json:"had,omitempty" doc:"on it before"`
	Problems    []LinkProblem `json:"problems"`
}

// LinkProblem is a problem of a link or id.
type LinkProblem struct {
	Code   string `json:"code"`
	What   string `json:"what"`
	Fix    string `json:"fix"`
	Detail string `json:"detail,omitempty"`
	Minor  bool   `json:"minor,omitempty" doc:"worth knowing, and no reason to refuse"`
}

// LinkOf is a result in the API's form.
func LinkOf(r associates.Result) Link {
	v := Link{
		URL: r.Link.Text, Link: r.Text, Outcome: string(r.Outcome), Kind: string(r.Link.Kind), ASIN: r.Link.ASIN, ID: r.ID, Had: r.Had, Problems: LinkProblems(r.Notes),
	}
	if m := r.Link.Marketplace; m != nil {
		v.Marketplace = m.Code
	}
	return v
}

// LinkProblems are notes in the API's form.
func LinkProblems(notes []associates.Note) []LinkProblem {
	out := make([]LinkProblem, 0, len(notes))
	for _, n := range notes {
		p := n.Problem()
		out = append(out, LinkProblem{Code: string(p.Code), What: p.What, Fix: p.Fix, Detail: p.Detail, Minor: n.Minor})
	}
	return out
}

// SiteOf is a site in the API's form, with its standing on the day of now.
func SiteOf(s sites.Site, notes []associates.Note, now time.Time) Site {
	st := s.On(now)
	out := Site{
		ID: string(s.ID), SiteID: s.Tag, Country: s.Country, Tracking: append([]string{}, s.Tracking...), SignedUp: dayText(s.SignedUp), Accepted: dayText(s.Accepted),
		Sales: []Sales{}, Notes: LinkProblems(notes),
		API: APIRule{Told: st.Told, Needs: sites.APISales, Has: st.API.Has, From: dayText(st.API.From), SafeUntil: dayText(st.API.SafeUntil), Missing: st.API.Missing},
	}
	if m, ok := associates.MarketplaceOf(s.Country); ok {
		out.Marketplace = m.Host()
	}
	for _, x := range s.Sales {
		out.Sales = append(out.Sales, Sales{Day: dayText(x.Day), Count: x.Count})
	}
	if u := st.SignUp; u != nil {
		out.SignUp = &SignUpRule{Needs: sites.SignUpSales, Has: u.Has, By: dayText(u.By), Met: dayText(u.Met), DaysLeft: u.DaysLeft}
	}
	return out
}
