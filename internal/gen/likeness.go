package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// likenesses makes the tables by which a refusal that says little is explained: what is worded alike, what a status alone may mean,
// and which entries a status alone leads to. named maps the catalogue's Go names to its codes.
func likenesses(b *bytes.Buffer, h *house, named map[string]string) error {
	type meaning struct {
		code  string
		place int
	}
	alone := map[int][]meaning{}
	b.WriteString("\nvar alike = map[Code][]Code{\n")
	for _, e := range h.problems {
		for text, place := range e.Alone {
			status, err := strconv.Atoi(text)
			if err != nil || status < 200 || status > 599 {
				return fmt.Errorf("problem %s stands alone for %q, which is no status", e.Code, text)
			}
			alone[status] = append(alone[status], meaning{e.Code, place})
		}
		if len(e.Alike) == 0 {
			continue
		}
		var list []string
		for _, code := range e.Alike {
			if named[constant(code)] != code {
				return fmt.Errorf("problem %s is alike to %s, which is none", e.Code, code)
			}
			list = append(list, constant(code))
		}
		fmt.Fprintf(b, "%s: {%s},\n", constant(e.Code), strings.Join(list, ", "))
	}
	b.WriteString("}\n\nvar alone = map[int][]Code{\n")
	for _, status := range slices.Sorted(maps.Keys(alone)) {
		slices.SortFunc(alone[status], func(a, c meaning) int {
			if a.place != c.place {
				return a.place - c.place
			}
			return strings.Compare(a.code, c.code)
		})
		var list []string
		for _, m := range alone[status] {
			list = append(list, constant(m.code))
		}
		fmt.Fprintf(b, "%d: {%s},\n", status, strings.Join(list, ", "))
	}
	b.WriteString("}\n\nvar weak = map[Code]bool{\n")
	for _, e := range h.problems {
		if e.Weak {
			fmt.Fprintf(b, "%s: true,\n", constant(e.Code))
		}
	}
	b.WriteString("}\n")
	return nil
}
