//go:build crash

package crash_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A stage is one data folder, one sandbox, and the real server as a child process that is killed and started again.
type stage struct {
	t      testing.TB
	policy string
	dir    string
	binary string
	sbx    *sandbox.Server
	hub    *hub
	out    *lockedBuffer // all that every child has written

	cmd    *exec.Cmd
	exited chan error
	status api.Status
	client *control.Client
	grant  id.Grant
	mine   string // the consent's id in the journal
	pass   string
	from   int64 // the journal's number when the grant was there
	before int   // exchanges when the process was started

	pids    []int
	signals []string
	losses  int           // answers known not to have been stored
	unnoted map[int64]int // by the generation presented: exchanges that a kill ended before their last byte was noted as sent
	faults  []string
}

// believed is what the server under test is told of its token endpoint.
var believed = map[string]string{"static": "static", "strict": "strict", "grace": "grace", "family-revoke": "unknown"}

var policies = []string{"static", "strict", "grace", "family-revoke"}

const grantName = "shop"

func newStage(t testing.TB, binary, policy string) *stage {
	t.Helper()
	sbx, err := sandbox.New(sandbox.Options{Policy: policy, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sbx.Close() })
	dir, err := os.MkdirTemp("", "lkc") // short: sockets live in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &stage{t: t, policy: policy, dir: filepath.Join(dir, "data"), binary: binary, sbx: sbx, out: &lockedBuffer{}, unnoted: map[int64]int{}}
	s.hub = newHub(t, filepath.Join(dir, "hub.sock"))
	copyFolder(t, template(t, binary), s.dir)
	t.Cleanup(s.reap)
	s.start()
	s.connect()
	return s
}

// template is a data folder that was just set up; making one costs the key's and the password's derivation.
var template = func() func(t testing.TB, binary string) string {
	var once sync.Once
	var dir string
	return func(t testing.TB, binary string) string {
		once.Do(func() {
			dir = filepath.Join(workDir, "template")
			password := filepath.Join(workDir, "password")
			if err := os.WriteFile(password, []byte("an-EXAMPLE-password\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(binary, "init", "--data", dir, "--operator", "ada", "--password-file", password, "--key", "file")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("setting up: %v\n%s", err, out)
			}
		})
		return dir
	}
}()

// copyFolder copies a flat folder with its modes.
func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, e.Name()), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// start runs the server and waits until it answers.
func (s *stage) start() {
	s.t.Helper()
	s.before = len(s.exchanges())
	s.cmd = exec.Command(s.binary, "serve", "--data", s.dir, "--console", "localhost:0", "--gateway", "127.0.0.1:0", "--metrics", "127.0.0.1:0",
		"--sandbox-url", "http://"+s.sbx.Addr(), "--refresh-policy", believed[s.policy], "--drain", "3s", "--json")
	s.cmd.Env = append(os.Environ(), "LOCKKEEPER_CRASH_SOCKET="+s.hub.path)
	s.cmd.Stderr = s.out
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.exited = make(chan error, 1)
	lines := bufio.NewReader(io.TeeReader(stdout, s.out))
	s.status = api.Status{}
	if err := json.NewDecoder(lines).Decode(&s.status); err != nil || s.status.Gateway == "" {
		s.t.Fatalf("the server did not start: %v\n%s", err, s.out.String())
	}
	cmd, exited := s.cmd, s.exited
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		exited <- cmd.Wait()
	}()
	s.client = control.New(control.SocketPath(s.dir))
	for _, p := range s.sbx.World().Profiles() {
		p.AllowReturnURL(s.status.ReturnURL)
	}
}

// kill is kill -9.
func (s *stage) kill() {
	s.t.Helper()
	_ = s.cmd.Process.Kill()
	s.ended()
	s.readNotes()
	s.hub.reset()
	s.searchPlain()
}

// terminate is SIGTERM, and waits for the end.
func (s *stage) terminate() {
	s.t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	s.ended()
	s.searchPlain()
}

func (s *stage) ended() {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(time.Minute):
		_ = s.cmd.Process.Kill()
		s.t.Fatal("the server does not end")
	}
	state := s.cmd.ProcessState
	how := fmt.Sprintf("exit %d", state.ExitCode())
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		how = w.Signal().String()
	}
	s.pids, s.signals = append(s.pids, state.Pid()), append(s.signals, how)
	s.cmd = nil
}

func (s *stage) reap() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
}

func ctx10(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// connect keeps the app on first use, and has the advertiser consent; again for an existing grant.
func (s *stage) connect() {
	s.t.Helper()
	ctx := ctx10(s.t)
	first := s.grant == ""
	if first {
		p := s.sbx.World().Profile(kit.Shop)
		if _, err := s.client.AddApp(ctx, api.NewApp{Name: "shop-app", Realm: "sandbox", ClientID: p.ClientID, ClientSecret: p.Secret()}); err != nil {
			s.t.Fatal(err)
		}
	}
	consent, err := s.client.Connect(ctx, api.Connect{Name: grantName, App: "shop-app"})
	if err != nil {
		s.t.Fatal(err)
	}
	to, err := s.sbx.Authorize(ctx, consent.URL, kit.Advertiser)
	if err != nil {
		s.t.Fatal(err)
	}
	g, err := s.client.Finish(ctx, consent.ID, api.Returned{URL: to, Binding: consent.Binding})
	if err != nil {
		s.t.Fatal(err)
	}
	all := s.sbx.World().Tokens.Consents()
	s.grant, s.mine = id.Grant(g.ID), all[len(all)-1].ID
	if first {
		c, err := s.client.AddCaller(ctx, api.NewCaller{Name: "caller", Grants: []string{grantName}})
		if err != nil {
			s.t.Fatal(err)
		}
		s.pass = c.Pass
		s.from = s.sbx.Journal().Last()
	}
}

// refresh asks for a refresh and does not wait for its end.
func (s *stage) refresh() (cancel func()) {
	ctx, cancel := context.WithCancel(context.Background())
	client := s.client
	go func() {
		defer cancel()
		_, _ = client.RefreshGrant(ctx, grantName)
	}()
	return cancel
}

// settle waits until the grant is at rest: good with no answer open, or blocked. Where nothing happens by itself it asks once.
func (s *stage) settle(generation int64) api.Grant {
	s.t.Helper()
	return s.rest(generation, false)
}

// await is settle where what was begun must be enough: an asking that comes just after its end would be one exchange more.
func (s *stage) await(generation int64) api.Grant {
	s.t.Helper()
	return s.rest(generation, true)
}

func (s *stage) rest(generation int64, asked bool) api.Grant {
	s.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		g, err := s.client.Grant(ctx10(s.t), grantName)
		if err == nil {
			if g.Health == "blocked" || g.Health == "ok" && g.Generation >= generation {
				return g
			}
			if !asked && g.Health == "ok" && time.Since(began) > 400*time.Millisecond {
				asked = true
				s.refresh()
			}
		}
		if time.Now().After(deadline) {
			s.fail("the grant did not come to rest: %+v %v", g, err)
			return g
		}
	}
}

// usedGeneration calls Amazon through the gateway and returns the generation of the token that the call went out with.
func (s *stage) usedGeneration() int64 {
	s.t.Helper()
	before := s.sbx.Journal().Last()
	req, err := http.NewRequestWithContext(ctx10(s.t), "GET", "http://"+strings.TrimPrefix(s.status.Gateway, "http://")+"/lk/g/"+grantName+"/v2/profiles", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.pass)
	req.Header.Set("Lockkeeper-Region", "NA")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	for _, e := range s.sbx.Journal().Entries(kit.Filter{After: before, Match: kit.Match{Operation: "profiles.list"}}) {
		return e.Generation
	}
	s.t.Fatalf("the call did not reach Amazon: %s", resp.Status)
	return 0
}

// inspect reads the store of a server that has ended.
func (s *stage) inspect() (broker.Grant, []broker.Attempt) {
	s.t.Helper()
	st, err := store.Open(context.Background(), store.Config{Dir: s.dir})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	g, _, err := st.GrantByID(context.Background(), s.grant)
	if err != nil {
		s.t.Fatal(err)
	}
	attempts, err := st.Attempts(context.Background(), s.grant, 128)
	if err != nil {
		s.t.Fatal(err)
	}
	return g, attempts
}

// fail notes what is wrong; the schedule's row shows it.
func (s *stage) fail(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

// A lockedBuffer takes what several writers say.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
