package associates

import (
	"html"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// TagPage puts ids on the links of an HTML page, and tells seen of each one that goes to Amazon, with its place in the source. Of a page the
// elements around a link count too: what hides the visitor's origin, a frame, a link that does not say it is paid for. What concerns the
// whole page is returned.
func (t *Tagger) TagPage(src string, seen func(at int, r Result)) (string, []Note) {
	p := page{tagger: t, src: src, seen: seen}
	elements(src, p.element)
	if p.out == nil {
		return src, p.notes()
	}
	return string(append(p.out, src[p.done:]...)), p.notes()
}

type page struct {
	tagger *Tagger
	src    string
	seen   func(at int, r Result)
	out    []byte
	done   int

	earning int    // links with an id
	hidden  string // the page's own policy that hides referrers
}

func (p *page) element(e *element) {
	switch e.name {
	case "a", "area":
		for _, a := range e.attrs {
			if a.name == "href" {
				p.link(e, a)
				return
			}
		}
	case "iframe", "frame", "embed":
		if l, no := ParseMarkup(strings.TrimSpace(e.get(p.src, "src"))); no == "" {
			r := Result{Link: l, Text: l.Text, Outcome: Left, Had: l.Tag(), ID: l.Tag()}
			r.note(problem.AssociatesFramed, false, e.name)
			p.seen(e.from, r)
		}
	case "meta":
		if strings.EqualFold(e.get(p.src, "name"), "referrer") && hides(e.get(p.src, "content")) {
			p.hidden = "meta referrer"
		}
	}
}

func (p *page) link(e *element, a attr) {
	for a.from < a.to && blank(p.src[a.from]) { // which browsers take away
		a.from++
	}
	for a.from < a.to && blank(p.src[a.to-1]) {
		a.to--
	}
	text := p.src[a.from:a.to]
	if i := strings.IndexByte(text, '&'); i >= 0 && (strings.IndexByte(text, '?') < 0 || i < strings.IndexByte(text, '?')) {
		p.encoded(e, text)
		return
	}
	l, no := ParseMarkup(text)
	if no == problem.AssociatesNotAmazon || no == problem.AssociatesNotAShop || no == problem.AssociatesNotALink {
		return
	}
	if !strings.Contains(text[:min(len(text), 8)], "//") {
		r := Result{Link: l, Text: text, Outcome: Left}
		r.note(problem.AssociatesNotALink, false, "without https:// a browser looks for it on your own site")
		p.seen(e.from, r)
		return
	}
	r := p.tagger.apply(l, no)
	p.around(e, &r)
	if r.Text != text {
		p.out = append(append(p.out, p.src[p.done:a.from]...), r.Text...)
		p.done = a.to
	}
	p.seen(e.from, r)
}

// encoded looks at an address that is written with entities before its query. It is judged, and left as it is.
func (p *page) encoded(e *element, text string) {
	l, no := Parse(html.UnescapeString(text))
	if no == problem.AssociatesNotAmazon || no == problem.AssociatesNotAShop || no == problem.AssociatesNotALink {
		return
	}
	r := p.tagger.apply(l, no)
	if r.Text != l.Text {
		r = Result{Link: l, Text: text, Outcome: Left, Had: r.Had, ID: r.Had}
		r.note(problem.AssociatesUnclearEnd, false, "written with entities")
	}
	p.around(e, &r)
	p.seen(e.from, r)
}

// around looks at what of the element may cost the credit.
func (p *page) around(e *element, r *Result) {
	if r.ID == "" && r.Link.Kind != Short {
		return
	}
	p.earning++
	rel := " " + strings.ToLower(strings.Join(strings.Fields(e.get(p.src, "rel")), " ")) + " "
	if strings.Contains(rel, " noreferrer ") {
		r.note(problem.AssociatesReferrerHidden, false, "rel=noreferrer")
	} else if hides(e.get(p.src, "referrerpolicy")) {
		r.note(problem.AssociatesReferrerHidden, false, "referrerpolicy")
	}
	if !strings.Contains(rel, " sponsored ") && !strings.Contains(rel, " nofollow ") {
		r.note(problem.AssociatesRelMissing, true, "")
	}
}

// hides reports whether a referrer policy tells another site nothing at all.
func hides(policy string) bool {
	switch strings.ToLower(strings.TrimSpace(policy)) {
	case "no-referrer", "same-origin", "never":
		return true
	}
	return false
}

// notes says what concerns the whole page.
func (p *page) notes() []Note {
	if p.earning == 0 {
		return nil
	}
	var notes []Note
	if p.hidden != "" {
		notes = append(notes, Note{Code: problem.AssociatesReferrerHidden, Detail: p.hidden})
	}
	if !Discloses(p.src) {
		notes = append(notes, Note{Code: problem.AssociatesDisclosureMissing, Minor: true})
	}
	return notes
}

// disclosures begin the sentence that the programme asks for. The English one is Amazon's (affiliate 2.2); the others are as sites of those
// countries have it [guess].
var disclosures = [...]string{
	"amazon associate", "amazon-partner", "amazon partner", "partenaire amazon", "afiliado de amazon", "afiliado da amazon", "affiliato amazon",
	"amazon-associate", "amazon iş ortağı", "amazonのアソシエイト", "amazonアソシエイト",
}

// Discloses reports whether a text says that its owner earns from links to Amazon.
func Discloses(text string) bool {
	low := strings.ToLower(text)
	for _, d := range disclosures {
		if strings.Contains(low, d) {
			return true
		}
	}
	return false
}
