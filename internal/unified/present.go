package unified

import (
	"bytes"
	"encoding/json"
	"errors"
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
	some, err := choose(text[len(to):], l.shows)
	return append(to, some...), err
}

// shows reports whether a field is asked for.
func (l *listing) shows(field string) bool {
	return len(l.fields) == 0 || field == "id" || slices.Contains(l.fields, field)
}

// choose keeps some fields of an object, in the order that they have.
func choose(text []byte, shows func(field string) bool) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("choosing an object's fields: %w", err)
	}
	out := []byte{'{'}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err = errors.Join(err, d.Decode(&value)); err != nil {
			return nil, fmt.Errorf("choosing an object's fields: %w", err)
		}
		if field := name.(string); shows(field) { // the names of the model's fields need no escapes
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(append(append(append(out, '"'), field...), `":`...), value...)
		}
	}
	return append(out, '}'), nil
}
