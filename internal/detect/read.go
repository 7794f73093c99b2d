package detect

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// read takes a text apart by the form that it has.
func read(text string) []field {
	if text[0] == '{' || text[0] == '[' {
		if fields, ok := readJSON(text); ok {
			return fields
		}
	}
	if fields, ok := readTable(text); ok {
		return fields
	}
	return readLines(text)
}

// A frame is one JSON object or list that is open.
type frame struct {
	name   string // its own, folded, with those it stands in
	key    string // the key whose value comes next
	object bool
	want   bool // a key comes next
	group  int
	apart  bool
}

// readJSON reads one or several JSON texts; no is for what is none, such as a settings file with comments, which is read by lines then.
func readJSON(text string) ([]field, bool) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	r := &reader{}
	var open []frame
	line, seen := 1, 0
	for len(r.fields) <= maxFields {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return r.fields, len(open) == 0
		}
		if err != nil || len(open) > 64 {
			return nil, false
		}
		var top *frame
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		at := int(dec.InputOffset())
		line, seen = line+strings.Count(text[seen:at], "\n"), at
		switch t := token.(type) {
		case json.Delim:
			if t == '}' || t == ']' {
				open = open[:len(open)-1]
				continue
			}
			f := frame{object: t == '{', want: t == '{'}
			if top != nil {
				f.name, f.group, f.apart = join(top.name, fold(top.key)), top.group, top.apart || !top.object
				top.want = top.object
			}
			if f.object {
				r.groups++
				f.group = r.groups
			}
			open = append(open, f)
		case string:
			if top != nil && top.want {
				top.key, top.want = t, false
				continue
			}
			r.value(top, t, line)
		case json.Number:
			r.value(top, t.String(), line)
		default:
			if top != nil {
				top.want = top.object
			}
		}
	}
	return r.fields, true
}

// value keeps a JSON string or number. A string of several lines, such as a file put into JSON, is read by lines.
func (r *reader) value(top *frame, s string, line int) {
	f := field{line: line}
	if top != nil {
		f.group, f.apart, f.In = top.group, top.apart, top.name
		f.As, f.Name = top.key, fold(top.key)
		top.want = top.object
	}
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, " \n") {
		r.group, r.apart, r.section = f.group, f.apart, join(f.In, f.Name)
		r.lines(s, line-1)
		return
	}
	f.Text = s
	if s != "" {
		r.fields = append(r.fields, f)
	}
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "_" + b
}

// words that stand in the heads of tables of keys.
var headWords = []string{"id", "key", "secret", "token", "version", "tag", "client", "credential"}

// readTable reads comma-, semicolon- and tab-separated tables with a head, as Amazon's consoles give them for download: a row each is one
// group, and the whole head is what its values stand in.
func readTable(text string) ([]field, bool) {
	head, rest, ok := strings.Cut(text, "\n")
	if !ok || strings.TrimSpace(rest) == "" {
		return nil, false
	}
	comma := rune(0)
	for _, c := range ",;\t" {
		if n := strings.Count(head, string(c)); n > 0 && (comma == 0 || n > strings.Count(head, string(comma))) {
			comma = c
		}
	}
	if comma == 0 || len(head) > 2048 || strings.ContainsAny(head, "={}[]") {
		return nil, false
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.LazyQuotes, in.FieldsPerRecord, in.TrimLeadingSpace = comma, true, -1, true
	names, err := in.Read()
	if err != nil || !isHead(names) {
		return nil, false
	}
	folded := make([]string, len(names))
	for i, n := range names {
		folded[i] = fold(n)
	}
	about := strings.Join(folded, "_")
	r := &reader{}
	for len(r.fields) <= maxFields {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return r.fields, true
		}
		if err != nil {
			return nil, false
		}
		r.groups++
		for i, cell := range row {
			cell = strings.TrimSpace(strings.Trim(strings.TrimSpace(cell), `"'`))
			if i >= len(names) || cell == "" {
				continue
			}
			line, _ := in.FieldPos(i)
			f := field{line: line, group: r.groups, apart: true}
			f.Name, f.As, f.In, f.Text = folded[i], names[i], about, strings.ReplaceAll(cell, "\n", "")
			r.fields = append(r.fields, f)
		}
	}
	return r.fields, true
}

// isHead reports whether a table's first row are names: short, of words, and one of them what keys are called.
func isHead(names []string) bool {
	known := false
	for _, n := range names {
		n = strings.TrimSpace(n)
		if len(n) > 48 || strings.ContainsAny(n, "|%") || len(n) >= 16 && !strings.ContainsAny(n, " _-") && strings.ContainsAny(n, "0123456789") {
			return false
		}
		for w := range strings.SplitSeq(fold(n), "_") {
			for _, h := range headWords {
				known = known || w == h
			}
		}
	}
	return known && len(names) > 1
}
