package adsfake

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed reporttypes.txt
var reportTypesText string

// A reportType is one type of report (ads-lwa 5.1).
type reportType struct {
	id, product string
	range_      int // most days of one report
	retention   int // days that are kept
	formats     []string
	summaryOnly bool
	columns     map[string]bool
	groups      map[string]*reportGroup
	order       []string // of groups
}

// A reportGroup is what a groupBy adds to a type.
type reportGroup struct {
	columns map[string]bool
	filters map[string][]string // values that a filter takes; none: any
}

// parseReportTypes reads the table of report types. It comes with the program, so that an error in it is one of programming.
func parseReportTypes(text string) map[string]*reportType {
	all := map[string]*reportType{}
	var t *reportType
	var last map[string]bool // what a line that goes on adds to
	for n, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case line[0] != ' ':
			t = &reportType{id: words[0], product: words[1], columns: map[string]bool{}, groups: map[string]*reportGroup{}}
			t.range_, _ = strconv.Atoi(words[2])
			if t.retention, _ = strconv.Atoi(words[3]); t.range_ == 0 || t.retention == 0 {
				panic(fmt.Sprintf("adsfake: line %d of the report types has no range", n+1))
			}
			t.formats = words[4:]
			if i := len(words) - 1; words[i] == "summary" {
				t.summaryOnly, t.formats = true, words[4:i]
			}
			all[t.id] = t
		case strings.HasPrefix(line, "    "):
			add(last, words)
		case words[0] == "columns:":
			last = t.columns
			add(last, words[1:])
		case words[0] == "group":
			g := &reportGroup{columns: map[string]bool{}, filters: map[string][]string{}}
			name := strings.TrimSuffix(words[1], ":")
			t.groups[name], last = g, g.columns
			t.order = append(t.order, name)
			add(last, words[2:])
		case words[0] == "filter":
			t.groups[words[1]].filters[strings.TrimSuffix(words[2], ":")] = words[3:]
		default:
			panic(fmt.Sprintf("adsfake: line %d of the report types is none", n+1))
		}
	}
	return all
}

func add(to map[string]bool, words []string) {
	for _, w := range words {
		to[w] = true
	}
}
