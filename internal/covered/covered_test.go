package covered_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/covered"
)

// held is a test whose failure is only noted.
type held struct {
	testing.TB
	failed bool
}

func (h *held) Helper()               {}
func (h *held) Name() string          { return "TestClient/sandbox" }
func (h *held) Failed() bool          { return h.failed }
func (h *held) Errorf(string, ...any) { h.failed = true }

// TestHold: a record says what its test did, and a test that does otherwise fails.
func TestHold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "driven.toml")
	did := func(operations ...string) covered.Tally {
		tally := covered.Tally{}
		for _, o := range operations {
			tally.Add("ads", o)
		}
		return tally
	}
	hold := func(what string, tally covered.Tally, update bool) bool {
		h := &held{TB: t}
		covered.Hold(h, path, what, tally, update)
		return !h.failed
	}
	if hold("a", did("list"), false) {
		t.Error("what is not recorded passes")
	}
	if !hold("a", did("list", "get"), true) || !hold("b", did("list"), true) {
		t.Error("a record cannot be written")
	}
	for _, c := range []struct {
		what  string
		tally covered.Tally
		want  bool
	}{{"a", did("get", "list"), true}, {"a", did("list"), false}, {"a", did("get", "list", "more"), false}, {"b", did("list"), true}, {"b", did(), false}, {"c", did("list"), false}} {
		if got := hold(c.what, c.tally, false); got != c.want {
			t.Errorf("%s with %v: %v", c.what, c.tally, got)
		}
	}
	failed := &held{TB: t, failed: true}
	covered.Hold(failed, path, "a", did(), true) // one that failed writes nothing
	record, err := covered.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, record.By("ads", "list")); diff != "" || len(record.By("ads", "get")) != 1 || record.By("lwa", "list") != nil {
		t.Errorf("%s %v", diff, record)
	}
}
