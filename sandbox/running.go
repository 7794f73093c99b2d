package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ErrNotRunning says that no sandbox of this user has its control side there.
var ErrNotRunning = errors.New("no sandbox is running there")

// File is where a sandbox keeps what it tells this user's programs of itself, or they of it: in the session's own folder, or else in one
// that nobody else may read. kind is the end of its name, such as "pem". The sandbox takes such files away when it ends.
func (r Ready) File(kind string) (string, error) {
	port, err := controlPort(r.Control)
	if err != nil {
		return "", err
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		if dir, err = os.UserCacheDir(); err != nil {
			return "", fmt.Errorf("finding a folder for what runs: %w", err)
		}
	}
	dir = filepath.Join(dir, "lockkeeper")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for what runs: %w", err)
	}
	return filepath.Join(dir, "sandbox-"+port+"."+kind), nil
}

// announce tells this user's programs of a sandbox. What it returns takes that back.
func announce(r Ready) (forget func(), err error) {
	name, err := r.File("json")
	if err != nil {
		return nil, err
	}
	if err := writeReady(name, r); err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(name, "json")
	return func() {
		for _, kind := range []string{"json", "pem", "cjs"} {
			_ = os.Remove(stem + kind) // not every one was written
		}
	}, nil
}

func controlPort(control string) (string, error) {
	u, err := url.Parse(control)
	if err != nil || u.Port() == "" {
		return "", fmt.Errorf("reading the control side's address: %q is none such as http://127.0.0.1:7081", control)
	}
	return u.Port(), nil
}

// Running finds a sandbox that this user has running, by the address of its control side.
func Running(control string) (Ready, error) {
	name, err := Ready{Control: control}.File("json")
	if err != nil {
		return Ready{}, err
	}
	return ReadReady(name)
}

// ReadReady reads a ready file.
func ReadReady(name string) (Ready, error) {
	var r Ready
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return r, ErrNotRunning
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, fmt.Errorf("reading a ready file: %w", err)
	}
	return r, nil
}

// Environment asks a running sandbox what a program needs to use it. It is ErrNotRunning where nobody answers any more.
func (r Ready) Environment(ctx context.Context) (Environment, error) {
	var e Environment
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Control+"/env", nil)
	if err != nil {
		return e, fmt.Errorf("asking the sandbox: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Token)
	client := newClient(func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil || !net.ParseIP(host).IsLoopback() {
			return nil, fmt.Errorf("asking the sandbox: %q is not on this machine", addr)
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	})
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return e, errors.Join(ErrNotRunning, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return e, fmt.Errorf("asking the sandbox: status %d; was it started again since?", resp.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&e); err != nil {
		return e, fmt.Errorf("asking the sandbox: %w", err)
	}
	return e, nil
}
