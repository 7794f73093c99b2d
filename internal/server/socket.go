package server

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// SocketName is the control socket's name in the data folder.
const SocketName = "control.sock"

// controlSocket listens in the data folder. Whoever calls holds the folder's lock, so a socket that is there is a dead one's.
func controlSocket(dir string) (net.Listener, error) {
	path := filepath.Join(dir, SocketName)
	if info, err := os.Lstat(path); err == nil {
		if info.Mode()&fs.ModeSocket == 0 {
			return nil, problem.New(problem.ServerSocket).With("%s is in its place and is no socket", SocketName)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("removing an old control socket: %w", err)
		}
	}
	l, err := net.Listen("unix", path) // the folder is 0700, so the socket is never open to others, not even for a moment
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENAMETOOLONG) {
		return nil, problem.New(problem.ServerSocketPath).With("%d characters", len(path)).Because(err)
	}
	if err != nil {
		return nil, problem.New(problem.ServerSocket).With("%v", errors.Unwrap(err)).Because(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("closing the control socket to others: %w", err)
	}
	return ownersOnly{l}, nil
}

// ownersOnly hangs up on whoever is neither this process's user nor root, whatever the file's mode has become.
type ownersOnly struct{ net.Listener }

// Accept implements net.Listener.
func (o ownersOnly) Accept() (net.Conn, error) {
	for {
		c, err := o.Listener.Accept()
		if err != nil {
			return nil, err
		}
		uid, err := peerUID(c)
		if err == nil && mayEnter(uid, os.Geteuid()) {
			return c, nil
		}
		_ = c.Close()
	}
}

func mayEnter(uid, own int) bool { return uid == own || uid == 0 }
