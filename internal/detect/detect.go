// Package detect says what was pasted: which of Amazon's keys, for which program, whole or not, and what went wrong in copying.
//
// Look reads text in whatever form people have it (a file of Amazon's, of a tool's or of a vendor's, an environment, a mail, a screen) into
// single values with their names. Every program's Recogniser then says which of them it knows, and the parts of a key are joined again. It
// is offline and pure: nothing is sent, kept or logged, and no verdict holds a byte of a secret. Whether a key works is asked later, by
// whoever holds the item, and with the person's consent.
package detect

import (
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Bounds of what is looked at. A credential file has a few lines; what is longer is something else, and is named so.
const (
	maxText   = 1 << 20
	maxFields = 4096
	maxValue  = 8 << 10
)

// A Detector knows keys by their Recognisers.
type Detector struct{ know []amazon.Recogniser }

// New returns a Detector that asks these.
func New(know []amazon.Recogniser) *Detector { return &Detector{know: know} }

// An Item is one thing that was recognised. Its text comes out by Text alone, and by no marshaller.
type Item struct {
	Kind     string            `json:"kind"`    // "access-key", "security-profile" and so on; "unknown" where nothing is
	Program  string            `json:"program"` // empty where the form fits several, or none
	Region   string            `json:"region"`
	Version  string            `json:"version"`        // of a Creators API credential; "2" or "3" where only the family shows
	Hint     string            `json:"hint,omitempty"` // what every such value begins with and, of what is no secret, the last four characters
	Has      []amazon.Role     `json:"has,omitempty"`  // which of its parts are there
	Line     int               `json:"line,omitempty"` // where it begins
	Whole    bool              `json:"whole"`          // all parts are there, so that Amazon can be asked
	Problems []problem.Problem `json:"problems"`
	Notes    []string          `json:"notes,omitempty"`

	text map[amazon.Role]secret.Value
}

// Text returns one part of the item; the zero Value where it was not there.
func (i Item) Text(r amazon.Role) secret.Value { return i.text[r] }

// Public is the part that is no secret: the id of a key, or a Site ID. Where that would be a token it is empty.
func (i Item) Public() string {
	if i.Kind == "site-id" {
		return i.text[amazon.TheWhole].Reveal()
	}
	return i.text[amazon.TheID].Reveal()
}

// A Verdict is what a pasted text was found to hold, in the order of the text. It has at least one item.
type Verdict struct {
	Items    []Item            `json:"items"`
	Warnings []problem.Problem `json:"warnings,omitempty"` // about where the text was, not about what it is
}

// Good reports whether nothing is wrong with any item.
func (v Verdict) Good() bool {
	for _, i := range v.Items {
		if len(i.Problems) > 0 {
			return false
		}
	}
	return true
}

// Look says what a pasted text is.
func (d *Detector) Look(text []byte) Verdict {
	if len(text) > maxText {
		return nothing(problem.New(problem.DetectTooLong).With("%d KiB", len(text)>>10))
	}
	plain := decode(text)
	if plain == "" {
		return nothing(problem.New(problem.DetectEmpty))
	}
	fields := read(plain)
	if len(fields) > maxFields {
		return nothing(problem.New(problem.DetectTooLong).With("more than %d values", maxFields))
	}
	items := d.join(d.mend(fields))
	if len(items) == 0 {
		return nothing(unknown(plain, fields))
	}
	return Verdict{Items: items}
}

func nothing(p problem.Problem) Verdict {
	return Verdict{Items: []Item{{Kind: "unknown", Problems: []problem.Problem{p}}}}
}
