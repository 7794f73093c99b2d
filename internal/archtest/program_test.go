package archtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// dummy is a whole Amazon program in one folder: description, problems and code.
var dummy = map[string]string{
	"program.toml": `code = "dummy"
name = "A dummy program"
auth = "lwa"
docs = "https://developer.amazon.com/dummy"
scopes = ["dummy::all"]
roots = ["/dummy"]

[hosts]
NA = "dummy.amazon.com"

[headers]
credential = ["Authorization"]

[[operation]]
id = "things.list"
method = "GET"
path = "/dummy/things"
effect = "read"
`,
	"problems.toml": `[[problem]]
code = "dummy.unrecognised"
what = "The dummy program refused in words that Lockkeeper does not know."
whose = "amazon"
fix = "Read the evidence."
`,
	"dummy.go": `// Package dummy is a program of one operation. It shows that adding a program changes one folder and no hand-written
// file outside it. The house rules build it in a copy of the repository.
package dummy

import (
	_ "embed"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

//go:embed program.toml
var descriptor []byte

// Program is the dummy.
type Program struct{ d *amazon.Descriptor }

// New returns the dummy.
func New() *Program {
	d, err := amazon.ParseDescriptor(descriptor)
	if err != nil {
		panic(err)
	}
	return &Program{d}
}

// Descriptor implements amazon.Program.
func (p *Program) Descriptor() *amazon.Descriptor { return p.d }

// Inject implements amazon.Program.
func (p *Program) Inject(amazon.Material) amazon.Injection { return amazon.Injection{} }

// Classify implements amazon.Program.
func (p *Program) Classify(amazon.Evidence) (problem.Problem, bool) { return problem.New(problem.DummyUnrecognised), true }
`,
}

// TestAProgramIsOneFolder adds a dummy program to a copy of the repository by one folder alone, generates, and builds all of it.
func TestAProgramIsOneFolder(t *testing.T) {
	t.Parallel()
	copyDir := t.TempDir()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root(t)
	out, err := list.Output()
	if err != nil {
		t.Fatalf("listing files: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root(t), name))
		if os.IsNotExist(err) {
			continue // deleted in the work tree
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(copyDir, name), text)
	}
	for name, text := range dummy {
		write(t, filepath.Join(copyDir, "internal/amazon/dummy", name), []byte(text))
	}
	for _, args := range [][]string{{"run", "./internal/gen"}, {"build", "./..."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = copyDir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	text, err := os.ReadFile(filepath.Join(copyDir, "internal/amazon/all/zz_gen_all.go"))
	if err != nil || !strings.Contains(string(text), "dummy.New()") {
		t.Errorf("the generated list does not hold the dummy program: %v", err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
