package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// D2: a folder, or a database, that may not be written to.
func TestD2_ReadOnlyFolder(t *testing.T) {
	t.Parallel()
	asNobody := func(t *testing.T, what func()) {
		if os.Geteuid() != 0 {
			what()
			return
		}
		// root may write everywhere, so this thread gives up root's rights over files for a moment
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = syscall.Setfsuid(0) }()
		what()
	}
	mode := func(t *testing.T, path string, m os.FileMode) {
		t.Helper()
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) })
	}
	t.Run("folder", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		if err := os.Mkdir(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		mode(t, dir, 0o500)
		asNobody(t, func() { refused(t, store.Config{Dir: dir}, problem.StoreReadOnly) })
	})
	t.Run("parent", func(t *testing.T) {
		parent := t.TempDir()
		mode(t, parent, 0o500)
		asNobody(t, func() { refused(t, store.Config{Dir: filepath.Join(parent, "data")}, problem.StoreReadOnly) })
	})
	t.Run("database", func(t *testing.T) {
		dir := made(t)
		mode(t, filepath.Join(dir, "lockkeeper.db"), 0o400)
		asNobody(t, func() { refused(t, store.Config{Dir: dir}, problem.StoreReadOnly) })
	})
}
