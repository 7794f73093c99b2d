package unified

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// array writes objects as one JSON array.
func (l *listing) array(objects []canon.AdsObject) ([]byte, error) {
	text := make([]byte, 0, 2+1024*len(objects))
	text = append(text, '[')
	for i, o := range objects {
		one, err := l.object(o)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, one...)
	}
	return append(text, ']'), nil
}

// object writes one object, with the fields that are asked for. Its id is always there.
func (l *listing) object(o canon.AdsObject) ([]byte, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("writing an object: %w", err)
	}
	if len(l.fields) == 0 {
		return text, nil
	}
	return choose(text, l.fields)
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
