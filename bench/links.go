//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// linksInList is how many addresses the list holds; a million in ten seconds is what was promised.
const linksInList = 1_000_000

// measureLinks runs `lockkeeper link` over a list of a million addresses of all kinds and looks at what came out: every line must be
// there, and carry the id that it should.
func measureLinks(ctx context.Context, s settings, dir string, r *report) error {
	program := filepath.Join(dir, "lockkeeper")
	if err := buildProgram(ctx, program); err != nil {
		return err
	}
	list := filepath.Join(dir, "links.txt")
	if err := writeLinks(list); err != nil {
		return err
	}
	for range s.rounds {
		out, err := os.Create(filepath.Join(dir, "tagged.txt"))
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, program, "link", "--store", "mysite-20", "--store", "DE=meine-21", "--replace", list)
		cmd.Stdout = out
		began := time.Now()
		err = cmd.Run()
		took := time.Since(began)
		_ = out.Close()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 3 { // the list holds links of countries without an id
			return fmt.Errorf("tagging the list: %w", err)
		}
		if err := countLinks(out.Name()); err != nil {
			return err
		}
		use, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		r.links = append(r.links, linkRun{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), use.Maxrss * 1024})
	}
	slices.SortFunc(r.links, func(a, b linkRun) int { return int(a.took - b.took) })
	return nil
}

// A linkRun is one run over the list.
type linkRun struct {
	took, cpu time.Duration
	memory    int64
}

// linkForms are addresses with a place for a number, each with the text that must be on its line afterwards.
var linkForms = [...]struct{ form, want string }{
	{"https://www.amazon.com/dp/B0%08d", "?tag=mysite-20"},
	{"https://www.amazon.com/Some-Long-Product-Name/dp/B0%08d/ref=sr_1_1?keywords=lock&qid=1700000000&sr=8-1", "&tag=mysite-20"},
	{"https://www.amazon.de/gp/product/B0%08d?th=1#reviews", "?th=1&tag=meine-21#reviews"},
	{"https://www.amazon.com/dp/B0%08d?tag=other-20&th=1", "?tag=mysite-20&th=1"},
	{"https://www.amazon.com/dp/B0%08d?tag=other-20&linkCode=ogi&th=1&psc=1", "?tag=other-20&linkCode=ogi&th=1&psc=1"},
	{"https://www.amazon.co.jp/dp/B0%08d", "amazon.co.jp"},
	{"https://example.com/articles/%d?tag=news", "?tag=news"},
	{"https://www.amazon.com/s?k=lock+%d&rh=n%%3A1", "&tag=mysite-20"},
}

func writeLinks(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	for i := range linksInList {
		fmt.Fprintf(w, linkForms[i%len(linkForms)].form+"\n", i)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}

func countLinks(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	n := 0
	for ; lines.Scan(); n++ {
		if want := linkForms[n%len(linkForms)].want; !strings.HasSuffix(lines.Text(), want) && !strings.Contains(lines.Text(), "amazon.co.jp") {
			return fmt.Errorf("line %d is %s, and should end in %s", n+1, lines.Text(), want)
		}
	}
	if n != linksInList {
		return fmt.Errorf("%d of %d lines came out", n, linksInList)
	}
	return lines.Err()
}

// tagged writes the middle one of the runs.
func (r *report) tagged(b *strings.Builder) {
	if len(r.links) == 0 {
		return
	}
	m := r.links[len(r.links)/2]
	fmt.Fprintf(b, "## Links\n\n`lockkeeper link` over a list of %d addresses of eight kinds, from file to file, every line looked at afterwards: %.2f s, %.2f s of CPU, %.0f MB at most.\n\n",
		linksInList, m.took.Seconds(), m.cpu.Seconds(), float64(m.memory)/1e6)
}
