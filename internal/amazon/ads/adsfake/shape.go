package adsfake

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// An object is a JSON object whose values are not read yet. Amazon's side is exact about the letter case of keys, which
// encoding/json is not when it fills structs; hence the map.
type object map[string]json.RawMessage

// A shapeError says that a value has the wrong JSON type. It fails the whole request, not one item of it.
type shapeError struct {
	at   string // JSONPath
	want string
}

// Error implements error.
func (e *shapeError) Error() string { return fmt.Sprintf("%s must be %s", e.at, e.want) }

// parseObject reads a JSON object.
func parseObject(raw []byte, at string) (object, error) {
	var o object
	if err := json.Unmarshal(raw, &o); err != nil || o == nil {
		return nil, &shapeError{at, "an object"}
	}
	return o, nil
}

// has reports whether the object has a key whose value is not null.
func (o object) has(key string) bool {
	raw, ok := o[key]
	return ok && !isNull(raw)
}

// isNull reports whether a value is JSON's null.
func isNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }

// read fills a value of the object at key; null counts as absent.
func read[T string | float64 | int64 | int32 | bool | []json.RawMessage | []string | map[string]string](o object, key, at string) (v T, ok bool, err error) {
	if !o.has(key) {
		return v, false, nil
	}
	if err := json.Unmarshal(o[key], &v); err != nil {
		return v, false, &shapeError{at + "." + key, wanted(any(v))}
	}
	return v, true, nil
}

// readObject reads an object inside the object.
func readObject(o object, key, at string) (object, bool, error) {
	if !o.has(key) {
		return nil, false, nil
	}
	in, err := parseObject(o[key], at+"."+key)
	return in, err == nil, err
}

func wanted(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case float64:
		return "a number"
	case int64, int32:
		return "an integer"
	case bool:
		return "a boolean"
	case []string:
		return "an array of strings"
	case map[string]string:
		return "an object of strings"
	}
	return "an array"
}
