package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide/book"
)

// A house is what the survey found: the problems of all folders, the folders of all programs, and the guides.
type house struct {
	root     string
	problems []entry   // sorted by code
	programs []program // sorted by folder
	knowers  []string  // the folders with a recognise.go, sorted
	guides   []book.File
	book     book.Book // the guides, joined and held to the problems and the doctor's checks
}

// An entry is one problem of the catalogue, with the rules by which it is recognised.
type entry struct {
	Code   string         `toml:"code"`
	What   string         `toml:"what"`
	Whose  string         `toml:"whose"`
	Fix    string         `toml:"fix"`
	Docs   string         `toml:"docs"`
	Guide  string         `toml:"guide"` // the step of the guide that avoids it
	Status int            `toml:"status"`
	Retry  string         `toml:"retry"`
	Detail string         `toml:"detail"`
	Alike  []string       `toml:"alike"`
	Alone  map[string]int `toml:"alone"`
	Weak   bool           `toml:"weak"`
	Match  []any          `toml:"match"`
}

// A program is one folder with a program.toml.
type program struct {
	folder     string   // slash-separated, below the root: "internal/amazon/ads"
	fakes      []string // the folders of its fakes: those whose names end in "fake"
	Code       string
	Name       string
	Auth       string
	Docs       string
	Scopes     []string
	Hosts      map[string]string
	Roots      []string
	Operations []operation `toml:"operation"`
}

// An operation is one row of a program's table.
type operation struct {
	ID, Method, Path, Effect, Accept, Answer string
	Scoped                                   bool
}

var (
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_]+)+$`)
	owners   = []string{"caller", "operator", "account-owner", "amazon", "lockkeeper"}
)

// survey walks the source tree for program.toml, guide.toml and the problems: those that Amazon's answers show stand in problems.toml, those
// that only a pasted text shows in recognise.toml beside the recognise.go that finds them.
func survey(root string) (*house, error) {
	h := &house{root: root}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch folder := filepath.ToSlash(filepath.Dir(rel)); d.Name() {
		case "problems.toml", "recognise.toml":
			return h.addProblems(path, folder)
		case "recognise.go":
			if folder != "internal/amazon" {
				h.knowers = append(h.knowers, folder)
			}
		case "program.toml":
			return h.addProgram(path, folder)
		case "guide.toml":
			return h.addGuide(path, folder)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("surveying the source: %w", err)
	}
	slices.SortFunc(h.problems, func(a, b entry) int { return strings.Compare(a.Code, b.Code) })
	slices.Sort(h.knowers)
	slices.SortFunc(h.programs, func(a, b program) int { return strings.Compare(a.folder, b.folder) })
	for i := 1; i < len(h.problems); i++ {
		if h.problems[i].Code == h.problems[i-1].Code {
			return nil, fmt.Errorf("problem %s stands twice", h.problems[i].Code)
		}
	}
	return h, h.bind()
}

func (h *house) addProblems(path, folder string) error {
	var file struct {
		Problem []entry `toml:"problem"`
	}
	meta, err := toml.DecodeFile(path, &file)
	if err != nil {
		return fmt.Errorf("reading %s/%s: %w", folder, filepath.Base(path), err)
	}
	for _, key := range meta.Undecoded() {
		if !strings.HasPrefix(key.String(), "problem.match") {
			return fmt.Errorf("reading %s/%s: unknown key %s", folder, filepath.Base(path), key)
		}
	}
	for _, e := range file.Problem {
		if err := e.check(folder); err != nil {
			return fmt.Errorf("reading %s/%s: problem %q: %w", folder, filepath.Base(path), e.Code, err)
		}
	}
	h.problems = append(h.problems, file.Problem...)
	return nil
}

// check holds an entry to the form that every surface relies on.
func (e entry) check(folder string) error {
	own := filepath.Base(folder)
	switch {
	case !codeForm.MatchString(e.Code):
		return fmt.Errorf("the code is not of the form folder.words_like_this")
	case folder != "internal/problem" && !strings.HasPrefix(e.Code, own+"."):
		return fmt.Errorf("the code does not begin with %q", own+".")
	case folder == "internal/problem" && len(e.Match) > 0:
		return fmt.Errorf("a problem of our own has no rules, since nothing is matched with them")
	case !slices.Contains(owners, e.Whose):
		return fmt.Errorf("whose is %q, not one of %s", e.Whose, strings.Join(owners, ", "))
	case !sentence(e.What) || !sentence(e.Fix):
		return fmt.Errorf("what and fix must be sentences that begin with a capital and end with a full stop")
	case e.Status != 0 && (e.Status < 400 || e.Status > 599):
		return fmt.Errorf("status %d is no refusal", e.Status)
	}
	return nil
}

func sentence(s string) bool {
	return s != "" && strings.HasSuffix(s, ".") && strings.ToUpper(s[:1]) == s[:1] && !strings.ContainsAny(s, "\n\r")
}

func (h *house) addProgram(path, folder string) error {
	p := program{folder: folder}
	if _, err := toml.DecodeFile(path, &p); err != nil {
		return fmt.Errorf("reading %s/program.toml: %w", folder, err)
	}
	below, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("looking for the fakes of %s: %w", folder, err)
	}
	for _, d := range below {
		if d.IsDir() && strings.HasSuffix(d.Name(), "fake") && goFiles(filepath.Join(filepath.Dir(path), d.Name())) {
			p.fakes = append(p.fakes, folder+"/"+d.Name())
		}
	}
	h.programs = append(h.programs, p)
	return nil
}

// goFiles reports whether dir holds Go source that is not a test.
func goFiles(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go")
	})
}
