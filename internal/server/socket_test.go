package server_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
)

// The control socket is its owner's: by its mode, by what the kernel says of who calls, and whatever a dead process left in its place.
// What is no socket is never removed.
func TestF6_ControlSocket(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "lk") // the names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, server.SocketName)
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()

	l, err := server.ControlSocket(dir)
	if err != nil {
		t.Fatalf("over a dead one's: %v", err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	entered := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_ = c.Close()
		}
		entered <- err
	}()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if err := <-entered; err != nil {
		t.Errorf("its owner: %v", err)
	}
	_ = l.Close()

	for _, who := range []struct {
		uid, own int
		let      bool
	}{{1000, 1000, true}, {0, 1000, true}, {1001, 1000, false}, {1000, 0, false}, {-1, 1000, false}} {
		if server.MayEnter(who.uid, who.own) != who.let {
			t.Errorf("user %d at a server of %d", who.uid, who.own)
		}
	}

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = server.ControlSocket(dir)
	if p, _ := problem.Of(err); p.Code != problem.ServerSocket {
		t.Errorf("a file in its place: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "precious" {
		t.Error("the file was removed")
	}
}

// G3: the metrics are never open to other machines without a proxy's network to guard them, also where the other doors have TLS.
func TestG3_MetricsStayBehindTheProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		metrics    bool
		host, cert string
		guarded    bool
	}{
		{true, "192.0.2.1", "cert.pem", true},
		{true, "192.0.2.1", "", true},
		{true, "127.0.0.1", "", false},
		{false, "192.0.2.1", "cert.pem", false},
		{false, "192.0.2.1", "", true},
		{false, "localhost", "", false},
	} {
		if server.PlainToOthers(c.metrics, c.host, c.cert) != c.guarded {
			t.Errorf("%+v", c)
		}
	}
}
