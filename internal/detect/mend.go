package detect

import (
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A seen is a field with what the Recognisers say of it, the surest first.
type seen struct {
	field
	parts []amazon.Part
	used  bool
}

// best is the surest part, if there is one.
func (s *seen) best() (amazon.Part, bool) {
	if len(s.parts) == 0 {
		return amazon.Part{}, false
	}
	return s.parts[0], true
}

// mend asks the Recognisers about every field and undoes what copying did: percent signs for bars, and line breaks or blanks inside
// of a value. What was mended is noted, not what it was mended to.
func (d *Detector) mend(fields []field) []seen {
	out := make([]seen, 0, len(fields))
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		if f.word || len(f.Text) > maxValue || len(f.Text) < 3 {
			continue
		}
		if text, did := unescape(f.Text); did {
			f.Text = text
			f.notes = append(f.notes, "undid the percent signs in it")
		}
		parts := d.ask(f.Pasted)
		if n, text, more := d.rejoin(f, parts, fields[i+1:]); n > 0 {
			f.notes = append(f.notes, "joined it again across line breaks or blanks")
			f.Text, parts = text, more
			i += n
		}
		out = append(out, seen{field: f, parts: parts})
	}
	return out
}

// ask asks all Recognisers and puts the surest first; of equals the one that names a program, unless the form is all there is.
func (d *Detector) ask(p amazon.Pasted) []amazon.Part {
	var parts []amazon.Part
	for _, know := range d.know {
		part, ok := know(p)
		if !ok {
			continue
		}
		at := len(parts)
		for at > 0 && surer(part, parts[at-1]) {
			at--
		}
		parts = append(parts, amazon.Part{})
		copy(parts[at+1:], parts[at:])
		parts[at] = part
	}
	return parts
}

// mostPieces is how many lines one value may be broken over: a refresh token of 2048 characters in lines of 64.
const mostPieces = 32

// rejoin looks whether the fields that follow are the rest of f. They are, if they have no name and mean nothing by themselves, and if
// what they make together is recognised while f alone is not, or is not whole. A token has no fixed length: there every full line counts.
func (d *Detector) rejoin(f field, parts []amazon.Part, rest []field) (n int, text string, more []amazon.Part) {
	var first amazon.Part
	if len(parts) > 0 {
		first = parts[0]
	}
	cut := first.Sure >= amazon.Named && len(first.Problems) > 0
	lost := len(parts) == 0 && f.Name != "" && len(f.Text) >= 12
	open := first.Sure == amazon.Sure && len(first.Problems) == 0 && first.Role == amazon.TheWhole && len(f.Text) >= 48
	if !cut && !lost && !open {
		return 0, "", nil
	}
	joined, before := f.Text, f
	if f.raw != "" && len(f.notes) == 0 {
		joined = f.raw
	}
	for i, g := range rest {
		if i == mostPieces || !g.bare || g.group != f.group || g.line > before.line+1 || len(joined)+len(g.Text) > maxValue {
			break
		}
		if open && (g.word || g.line != before.line+1 || i > 0 && len(before.Text) < 48) {
			break
		}
		if own := d.ask(amazon.Pasted{Text: g.Text}); len(own) > 0 && own[0].Sure >= amazon.Named {
			break
		}
		piece, _ := unescape(g.raw)
		joined += piece
		before = g
		next := f.Pasted
		next.Text = joined
		got := d.ask(next)
		if len(got) > 0 && got[0].Sure >= amazon.Named && (!cut && len(got[0].Problems) == 0 || cut && len(got[0].Problems) < len(first.Problems)) {
			n, text, more = i+1, joined, got
			if !open {
				break
			}
		}
	}
	return n, text, more
}

func surer(a, b amazon.Part) bool {
	if a.Sure != b.Sure {
		return a.Sure > b.Sure
	}
	if a.Sure == amazon.Fits {
		return a.Program == "" && b.Program != ""
	}
	return a.Program != "" && b.Program == ""
}
