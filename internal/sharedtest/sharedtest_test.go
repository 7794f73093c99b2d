package sharedtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
)

// recorder is a test whose end is only noted.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper()               {}
func (r *recorder) Fatalf(string, ...any) { r.ended = "failed"; panic(r) }
func (r *recorder) Skipf(string, ...any)  { r.ended = "skipped"; panic(r) }

func ask(parts ...string) (path, ended string) {
	r := &recorder{}
	defer func() {
		_ = recover()
		ended = r.ended
	}()
	return sharedtest.Path(r, parts...), ""
}

// What is there is found; what is missing skips a test by hand and fails it under CI.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LOCKKEEPER_SHARED", dir)
	if err := os.WriteFile(filepath.Join(dir, "facts.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ ci, part, path, ended string }{
		{"", "facts.md", filepath.Join(dir, "facts.md"), ""},
		{"true", "facts.md", filepath.Join(dir, "facts.md"), ""},
		{"", "nothing.md", "", "skipped"},
		{"true", "nothing.md", "", "failed"},
	} {
		t.Setenv("CI", c.ci)
		if path, ended := ask(c.part); path != c.path || ended != c.ended {
			t.Errorf("CI=%q, %s: %q, %q; want %q, %q", c.ci, c.part, path, ended, c.path, c.ended)
		}
	}
}
