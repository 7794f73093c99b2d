package ads

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// AdsRaw implements amazon.AdsModel. What Amazon's names say is read as an answer of Amazon's would be, by the collection of that kind and channel which
// understands them all; so it is the model's own fields that are written, past whose guards there is no way.
func (p *Program) AdsRaw(account canon.Account, kind canon.AdsKind, channel canon.Channel, raw map[string]string) (fields map[string]json.RawMessage, unknown string) {
	v := p.view(account)
	for _, c := range p.of(kind, channel) {
		if c.ops[verbCreate] == "" && c.ops[verbUpdate] == "" {
			continue
		}
		if fields, unknown = c.rawFields(v, raw); unknown == "" {
			return fields, ""
		}
	}
	if unknown == "" {
		unknown = slices.Min(slices.Collect(maps.Keys(raw)))
	}
	return nil, unknown
}

// rawFields are the fields of canon that members of the wire's object mean. A member without which the object reads the same is one that the
// wire does not know, or that nobody can wish for.
func (c *collection) rawFields(v *view, raw map[string]string) (fields map[string]json.RawMessage, unknown string) {
	empty, err := c.fieldsIn(v, nil)
	if err != nil {
		return nil, slices.Min(slices.Collect(maps.Keys(raw)))
	}
	said := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		for _, value := range spellings(raw[name]) {
			alone, err := c.fieldsIn(v, map[string]json.RawMessage{name: value})
			if err == nil && len(differing(empty, alone)) > 0 {
				said[name] = value
				break
			}
		}
		if said[name] == nil {
			return nil, name
		}
	}
	all, err := c.fieldsIn(v, said)
	if err != nil {
		return nil, slices.Min(slices.Collect(maps.Keys(raw)))
	}
	fields = map[string]json.RawMessage{}
	for _, field := range differing(empty, all) {
		if fields[field] = all[field]; !slices.Contains(c.creatable, field) && !slices.Contains(c.updatable, field) {
			return nil, slices.Min(slices.Collect(maps.Keys(raw)))
		}
	}
	return fields, ""
}

// spellings are what a value may be in JSON: a number or truth where it looks like one, and text.
func spellings(value string) (all []json.RawMessage) {
	if json.Valid([]byte(value)) && value != "null" && !strings.ContainsAny(value, "\"[{") {
		all = append(all, json.RawMessage(value))
	}
	text, err := json.Marshal(value)
	if err != nil {
		return all
	}
	return append(all, text)
}

// fieldsIn reads an item that has a few members, each by its path from the outside in: "bid.defaultBid".
func (c *collection) fieldsIn(v *view, members map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	item := map[string]any{}
	for path, value := range members {
		names := strings.Split(path, ".")
		at := item
		for _, name := range names[:len(names)-1] {
			inner, ok := at[name].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[name] = inner
			}
			at = inner
		}
		at[names[len(names)-1]] = value
	}
	text, err := json.Marshal(item)
	if err != nil {
		return nil, err
	}
	o, err := c.object(text, v)
	if err != nil {
		return nil, err
	}
	return fieldsOf(o)
}
