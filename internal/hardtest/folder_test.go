package hardtest_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// nobody is the user that the tests become where they run as root, who may write everywhere.
const nobody = 65534

// TestTwoServers starts a second server on a folder: it names the first and leaves everything as it is, the first one's port and
// socket too.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.init("")
	first := b.serve("")
	before := tree(t, b.data)
	b.run("", "serve").refused(t, "Another Lockkeeper is running on this data folder")
	b.run("", "init", "--operator", "eve", "--password-file", b.path("password")).refused(t, "holds an installation already")
	if after := tree(t, b.data); after != before {
		t.Errorf("the second server changed the folder from\n%sto\n%s", before, after)
	}
	if _, err := first.client.Status(context.Background()); err != nil {
		t.Errorf("the first server afterwards: %v", err)
	}
	if err := first.stop(); err != nil {
		t.Error(err)
	}
	if err := b.serve("").stop(); err != nil {
		t.Errorf("a server once the first is gone: %v", err)
	}
}

// TestReadOnlyFolder starts on a folder, and then on a file, that may not be written to (attack case D2).
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.init("")
	if os.Geteuid() == 0 {
		b.user = &syscall.Credential{Uid: nobody, Gid: nobody}
		for _, p := range []string{b.dir, b.data, b.path("password")} {
			chown(t, p)
		}
		entries, err := os.ReadDir(b.data)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			chown(t, filepath.Join(b.data, e.Name()))
		}
	}
	for _, path := range []string{b.data, filepath.Join(b.data, "lockkeeper.db")} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode().Perm()&0o555); err != nil {
			t.Fatal(err)
		}
		before := tree(t, b.data)
		b.run("", "serve").refused(t, "cannot be written to")
		if after := tree(t, b.data); after != before {
			t.Errorf("%s: the folder was\n%sand is\n%s", filepath.Base(path), before, after)
		}
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	shut := newBox(t)
	shut.user = b.user
	if b.user != nil {
		chown(t, shut.path("password"))
	}
	if err := os.Chmod(shut.dir, 0o555); err != nil {
		t.Fatal(err)
	}
	shut.run("", "init", "--operator", person, "--password-file", shut.path("password")).refused(t, "cannot be written to")
	if err := b.serve("").stop(); err != nil {
		t.Errorf("with its rights back: %v", err)
	}
}

func chown(t *testing.T, path string) {
	t.Helper()
	if err := os.Chown(path, nobody, nobody); err != nil {
		t.Fatal(err)
	}
}

// limit says how large the files of a running server may become: at nothing the disk is as good as full, since the kernel answers
// every write with EFBIG.
func (r *running) limit(t *testing.T, bytes uint64) {
	t.Helper()
	if err := unix.Prlimit(r.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
		t.Fatal(err)
	}
}

// TestFullDisk fills the disk under a server: what cannot be saved is refused in a sentence, what was saved is still there, and
// with room again everything goes on by itself (attack case D2).
func TestFullDisk(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.init("")
	s := b.serve("", "--with-sandbox")
	shop := kit.DefaultWorld(0, nil).Profile(kit.Shop)
	secret := b.write("secret", shop.Secret()+"\n")
	add := func(name string) []string {
		return []string{"app", "add", name, "--sandbox", "--client-id", shop.ClientID, "--secret-file", secret}
	}
	b.must("", add("before")...)
	s.limit(t, 0)
	b.run("", add("during")...).refused(t, "is full", "nothing already saved is lost")
	b.run("", "credential", "reveal", "nothing", "--operator", person, "--password-file", b.path("password")).refused(t)
	if out := b.must("", "app", "list"); !strings.Contains(out, "before") || strings.Contains(out, "during") {
		t.Errorf("with a full disk there are these apps:\n%s", out)
	}
	s.limit(t, unix.RLIM_INFINITY)
	b.must("", add("after")...)
	if err := s.stop(); err != nil {
		t.Errorf("stopping: %v", err)
	}
	s = b.serve("", "--with-sandbox")
	apps, err := s.client.Apps(context.Background())
	if err != nil || len(apps) != 2 {
		t.Errorf("after a new start there are %v: %v", names(apps), err)
	}
}

func names(apps []api.App) []string {
	var out []string
	for _, a := range apps {
		out = append(out, a.Name)
	}
	return out
}

// TestInitOnFullDisk holds that a setup which fails half way can be run again: it takes away what it made.
func TestInitOnFullDisk(t *testing.T) {
	t.Parallel()
	for _, blocks := range []string{"0", "1", "8", "32", "96"} { // of 512 bytes
		b := newBox(t)
		cmd := exec.Command("sh", "-c", `ulimit -f `+blocks+`; exec "$0" init --operator ada --password-file "$1"`, program(), b.path("password"))
		cmd.Env, cmd.Dir = b.env, b.dir
		out, err := cmd.CombinedOutput()
		if err == nil {
			continue // so much was enough
		}
		result{args: []string{"init with " + blocks + " blocks"}, err: string(out), code: 1}.refused(t)
		if left, err := os.ReadDir(b.data); err == nil && strings.Trim(tree(t, b.data), "\n") != ". drwx------ 0000000000000000" {
			t.Errorf("with %s blocks the setup left %v", blocks, left)
		}
		b.init("")
	}
}

// TestBusyPort holds that a port in use is named, and that nothing was started or changed.
func TestBusyPort(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.init("")
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	_, port, _ := net.SplitHostPort(busy.Addr().String())
	before := tree(t, b.data)
	for flag, what := range map[string]string{"--console": "the console at localhost:" + port, "--gateway": "the gateway", "--metrics": "the metrics"} {
		host := "127.0.0.1:"
		if flag == "--console" {
			host = "localhost:"
		}
		b.run("", "serve", flag, host+port).refused(t, "already listens", what, flag)
	}
	if after := tree(t, b.data); after != before {
		t.Errorf("the folder was\n%sand is\n%s", before, after)
	}
}
