package detect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A joiner puts the parts of keys together. An id and its secret are found by what they are called, else by their order; a form that
// could be many things counts only beside its other half, or where it is all that was pasted.
type joiner struct {
	all   []seen
	items []Item
	at    []int         // where in all each item begins
	part  []amazon.Part // the part that each item began with
	of    map[int]int   // which item a field went into
	field map[int]amazon.Part
}

func (d *Detector) join(all []seen) []Item {
	j := &joiner{all: all, of: map[int]int{}, field: map[int]amazon.Part{}}
	j.retell()
	for i := range all {
		if p, ok := all[i].best(); ok && p.Role == amazon.TheID && p.Sure >= amazon.Named {
			j.begin(i, p)
		}
	}
	j.pair(amazon.TheSecret)
	j.guess()
	j.pair(amazon.TheSession)
	j.rest()
	j.details()
	return j.finish()
}

// retell lets what a text says of one value count for its neighbours: a version beside a client id makes that a Creators API credential.
func (j *joiner) retell() {
	told := map[string]bool{}
	for i := range j.all {
		for _, p := range j.all[i].parts {
			if p.Role == amazon.TheID && p.Sure == amazon.Told {
				told[p.Kind] = true
			}
		}
	}
	for i := range j.all {
		for _, d := range j.all[i].parts {
			if d.Role != amazon.TheDetail || d.Sure < amazon.Named || told[d.Kind] || d.Version == "" {
				continue
			}
			for k := range j.all {
				if j.near(i, k) {
					j.all[k].favour(d)
				}
			}
		}
	}
}

// favour puts the part that is of the detail's kind first.
func (s *seen) favour(d amazon.Part) {
	for n, p := range s.parts {
		if p.Program == d.Program && p.Kind == d.Kind && p.Role != amazon.TheDetail && s.parts[0].Sure < amazon.Told {
			p.Sure = max(p.Sure, s.parts[0].Sure)
			copy(s.parts[1:n+1], s.parts[:n])
			s.parts[0] = p
			return
		}
	}
}

// near reports whether two fields may belong together: they are in one group, or both in groups that are not closed.
func (j *joiner) near(a, b int) bool {
	return j.all[a].group == j.all[b].group || !j.all[a].apart && !j.all[b].apart
}

func (j *joiner) begin(i int, p amazon.Part) int {
	s := &j.all[i]
	s.used = true
	item := Item{
		Kind: p.Kind, Program: p.Program, Region: p.Region, Version: p.Version, Line: s.line,
		Problems: slices.Clone(p.Problems), Notes: slices.Concat(s.notes, p.Notes), text: map[amazon.Role]secret.Value{},
	}
	j.items, j.at, j.part = append(j.items, item), append(j.at, i), append(j.part, p)
	n := len(j.items) - 1
	j.add(n, i, p)
	j.items[n].Hint = hint(p, s.Text)
	return n
}

// add puts a field's text into an item.
func (j *joiner) add(n, i int, p amazon.Part) {
	role := p.Role
	if role == amazon.TheDetail {
		role = amazon.TheWhole
	}
	j.all[i].used = true
	j.of[i], j.field[i] = n, p
	j.items[n].Has = append(j.items[n].Has, role)
	j.items[n].text[role] = secret.New(j.all[i].Text)
	j.items[n].Line = min(j.items[n].Line, j.all[i].line)
}

// hint is what may be shown of a value: what every such value begins with, and the end of what is no secret.
func hint(p amazon.Part, text string) string {
	switch {
	case p.Prefix == text:
		return text
	case p.Hint && len(text) >= len(p.Prefix)+8:
		return p.Prefix + "…" + text[len(text)-4:]
	case p.Prefix != "":
		return p.Prefix + "…"
	}
	return ""
}

// pair gives every item that lacks the role the field that fits best.
func (j *joiner) pair(role amazon.Role) {
	for _, sameStem := range []bool{true, false} {
		for _, sameGroup := range []bool{true, false} {
			for n := range j.items {
				if !wants(j.part[n], role) || slices.Contains(j.items[n].Has, role) {
					continue
				}
				if i, p, ok := j.find(n, role, sameStem, sameGroup); ok {
					j.take(n, i, p)
				}
			}
		}
	}
}

func (j *joiner) take(n, i int, p amazon.Part) {
	j.add(n, i, p)
	item := &j.items[n]
	item.Program = cmp.Or(item.Program, p.Program)
	item.Notes = append(item.Notes, j.all[i].notes...)
	for _, q := range p.Problems {
		item.note(q)
	}
}

// find looks for the first free field of the role that the item can be joined with. Where several ids have their secrets after all of
// them, or each has its own beside it, the first free one is the right one in both.
func (j *joiner) find(n int, role amazon.Role, sameStem, sameGroup bool) (int, amazon.Part, bool) {
	id := &j.all[j.at[n]]
	for i := range j.all {
		s := &j.all[i]
		if s.used || sameGroup && s.group != id.group || !j.near(i, j.at[n]) || sameStem && (stem(s.Name) != stem(id.Name) || s.In != id.In) {
			continue
		}
		for _, p := range s.parts {
			if p.Role == role && fits(j.part[n], p) {
				return i, p, true
			}
		}
	}
	return 0, amazon.Part{}, false
}

func fits(id, p amazon.Part) bool {
	return id.Kind == p.Kind && (id.Program == p.Program || id.Program == "" || p.Program == "")
}

func wants(p amazon.Part, role amazon.Role) bool {
	return slices.ContainsFunc(p.Wants, func(w amazon.Want) bool { return w.Role == role }) || role == amazon.TheSecret && p.Role == amazon.TheID ||
		role == amazon.TheSession && p.Role == amazon.TheID
}

// stem is what a name says besides which half it names: "ads" of "ads_client_id".
func stem(name string) string {
	var kept []string
	for w := range strings.SplitSeq(name, "_") {
		switch w {
		case "id", "key", "secret", "client", "access", "credential", "app", "session", "token", "aws", "api", "export", "set", "identifier":
		default:
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, "_")
}

// guess joins two halves that only together look like a key: at most two fields apart.
func (j *joiner) guess() {
	for i := range j.all {
		id := &j.all[i]
		p, ok := id.best()
		if !ok || id.used || p.Role != amazon.TheID {
			continue
		}
		for k := max(0, i-2); k < min(len(j.all), i+3); k++ {
			s := &j.all[k]
			if s.used || k == i || !j.near(i, k) {
				continue
			}
			at := slices.IndexFunc(s.parts, func(q amazon.Part) bool { return q.Role == amazon.TheSecret && fits(p, q) })
			if at >= 0 {
				j.take(j.begin(i, p), k, s.parts[at])
				break
			}
		}
	}
}

// rest makes items of what stands alone: whole things, halves that a name or their form makes sure of, and a single value that is all
// that was pasted.
func (j *joiner) rest() {
	for i := range j.all {
		s := &j.all[i]
		p, ok := s.best()
		if !ok || s.used || p.Role == amazon.TheDetail {
			continue
		}
		if p.Sure >= amazon.Named || len(j.all) == 1 {
			j.begin(i, p)
		}
	}
}

// details adds what stands beside keys and says something of them, and makes an item of what is often taken for a key.
func (j *joiner) details() {
	for i := range j.all {
		for _, p := range j.all[i].parts {
			if p.Role != amazon.TheDetail || p.Sure < amazon.Named && len(j.all) > 1 {
				continue
			}
			hit := false
			for n := range j.items {
				if j.items[n].Kind == p.Kind && j.near(i, j.at[n]) && (j.all[i].group == j.all[j.at[n]].group || j.lone(p.Kind)) {
					j.items[n].learn(p, j.part[n])
					hit = true
				}
			}
			if !hit && p.Alone != "" && !j.all[i].used {
				j.begin(i, p)
			}
		}
	}
}

// lone reports whether there is one item of a kind.
func (j *joiner) lone(kind string) bool {
	n := 0
	for _, i := range j.items {
		if i.Kind == kind {
			n++
		}
	}
	return n == 1
}

// learn takes over what a detail says.
func (i *Item) learn(d, id amazon.Part) {
	switch {
	case d.Version == "":
	case i.Version != "" && d.Version[:1] != i.Version[:1]:
		if id.Clash != "" {
			i.note(problem.New(id.Clash).With("version %s", d.Version))
		}
		i.Region = cmp.Or(d.Region, i.Region)
	default:
		i.Version = d.Version
	}
	i.Region = cmp.Or(i.Region, d.Region)
	i.Program = cmp.Or(i.Program, d.Program)
	i.Notes = append(i.Notes, d.Notes...)
	for _, p := range d.Problems {
		i.note(p)
	}
}

// note adds a problem once.
func (i *Item) note(p problem.Problem) {
	if !slices.ContainsFunc(i.Problems, func(q problem.Problem) bool { return q.Code == p.Code }) {
		i.Problems = append(i.Problems, p)
	}
}

// finish says what is missing, drops what stands twice, and puts the items in the order of the text.
func (j *joiner) finish() []Item {
	kept := 0
	for n := range j.items {
		item := &j.items[n]
		item.Whole = true
		for _, w := range j.part[n].Wants {
			if !slices.Contains(item.Has, w.Role) {
				item.Whole = false
				item.note(problem.New(w.Missing))
			}
		}
		if j.part[n].Role == amazon.TheDetail {
			item.Whole = false
		} else if item.Whole {
			kept++
		}
	}
	for n := range j.items {
		if p := j.part[n]; p.Role == amazon.TheDetail && kept == 0 && p.Alone != "" {
			j.items[n].note(problem.New(p.Alone))
		}
	}
	var out []Item
	for _, item := range j.items {
		if item.Problems == nil {
			item.Problems = []problem.Problem{}
		}
		if !slices.ContainsFunc(out, func(o Item) bool { return o.same(item) }) {
			out = append(out, item)
		}
	}
	slices.SortStableFunc(out, func(a, b Item) int { return a.Line - b.Line })
	return out
}

// same reports whether two items are the same thing pasted twice.
func (i Item) same(o Item) bool {
	if i.Kind != o.Kind || len(i.text) != len(o.text) {
		return false
	}
	for r, v := range i.text {
		if !v.Equal(o.text[r]) {
			return false
		}
	}
	return true
}
