package store_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

const killChild = "LOCKKEEPER_TEST_KILL_CHILD"

// D1, P7 for the store alone: a process killed while many write has every write that it acknowledged, none of them torn, and
// its folder is free for the next.
func TestD1_KilledWhileWriting(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(killChild); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	total := 0
	for round := range 4 {
		acknowledged := killAfter(t, self, dir, 200+300*round)
		s, err := store.Open(t.Context(), store.Config{Dir: dir})
		if err != nil {
			t.Fatalf("after the kill: %v", err)
		}
		for _, name := range acknowledged {
			if v, err := s.Meta(t.Context(), name+"-b"); v != "second" || err != nil {
				t.Errorf("%s was acknowledged and is %q, %v", name, v, err)
			}
		}
		var torn int
		err = s.Read().QueryRow(`SELECT count(*) FROM meta a WHERE a.value = 'first'
			AND NOT EXISTS (SELECT 1 FROM meta b WHERE b.name = substr(a.name, 1, length(a.name) - 1) || 'b')`).Scan(&torn)
		if err != nil || torn != 0 {
			t.Errorf("%d writes are torn, %v", torn, err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
		total += len(acknowledged)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if total < 1000 {
		t.Errorf("only %d writes were acknowledged over all rounds", total)
	}
}

// killAfter starts a child that writes, kills it after it has acknowledged n writes, and returns all it acknowledged.
func killAfter(t *testing.T, self, dir string, n int) []string {
	t.Helper()
	cmd := exec.Command(self, "-test.run", "^TestD1_KilledWhileWriting$")
	cmd.Env = append(os.Environ(), killChild+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		name, ok := strings.CutPrefix(lines.Text(), "ack ")
		if !ok || !strings.HasSuffix(name, ".") {
			continue // cut by the kill
		}
		if names = append(names, strings.TrimSuffix(name, ".")); len(names) == n {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if len(names) < n {
		t.Fatalf("the child ended after %d writes", len(names))
	}
	return names
}

func writeUntilKilled(t *testing.T, dir string) {
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := range 1_000_000 {
				name := strconv.Itoa(os.Getpid()) + "-" + strconv.Itoa(worker) + "-" + strconv.Itoa(i)
				err := s.Write(t.Context(), func(tx *sql.Tx) error {
					if _, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ($1, 'first')`, name+"-a"); err != nil {
						return err
					}
					_, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ($1, 'second')`, name+"-b")
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				fmt.Println("ack " + name + ".")
			}
		})
	}
	wg.Wait()
}
