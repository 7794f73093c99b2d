package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A Field is one setting, as documentation and flags need it.
type Field struct {
	Key  string // as in the file
	Env  string // environment variable
	Flag string // without the dashes
	Help string
	Kind string // text, yes/no, duration, number or list
}

// Fields lists all settings in the order of the struct.
func Fields() []Field {
	t := reflect.TypeFor[Config]()
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("key")
		if key == "-" {
			continue
		}
		out = append(out, Field{
			Key:  key,
			Env:  "LOCKKEEPER_" + strings.ToUpper(key),
			Flag: strings.ReplaceAll(key, "_", "-"),
			Help: f.Tag.Get("help"),
			Kind: kindOf(f.Type),
		})
	}
	return out
}

func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t.Kind() == reflect.Bool:
		return "yes/no"
	case t.Kind() == reflect.Int64:
		return "number"
	case t.Kind() == reflect.Slice:
		return "list"
	}
	return "text"
}

// field finds the struct's field of a key.
func (c *Config) field(key string) (reflect.Value, bool) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if k := v.Type().Field(i).Tag.Get("key"); k == key && k != "-" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// Set gives key the value written in text, and remembers the source.
func (c *Config) Set(key, text, source string) error {
	f, ok := c.field(key)
	if !ok {
		return &Error{What: fmt.Sprintf("%s: there is no setting %q", source, key), Hint: nearest(key)}
	}
	wrong := func(want string) error {
		return &Error{What: fmt.Sprintf("%s: %s is %q", source, key, text), Hint: "it must be " + want}
	}
	switch kindOf(f.Type()) {
	case "duration":
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return wrong("a length of time such as 90s or 5m")
		}
		f.SetInt(int64(d))
	case "yes/no":
		b, err := strconv.ParseBool(text)
		if err != nil {
			return wrong("true or false")
		}
		f.SetBool(b)
	case "number":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return wrong("a whole number")
		}
		f.SetInt(n)
	case "list":
		var list []string
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		f.Set(reflect.ValueOf(list))
	default:
		f.SetString(text)
	}
	c.Sources[key] = source
	return nil
}

// Get returns the value of key as text, as Set would read it.
func (c *Config) Get(key string) string {
	f, ok := c.field(key)
	if !ok {
		return ""
	}
	switch v := f.Interface().(type) {
	case time.Duration:
		return v.String()
	case []string:
		return strings.Join(v, ",")
	default:
		return fmt.Sprint(v)
	}
}

// Source tells where the value of key came from.
func (c *Config) Source(key string) string {
	if s := c.Sources[key]; s != "" {
		return s
	}
	return "default"
}

// nearest is the hint for a key that does not exist: the one that was probably meant, or where to find all.
func nearest(key string) string {
	best, distance := "", 4
	for _, f := range Fields() {
		if d := editDistance(key, f.Key); d < distance {
			best, distance = f.Key, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %s? `lockkeeper config` lists all settings", best)
	}
	return "`lockkeeper config` lists all settings"
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

func dataFolder(getenv func(string) string) string {
	if d := getenv("XDG_DATA_HOME"); d != "" {
		return filepath.Join(d, "lockkeeper")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "lockkeeper")
	}
	return "lockkeeper-data"
}
