package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// mostPage is the largest page that is read: it must lie in memory.
const mostPage = 64 << 20

// mostShown is how many links are listed; all are counted.
const mostShown = 10_000

// linkFormats are the formats by a file's ending.
var linkFormats = map[string]associates.Format{
	".html": associates.Markup, ".htm": associates.Markup, ".xhtml": associates.Markup, ".csv": associates.Cells, ".tsv": associates.Cells,
	".md": associates.Plain, ".markdown": associates.Plain, ".txt": associates.Plain, ".xml": associates.Plain,
}

// linkReport is what was found in files.
type linkReport struct {
	OK       bool           `json:"ok"`
	Files    int            `json:"files"`
	Written  int            `json:"written,omitempty"`
	Links    int            `json:"links"`
	Outcomes map[string]int `json:"outcomes"`
	Problems map[string]int `json:"problems"` // how often each, minor ones too
	Pages    []linkView     `json:"pages,omitempty"`
	Found    []linkView     `json:"found"` // links with a problem, the first 10,000
}

// A linkPass goes through files.
type linkPass struct {
	o      *linkOptions
	tagger *associates.Tagger
	bar    *bar
	report linkReport
}

func (o *linkOptions) files(ctx context.Context, t *associates.Tagger, names []string) error {
	names, total, err := o.expand(names)
	if err != nil {
		return err
	}
	if !o.check && !o.write && len(names) != 1 {
		return misuse(fmt.Sprintf("%d files would run into one another on standard output", len(names)), "give --write to change the files themselves, or one file at a time")
	}
	if o.write && slices.Contains(names, "-") {
		return misuse("standard input cannot be written back", "leave out --write: the tagged text goes to standard output")
	}
	p := &linkPass{o: o, tagger: t, bar: o.f.bar("links", total)}
	p.report = linkReport{OK: true, Outcomes: map[string]int{}, Problems: map[string]int{}, Found: []linkView{}}
	defer p.bar.end()
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.file(ctx, name); err != nil {
			return err
		}
		p.report.Files++
	}
	p.bar.end()
	return p.finish()
}

// expand replaces folders by the files in them that may hold links, and adds up their sizes.
func (o *linkOptions) expand(names []string) (files []string, total int64, err error) {
	for _, name := range names {
		if name == "-" {
			files = append(files, name)
			continue
		}
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if path != name && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
					return fs.SkipDir
				}
				return nil
			}
			if _, ok := linkFormats[strings.ToLower(filepath.Ext(path))]; !ok && path != name {
				return nil
			}
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() {
				return err
			}
			files, total = append(files, path), total+info.Size()
			return nil
		})
		if err != nil {
			return nil, 0, fmt.Errorf("looking for files: %w", err)
		}
	}
	if len(files) == 0 {
		return nil, 0, misuse("there is no page, text or table in "+strings.Join(names, ", "), "give a file, or a folder that holds .html, .md, .txt or .csv")
	}
	return files, total, nil
}

// file reads one file and sends what becomes of it where it belongs.
func (p *linkPass) file(ctx context.Context, name string) error {
	in, out := p.o.f.In, io.Discard
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("opening a file of links: %w", err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	if !p.o.check && !p.o.write && !p.o.f.flags.json {
		out = p.o.f.Out
	}
	if p.o.write {
		changed, err := rewrite(name, func(w io.Writer) (bool, error) { return p.tag(ctx, name, in, w) })
		if changed && err == nil {
			p.report.Written++
		}
		return err
	}
	_, err := p.tag(ctx, name, in, out)
	return err
}

// tag copies in to out with ids put on, and reports whether that changed anything.
func (p *linkPass) tag(ctx context.Context, name string, in io.Reader, out io.Writer) (changed bool, err error) {
	format := associates.Format(p.o.format)
	if format == "" {
		format = linkFormats[strings.ToLower(filepath.Ext(name))]
	}
	if format == associates.Markup {
		return p.page(name, in, out)
	}
	r, w := bufio.NewReaderSize(in, 1<<16), bufio.NewWriterSize(out, 1<<16)
	for n := 1; ; n++ {
		text, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return changed, fmt.Errorf("reading %s: %w", name, err)
		}
		line := strings.TrimRight(text, "\r\n")
		tagged := p.tagger.TagLine(line, format, func(at int, r associates.Result) { p.seen(name, n, at+1, r) })
		changed = changed || tagged != line
		_, _ = w.WriteString(tagged)
		if _, werr := w.WriteString(text[len(line):]); werr != nil {
			return changed, fmt.Errorf("writing %s: %w", name, werr)
		}
		p.bar.add(int64(len(text)), p.count)
		if n%4096 == 0 && ctx.Err() != nil {
			return changed, ctx.Err()
		}
		if err != nil {
			return changed, w.Flush()
		}
	}
}

func (p *linkPass) page(name string, in io.Reader, out io.Writer) (bool, error) {
	text, err := io.ReadAll(io.LimitReader(in, mostPage+1))
	if err != nil {
		return false, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(text) > mostPage {
		return false, refuse(fmt.Sprintf("%s is larger than %d MB, which no page is", name, mostPage>>20), "split it, or name it a text with --format text")
	}
	src := string(text)
	at, line, begin := 0, 1, 0 // where the line of the last link begins
	tagged, notes := p.tagger.TagPage(src, func(to int, r associates.Result) {
		for i := strings.IndexByte(src[at:to], '\n'); i >= 0; i = strings.IndexByte(src[at:to], '\n') {
			at += i + 1
			line, begin = line+1, at
		}
		at = to
		p.seen(name, line, to-begin+1, r)
	})
	if len(notes) > 0 {
		v := linkView{File: name, Link: api.Link{Problems: api.LinkProblems(notes)}}
		for _, n := range notes {
			p.report.OK = p.report.OK && n.Minor
			p.report.Problems[string(n.Code)]++
		}
		p.report.Pages = append(p.report.Pages, v)
		p.list(v)
	}
	p.bar.add(int64(len(src)), p.count)
	_, err = io.WriteString(out, tagged)
	return tagged != src, err
}

func (p *linkPass) count() string { return fmt.Sprintf("%d links", p.report.Links) }

// seen counts a link, and lists it where something is to be said of it.
func (p *linkPass) seen(name string, line, column int, r associates.Result) {
	p.report.Links++
	p.report.Outcomes[string(r.Outcome)]++
	if len(r.Notes) == 0 {
		return
	}
	for _, n := range r.Notes {
		p.report.Problems[string(n.Code)]++
	}
	good := r.Good()
	p.report.OK = p.report.OK && good
	if good && !p.o.check || len(p.report.Found) >= mostShown {
		return
	}
	v := linkView{File: name, Line: line, Column: column, Link: api.LinkOf(r)}
	p.report.Found = append(p.report.Found, v)
	p.list(v)
}
