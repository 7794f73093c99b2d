//go:build crash

package crash_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var (
	schedules = flag.Int("schedules", 50, "how many random schedules are run")
	seed      = flag.Uint64("seed", 1, "seed of the random schedules, which is printed; 0 draws one")
)

var workDir string // binaries and the template of a data folder

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lkcrash")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	workDir = dir
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	return m.Run()
}

var builds = struct {
	sync.Mutex
	done map[string]string
}{done: map[string]string{}}

// server builds the real binary with the crash points, and perhaps a mutant.
func server(t testing.TB, mutant string) string {
	t.Helper()
	builds.Lock()
	defer builds.Unlock()
	if path := builds.done[mutant]; path != "" {
		return path
	}
	tags := "crashpoints"
	if mutant != "" {
		tags += ",mutant_" + mutant
	}
	path := filepath.Join(workDir, "lockkeeper-"+mutant)
	cmd := exec.Command("go", "build", "-tags", tags, "-o", path, "./cmd/lockkeeper")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the server: %v\n%s", err, out)
	}
	builds.done[mutant] = path
	return path
}
