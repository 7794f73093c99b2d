// Command gen turns the data in the programs' folders into Go: the catalogue of problems, the lists of programs and fakes, and two reference pages.
//
// It finds the folders itself, by looking for program.toml and problems.toml, so adding a program is adding a folder. It imports
// nothing of this module: it must build even while a generated file is broken. Its output depends on the files alone, in sorted
// order, and a file whose content would not change is left untouched.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
)

// Module is the import path that generated imports begin with.
const module = "github.com/lockkeeper-dev/lockkeeper"

func main() {
	root := flag.String("root", "", "root of the repository; defaults to the nearest folder upwards with a go.mod")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(root string) error {
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
	for _, f := range []struct {
		path string
		make func(*house) ([]byte, error)
	}{
		{"internal/problem/zz_gen_catalogue.go", catalogue},
		{"internal/amazon/all/zz_gen_all.go", programList},
		{"sandbox/all/zz_gen_all.go", fakeList},
		{"docs/reference/zz_gen_problems.md", problemPage},
		{"docs/reference/zz_gen_programs.md", programPage},
	} {
		text, err := f.make(h)
		if err != nil {
			return fmt.Errorf("making %s: %w", f.path, err)
		}
		if text == nil {
			continue // nothing to make yet
		}
		if err := write(filepath.Join(root, filepath.FromSlash(f.path)), text); err != nil {
			return err
		}
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

// write formats Go text and replaces the file only where that changes it.
func write(path string, text []byte) error {
	if filepath.Ext(path) == ".go" {
		formatted, err := format.Source(text)
		if err != nil {
			return fmt.Errorf("formatting %s: %w", path, err)
		}
		text = formatted
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
