package amazon

import (
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Recogniser says what one pasted value is, going by its form and by the name that it stands under. Every folder with keys of its own
// has one, named Recognise; detect asks all of them and joins the parts. It sees a value at a time, sends nothing, and puts nothing
// of the value into its answer.
type Recogniser func(p Pasted) (Part, bool)

// Pasted is one value out of a pasted text. It prints as [redacted], since any of them may be a secret.
type Pasted struct {
	Name string // what the text calls it, in lower case with single underscores: "secret_access_key"; empty if nothing
	As   string // the same as it is written: "Secret access key"
	In   string // what it stands in, spelt alike: a section, the name of an object, the other column heads
	Text string // without what copying put around it
}

// Format implements fmt.Formatter.
func (p Pasted) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(secret.Redacted)) }

// Named reports whether one of the words stands in its name, whole: "client_secret" is in "my_client_secret", "ads" is not in "leads".
func (p Pasted) Named(words ...string) bool { return holds(p.Name, words) }

// About reports the same of its name or of what it stands in.
func (p Pasted) About(words ...string) bool { return holds(p.Name, words) || holds(p.In, words) }

func holds(name string, words []string) bool {
	if name == "" {
		return false
	}
	for _, w := range words {
		for rest := name; ; {
			i := strings.Index(rest, w)
			if i < 0 {
				break
			}
			end := i + len(w)
			if (i == 0 || rest[i-1] == '_') && (end == len(rest) || rest[end] == '_') {
				return true
			}
			rest = rest[i+1:]
		}
	}
	return false
}

// A Role says what of a key a part is.
type Role string

// The roles.
const (
	TheID      Role = "id"      // names it, is no secret, and is of no use without the secret
	TheSecret  Role = "secret"  // its other half
	TheSession Role = "session" // the third part of temporary AWS credentials
	TheWhole   Role = "whole"   // all there is to it
	TheDetail  Role = "detail"  // says something of the key that it stands beside, such as its version
)

// Certainty says how far a form can be trusted. Where several programs know a value, the surest counts.
type Certainty int

// The degrees of certainty.
const (
	Fits  Certainty = iota + 1 // it could be; counts only beside its other half
	Named                      // it could be, and its name says so
	Sure                       // nothing else looks like this
	Told                       // and the text says which program it is for
)

// Part is what a Recogniser says of one value.
type Part struct {
	Program  string // a program's code; empty where the form leaves several
	Kind     string // what kind of key it belongs to, e.g. "access-key"; parts of one kind are joined
	Role     Role
	Sure     Certainty
	Region   string       // NA, EU or FE, or a region of AWS, where the text tells it
	Version  string       // of a Creators API credential, where the form tells it; one digit if only the family
	Clash    problem.Code // what is wrong where a detail says a version of another family
	Prefix   string       // what every value of the kind begins with, which may be shown
	Hint     bool         // the last four characters may be shown, since it is no secret
	Wants    []Want       // the roles without which it is of no use
	Alone    problem.Code // what is wrong if nothing that can be kept stands beside it
	Problems []problem.Problem
	Notes    []string // for people: what need not be mended, but is worth knowing
}

// A Want is a role that must stand beside a part, and what is wrong where it does not.
type Want struct {
	Role    Role
	Missing problem.Code
}

// Wrong is the list of one problem, for a Part.
func Wrong(c problem.Code) []problem.Problem { return []problem.Problem{problem.New(c)} }
