//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// grantsKept is how many grants the server keeps whose memory is measured.
const grantsKept = 1000

// measureServe builds the real program, and looks at its start, its memory with many grants and the walk of `dev --once`.
func measureServe(ctx context.Context, _ settings, dir string, r *report) error {
	program := filepath.Join(dir, "lockkeeper")
	if err := buildProgram(ctx, program); err != nil {
		return err
	}
	began := time.Now()
	if out, err := exec.CommandContext(ctx, program, "dev", "--once", "--data", filepath.Join(dir, "dev")).CombinedOutput(); err != nil {
		return fmt.Errorf("lockkeeper dev --once: %w\n%s", err, out)
	}
	r.devOnce = time.Since(began)

	data := filepath.Join(dir, "data")
	sbx, err := self(ctx, everywhere, "sandbox")
	if err != nil {
		return err
	}
	p, err := self(ctx, everywhere, "grants", data, strconv.Itoa(grantsKept), sbx.addr)
	if err != nil {
		return err
	}
	if err := errors.Join(p.stop(nil), sbx.stop(nil)); err != nil {
		return err
	}
	gate := freePort()
	began = time.Now()
	serve := exec.CommandContext(ctx, program, "serve", "--data", data, "--gateway", gate, "--console", freePort(), "--metrics", freePort(),
		"--sandbox-url", "http://127.0.0.1:9", "--log-level", "error")
	serve.Stderr = os.Stderr
	if err := serve.Start(); err != nil {
		return err
	}
	defer func() {
		_ = serve.Process.Signal(os.Interrupt)
		_ = serve.Wait()
	}()
	if _, err := await(ctx, 20*time.Second, func() bool { return answers(gate) }); err != nil {
		return fmt.Errorf("waiting for lockkeeper serve: %w", err)
	}
	r.firstAnswer, r.startCPU = time.Since(began), cpuOf(serve.Process.Pid)
	time.Sleep(3 * time.Second) // let it settle: what counts is what stays
	r.resident, err = resident(serve.Process.Pid)
	return err
}

// answers reports whether a listener gives any HTTP answer.
func answers(addr string) bool {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(c, "GET /v2/profiles HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
		return false
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "HTTP/1.1 ")
}

// resident is a process's resident memory in bytes.
func resident(pid int) (int64, error) { return memoryOf(pid, "VmRSS:") }

// memoryOf is one of the figures that the kernel keeps of a process's memory, in bytes.
func memoryOf(pid int, figure string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, figure); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("process %d does not say its memory", pid)
}
