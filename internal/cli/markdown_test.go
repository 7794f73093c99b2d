package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page is one Markdown file of the repository.
type page struct {
	path  string // within the repository, with slashes
	lines []string
}

// A block is one fenced block of a page.
type block struct {
	page  string
	line  int      // of the first line inside, counted from 1
	lang  string   // first word after the fence
	word  string   // second word after the fence
	lines []string // without the indent of the fence
}

const repository = "../.."

// pages reads every Markdown file of the repository, and none that foreign software brought along.
func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(repository, path)
		if d.IsDir() {
			name := d.Name()
			if rel != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "build" || strings.HasPrefix(name, "lockkeeper-dev")) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) == ".md" {
			all = append(all, readPage(t, filepath.ToSlash(rel)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d pages were found", len(all))
	}
	return all
}

func readPage(t *testing.T, path string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return page{path, strings.Split(string(text), "\n")}
}

// split tells a page's fenced blocks from its text, whose lines keep their number.
func (p page) split(t *testing.T) (text map[int]string, blocks []block) {
	t.Helper()
	text = map[int]string{}
	var open *block
	indent := 0
	for i, line := range p.lines {
		trimmed := strings.TrimLeft(line, " ")
		info, fence := strings.CutPrefix(trimmed, "```")
		switch {
		case fence && open == nil:
			words := append(strings.Fields(info), "", "")
			open = &block{page: p.path, line: i + 2, lang: words[0], word: words[1]}
			indent = len(line) - len(trimmed)
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line[min(indent, len(line)-len(trimmed)):])
		default:
			text[i+1] = line
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the block never ends", p.path, open.line)
	}
	return text, blocks
}
