package adsfake

import (
	"encoding/json"
)

// A translation puts one item of a v1 write into the words of v3.
type translation struct {
	findings
	b        *batch
	resource *v1Resource
	shape    *v1Shape // of the item's ad product
	store    v1Store  // where it goes, or is
	old      *thing   // what an update is about, where that is a thing
	in       object
	at       string // "campaigns[0]"
	create   bool
	out      object // the item in v3's words
}

// run translates the item and applies it.
func (t *translation) run(seen map[string]bool) (record, []itemError) {
	id := t.string(t.resource.id)
	if bad := t.place(id, seen); bad != nil {
		return nil, bad
	}
	for i := range t.shape.rules {
		t.carry(&t.shape.rules[i])
	}
	if t.shape.more != nil {
		t.shape.more(t)
	}
	if len(t.errors) > 0 {
		return nil, t.errors
	}
	at := row{at: t.at}
	if !t.create {
		at.id = &id
	}
	e, bad := t.store.apply(t.b, t.out, at, t.create)
	for i := range bad {
		bad[i].at = t.shape.v1Place(bad[i].at)
	}
	return e, bad
}

// place finds out which ad product the item is of: a create says so, an update may.
func (t *translation) place(id string, seen map[string]bool) []itemError {
	product := t.string("adProduct")
	unserved := itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "The ad product is not served here", at: t.at + ".adProduct", trigger: product}
	if t.create {
		if product == "" {
			return []itemError{missing(t.at + ".adProduct")}
		}
		if t.shape = t.resource.shape(product); t.shape == nil {
			return []itemError{unserved}
		}
		t.store = t.shape.stores[0]
		if t.shape.product == sponsoredBrands && t.b.p.subType == "KDP_AUTHOR" {
			unserved.message = "KDP authors do not have access to Sponsored Brands functionality"
			return []itemError{unserved}
		}
		return nil
	}
	at := t.at + "." + t.resource.id
	switch {
	case id == "":
		return []itemError{missing(at)}
	case seen[id]:
		return []itemError{{kind: "duplicateValueError", reason: "DUPLICATE_RESOURCE_ID_FOUND", message: "The id stands twice in the request", at: at, trigger: id}}
	case product != "" && t.resource.shape(product) == nil:
		return []itemError{unserved}
	}
	seen[id] = true
	if t.shape, t.store = t.resource.find(t.b.p, id); t.shape == nil {
		return t.resource.absent(at, id)
	}
	if product != "" && product != t.shape.product {
		return []itemError{{kind: "otherError", reason: "OTHER_ERROR", message: "The ad product cannot be changed", at: t.at + ".adProduct", trigger: product}}
	}
	if c, ok := t.store.(*collection[*thing, *thingInput]); ok {
		t.old, _, _ = c.of(t.b.p).find(id)
	}
	return nil
}

// dig finds a value inside objects and arrays; nil where it is not.
func dig(o object, path ...string) json.RawMessage {
	for i, key := range path {
		raw, ok := o[key]
		if !ok || isNull(raw) {
			return nil
		}
		if i == len(path)-1 {
			return raw
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			raw = list[0]
		}
		var next object
		if json.Unmarshal(raw, &next) != nil {
			return nil
		}
		o = next
	}
	return nil
}

// string is a value of the item that is a string; empty where it is none.
func (t *translation) string(path string) string {
	var s string
	_ = json.Unmarshal(seek(t.in, path), &s) // what is no string is none
	return s
}

func (t *translation) put(key string, value any) { t.out[key] = mustJSON(value) }

// iso is the country's code outside of /v2/profiles: GB, not UK (ads-lwa 2.4).
func (c *country) iso() string {
	if c.code == "UK" {
		return "GB"
	}
	return c.code
}
