package cli

import (
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// A linkView is what is shown of one link.
type linkView struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"` // in bytes, from 1
	api.Link
}

// byHand is said of links that are made here: users build plain links, and then wonder that the API's quota falls (affiliate 2.1).
const byHand = "such links earn; for the Creators API's quota only the links count that it returned itself, unchanged"

// addresses puts ids on the addresses of the command line. Only what can be used is printed to standard output.
func (o *linkOptions) addresses(t *associates.Tagger, urls []string) error {
	views := []linkView{}
	good, tagged := true, false
	for _, u := range urls {
		r := t.Tag(strings.TrimSpace(u))
		good = good && r.Good()
		tagged = tagged || r.Outcome == associates.Tagged || r.Outcome == associates.Replaced
		views = append(views, linkView{Link: api.LinkOf(r)})
	}
	err := o.f.show(map[string]any{"ok": good, "links": views}, func() {
		for _, v := range views {
			o.address(v)
		}
		if tagged {
			o.f.say("lockkeeper: note: %s", byHand)
		}
	})
	if err == nil && !good {
		return errFound
	}
	return err
}

// address prints one address, and what is to be said of it on the side.
func (o *linkOptions) address(v linkView) {
	usable := v.Outcome != string(associates.Refused) && v.Outcome != string(associates.Left)
	if o.check {
		if len(v.Problems) == 0 {
			fmt.Fprintf(o.f.Out, "%s  %s\n", v.Outcome, v.URL)
		}
	} else if usable {
		fmt.Fprintln(o.f.Out, v.Link.Link)
	}
	for _, p := range v.Problems {
		if p.Minor {
			o.f.say("lockkeeper: note: %s%s. %s", strings.TrimSuffix(p.What, "."), with(p.Detail), p.Fix)
			continue
		}
		o.f.say("lockkeeper: %s: %s%s", oneLine(v.URL), strings.TrimSuffix(p.What, "."), with(p.Detail))
		o.f.say("lockkeeper: hint: %s", strings.TrimSuffix(p.Fix, "."))
	}
	if len(v.Problems) == 0 && v.Outcome == string(associates.Vended) && !o.check {
		o.f.say("lockkeeper: note: Amazon's API made this link; it is left as it is, since any change loses the credit")
	}
}
