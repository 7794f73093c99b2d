// Package covered keeps the records of which operations of the sandbox are covered by what: which foreign client drives them, which of
// Amazon's specifications their answers are compared with.
//
// The tests that cover them hold the records to what they really did, and write them anew when told to (go test -update). A page of the
// reference is made of the records, so that it cannot say more than the tests do.
package covered

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

// A Record says for each test, named "what covers in TestName", which operations of which program it covers.
type Record map[string]map[string][]string

// Read reads a record. A file that is not there is an empty one.
func Read(path string) (Record, error) {
	r := Record{}
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return r, nil
	}
	if err == nil {
		err = toml.Unmarshal(text, &r)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what is covered: %w", err)
	}
	return r, nil
}

// By tells what covers an operation, sorted, each once.
func (r Record) By(program, operation string) []string {
	all := map[string]bool{}
	for name, programs := range r {
		if slices.Contains(programs[program], operation) {
			what, _, _ := strings.Cut(name, " in Test")
			all[what] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// A Tally is what one test has covered so far: operations by program. Its zero value is empty.
type Tally map[string]map[string]bool

// Add counts an operation.
func (y Tally) Add(program, operation string) {
	if y[program] == nil {
		y[program] = map[string]bool{}
	}
	y[program][operation] = true
}

// Hold compares what a test covered with what the record says of it, or, with update, has the record say so.
func Hold(t testing.TB, path, what string, tally Tally, update bool) {
	t.Helper()
	if t.Failed() {
		return // it may have ended early
	}
	record, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	name, got := what+" in "+t.Name(), map[string][]string{}
	for program, operations := range tally {
		got[program] = slices.Sorted(maps.Keys(operations))
	}
	if !update {
		if diff := cmp.Diff(record[name], got); diff != "" {
			t.Errorf("%s covers otherwise than %s says; run this test with -update, then make generate:\n%s", what, path, diff)
		}
		return
	}
	record[name] = got
	if err := record.write(path); err != nil {
		t.Fatal(err)
	}
}

func (r Record) write(path string) error {
	var b bytes.Buffer
	b.WriteString("# Which operations of the sandbox each test covers. Written by the tests themselves: go test -update.\n")
	for _, name := range slices.Sorted(maps.Keys(r)) {
		fmt.Fprintf(&b, "\n[%q]\n", name)
		for _, program := range slices.Sorted(maps.Keys(r[name])) {
			fmt.Fprintf(&b, "%s = [\n", program)
			for _, operation := range r[name][program] {
				fmt.Fprintf(&b, "  %q,\n", operation)
			}
			b.WriteString("]\n")
		}
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing what is covered: %w", err)
	}
	return nil
}
