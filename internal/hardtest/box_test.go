package hardtest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

const (
	person   = "ada"
	password = "canary-EXAMPLE-password"
)

// A box is a folder for one test: a data folder, files beside it, and the environment in which the program runs.
type box struct {
	t    testing.TB
	dir  string
	data string
	env  []string
	fd3  string // what the program finds on file descriptor 3
	user *syscall.Credential
}

// newBox makes a box with a path short enough for a Unix socket. Nothing of the tester's own environment is in it.
func newBox(t testing.TB) *box {
	t.Helper()
	dir, err := os.MkdirTemp("", "lkb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_ = os.Chmod(p, 0o700)
			}
			return nil
		})
		_ = os.RemoveAll(dir)
	})
	b := &box{t: t, dir: dir, data: filepath.Join(dir, "data")}
	b.env = []string{
		"HOME=" + dir, "USER=" + person, "PATH=" + os.Getenv("PATH"), "LOCKKEEPER_DATA=" + b.data, "LOCKKEEPER_CONSOLE=localhost:0",
		"LOCKKEEPER_GATEWAY=127.0.0.1:0", "LOCKKEEPER_METRICS=127.0.0.1:0", "LOCKKEEPER_SANDBOX_LISTEN=127.0.0.1:0",
	}
	b.write("password", password+"\n")
	return b
}

// set adds to the environment; a later setting wins.
func (b *box) set(name, value string) { b.env = append(b.env, name+"="+value) }

// path is a file of the box.
func (b *box) path(name string) string { return filepath.Join(b.dir, name) }

// write makes a file that is its owner's alone.
func (b *box) write(name, text string) string {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return b.path(name)
}

func (b *box) read(name string) []byte {
	b.t.Helper()
	text, err := os.ReadFile(b.path(name))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// A result is how a run of the program ended.
type result struct {
	args     []string
	out, err string
	code     int
}

func (b *box) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program(), args...)
	cmd.Env, cmd.Dir = b.env, b.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: b.user}
	if b.fd3 != "" {
		r, w, err := os.Pipe()
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = io.WriteString(w, b.fd3)
		_ = w.Close()
		cmd.ExtraFiles = []*os.File{r}
		b.t.Cleanup(func() { _ = r.Close() })
	}
	return cmd
}

// run runs the program to its end, with lines on standard input.
func (b *box) run(stdin string, args ...string) result {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := b.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		b.t.Fatalf("running %q: %v %v\n%s", args, err, ctx.Err(), errs.String())
	}
	return result{args: args, out: out.String(), err: errs.String(), code: cmd.ProcessState.ExitCode()}
}

// must runs what has to work.
func (b *box) must(stdin string, args ...string) string {
	b.t.Helper()
	r := b.run(stdin, args...)
	if r.code != 0 {
		b.t.Fatalf("%q: exit code %d\n%s%s", args, r.code, r.out, r.err)
	}
	return r.out
}

// init sets the data folder up and returns the keyset's fingerprint.
func (b *box) init(stdin string, more ...string) string {
	b.t.Helper()
	var made struct{ Fingerprint string }
	out := b.must(stdin, append([]string{"init", "--json", "--operator", person, "--password-file", b.path("password")}, more...)...)
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Fingerprint == "" {
		b.t.Fatalf("init printed %q: %v", out, err)
	}
	return made.Fingerprint
}

// A running server, with where it is and what it said.
type running struct {
	b      *box
	cmd    *exec.Cmd
	status api.Status
	client *control.Client
	out    *noise
	errs   *noise
	done   chan error
}

// serve starts the server and waits until it says where it is.
func (b *box) serve(stdin string, more ...string) *running {
	b.t.Helper()
	r := &running{b: b, out: &noise{}, errs: &noise{}, done: make(chan error, 1)}
	r.cmd = b.command(context.Background(), append([]string{"serve", "--json", "--log-level", "debug"}, more...)...)
	r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr = strings.NewReader(stdin), r.out, r.errs
	if err := r.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	go func() { r.done <- r.cmd.Wait() }()
	b.t.Cleanup(func() { _ = r.stop() })
	r.client = control.New(control.SocketPath(b.data))
	for deadline, tick := time.After(20*time.Second), time.NewTicker(10*time.Millisecond); ; {
		if json.Unmarshal([]byte(r.out.String()), &r.status) == nil && r.status.Gateway != "" {
			tick.Stop()
			return r
		}
		select {
		case err := <-r.done:
			r.done <- err
			b.t.Fatalf("serve ended: %v\n%s", err, r.errs.String())
		case <-deadline:
			b.t.Fatalf("serve did not say where it is:\n%s%s", r.out.String(), r.errs.String())
		case <-tick.C:
		}
	}
}

// stop ends the server as a person does, and waits for it.
func (r *running) stop() error {
	if r.cmd.ProcessState != nil {
		return nil
	}
	_ = r.cmd.Process.Signal(syscall.SIGINT)
	select {
	case err := <-r.done:
		r.done <- err
		return err
	case <-time.After(25 * time.Second):
		_ = r.cmd.Process.Kill()
		return errors.New("it did not end by itself")
	}
}

// kill ends the server as a power cut does.
func (r *running) kill() {
	_ = r.cmd.Process.Kill()
	err := <-r.done
	r.done <- err
}

// noise is what a program says, while it says it.
type noise struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (n *noise) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.Write(p)
}

// String returns all of it.
func (n *noise) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.String()
}

// tree is every file below dir with its mode and a hash of its bytes, one a line. Left out are the control socket, which is no file,
// the lock, which says who held it last, and SQLite's index of its log, which every opening makes anew.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var lines strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(dir, path)
		if err != nil || info.Mode()&fs.ModeSocket != 0 || rel == "lock" || strings.HasSuffix(rel, "-shm") {
			return err
		}
		var sum [32]byte
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum = sha256.Sum256(text)
		}
		fmt.Fprintf(&lines, "%s %s %x\n", rel, info.Mode(), sum[:8])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines.String()
}

// refused holds that a run was refused in one sentence and one hint that hold these words, and that no secret was in either.
func (r result) refused(t testing.TB, words ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasSuffix(l, " s") && strings.Contains(l, " ... ") }) // progress
	if r.code == 0 || len(lines) != 2 || !strings.HasPrefix(lines[0], "lockkeeper: ") || !strings.HasPrefix(lines[1], "lockkeeper: hint: ") {
		t.Errorf("%q: exit code %d, and this is not one sentence and one hint:\n%s%s", r.args, r.code, r.out, r.err)
		return
	}
	for _, w := range words {
		if !strings.Contains(r.err, w) {
			t.Errorf("%q: %q is not in the refusal:\n%s", r.args, w, r.err)
		}
	}
	for _, line := range lines {
		if len(line) < 20 || len(line) > 600 {
			t.Errorf("%q: a line of %d characters is no sentence: %s", r.args, len(line), line)
		}
	}
	if strings.Contains(r.out+r.err, "canary") {
		t.Errorf("%q: the refusal shows a secret", r.args)
	}
}
