// Package sharedtest finds the contracts, specifications and vectors that tests compare with and that are no part of the repository.
//
// They lie in the folder that LOCKKEEPER_SHARED names, or else in "shared" beside the checkout. Where they are missing a test that needs
// them skips with a line that says so; under CI it fails, since there nothing may pass unlooked at. This is the only place where a test skips.
package sharedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of something in the shared folder, given by its parts. It does not return where that is missing.
func Path(t testing.TB, parts ...string) string {
	t.Helper()
	path, ok := Find(t, parts...)
	if !ok {
		what := filepath.Join(parts...)
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not there: set LOCKKEEPER_SHARED to the folder that holds it", what)
		}
		t.Skipf("%s is not there, so nothing is compared with it: set LOCKKEEPER_SHARED to the folder that holds it", what)
	}
	return path
}

// Find returns the path of something in the shared folder, and whether it is there: for checks beside a test that goes on without them. One
// test that needs the same must call Path, so that a run without it says so.
func Find(t testing.TB, parts ...string) (string, bool) {
	t.Helper()
	dir := os.Getenv("LOCKKEEPER_SHARED")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	_, err := os.Stat(path)
	return path, err == nil
}

// root is the top of the checkout: the nearest folder above the test's own that holds go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above this test")
		}
		dir = up
	}
}
