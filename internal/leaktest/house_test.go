package leaktest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/leaktest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A house is a whole Lockkeeper with a tap on its way out, and everything that it said.
type house struct {
	*keytest.Key
	t      *testing.T
	tap    *tap
	data   string
	phrase string
	log    *keytest.Log

	extra   []leaktest.Canary // planted by the test, or handed out by Lockkeeper once
	answers []answer
}

// An answer is something that Lockkeeper said to somebody, and what he was meant to get.
type answer struct {
	where  string
	text   []byte
	rights []string // secrets that he asked for
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, tap: newTap(t), log: &keytest.Log{}, phrase: "canary-passphrase-" + rand.Text()}
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte(h.phrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Key = keytest.Start(t, keytest.Options{
		// The plain handler, not Lockkeeper's, which would blank what looks like a secret: nothing may depend on that.
		Log: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Configure: func(c *config.Config) {
			c.SandboxURL, c.Key, h.data = h.tap.server.URL, "passphrase-file:"+file, c.Data
		},
	})
	h.tap.target = h.Sandbox.Addr()
	h.plant("operator's password", keytest.Password)
	h.plant("passphrase", h.phrase)
	for i, text := range keyset(t, filepath.Join(h.data, "keyset.json"), h.phrase) {
		h.plant(fmt.Sprintf("keyset %d", i), text)
	}
	for _, p := range h.Sandbox.World().Profiles() {
		h.plant("client secret of "+p.ClientID[len(p.ClientID)-4:], p.Secret())
	}
	return h
}

// keyset opens the keyset by hand and returns its plain texts.
func keyset(t *testing.T, path, phrase string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w struct {
		Format      string          `json:"format"`
		Fingerprint string          `json:"fingerprint"`
		Source      string          `json:"source"`
		Params      json.RawMessage `json:"params"`
		Sealed      []byte          `json:"sealed,omitempty"`
	}
	var p struct {
		Salt    []byte `json:"salt"`
		Time    uint32 `json:"time"`
		Memory  uint32 `json:"memory_kib"`
		Threads uint8  `json:"threads"`
	}
	if json.Unmarshal(text, &w) != nil || json.Unmarshal(w.Params, &p) != nil {
		t.Fatal("the keyset cannot be read")
	}
	key := argon2.IDKey([]byte(phrase), p.Salt, p.Time, p.Memory, p.Threads, 32)
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		t.Fatal(err)
	}
	sealed := w.Sealed
	w.Sealed = nil
	head, _ := json.Marshal(w)
	plain, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], head)
	if err != nil {
		t.Fatalf("opening the keyset by hand: %v", err)
	}
	var parts map[string][]byte
	if err := json.Unmarshal(plain, &parts); err != nil || len(parts) != 3 {
		t.Fatalf("the keyset has %d parts: %v", len(parts), err)
	}
	var out []string
	for _, part := range parts {
		out = append(out, string(part), base64.StdEncoding.EncodeToString(part))
	}
	return append(out, string(key))
}

func (h *house) plant(name, text string) {
	h.extra = append(h.extra, leaktest.Canary{Name: name, Text: text})
}

// said notes an answer.
func (h *house) said(where string, text []byte, rights ...string) {
	h.answers = append(h.answers, answer{where, text, rights})
}

// http sends a request and notes the whole answer, head and body.
func (h *house) http(where string, client *http.Client, r *http.Request) (int, http.Header, []byte) {
	h.t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		h.said(where, []byte(err.Error()))
		return 0, nil, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	var head bytes.Buffer
	fmt.Fprintln(&head, resp.Status, err)
	_ = resp.Header.Write(&head)
	_ = resp.Trailer.Write(&head)
	h.said(where, append(head.Bytes(), body...))
	return resp.StatusCode, resp.Header, body
}

// meant says that the last answer was to hold these secrets, and plants them.
func (h *house) meant(name string, secrets ...string) {
	h.t.Helper()
	last := &h.answers[len(h.answers)-1]
	for _, s := range secrets {
		if s == "" {
			h.t.Fatalf("%s: there is no %s in %s", last.where, name, last.text)
		}
		last.rights = append(last.rights, s)
		h.plant(name, s)
	}
}

// request makes a request from lines: method and address, then headers.
func (h *house) request(method, address, body string, headers ...string) *http.Request {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, l := range headers {
		name, value, _ := strings.Cut(l, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// socket is a client of the control socket.
func (h *house) socket() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", control.SocketPath(h.data))
	}}}
}

// control asks the control API over its socket.
func (h *house) control(method, path, body string) (int, []byte) {
	h.t.Helper()
	r := h.request(method, "http://control/api/v1"+path, body, "Content-Type: application/json")
	status, _, text := h.http("control API: "+method+" /"+strings.Split(path, "/")[1], h.socket(), r)
	return status, text
}

// nobody answers no question.
type nobody struct{ password string }

func (nobody) Line(string) (string, error)           { return "", io.EOF }
func (n nobody) Secret(string) (secret.Value, error) { return secret.New(n.password), nil }

// command runs a command of the command line and notes what it printed.
func (h *house) command(stdin string, args ...string) int {
	h.t.Helper()
	var out, errs bytes.Buffer
	f := &cli.Factory{
		In: strings.NewReader(stdin), Out: &out, Err: &errs, Now: h.Sandbox.Now, Version: "test", Prompter: nobody{"canary-typed-password"},
		Getenv: func(name string) string {
			return map[string]string{"LOCKKEEPER_DATA": h.data, "HOME": h.data}[name]
		},
		OpenBrowser: func(string) error { return io.EOF },
		Harden:      func() error { return nil },
	}
	code := cli.Run(h.t.Context(), f, args)
	shown := args
	if len(args) > 2 {
		shown = args[:2]
	}
	h.said(fmt.Sprintf("command %q", shown), append(out.Bytes(), errs.Bytes()...))
	return code
}

// files notes every byte of the data folder.
func (h *house) files(when string) {
	h.t.Helper()
	err := filepath.WalkDir(h.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(h.data, path)
		h.said("file "+rel+" "+when, text)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// canaries are all secrets that there were.
func (h *house) canaries() []leaktest.Canary {
	h.tap.mu.Lock()
	defer h.tap.mu.Unlock()
	all := append([]leaktest.Canary(nil), h.extra...)
	for text, kind := range h.tap.found {
		all = append(all, leaktest.Canary{Name: kind, Text: text})
	}
	return all
}

// search looks for every canary in everything that was said, but for those that were asked for.
func (h *house) search() {
	h.t.Helper()
	all := h.canaries()
	kinds := map[string]int{}
	whole := leaktest.New(all...)
	for _, c := range all {
		kinds[strings.Fields(c.Name)[0]]++
	}
	size := 0
	for _, a := range h.answers {
		size += len(a.text)
		search := whole
		if len(a.rights) > 0 {
			var rest []leaktest.Canary
			for _, c := range all {
				allowed := false
				for _, r := range a.rights {
					allowed = allowed || r == c.Text
				}
				if !allowed {
					rest = append(rest, c)
				}
			}
			search = leaktest.New(rest...)
		}
		for _, hit := range search.In(a.where, a.text) {
			h.t.Errorf("leak: %s", hit)
			if os.Getenv("LEAKTEST_SHOW") != "" {
				h.t.Logf("%s", a.text[max(0, hit.At-300):min(len(a.text), hit.At+200)])
			}
		}
	}
	h.t.Logf("%d canaries (%v) in %d answers of %d bytes", len(all), kinds, len(h.answers), size)
	for _, kind := range []string{"client", "refresh_token", "access_token", "code", "code_verifier", "pass", "token", "session", "keyset", "passphrase", "operator's"} {
		if kinds[kind] == 0 {
			h.t.Errorf("no canary of the kind %q was planted, so nothing was proven of it", kind)
		}
	}
}
