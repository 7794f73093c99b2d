package sandbox_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/covered"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

var update = flag.Bool("update", false, "write the reference page of operations anew")

// records are what tests cover: which client drives an operation, and which specification its answers are compared with. Why none drives one is
// written by hand.
type records struct{ driven, compared, undriven covered.Record }

func readRecords(t *testing.T) records {
	t.Helper()
	driven, err := covered.Read(filepath.Join("..", "interop", "driven.toml"))
	if err != nil {
		t.Fatal(err)
	}
	undriven, err := covered.Read(filepath.Join("..", "interop", "undriven.toml"))
	if err != nil {
		t.Fatal(err)
	}
	all := records{driven, covered.Record{}, undriven}
	files, err := filepath.Glob(filepath.Join("..", "internal", "amazon", "*", "*fake", "testdata", "compared.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		one, err := covered.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(all.compared, one)
	}
	if len(all.driven) == 0 || len(all.compared) == 0 {
		t.Fatalf("%d records of clients, %d of specifications", len(all.driven), len(all.compared))
	}
	return all
}

// An operation is one of a fake's, with the requests that are it.
type operation struct {
	program, name string
	requests      []string
}

func operationsOf(fake kit.Fake) []operation {
	byName := map[string][]string{}
	for _, r := range fake.Routes {
		names := r.Operations
		if names == nil {
			names = []string{r.Operation}
		}
		for _, name := range names {
			byName[name] = append(byName[name], strings.TrimSpace(r.Method+" "+r.Pattern))
		}
	}
	var all []operation
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, operation{fake.Program, name, byName[name]})
	}
	return all
}

const operationsHead = `<!-- Written by make generate from what the tests record. DO NOT EDIT. -->
# What the sandbox serves, and what shows that it is true

Every operation of the sandbox: which software that others wrote drives it, unmodified, in ` + "`make interop`" + `; and which of Amazon's specifications its answers are compared with in ` + "`make test`" + `.
Where neither is named, only this project's own tests and its reading of Amazon's pages speak for it. The tests record what they did, and fail where the records differ.
Files that a client names by URL alone, as reports and uploads, are fetched and put there with the HTTP library that it is made on.
`

// page writes the table.
func (r records) page(fakes []kit.Fake) string {
	var b strings.Builder
	b.WriteString(operationsHead)
	word := func(names, why []string) string {
		return cmp.Or(strings.Join(names, ", "), strings.Join(why, ", "), "nothing yet")
	}
	for _, fake := range slices.SortedFunc(slices.Values(fakes), func(a, b kit.Fake) int { return cmp.Compare(a.Program, b.Program) }) {
		all, driven, compared := operationsOf(fake), 0, 0
		var rows strings.Builder
		for _, o := range all {
			clients, specs := r.driven.By(o.program, o.name), r.compared.By(o.program, o.name)
			driven += min(len(clients), 1)
			compared += min(len(specs), 1)
			fmt.Fprintf(&rows, "| `%s` | `%s` | %s | %s |\n", o.name, strings.Join(o.requests, "`, `"), word(clients, r.undriven.By(o.program, o.name)), word(specs, nil))
		}
		fmt.Fprintf(&b, "\n## %s\n\n%d operations: %d driven by a foreign client, %d compared with a specification.\n\n", fake.Program, len(all), driven, compared)
		b.WriteString("| operation | request | driven by | compared with |\n|---|---|---|---|\n" + rows.String())
	}
	return b.String()
}

// testsIn is the text of all test files of some folders.
func testsIn(t *testing.T, patterns ...string) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}

// TestOperationsPage holds the reference page to the routes of the fakes and to what the tests record; and the records to the routes.
func TestOperationsPage(t *testing.T) {
	t.Parallel()
	amazon := start(t, sandbox.Options{})
	fakes := amazon.Handler().(*kit.Front).Fakes()
	all := readRecords(t)
	known := map[string]bool{}
	for _, fake := range fakes {
		for _, o := range operationsOf(fake) {
			known[o.program+" "+o.name] = true
		}
	}
	tests := testsIn(t, filepath.Join("..", "interop", "*_test.go"), filepath.Join("..", "internal", "amazon", "*", "*fake", "*_test.go"))
	for _, record := range []covered.Record{all.driven, all.compared} {
		for name, programs := range record {
			_, test, _ := strings.Cut(name, " in ")
			test, _, _ = strings.Cut(test, "/")
			if !strings.Contains(tests, "func "+test+"(t *testing.T)") {
				t.Errorf("%q is recorded of a test that is not there", name)
			}
			for program, operations := range programs {
				for _, o := range operations {
					if !known[program+" "+o] {
						t.Errorf("%s covers %s %s, which no fake has", name, program, o)
					}
				}
			}
		}
	}
	for why, programs := range all.undriven {
		for program, operations := range programs {
			for _, o := range operations {
				if clients := all.driven.By(program, o); !known[program+" "+o] || len(clients) > 0 || len(all.undriven.By(program, o)) > 1 {
					t.Errorf("undriven.toml says of %s %s %q, and it is not so: known %v, driven by %q", program, o, why, known[program+" "+o], clients)
				}
			}
		}
	}
	path, want := filepath.Join("..", "docs", "reference", "zz_gen_sandbox_operations.md"), all.page(fakes)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is out of date (%v): run make generate", path, err)
	}
}
