package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// list prints a link with what is wrong, as compilers do, so that editors can go there. Where the tagged text has standard output it goes
// to the side.
func (p *linkPass) list(v linkView) {
	if p.o.f.flags.json {
		return
	}
	p.bar.end()
	w := p.o.f.Out
	if !p.o.check && !p.o.write {
		w = p.o.f.Err
	}
	where := v.File
	if v.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", v.File, v.Line, v.Column)
	}
	for _, x := range v.Problems {
		kind := "problem"
		if x.Minor {
			kind = "note"
		}
		fmt.Fprintf(w, "%s: %s: %s%s\n", where, kind, strings.TrimSuffix(x.What, "."), with(x.Detail))
	}
	if v.URL != "" {
		fmt.Fprintf(w, "    %s\n", oneLine(v.URL))
	}
}

// outcomeWords say what became of links, in the order in which they are counted out.
var outcomeWords = []struct {
	outcome associates.Outcome
	words   string
}{
	{associates.Tagged, "tagged"},
	{associates.Replaced, "given your id in place of another"},
	{associates.Untagged, "without an id"},
	{associates.Kept, "with an id already"},
	{associates.Vended, "made by Amazon's API"},
	{associates.Refused, "refused"},
	{associates.Left, "left as they are"},
}

// finish prints the sum, and how to mend what was found.
func (p *linkPass) finish() error {
	err := p.o.f.show(p.report, func() {
		w := p.o.f.Out
		if !p.o.check && !p.o.write {
			w = p.o.f.Err
		}
		p.summary(w)
	})
	if err == nil && !p.report.OK {
		return errFound
	}
	return err
}

func (p *linkPass) summary(w io.Writer) {
	var parts []string
	for _, x := range outcomeWords {
		if n := p.report.Outcomes[string(x.outcome)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, x.words))
		}
	}
	if len(parts) == 0 {
		parts = []string{"none goes to Amazon"}
	}
	files, links := "1 file", "1 link"
	if p.report.Files != 1 {
		files = fmt.Sprintf("%d files", p.report.Files)
	}
	if p.report.Links != 1 {
		links = fmt.Sprintf("%d links", p.report.Links)
	}
	if p.o.write {
		files += fmt.Sprintf(", %d of them changed", p.report.Written)
	}
	fmt.Fprintf(w, "%s in %s: %s.\n", links, files, strings.Join(parts, ", "))
	var codes []string
	for code := range p.report.Problems {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		x := problem.New(problem.Code(code))
		fmt.Fprintf(w, "  %5d  %s\n         %s\n", p.report.Problems[code], x.What, x.Fix)
	}
	if p.report.Outcomes[string(associates.Tagged)]+p.report.Outcomes[string(associates.Replaced)] > 0 {
		fmt.Fprintf(w, "Mind: %s.\n", byHand)
	}
}

// rewrite puts a new text in the place of a file, whole or not at all, and only if make says that it differs.
func rewrite(name string, make func(io.Writer) (changed bool, err error)) (bool, error) {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return false, fmt.Errorf("finding %s: %w", name, err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return false, fmt.Errorf("looking at %s: %w", name, err)
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".lockkeeper-*")
	if err != nil {
		return false, fmt.Errorf("making a file beside %s: %w", name, err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	defer func() { _ = file.Close() }()
	changed, err := make(file)
	if err != nil || !changed {
		return false, err
	}
	if err := file.Chmod(info.Mode().Perm()); err != nil {
		return false, fmt.Errorf("giving %s its rights: %w", name, err)
	}
	if err := file.Sync(); err != nil {
		return false, fmt.Errorf("writing %s: %w", name, err)
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return false, fmt.Errorf("putting %s in its place: %w", name, err)
	}
	return true, nil
}
