//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Cores: what is measured has the last one, everything else the first.
const pinned = "LOCKKEEPER_BENCH_PINNED"

// pinSelf starts this program anew on the first core, so that all its threads are there.
func pinSelf() {
	if runtime.NumCPU() < 2 || os.Getenv(pinned) != "" {
		return
	}
	runtime.LockOSThread()
	setCore(0)
	self, err := os.Executable()
	if err == nil {
		_ = syscall.Exec(self, os.Args, append(os.Environ(), pinned+"=1"))
	}
}

func setCore(cores ...int) {
	var set unix.CPUSet
	for _, c := range cores {
		set.Set(c)
	}
	_ = unix.SchedSetaffinity(0, &set)
}

// A process is a child that serves until its standard input ends.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	lines *bufio.Reader // what it says
	addr  string
	tls   string // its second address, where it has one
	pass  string

	key, secret string // of a pass that signs
}

// cores of a child.
const (
	beside     = iota // with the load
	alone             // on its own core
	everywhere        // on all cores
)

// start runs a program. One of ours says where it listens; of another the address is known.
func start(ctx context.Context, where int, addr string, name string, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, stdin: stdin, addr: addr}
	if addr == "" {
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		p.lines = bufio.NewReader(out)
	}
	runtime.LockOSThread() // a child inherits the cores of the thread that starts it
	if os.Getenv(pinned) != "" {
		switch last := onlineCores() - 1; where {
		case alone:
			setCore(last)
		case everywhere:
			setCore(0, last)
		}
	}
	err = cmd.Start()
	setCore(0)
	runtime.UnlockOSThread()
	if err != nil {
		return nil, err
	}
	if addr != "" {
		return p, p.await(ctx)
	}
	var said struct{ Addr, TLS, Pass, Key, Secret string }
	if err := p.hear(&said); err != nil {
		return nil, fmt.Errorf("starting %s: %w", strings.Join(args, " "), err)
	}
	p.addr, p.tls, p.pass, p.key, p.secret = said.Addr, said.TLS, said.Pass, said.Key, said.Secret
	return p, nil
}

func onlineCores() int {
	b, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return 1
	}
	n := 0
	for _, part := range strings.FieldsFunc(strings.TrimSpace(string(b)), func(r rune) bool { return r == ',' || r == '-' }) {
		if _, err := fmt.Sscan(part, &n); err != nil {
			return 1
		}
	}
	return n + 1
}

// hear reads one line of JSON from a child of ours.
func (p *process) hear(v any) error {
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

// await waits until somebody listens.
func (p *process) await(ctx context.Context) error {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", p.addr)
		if err == nil {
			return c.Close()
		}
	}
	return fmt.Errorf("%s does not listen at %s", p.cmd.Path, p.addr)
}

// cpu is the time that the process has had, to the nanosecond (clock_getcpuclockid(3)).
func (p *process) cpu() time.Duration { return cpuOf(p.cmd.Process.Pid) }

func cpuOf(pid int) time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// stop ends a child; one of ours says its last words into v.
func (p *process) stop(v any) error {
	_ = p.stdin.Close()
	if v != nil {
		if err := p.hear(v); err != nil {
			return err
		}
	}
	if p.lines == nil {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	done := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer done.Stop()
	_ = p.cmd.Wait()
	return nil
}

// self starts a role of this program.
func self(ctx context.Context, where int, role string, args ...string) (*process, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(ctx, where, "", path, append([]string{"child", role}, args...)...)
}

// freePort is an address on which nobody listens just now.
func freePort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// buildProgram builds the real program as `make build` does.
func buildProgram(ctx context.Context, program string) error {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./cmd/lockkeeper")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building lockkeeper: %w", err)
	}
	return nil
}
