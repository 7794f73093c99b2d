package store_test

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// A process that is being started holds duplicates of our files until it runs. A folder that was closed is free all the same.
func TestAClosedFolderIsFreeWhileAProcessStarts(t *testing.T) {
	t.Parallel()
	dir := made(t)
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, "lock")
	var held []int
	for fd := range 4096 { // what a child would have of the lock
		at, err := os.Readlink(filepath.Join("/proc/self/fd", strconv.Itoa(fd)))
		if err != nil || at != lock {
			continue
		}
		copied, err := syscall.Dup(fd)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, copied)
		break
	}
	if len(held) == 0 {
		t.Fatal("nothing holds the folder's lock")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatalf("the folder is still held: %v", err)
	}
	_ = s.Close()
	for _, fd := range held {
		_ = syscall.Close(fd)
	}
}
