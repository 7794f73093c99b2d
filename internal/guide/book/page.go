package book

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Columns is how wide the text is made: what every terminal has.
const Columns = 80

// A page writes wrapped text.
type page struct{ b strings.Builder }

// line writes one line.
func (p *page) line(text string) { p.b.WriteString(strings.TrimRight(text, " ") + "\n") }

// head writes a heading, with a blank line before it.
func (p *page) head(text string) { p.line(""); p.line(strings.ToUpper(text)) }

// wrap writes text after first, and its further lines after as many blanks.
func (p *page) wrap(first, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(first))
	line, empty := first, true
	for _, word := range words(text) {
		switch {
		case empty:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > Columns:
			p.line(line)
			line = indent + word
		default:
			line += " " + word
		}
		empty = false
	}
	p.line(line)
}

// words splits text at blanks, but keeps a menu path's arrow with what is before it, so that no line begins with one.
func words(text string) []string {
	var out []string
	for _, w := range strings.Fields(text) {
		if n := len(out); n > 0 && w == ">" {
			out[n-1] += " >"
			continue
		}
		out = append(out, w)
	}
	return out
}

// list writes lines, each after a dash.
func (p *page) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.head(title)
	for _, l := range lines {
		p.wrap("  - ", l)
	}
}

// named writes text after a name, in a column of its own; no text writes nothing.
func (p *page) named(indent int, name, text string) {
	if text != "" {
		p.wrap(fmt.Sprintf("%*s%-9s ", indent, "", name), text)
	}
}

func (p *page) to(w io.Writer) error {
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("writing the guide: %w", err)
	}
	return nil
}
