// Command gen turns the data in the programs' folders into Go and pages: the catalogue of problems, the lists of programs and fakes, the
// reference pages, the guides and the README's table of keys. Out of the model's own comments it makes what the API says of each field.
//
// It finds the folders itself, by looking for program.toml, problems.toml and guide.toml, so adding a program is adding a folder. Of this
// module it imports only internal/guide/book, which needs nothing generated: it must build even while a generated file is broken. Its output
// depends on the files alone, in sorted order, and a file whose content would not change is left untouched. With -check it writes nothing and
// fails where it would.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Module is the import path that generated imports begin with.
const module = "github.com/lockkeeper-dev/lockkeeper"

func main() {
	root := flag.String("root", "", "root of the repository; defaults to the nearest folder upwards with a go.mod")
	check := flag.Bool("check", false, "write nothing, and fail where a file is out of date")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	if root == "" {
		found, err := findRoot()
		if err != nil {
			return err
		}
		root = found
	}
	h, err := survey(root)
	if err != nil {
		return err
	}
	files := guidePages(h)
	for _, f := range []struct {
		path string
		make func(*house) ([]byte, error)
	}{
		{"internal/problem/zz_gen_catalogue.go", catalogue},
		{"internal/amazon/all/zz_gen_all.go", programList},
		{"sandbox/all/zz_gen_all.go", fakeList},
		{"docs/reference/zz_gen_problems.md", problemPage},
		{"docs/reference/zz_gen_programs.md", programPage},
		{"README.md", readme},
	} {
		text, err := f.make(h)
		if err != nil {
			return fmt.Errorf("making %s: %w", f.path, err)
		}
		if text != nil { // else there is nothing to make yet
			files[f.path] = text
		}
	}
	types, err := model(root)
	if err != nil {
		return err
	}
	for path, text := range map[string][]byte{"internal/unified/zz_gen_meanings.go": meanings(types), "docs/reference/zz_gen_ads_model.md": modelPage(types)} {
		if text != nil {
			files[path] = text
		}
	}
	var late []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		changed, err := write(filepath.Join(root, filepath.FromSlash(path)), files[path], check)
		if err != nil {
			return err
		}
		if check && changed {
			late = append(late, path)
		}
	}
	if len(late) > 0 {
		return fmt.Errorf("out of date, so run `make generate` and keep what it writes: %s", strings.Join(late, ", "))
	}
	return nil
}

// findRoot walks up to the folder that holds go.mod.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("finding the repository: no go.mod here or above")
		}
		dir = parent
	}
}

// write formats Go text and replaces the file only where that changes it, which it reports. A dry run only reports.
func write(path string, text []byte, dry bool) (bool, error) {
	if filepath.Ext(path) == ".go" {
		formatted, err := format.Source(text)
		if err != nil {
			return false, fmt.Errorf("formatting %s: %w", path, err)
		}
		text = formatted
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return false, nil
	}
	if dry {
		return true, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, fmt.Errorf("making the folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return false, fmt.Errorf("writing %s: %w", path, err)
	}
	return true, nil
}
