package unified

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// object appends one object, with the fields that are asked for. Its id is always there.
func (l *listing) object(to []byte, o canon.AdsObject) ([]byte, error) {
	text, err := canon.AppendAds(to, o)
	if err != nil || len(l.fields) == 0 {
		return text, err
	}
	some, err := choose(text[len(to):], l.fields)
	return append(to, some...), err
}

// choose keeps some fields of an object.
func choose(text []byte, fields []string) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("choosing an object's fields: %w", err)
	}
	for name := range all {
		if name != "id" && !slices.Contains(fields, name) {
			delete(all, name)
		}
	}
	return json.Marshal(all)
}
