package associates

import (
	"strings"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Format says how links stand in a text.
type Format string

// The formats.
const (
	Plain  Format = "text" // lists of addresses, prose, Markdown, feeds
	Cells  Format = "csv"  // commas, semicolons and tabs end an address that has no quotes around it
	Markup Format = "html" // addresses are read from attributes
)

// TagLine puts ids on the links of one line of a text or table, and tells seen of each one that goes to Amazon, or looks as if, with its place in
// the line. Other addresses pass in silence.
func (t *Tagger) TagLine(line string, f Format, seen func(at int, r Result)) string {
	var out []byte
	done := 0
	for from, to := next(line, 0, f); from >= 0; from, to = next(line, to, f) {
		text := line[from:to]
		markup := strings.Contains(text, "&amp;") && (quoted(line, from) || to < len(line) && line[to] == '<')
		l, no := parse(text, markup)
		if no == problem.AssociatesNotAmazon || no == problem.AssociatesNotAShop || no == problem.AssociatesNotALink {
			continue
		}
		r := t.apply(l, no)
		if !ends(line, from, to, f, markup) && r.Text != text {
			r = Result{Link: l, Text: text, Outcome: Left}
			r.note(problem.AssociatesUnclearEnd, false, "")
		}
		if r.Text != text {
			out = append(append(out, line[done:from]...), r.Text...)
			done = to
		}
		seen(from, r)
	}
	if out == nil {
		return line
	}
	return string(append(out, line[done:]...))
}

// next finds the next address that has a scheme, from at on; from is -1 where there is none.
func next(line string, at int, f Format) (from, to int) {
	for {
		i := strings.Index(line[at:], "://")
		if i < 0 {
			return -1, -1
		}
		i += at
		at = i + 3
		switch {
		case i >= 5 && strings.EqualFold(line[i-5:i], "https"):
			from = i - 5
		case i >= 4 && strings.EqualFold(line[i-4:i], "http"):
			from = i - 4
		default:
			continue
		}
		return from, stop(line, from, at, f)
	}
}

// stop finds where an address ends.
func stop(line string, from, at int, f Format) int {
	var quote byte
	if quoted(line, from) {
		quote = line[from-1]
	}
	open := 0
	for i := at; i < len(line); {
		c := line[i]
		switch {
		case quote != 0 && c == quote, c <= ' ', c == 0x7f, c == '<', c == '>', c == '"', c == '\\', c == '`', c == '{', c == '}', c == '|', c == '^', c == ']':
			return trim(line, at, i, quote)
		case f == Cells && quote == 0 && (c == ',' || c == ';'):
			return i
		case c == '(':
			open++
		case c == ')':
			if open--; open < 0 {
				return trim(line, at, i, quote)
			}
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(line[i:])
			if strings.ContainsRune("“”„‘’«»…。、，；（）【】「」　\u00a0\u2028", r) {
				return trim(line, at, i, quote)
			}
			i += n
			continue
		}
		i++
	}
	return trim(line, at, len(line), quote)
}

// trim takes from an address what belongs to the sentence around it.
func trim(line string, at, to int, quote byte) int {
	for quote == 0 && to > at && strings.IndexByte(".,;:!?'*", line[to-1]) >= 0 {
		if line[to-1] == ';' && strings.HasSuffix(line[:to], "&amp;") {
			break
		}
		to--
	}
	return to
}

func quoted(line string, from int) bool {
	return from > 0 && (line[from-1] == '"' || line[from-1] == '\'')
}

// ends reports whether it is clear where an address ends, so that something may be added there. It is not where it goes on in an escape, as
// in JSON, or holds a comma that may part it from its neighbour.
func ends(line string, from, to int, f Format, markup bool) bool {
	if to < len(line) && line[to] == '\\' {
		return false
	}
	if f == Cells || quoted(line, from) || from == 0 && to == len(line) {
		return true
	}
	text := line[from:to]
	return strings.IndexByte(text, ',') < 0 && (markup || strings.IndexByte(text, ';') < 0)
}
