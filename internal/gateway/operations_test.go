package gateway

import (
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A described program is one that has nothing but a description.
type described struct{ d amazon.Descriptor }

func (p described) Descriptor() *amazon.Descriptor                   { return &p.d }
func (p described) Inject(amazon.Material) amazon.Injection          { return amazon.Injection{} }
func (p described) Classify(amazon.Evidence) (problem.Problem, bool) { return problem.Problem{}, false }

func rooted(code string, roots ...string) *program {
	return newProgram(described{amazon.Descriptor{Code: code, Roots: roots, Hosts: map[canon.Region]string{canon.NA: code + ".example"}}})
}

func TestProgramsMustNotOverlap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b []string
		why  string
	}{
		"apart":           {[]string{"/sp", "/v2/profiles"}, []string{"/spx", "/v2/reports"}, ""},
		"the same":        {[]string{"/sp"}, []string{"/sp"}, "overlaps"},
		"below":           {[]string{"/v2/profiles"}, []string{"/v2"}, "overlaps"},
		"above":           {[]string{"/v2"}, []string{"/v2/profiles"}, "overlaps"},
		"ours":            {[]string{"/lk/x"}, nil, "Lockkeeper's own"},
		"ours by case":    {[]string{"/Auth/O2/token"}, nil, "Lockkeeper's own"},
		"above ours":      {[]string{"/auth"}, nil, "Lockkeeper's own"},
		"everything":      {[]string{"/"}, nil, "no canonical path"},
		"a slash too far": {[]string{"/sp/"}, nil, "no canonical path"},
	} {
		_, _, err := learn([]*program{rooted("a", c.a...), rooted("b", c.b...)})
		if (err == nil) != (c.why == "") || (err != nil && !strings.Contains(err.Error(), c.why)) {
			t.Errorf("%s: %v, want %q", name, err, c.why)
		}
	}
}

// All programs that there are fit together, and every operation of a program that has roots lies under one of its own.
func TestAllProgramsFitTogether(t *testing.T) {
	t.Parallel()
	var programs []*program
	for _, p := range all.Programs() {
		programs = append(programs, newProgram(p))
	}
	roots, _, err := learn(programs)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		if len(p.desc.Roots) == 0 {
			continue // reached by a grant's name or by Amazon's host alone, since its paths are nobody's own
		}
		for _, op := range p.all {
			owner := ""
			for _, r := range roots {
				if under(r.path, op.Path) {
					owner = r.program.code
				}
			}
			if owner != p.code {
				t.Errorf("%s %s lies under a root of %q", op.name, op.Path, owner)
			}
		}
	}
}
