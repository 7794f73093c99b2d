package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	entryText   = "[[problem]]\ncode = \"dummy.region_needed\"\nwhat = \"There is no region.\"\nwhose = \"caller\"\nfix = \"Name | a region.\"\nstatus = 400\nretry = \"1h\"\n  [[problem.match]]\n  status = [400]\n"
	programText = "code = \"dummy\"\nname = \"Dummy\"\nauth = \"lwa\"\ndocs = \"\"\nscopes = [\"a\", \"b\"]\nroots = [\"/dummy\"]\n[hosts]\nNA = \"na.dummy.example\"\nEU = \"eu.dummy.example\"\n" +
		"[[operation]]\nid = \"things.list\"\nmethod = \"GET\"\npath = \"/dummy/{id}\"\neffect = \"read\"\nscoped = true\n"
)

// tree is a small repository of one program and its fake.
func tree() map[string]string {
	return map[string]string{
		"internal/problem/problems.toml":              "[[problem]]\ncode = \"lwa.like_url_id_bad\"\nwhat = \"Bad.\"\nwhose = \"operator\"\nfix = \"Mend it.\"\n",
		"internal/amazon/dummy/program.toml":          programText,
		"internal/amazon/dummy/problems.toml":         entryText,
		"internal/amazon/dummy/dummy.go":              "package dummy\n",
		"internal/amazon/dummy/testdata/program.toml": "code = \"not a program\"\n",
		"internal/amazon/dummy/dummyfake/fake.go":     "package dummyfake\n",
		"internal/amazon/half/program.toml":           "code = \"half\"\n", // described, not yet written
		"sandbox/kit/kit.go":                          "package kit\n",
	}
}

func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func generated(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), "zz_gen_") {
			text, err := os.ReadFile(path)
			rel, _ := filepath.Rel(root, path)
			out[filepath.ToSlash(rel)] = string(text)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGenerates(t *testing.T) {
	t.Parallel()
	root := lay(t, tree())
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	got := generated(t, root)
	for name, holds := range map[string][]string{
		"internal/problem/zz_gen_catalogue.go": {"DummyRegionNeeded", "= \"dummy.region_needed\"", "LWALikeURLIDBad", "Status: 400", "Whose: CallersOwn"},
		"internal/amazon/all/zz_gen_all.go":    {"internal/amazon/dummy\"", "dummy.New(),"},
		"sandbox/all/zz_gen_all.go":            {"internal/amazon/dummy/dummyfake\"", "dummyfake.New(w),"},
		"docs/reference/zz_gen_problems.md":    {"`dummy.region_needed`", `Name \| a region.`, "## dummy"},
		"docs/reference/zz_gen_programs.md":    {"`dummy.things.list` | `GET /dummy/{id}` | read | yes", "| EU | `eu.dummy.example` |\n| NA |"},
	} {
		for _, want := range holds {
			if !strings.Contains(got[name], want) {
				t.Errorf("%s does not hold %q:\n%s", name, want, got[name])
			}
		}
	}
	if len(got) != 5 || strings.Contains(got["internal/amazon/all/zz_gen_all.go"], "half") {
		t.Errorf("generated %v", slices.Sorted(maps.Keys(got)))
	}
}

// TestDeterministic: the same folders give the same files, and a second run touches none.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	one, two := lay(t, tree()), lay(t, tree())
	for _, root := range []string{one, two} {
		if err := run(root, false); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(generated(t, one), generated(t, two)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	path := filepath.Join(one, "internal", "problem", "zz_gen_catalogue.go")
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(one, false); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("a file that would not change was written: %v", err)
	}
}

// TestBadEntries: what every surface relies on is refused here, before it is built.
func TestBadEntries(t *testing.T) {
	t.Parallel()
	const own, program = "internal/problem/problems.toml", "internal/amazon/dummy/problems.toml"
	for name, change := range map[string]func(map[string]string){
		"code form":      func(m map[string]string) { m[program] = strings.Replace(entryText, "dummy.region", "dummy.Region", 1) },
		"another's code": func(m map[string]string) { m[program] = strings.Replace(entryText, "dummy.region", "ads.region", 1) },
		"owner":          func(m map[string]string) { m[program] = strings.Replace(entryText, `"caller"`, `"nobody"`, 1) },
		"no full stop":   func(m map[string]string) { m[program] = strings.Replace(entryText, "no region.", "no region", 1) },
		"no fix":         func(m map[string]string) { m[program] = strings.Replace(entryText, "Name | a region.", "", 1) },
		"status": func(m map[string]string) {
			m[program] = strings.Replace(entryText, "status = 400\nretry", "status = 200\nretry", 1)
		},
		"unknown key": func(m map[string]string) { m[program] = strings.Replace(entryText, "retry", "rety", 1) },
		"twice":       func(m map[string]string) { m[program] = entryText + entryText },
		"one name, two codes": func(m map[string]string) {
			m[own] = strings.Replace(entryText[:strings.Index(entryText, "  [[")], "dummy.region_needed", "dummy.region.needed", 1)
		},
		"own with rules":  func(m map[string]string) { m[own] = strings.Replace(entryText, "dummy.", "own.", 1) },
		"no TOML":         func(m map[string]string) { m[program] = "[[" },
		"program no TOML": func(m map[string]string) { m["internal/amazon/dummy/program.toml"] = "[[" },
	} {
		files := tree()
		change(files)
		root := lay(t, files)
		if err := run(root, false); err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), root) && name != "no TOML" && name != "program no TOML" {
			t.Errorf("%s: the error names a path of this machine: %v", name, err)
		}
	}
}

// TestUpToDate: what is generated here is what lies in the repository.
func TestUpToDate(t *testing.T) {
	t.Parallel()
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	h, err := survey(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, build := range map[string]func(*house) ([]byte, error){"docs/reference/zz_gen_problems.md": problemPage, "docs/reference/zz_gen_programs.md": programPage} {
		want, err := build(h)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path))); err != nil || string(got) != string(want) {
			t.Errorf("%s is stale (%v): run go run ./internal/gen", path, err)
		}
	}
}
