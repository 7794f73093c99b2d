package book

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Text writes a guide for a terminal.
func (g Guide) Text(w io.Writer) error {
	var p page
	p.wrap("", g.Title)
	p.line(strings.Repeat("=", min(Columns, utf8.RuneCountInString(g.Title))))
	p.line("")
	for _, a := range g.Answer {
		p.wrap("", a)
	}
	p.line("")
	p.wrap("Key          ", g.Key)
	p.wrap("Comes from   ", g.From)
	p.wrap("Takes        ", g.Time)
	if len(g.Called) > 0 {
		p.wrap("Also called  ", strings.Join(g.Called, "; "))
	}
	p.list("Who may have it", g.Apply)
	p.list("Who is refused", g.Refused)
	p.list("What you need first", g.Before)
	p.list("How long you wait", g.Waits)
	if len(g.Portals) > 0 {
		p.head("Where")
		for _, x := range g.Portals {
			p.wrap("  - ", x.Name)
			p.line("    " + x.URL)
			if x.Note != "" {
				p.wrap("    ", x.Note)
			}
		}
	}
	p.head("Step by step")
	for i, s := range g.Steps {
		p.line("")
		p.step(fmt.Sprintf("%2d. ", i+1), s, g, 3)
	}
	p.credentials(g.Credentials)
	for _, n := range g.Notes {
		p.list(n.Title, n.Lines)
	}
	p.retired(g.Retired)
	p.list("What Lockkeeper does with it today", g.Here)
	p.next(g.Next)
	p.line("")
	p.wrap("", "Amazon moves its menus. These facts were last compared with their sources on "+g.Checked+".")
	return p.to(w)
}

// StepText writes one step of a guide for a terminal.
func (g Guide) StepText(w io.Writer, s Step) error {
	var p page
	p.step("", s, g, len(s.Avoids))
	p.line("")
	p.wrap("", "All steps: lockkeeper guide --for "+g.ID)
	return p.to(w)
}

// step writes a step, with at most so many of the problems that it avoids.
func (p *page) step(number string, s Step, g Guide, most int) {
	p.wrap(number, s.Title)
	in := 4
	p.named(in, "step", s.ID)
	where := strings.Join(s.Path, " > ")
	if portal, ok := g.Portal(s); ok {
		where = portal.Name + ": " + where
	}
	p.named(in, "where", where)
	for i, d := range s.Do {
		p.named(in, first(i, "do"), d)
	}
	for i, f := range s.Fields {
		p.named(in, first(i, "enter"), f.Name+": "+f.Enter)
	}
	p.named(in, "gives", s.Gives)
	p.named(in, "wait", s.Wait)
	for i, m := range s.Mind {
		p.named(in, first(i, "mind"), m)
	}
	for i, c := range s.Commands {
		p.line(fmt.Sprintf("    %-9s %s", first(i, "then"), c)) // never wrapped: it is there to be copied
	}
	p.named(in, "checks", strings.Join(s.Checks, ", "))
	avoids := strings.Join(s.Avoids[:min(most, len(s.Avoids))], ", ")
	if more := len(s.Avoids) - most; more > 0 {
		avoids += fmt.Sprintf(" and %d more", more)
	}
	p.named(in, "avoids", avoids)
}

func first(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

func (p *page) credentials(all []Credential) {
	if len(all) == 0 {
		return
	}
	p.head("What each is for, and how long it lives")
	for _, c := range all {
		p.line("")
		secret := ""
		if c.Secret {
			secret = "  (secret)"
		}
		p.wrap("  ", c.Name+secret)
		p.named(4, "for", c.For)
		p.named(4, "lives", c.Lives)
		p.named(4, "shown", c.Shown)
		p.named(4, "looks", c.Looks)
		p.named(4, "header", c.Header)
	}
}

func (p *page) retired(all []Retired) {
	if len(all) == 0 {
		return
	}
	p.head("What old guides say, and what holds today")
	for _, r := range all {
		p.line("")
		p.named(2, "old", r.Old)
		p.named(2, "today", r.Today)
		p.named(2, "since", r.Since)
	}
}

func (p *page) next(all []Command) {
	if len(all) == 0 {
		return
	}
	p.head("Next")
	for _, c := range all {
		p.line("  " + c.Run)
		p.wrap("      ", c.Why)
	}
}

// Compare writes the tasks side by side: which key each needs, if any.
func (b Book) Compare(w io.Writer) error {
	var p page
	p.line("Which key do I need?")
	p.line("====================")
	p.line("")
	p.wrap("", "There is no single \"Amazon API key\". It depends on what you want to do:")
	for _, g := range b.guides {
		p.line("")
		p.wrap("  "+fmt.Sprintf("%-9s ", g.ID), "I want to "+g.Want+".")
		p.named(12, "key", g.Key+".")
		p.named(12, "from", g.From+".")
		p.named(12, "takes", g.Time+".")
	}
	p.line("")
	p.wrap("", "A page told you to get something else? Look for its name:")
	for _, g := range b.guides {
		p.wrap("  "+fmt.Sprintf("%-9s ", g.ID), strings.Join(g.Called, "; "))
	}
	p.line("")
	p.wrap("", "Every step, portal and field of one of them:")
	p.line("  lockkeeper guide --for " + strings.Join(TaskIDs, "|"))
	p.wrap("", "Amazon refused something:")
	p.line("  lockkeeper explain 'the text'")
	return p.to(w)
}
