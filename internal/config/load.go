package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// An Error is a setting that cannot be used, and what to do about it.
type Error struct {
	What, Hint string
	Err        error
}

// Error implements error.
func (e *Error) Error() string { return e.What }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A Source is where settings come from besides their defaults.
type Source struct {
	File   string // a file that must exist; empty for lockkeeper.toml in the data folder, if there is one
	Getenv func(string) string
	Flags  map[string]string // by key, only those that were given
}

// FileName is the name of the settings file in the data folder.
const FileName = "lockkeeper.toml"

// Load reads all settings and checks them.
func Load(src Source) (Config, error) {
	c := Defaults(src.Getenv)
	file, must := src.File, true
	if file == "" {
		file = src.Getenv("LOCKKEEPER_CONFIG")
	}
	if file == "" {
		// The data folder decides where the file is, so that folder is looked up first.
		probe := c
		probe.Sources = map[string]string{}
		if err := probe.overlay(src); err != nil {
			return c, err
		}
		file, must = filepath.Join(probe.Data, FileName), false
	}
	if err := c.readFile(file, must); err != nil {
		return c, err
	}
	if err := c.overlay(src); err != nil {
		return c, err
	}
	return c, c.Check()
}

// overlay applies the environment, then the flags.
func (c *Config) overlay(src Source) error {
	for _, f := range Fields() {
		if v := src.Getenv(f.Env); v != "" {
			if err := c.Set(f.Key, v, "environment variable "+f.Env); err != nil {
				return err
			}
		}
	}
	for _, f := range Fields() {
		if v, given := src.Flags[f.Key]; given {
			if err := c.Set(f.Key, v, "flag --"+f.Flag); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Config) readFile(file string, must bool) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !must {
		return nil
	}
	if err != nil {
		return &Error{What: fmt.Sprintf("reading the settings file %s: %v", file, cause(err)), Hint: "check the path given by --config or LOCKKEEPER_CONFIG", Err: err}
	}
	c.File = file
	return c.Parse(string(text), file)
}

// Parse applies the text of a settings file, strictly.
func (c *Config) Parse(text, file string) error {
	var values map[string]any
	meta, err := toml.Decode(text, &values)
	if err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			hint := "mend that line; `lockkeeper config --example` prints a whole file"
			if pe.Position.Line >= strings.Count(strings.TrimRight(text, "\n"), "\n")+1 {
				hint = "the file seems to end too early: it may have been cut off while it was copied or saved"
			}
			return &Error{What: fmt.Sprintf("the settings file %s cannot be read at line %d: %s", file, pe.Position.Line, pe.Message), Hint: hint, Err: err}
		}
		return &Error{What: fmt.Sprintf("the settings file %s cannot be read: %v", file, err), Hint: "it must be TOML", Err: err}
	}
	for _, key := range meta.Keys() {
		v := values[key[0]]
		if len(key) > 1 {
			continue // its table was refused already, or will be
		}
		s, err := tomlText(v)
		if err != nil {
			return &Error{What: fmt.Sprintf("the settings file %s, line %d: %s %v", file, lineOf(text, key[0]), key, err), Hint: nearest(key[0])}
		}
		if err := c.Set(key[0], s, fmt.Sprintf("file %s, line %d", file, lineOf(text, key[0]))); err != nil {
			return err
		}
	}
	return nil
}

// lineOf finds the line on which a key or its table stands; the parser does not keep it.
func lineOf(text, key string) int {
	n := 0
	for line := range strings.Lines(text) {
		n++
		name, _, _ := strings.Cut(strings.Trim(strings.TrimSpace(line), "[]"), "=")
		name, _, _ = strings.Cut(name, ".")
		if strings.Trim(strings.TrimSpace(name), `"']`) == key {
			return n
		}
	}
	return 1
}

// tomlText turns a TOML value into the text that Set reads.
func tomlText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool, int64:
		return fmt.Sprint(v), nil
	case time.Duration:
		return v.String(), nil
	case []any:
		var items []string
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return "", errors.New("holds something that is no text")
			}
			items = append(items, s)
		}
		return strings.Join(items, ","), nil
	case map[string]any, []map[string]any:
		return "", errors.New("is a table, and there are no tables here")
	}
	return "", fmt.Errorf("has a value of a kind that no setting takes (%T)", v)
}

// cause strips the path that os errors repeat.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
