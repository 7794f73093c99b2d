package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide/book"
)

// The README's block is between these lines; everything else in it is written by hand.
const (
	blockBegin = "<!-- guide:begin Made by internal/gen from the programs' guide.toml. DO NOT EDIT. -->"
	blockEnd   = "<!-- guide:end -->"
)

func (h *house) addGuide(path, folder string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading %s/guide.toml: %w", folder, err)
	}
	f, err := book.Parse(text)
	if err != nil {
		return fmt.Errorf("%s/guide.toml: %w", folder, err)
	}
	if f.Program != filepath.Base(folder) {
		return fmt.Errorf("%s/guide.toml: program is %q, not the folder's name", folder, f.Program)
	}
	h.guides = append(h.guides, f)
	return nil
}

// bind joins the guides, and holds them and the problems to each other.
func (h *house) bind() error {
	slices.SortFunc(h.guides, func(a, b book.File) int { return strings.Compare(a.Program, b.Program) })
	b, err := book.New(h.guides)
	if err != nil {
		return fmt.Errorf("joining the guides: %w", err)
	}
	known := book.Known{Problems: map[string]string{}}
	if known.Checks, err = doctorChecks(h.root); err != nil {
		return err
	}
	for _, e := range h.problems {
		known.Problems[e.Code] = e.Guide
	}
	if err := b.Check(known); err != nil {
		return fmt.Errorf("checking the guides: %w", err)
	}
	h.book = b
	return nil
}

// doctorChecks reads the names of the doctor's checks out of its source, where each is the first argument of passed, found, form or finding, or
// the Name in a list of Checks or Findings. So a guide can name no check that does not exist.
func doctorChecks(root string) ([]string, error) {
	names := map[string]bool{}
	for _, folder := range []string{"internal/doctor", "internal/amazon/lwa", "internal/keypair"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*.go"))
		if err != nil {
			return nil, fmt.Errorf("reading the doctor's checks: %w", err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				return nil, fmt.Errorf("reading the doctor's checks: %w", err)
			}
			for n := range ast.Preorder(parsed) {
				for _, value := range checkNames(n) {
					if name, err := strconv.Unquote(value.Value); err == nil && value.Kind == token.STRING {
						names[name] = true
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// checkNames returns the literals in which a node names checks.
func checkNames(n ast.Node) (values []*ast.BasicLit) {
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok {
			values = append(values, lit)
		}
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		if fn, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 1 && slices.Contains([]string{"passed", "found", "form", "finding"}, fn.Name) {
			add(n.Args[0])
		}
	case *ast.CompositeLit: // []Check{{Name: "client_id"}, ...}
		list, ok := n.Type.(*ast.ArrayType)
		if !ok {
			return nil
		}
		if of, ok := list.Elt.(*ast.Ident); !ok || of.Name != "Check" && of.Name != "Finding" {
			return nil
		}
		for _, check := range n.Elts {
			fields, ok := check.(*ast.CompositeLit)
			if !ok {
				continue
			}
			for _, f := range fields.Elts {
				pair, ok := f.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Name" {
					add(pair.Value)
				}
			}
		}
	}
	return values
}

// guidePages makes docs/guide: one page a task, and the first page that compares them.
func guidePages(h *house) map[string][]byte {
	pages := map[string][]byte{}
	guides := h.book.Guides()
	if len(guides) == 0 {
		return pages
	}
	for _, g := range guides {
		pages["docs/guide/zz_gen_"+g.ID+".md"] = []byte(pageMark + g.Markdown("../reference/zz_gen_problems.md"))
	}
	pages["docs/guide/zz_gen_which_key.md"] = []byte(pageMark + "# Which key do I need?\n\n" + h.book.Table(""))
	return pages
}

// readme puts the comparison of the tasks between the README's marks. A README without marks is left alone.
func readme(h *house) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(h.root, "README.md"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the README: %w", err)
	}
	before, rest, begun := bytes.Cut(text, []byte(blockBegin))
	_, after, ended := bytes.Cut(rest, []byte(blockEnd))
	switch {
	case !begun && !bytes.Contains(text, []byte(blockEnd)):
		return nil, nil
	case !begun || !ended:
		return nil, fmt.Errorf("README.md: it holds one of the marks %q and %q without the other", blockBegin, blockEnd)
	}
	return slices.Concat(before, []byte(blockBegin+"\n\n"+h.book.Table("docs/guide/")+"\n"+blockEnd), after), nil
}

// stepLink is a problem's way to the step that avoids it, seen from docs/reference.
func (h *house) stepLink(step string) string {
	_, g, ok := h.book.Step(step)
	if !ok {
		return ""
	}
	return fmt.Sprintf("[%s](../guide/zz_gen_%s.md#%s)", step, g.ID, step)
}
