package adsfake

import (
	"encoding/json"
	"strings"
)

// A v1Rule carries one value between v1 and v3. Rules of one object of v1 stand together, in the order in which they are told.
type v1Rule struct {
	v1     string // where it is in v1: "budgets[0].recurrenceTimePeriod"
	v3     string // where in v3, at most one object deep: "budget.budgetType". Defaults to nowhere: it is checked, and told as its form does.
	need   bool   // a create must have it
	once   bool   // updates do not look at it
	clear  bool   // null, of it or of what it is in, takes it away
	form   v1Form // Defaults to the value as it is.
	at     string // where in v1 its errors are told. Defaults to v1.
	beside string // it is told where v3 has a value at this place. Defaults to v3.
}

// A v1Form turns a value of v1 into one of v3, and back; nil stands for none. Only what a rule of Sponsored Brands or Display uses need turn back.
type v1Form struct {
	to   func(*translation, *v1Rule, json.RawMessage) json.RawMessage
	back func(*prospect, *thing, json.RawMessage) json.RawMessage
}

// place is where errors about the value are told.
func (r *v1Rule) place() string {
	if r.at != "" {
		return r.at
	}
	return r.v1
}

// seek finds the value at a path of v1.
func seek(o object, path string) json.RawMessage {
	return dig(o, strings.Split(strings.ReplaceAll(path, "[0]", ""), ".")...)
}

// carry applies a rule to an item of v1.
func (t *translation) carry(r *v1Rule) {
	if r.once && !t.create {
		return
	}
	raw := seek(t.in, r.v1)
	switch {
	case raw != nil:
	case r.need && t.create:
		t.fail(missing(t.at + "." + r.place()))
		return
	case r.clear && t.nulled(r.v1):
		t.set(r.v3, json.RawMessage("null"))
		return
	default:
		return
	}
	if r.form.to != nil {
		raw = r.form.to(t, r, raw)
	}
	if raw != nil && r.v3 != "" {
		t.set(r.v3, raw)
	}
}

// nulled reports whether a value, or the outermost of what it is in, was sent as null.
func (t *translation) nulled(path string) bool {
	outer, rest, _ := strings.Cut(strings.ReplaceAll(path, "[0]", ""), ".")
	raw, sent := t.in[outer]
	if !sent || isNull(raw) || rest == "" {
		return sent && isNull(raw)
	}
	var inner object
	return json.Unmarshal(raw, &inner) == nil && isNull(inner[rest])
}

// set writes a value of v3. What stands beside it in the same object stays as it was.
func (t *translation) set(path string, raw json.RawMessage) {
	outer, rest, nested := strings.Cut(path, ".")
	if !nested {
		t.out[outer] = raw
		return
	}
	inner := object{}
	if now, ok := t.out[outer]; ok {
		_ = json.Unmarshal(now, &inner) // it was made here
	} else if t.old != nil {
		if i := t.old.kind.at(outer); i >= 0 && t.old.values[i] != nil {
			_ = json.Unmarshal(t.old.values[i], &inner) // it was read as an object when it was sent
		}
	}
	inner[rest] = raw
	t.put(outer, inner)
}

// tell writes what a rule says of a thing.
func (r *v1Rule) tell(n *nest, s *prospect, t *thing) {
	var raw json.RawMessage
	if place := r.beside; place != "" || r.v3 != "" {
		if place == "" {
			place = r.v3
		}
		if raw = t.raw(place); raw == nil {
			return
		}
	}
	if r.form.back != nil {
		raw = r.form.back(s, t, raw)
	}
	if raw != nil {
		n.raw(r.v1, raw)
	}
}

// raw is the value at a place in v3, at most one object deep; nil where there is none.
func (t *thing) raw(path string) json.RawMessage {
	outer, rest, nested := strings.Cut(path, ".")
	i := t.kind.at(outer)
	if i < 0 || t.values[i] == nil {
		return nil
	}
	if !nested {
		return t.values[i]
	}
	var inner object
	if json.Unmarshal(t.values[i], &inner) != nil || isNull(inner[rest]) {
		return nil
	}
	return inner[rest]
}

// v1Place puts a place in an item of v3 into v1's words: the rule whose place in v3 is the longest that leads there.
func (s *v1Shape) v1Place(at string) string {
	end := strings.IndexByte(at, ']')
	if end < 0 {
		return at
	}
	item, rest := at[:end+1], strings.TrimPrefix(at[end+1:], ".")
	var best *v1Rule
	for i := range s.rules {
		r := &s.rules[i]
		if r.v3 == "" || (rest != r.v3 && !strings.HasPrefix(rest, r.v3+".") && !strings.HasPrefix(rest, r.v3+"[")) {
			continue
		}
		if best == nil || len(r.v3) > len(best.v3) {
			best = r
		}
	}
	if best == nil {
		if i := strings.IndexAny(rest, ".["); i >= 0 {
			rest = rest[:i]
		}
		if place := s.places[rest]; place != "" {
			return item + "." + place
		}
		return at
	}
	if best.at != "" {
		return item + "." + best.at
	}
	return item + "." + best.v1 + strings.TrimPrefix(rest, best.v3)
}
