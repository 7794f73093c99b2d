//go:build crash

package crash_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// A hub is where the child tells that it has come to a point, and is told what to do there: to go on, if nothing else was said.
type hub struct {
	path     string
	listener net.Listener

	mu    sync.Mutex
	holds map[string]*hold
	fails map[string]int
}

type hold struct {
	skip    int // arrivals that pass first
	arrived chan struct{}
	release chan struct{}
	once    sync.Once
}

func newHub(t testing.TB, path string) *hub {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{path: path, listener: l, holds: map[string]*hold{}, fails: map[string]int{}}
	go h.serve()
	t.Cleanup(func() { _ = l.Close(); h.reset() })
	return h
}

func (h *hub) serve() {
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			return
		}
		go h.answer(conn)
	}
}

func (h *hub) answer(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return
	}
	name := strings.TrimSpace(line)
	h.mu.Lock()
	stop := h.holds[name]
	if stop != nil && stop.skip > 0 {
		stop.skip--
		stop = nil
	}
	word := "go"
	if stop == nil && h.fails[name] > 0 {
		h.fails[name]--
		word = "fail"
	}
	if stop != nil {
		delete(h.holds, name)
	}
	h.mu.Unlock()
	if stop != nil {
		close(stop.arrived)
		<-stop.release
	}
	_, _ = fmt.Fprintln(conn, word)
}

// hold makes the next arrival at a point wait.
func (h *hub) hold(name string) *hold {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := &hold{arrived: make(chan struct{}), release: make(chan struct{})}
	h.holds[name] = x
	return x
}

// fail makes the next n arrivals fail as on a full disk.
func (h *hub) fail(name string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fails[name] = n
}

// reset forgets what was armed.
func (h *hub) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.holds, h.fails = map[string]*hold{}, map[string]int{}
}

func (x *hold) wait(ctx context.Context) error {
	select {
	case <-x.arrived:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the server to come to a point: %w", ctx.Err())
	}
}

func (x *hold) letGo() { x.once.Do(func() { close(x.release) }) }

const patience = 10 * time.Second
