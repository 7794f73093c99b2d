package writes

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// bodyOf is a row's body with what its order says besides. That becomes fields of the model before anything is looked at, so the spend guard, the
// account's currency and all else hold for it as for the body; where both say the same thing they must agree.
func (o Order) bodyOf(p Place, row Row, channel canon.Channel, a canon.Account) (json.RawMessage, *amazon.AdsRefusal) {
	if len(o.Raw) == 0 {
		return row.Body, nil
	}
	body, err := readMap(row.Body)
	if err != nil {
		return nil, refuse(problem.WritesBadOrder, "", "a row is no JSON object")
	}
	said, no := o.Raw.fields(p.Model, o.Kind, channelsOf(p.Model, o.Kind, channel, body), a)
	if no != nil {
		return nil, no
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		if was, both := body[name]; both && !reflect.DeepEqual(was, said[name]) {
			return nil, refuse(problem.WritesBothDiffer, name, "raw and the body")
		}
		body[name] = said[name]
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, refusedBy(err)
	}
	return text, nil
}

// channelsOf are those that an object may be of: its own, the one that its body names, or all.
func channelsOf(model amazon.AdsModel, kind canon.AdsKind, channel canon.Channel, body fieldMap) []canon.Channel {
	if channel == "" {
		word, _ := body["channel"].(string)
		channel = canon.Channel(word)
	}
	if channel == "" {
		word, _ := body["advertising_channel_type"].(string)
		channel = channelTypes[word]
	}
	if channel == "" {
		return model.AdsChannels(kind)
	}
	return []canon.Channel{channel}
}

// fields are what it says in fields of the model. Amazon's names are those of the one channel that knows them all.
func (r Raw) fields(model amazon.AdsModel, kind canon.AdsKind, channels []canon.Channel, a canon.Account) (fieldMap, *amazon.AdsRefusal) {
	known, out, amazons := names(kind), fieldMap{}, map[string]string{}
	for name, value := range r {
		switch {
		case facts[name]:
			return nil, refuse(problem.WritesFieldFixed, name, "%s", short(name))
		case known[name]:
			out[name] = spelled(kind, name, value)
		default:
			amazons[name] = value
		}
	}
	if len(amazons) == 0 {
		return out, nil
	}
	var found fieldMap
	var stranger string
	for _, channel := range channels {
		fields, unknown := model.AdsRaw(a, kind, channel, amazons)
		if unknown != "" {
			stranger = unknown
			continue
		}
		text, err := json.Marshal(fields)
		if err != nil {
			return nil, refusedBy(err)
		}
		said, err := readMap(text)
		switch {
		case err != nil:
			return nil, refusedBy(err)
		case found != nil && !reflect.DeepEqual(found, said):
			return nil, refuse(problem.WritesWhichChannel, "channel", "raw means one thing in one and another in the other")
		}
		found = said
	}
	if found == nil {
		return nil, refuse(problem.WritesFieldUnknown, stranger, "%s is none of Amazon's that can be said here", short(stranger))
	}
	for name, value := range found {
		if was, both := out[name]; both && !reflect.DeepEqual(was, value) {
			return nil, refuse(problem.WritesBothDiffer, name, "raw says it twice")
		}
		out[name] = value
	}
	return out, nil
}

// spelled is a field's value: text where the field holds that, else JSON.
func spelled(kind canon.AdsKind, name, value string) any {
	if _, err := object(kind, fieldMap{name: value}); err != nil {
		if m, err := readMap([]byte(`{"is":` + value + `}`)); err == nil && len(m) == 1 {
			return m["is"]
		}
	}
	return value
}
