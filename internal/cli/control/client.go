// Package control is the way from the command line to a running server: the control API over the data folder's socket.
//
// No second process ever opens the store, so a command that needs it asks the server. The socket is 0600 and the server asks the
// kernel who is at the other end, so no password is needed here. One method a route; answers are the API's own types.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// SocketPath is where the server on a data folder listens.
func SocketPath(data string) string { return filepath.Join(data, "control.sock") }

// ErrDenied says that the socket belongs to another user.
var ErrDenied = errors.New("the control socket is another user's")

// An Error is a refusal by the server.
type Error struct {
	Status  int
	Problem problem.Problem
}

// Error implements error.
func (e *Error) Error() string { return e.Problem.Error() }

// Unwrap gives the problem.
func (e *Error) Unwrap() error { return e.Problem }

// A Client talks to one server.
type Client struct {
	http *http.Client
	path string
}

// New returns a client of the server that listens on the socket at path.
func New(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	return &Client{path: path, http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Reach tells whether a server listens.
func (c *Client) Reach(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.path)
	if errors.Is(err, fs.ErrPermission) {
		return ErrDenied
	}
	if err != nil {
		return fmt.Errorf("reaching the control socket: %w", err)
	}
	return conn.Close()
}

// do sends in as JSON, if it is not nil, and reads the answer into out, if that is not nil.
func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("writing the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://control"+path, body)
	if err != nil {
		return fmt.Errorf("making the request: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("asking the server: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("reading the server's answer: %w", err)
	}
	if resp.StatusCode >= 400 {
		e := &Error{Status: resp.StatusCode}
		if json.Unmarshal(text, &e.Problem) != nil || e.Problem.What == "" {
			e.Problem.What = fmt.Sprintf("the server answered with status %d", resp.StatusCode)
		}
		return e
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("reading the server's answer: %w", err)
	}
	return nil
}
