package adsfake

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// A v1Word is what a value of v1 is called in v3. Both are strings or booleans.
type v1Word struct{ v1, v3 any }

// words is the form of values that are called otherwise.
func words(pairs ...v1Word) v1Form {
	var allowed []string
	for _, p := range pairs {
		if s, ok := p.v1.(string); ok {
			allowed = append(allowed, s)
		}
	}
	return v1Form{
		to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
			v := scalar(raw)
			if i := slices.IndexFunc(pairs, func(p v1Word) bool { return p.v1 == v }); i >= 0 {
				return mustJSON(pairs[i].v3)
			}
			t.fail(notInEnum(t.at+"."+r.place(), plainText(raw), allowed))
			return nil
		},
		back: func(_ *prospect, _ *thing, raw json.RawMessage) json.RawMessage {
			v := scalar(raw)
			if i := slices.IndexFunc(pairs, func(p v1Word) bool { return p.v3 == v }); i >= 0 {
				return mustJSON(pairs[i].v1)
			}
			return nil
		},
	}
}

// scalar is a value that can be compared: a string or a boolean; nil for all else.
func scalar(raw json.RawMessage) any {
	var v any
	_ = json.Unmarshal(raw, &v) // what cannot be read is none
	switch v.(type) {
	case string, bool:
		return v
	}
	return nil
}

func mustJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic("adsfake: a translated value is no JSON: " + err.Error())
	}
	return text
}

// always is the form of a value that can only be one, which v3 does not have.
func always(value string) v1Form {
	return v1Form{
		to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
			if scalar(raw) != value {
				t.fail(notInEnum(t.at+"."+r.place(), plainText(raw), []string{value}))
			}
			return nil
		},
		back: func(*prospect, *thing, json.RawMessage) json.RawMessage { return mustJSON(value) },
	}
}

// currency is the form of the profile's currency.
var currency = v1Form{
	to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
		if own := t.b.p.country.currency; scalar(raw) != own {
			t.fail(notInEnum(t.at+"."+r.v1, plainText(raw), []string{own}))
		}
		return nil
	},
	back: func(s *prospect, _ *thing, _ json.RawMessage) json.RawMessage { return mustJSON(s.p.country.currency) },
}

// homeCountry is the form of a list of countries, which is the profile's own alone.
var homeCountry = v1Form{
	to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
		var list []string
		if json.Unmarshal(raw, &list) != nil || len(list) > 1 || len(list) == 1 && list[0] != t.b.p.country.iso() {
			t.fail(itemError{kind: "otherError", reason: "UNSUPPORTED_MARKETPLACE", message: "The profile is of another country", at: t.at + "." + r.v1})
		}
		return nil
	},
	back: func(s *prospect, _ *thing, _ json.RawMessage) json.RawMessage {
		return mustJSON([]string{s.p.country.iso()})
	},
}

// singleMarket is the form of marketplaceScope.
var singleMarket = v1Form{
	to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
		if scalar(raw) != "SINGLE_MARKETPLACE" {
			t.fail(itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "Nothing is global here", at: t.at + "." + r.v1, trigger: plainText(raw)})
		}
		return nil
	},
	back: func(*prospect, *thing, json.RawMessage) json.RawMessage { return mustJSON("SINGLE_MARKETPLACE") },
}

// multiGroups is the form of what Sponsored Brands campaigns can all do: those of v4 have several ad groups. It cannot be written.
var multiGroups = v1Form{
	to:   func(*translation, *v1Rule, json.RawMessage) json.RawMessage { return nil },
	back: func(*prospect, *thing, json.RawMessage) json.RawMessage { return mustJSON(true) },
}

// instantDay is the form of an instant that is a day in v3: that on which it falls for the profile.
var instantDay = v1Form{
	to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
		at, err := time.Parse(time.RFC3339, plainText(raw))
		if err != nil {
			t.fail(badDate("INVALID_DATE", t.at+"."+r.v1, plainText(raw), "The instant is not of the right form"))
			return nil
		}
		return mustJSON(at.In(t.b.p.location).Format(t.shape.layout))
	},
	back: func(s *prospect, t *thing, raw json.RawMessage) json.RawMessage {
		at, err := time.ParseInLocation(t.kind.layout(), plainText(raw), s.p.location)
		if err != nil {
			return nil // dates in the store are sound
		}
		return mustJSON(at.UTC().Format(instant))
	},
}

// digits is the form of an id that is a number in v3.
var digits = v1Form{
	to: func(_ *translation, _ *v1Rule, raw json.RawMessage) json.RawMessage {
		if s := plainText(raw); s != "" && len(s) < 19 && s[0] != '0' && strings.Trim(s, "0123456789") == "" {
			return json.RawMessage(s)
		}
		return raw // which v3 does not find
	},
	back: func(_ *prospect, _ *thing, raw json.RawMessage) json.RawMessage { return mustJSON(plainText(raw)) },
}

// pairs is the form of tags: a list of keys and values, an object in v3.
var pairs = v1Form{
	to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
		var list []struct{ Key, Value string }
		if json.Unmarshal(raw, &list) != nil {
			t.fail(malformed("PATTERN_NOT_MATCHED", t.at+"."+r.v1, "", "Tags are pairs of key and value"))
			return nil
		}
		m := map[string]string{}
		for _, tag := range list {
			m[tag.Key] = tag.Value
		}
		return mustJSON(m)
	},
	back: func(_ *prospect, _ *thing, raw json.RawMessage) json.RawMessage {
		var m map[string]any
		if json.Unmarshal(raw, &m) != nil {
			return nil
		}
		list := []any{}
		for _, key := range slices.Sorted(maps.Keys(m)) {
			list = append(list, map[string]any{"key": key, "value": plainText(mustJSON(m[key]))})
		}
		return mustJSON(list)
	},
}
