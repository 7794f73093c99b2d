package associates

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// An Outcome says what became of a link.
type Outcome string

// The outcomes.
const (
	Tagged   Outcome = "tagged"   // the id was put on it
	Kept     Outcome = "kept"     // it carries an id already, which stays
	Replaced Outcome = "replaced" // it carried another id, and was told to carry this one
	Vended   Outcome = "vended"   // Amazon's API made it; not touched
	Refused  Outcome = "refused"  // no id here would earn on it
	Left     Outcome = "left"     // nothing that an id could be put on
	Untagged Outcome = "untagged" // found without an id by who only checks
)

// A Store is an id with the country that it belongs to.
type Store struct {
	ID          string
	Marketplace *Marketplace // nil where nobody said; its ending then tells what it can be
	Also        []string     // tracking ids of the same account, which are ours too
}

// ParseStore reads an id as people give it: "mysite-20", or with its country, "DE=mysite-21". The note says what is wrong; one that
// is not Minor makes it unusable.
func ParseStore(text string) (Store, []Note) {
	var s Store
	name, tag, with := strings.Cut(text, "=")
	s.ID = strings.TrimSpace(text)
	if with {
		m, ok := MarketplaceOf(name)
		if !ok {
			return s, []Note{{Code: problem.AssociatesTagMalformed, Detail: fmt.Sprintf("%q is no country of the programme", name)}}
		}
		s.ID, s.Marketplace = strings.TrimSpace(tag), m
	}
	if n, ok := CheckID(s.ID, s.Marketplace); !ok {
		return s, []Note{n}
	}
	return s, nil
}

// A Tagger puts ids on links. It is safe for use by many at once.
type Tagger struct {
	Stores  []Store // of each country the first one counts
	Replace bool    // put ours in the place of an id that is not ours
	Check   bool    // change nothing, and report what is missing or not ours. Defaults to false.
}

// A Result is a link as it should be used, and what is to be said of it.
type Result struct {
	Link    Link
	Outcome Outcome
	Text    string // the address to use; byte for byte what came in, but for the id
	ID      string // that is on it now, "" for none
	Had     string // that was on it before
	Notes   []Note
}

// Good reports whether nothing about the link must be mended.
func (r *Result) Good() bool {
	for i := range r.Notes {
		if !r.Notes[i].Minor {
			return false
		}
	}
	return true
}

func (r *Result) note(code problem.Code, minor bool, detail string) {
	r.Notes = append(r.Notes, Note{Code: code, Detail: detail, Minor: minor})
}

// Tag reads an address and puts the right id on it.
func (t *Tagger) Tag(text string) Result { return t.apply(parse(text, false)) }

// TagMarkup does the same with an address as it stands in the source of an HTML attribute.
func (t *Tagger) TagMarkup(text string) Result { return t.apply(parse(text, true)) }

func (t *Tagger) apply(l Link, no problem.Code) Result {
	r := Result{Link: l, Text: l.Text, Outcome: Left}
	if no != "" {
		r.note(no, false, "")
		return r
	}
	if l.Kind == Short {
		r.note(problem.AssociatesShortLink, t.Check, "")
		return r
	}
	r.Had = l.Tag()
	r.ID = r.Had
	if l.Vended() {
		t.vended(&r)
		return r
	}
	if l.lost != "" {
		r.note(l.lost, !t.Check, "")
	}
	if l.Kind == Influencer {
		r.note(problem.AssociatesInfluencerPage, true, "")
	}
	if r.Had != "" && (t.Check || !t.Replace || t.ours(r.Had) && t.fits(r.Had, l.Marketplace)) {
		t.keep(&r)
		return r
	}
	if t.Check {
		r.Outcome = Untagged
		r.note(problem.AssociatesTagMissing, false, "")
		return r
	}
	store, wrong := t.choose(l.Marketplace)
	if wrong.Code != "" {
		r.Notes = append(r.Notes, wrong)
		if !wrong.Minor {
			r.Outcome = Refused
			return r
		}
	}
	r.Outcome, r.ID, r.Text = Tagged, store.ID, l.with(store.ID)
	if r.Had != "" {
		r.Outcome = Replaced
	}
	return r
}

// vended looks at a link of the API's and leaves it.
func (t *Tagger) vended(r *Result) {
	r.Outcome = Vended
	switch {
	case r.Had == "":
		r.note(problem.AssociatesVendedEdited, false, "linkCode="+r.Link.LinkCode)
	case !t.ours(r.Had) && len(t.Stores) > 0:
		r.note(problem.AssociatesVendedOther, true, show(r.Had))
	}
}

// keep looks at an id that stays.
func (t *Tagger) keep(r *Result) {
	r.Outcome = Kept
	if len(r.Link.tags) > 1 {
		r.note(problem.AssociatesTagTwice, false, fmt.Sprintf("%d of them", len(r.Link.tags)))
	}
	store, ours := t.named(r.Had)
	switch {
	case ours && store.Marketplace != nil && store.Marketplace != r.Link.Marketplace:
		r.Notes = append(r.Notes, elsewhere(store, r.Link.Marketplace))
	default:
		if n, ok := CheckID(r.Had, r.Link.Marketplace); !ok {
			n.Detail = show(n.Detail)
			r.Notes = append(r.Notes, n)
		}
	}
	if !ours && len(t.Stores) > 0 {
		r.note(problem.AssociatesTagOther, !t.Check, show(r.Had))
	}
}

// ours reports whether an id is one of those named.
func (t *Tagger) ours(id string) bool {
	_, ok := t.named(id)
	return ok
}

// fits reports whether an id of ours may stand on a link of m's.
func (t *Tagger) fits(id string, m *Marketplace) bool {
	if s, ok := t.named(id); ok && s.Marketplace != nil {
		return s.Marketplace == m
	}
	n, ok := CheckID(id, m)
	return ok || n.Minor
}

func (t *Tagger) named(id string) (*Store, bool) {
	for i := range t.Stores {
		if s := &t.Stores[i]; s.ID == id || slices.Contains(s.Also, id) {
			return s, true
		}
	}
	return nil, false
}

// choose finds the id for a country: one that was named for it, else one whose ending fits, else one whose ending may fit. The note says
// why there is none, or what is doubtful about it.
func (t *Tagger) choose(m *Marketplace) (*Store, Note) {
	var maybe *Store
	var doubt, wrong Note
	for i := range t.Stores {
		s := &t.Stores[i]
		if s.Marketplace != nil && s.Marketplace != m {
			wrong = elsewhere(s, m)
			continue
		}
		n, ok := CheckID(s.ID, m)
		switch {
		case s.Marketplace == m && (ok || n.Minor):
			return s, n
		case ok && (maybe == nil || doubt.Code != ""):
			maybe, doubt = s, Note{}
		case !ok && n.Minor && maybe == nil:
			maybe, doubt = s, n
		case !ok && !n.Minor:
			wrong = n
		}
	}
	switch {
	case maybe != nil:
		return maybe, doubt
	case len(t.Stores) != 1:
		detail := "no id of " + m.Country + " is here"
		if len(t.Stores) == 0 {
			return nil, Note{Code: problem.AssociatesTagMissing, Detail: detail}
		}
		return nil, Note{Code: problem.AssociatesTagWrongCountry, Detail: detail}
	}
	return nil, wrong
}

func elsewhere(s *Store, m *Marketplace) Note {
	return Note{Code: problem.AssociatesTagWrongCountry, Detail: fmt.Sprintf("%s is an id of %s, and the link goes to %s", s.ID, s.Marketplace.Domain, m.Domain)}
}

// show keeps what stood in an address, and may be anything, short and on one line.
func show(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, text[:min(len(text), 120)])
}
