package seal_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
)

const hardenChild = "LOCKKEEPER_TEST_HARDEN_CHILD"

// F5, F6: in a child process, since nothing of it can be taken back.
func TestF5_HardenedProcess(t *testing.T) {
	t.Parallel()
	if file := os.Getenv(hardenChild); file != "" {
		describeHardened(t, file)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "made-after")
	cmd := exec.Command("sh", "-c", `umask 000; exec "$0" -test.run '^TestF5_HardenedProcess$' -test.v`, self)
	cmd.Env = append(os.Environ(), hardenChild+"="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("a file made with mode 0666 has %04o", info.Mode().Perm())
	}
}

func describeHardened(t *testing.T, file string) {
	if err := seal.Harden(); err != nil {
		t.Fatal(err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || dumpable != 0 {
		t.Errorf("dumpable is %d, %v", dumpable, err)
	}
	var core unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core != (unix.Rlimit{}) {
		t.Errorf("core dumps may have %+v, %v", core, err)
	}
	if err := os.WriteFile(file, []byte("x"), 0o666); err != nil {
		t.Error(err)
	}
}
