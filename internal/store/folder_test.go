package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

func refused(t *testing.T, cfg store.Config, want problem.Code) problem.Problem {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err == nil {
		_ = s.Close()
		t.Fatal("opened")
	}
	p, ok := problem.Of(err)
	if !ok || p.Code != want {
		t.Fatalf("%v, want %s", err, want)
	}
	return p
}

// made is a data folder that was used once.
func made(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := put(s, t.Context(), "kept", "value"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTwoServersOnOneFolder(t *testing.T) {
	t.Parallel()
	dir := made(t)
	first := open(t, store.Config{Dir: dir})
	p := refused(t, store.Config{Dir: dir}, problem.StoreInUse)
	if !strings.Contains(p.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("%q does not say which process", p)
	}
	if err := put(first, t.Context(), "still", "works"); err != nil {
		t.Error(err)
	}
	reader, err := store.Open(t.Context(), store.Config{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if count(t, reader) != 2 {
		t.Error("a reader beside the server sees something else")
	}
	if err := put(reader, t.Context(), "x", ""); err == nil {
		t.Error("a reader wrote")
	}
}

// F6: whatever the umask, folder and files are the owner's alone; the temporary files of SQLite are in memory.
func TestF6_FolderAndFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, store.Config{Dir: dir})
	if err := put(s, t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	private(t, dir)
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		private(t, filepath.Join(dir, n.Name()))
	}
	if len(names) != 4 {
		t.Errorf("%v, want the database, its two logs and the lock", names)
	}
}

func private(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%s: %v %v", filepath.Base(path), info.Mode(), err)
	}
}

// F6: a folder left open is closed where it is plainly ours, and refused where it is not.
func TestF6_AFolderOpenToOthers(t *testing.T) {
	t.Parallel()
	dir := made(t)
	for _, path := range []string{dir, filepath.Join(dir, "lockkeeper.db")} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, store.Config{Dir: dir})
	if count(t, s) != 1 {
		t.Error("rows lost")
	}
	private(t, dir)
	private(t, filepath.Join(dir, "lockkeeper.db"))

	home := t.TempDir()
	if err := os.Chmod(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "letter.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	refused(t, store.Config{Dir: home}, problem.StoreOpenToOthers)
	if names, _ := os.ReadDir(home); len(names) != 1 {
		t.Errorf("a refused folder holds %v", names)
	}
}

// F6: no link is followed, neither for the folder nor for a file in it.
func TestF6_LinksAreRefused(t *testing.T) {
	t.Parallel()
	dir := made(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	refused(t, store.Config{Dir: link}, problem.StoreNoFolder)
	for _, name := range []string{"lockkeeper.db", "lockkeeper.db-wal", "lock"} {
		trap := filepath.Join(t.TempDir(), "data")
		if err := os.Mkdir(trap, 0o700); err != nil {
			t.Fatal(err)
		}
		victim := filepath.Join(t.TempDir(), "victim")
		if err := os.WriteFile(victim, []byte("untouched"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(victim, filepath.Join(trap, name)); err != nil {
			t.Fatal(err)
		}
		refused(t, store.Config{Dir: trap}, problem.StoreNoFolder)
		if b, _ := os.ReadFile(victim); string(b) != "untouched" {
			t.Errorf("%s: the link's target became %q", name, b)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, store.Config{Dir: file}, problem.StoreNoFolder)
}

// Whoever only looks makes nothing.
func TestReadingMakesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	refused(t, store.Config{Dir: dir, ReadOnly: true}, problem.StoreNoFolder)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	refused(t, store.Config{Dir: dir, ReadOnly: true}, problem.StoreNoFolder)
	if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
		t.Errorf("%v, %v", names, err)
	}
}

// D2: a new folder on a disk that is full already.
func TestD2_NoRoomToBegin(t *testing.T) {
	t.Parallel()
	refused(t, store.Config{Dir: filepath.Join(t.TempDir(), "data"), MaxPages: 3}, problem.StoreDiskFull)
}

// D2: another program holds the database; everybody who waits is told after one wait, and it goes on afterwards.
func TestD2_DatabaseLocked(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, store.Config{Dir: dir, Busy: 20 * time.Millisecond})
	other, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "lockkeeper.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	held, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			err := put(s, t.Context(), strconv.Itoa(i), "")
			if p, ok := problem.Of(err); !ok || p.Code != problem.StoreLocked {
				t.Errorf("while it is held: %v", err)
			}
		})
	}
	wg.Wait()
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := put(s, t.Context(), "after", ""); err != nil {
		t.Error(err)
	}
}

// R25 for databases: what is not ours, damaged, or of a newer program is refused and left as it was.
func TestAnUnusableDatabaseIsRefusedAndLeft(t *testing.T) {
	t.Parallel()
	change := func(query string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			db, err := sql.Open("sqlite", "file:"+path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(query); err != nil {
				t.Fatal(err)
			}
		}
	}
	overwrite := func(at int64) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteAt([]byte(strings.Repeat("damage", 200)), at); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(*testing.T, string)
		want  problem.Code
	}{
		"another program's": {func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			change(`CREATE TABLE theirs (x)`)(t, path)
		}, problem.StoreNotOurs},
		"marked by another":  {change(`PRAGMA application_id = 1`), problem.StoreNotOurs},
		"of a newer program": {change(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`), problem.StoreTooNew},
		"no database":        {overwrite(0), problem.StoreDamaged},
		"damaged page":       {overwrite(4096*3 + 8), problem.StoreDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := made(t)
			path := filepath.Join(dir, "lockkeeper.db")
			c.spoil(t, path)
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, store.Config{Dir: dir}, c.want)
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(before) {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
}
