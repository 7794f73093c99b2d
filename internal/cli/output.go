package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// show prints v as JSON if --json was given, else as plain writes it.
func (f *Factory) show(v any, plain func()) error {
	if f.flags.json {
		enc := json.NewEncoder(f.Out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	plain()
	return nil
}

// table prints rows under a head, in columns.
func (f *Factory) table(head []string, rows [][]string) {
	w := tabwriter.NewWriter(f.Out, 2, 8, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	_ = w.Flush()
}

// pairs prints names and values under each other; a pair without a value is left out.
func (f *Factory) pairs(pairs ...string) {
	width := 0
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			width = max(width, len(pairs[i]))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(f.Out, "  %-*s  %s\n", width, pairs[i], pairs[i+1])
		}
	}
}

// say tells the person something on the side.
func (f *Factory) say(format string, args ...any) { fmt.Fprintf(f.Err, format+"\n", args...) }

// at writes a time for people; the zero time is a dash.
func at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// dash writes a dash for nothing.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// accounts counts accounts as people do.
func accounts(n int) string {
	if n == 1 {
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", n)
}
