// Package keytest starts a whole Lockkeeper and a sandbox of Amazon in a test, on free ports of loopback.
//
// Everything is real: the store in a folder of the test's own, the key, the gateway, the console and the control socket, and the
// sandbox over HTTP. Server and sandbox share one clock, which the test moves. What Start starts ends with the test. No code
// outside tests imports this package.
package keytest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Operator and Password are the first operator's.
const (
	Operator = "ada"
	Password = "an-EXAMPLE-password"
)

// Options say what differs from the default.
type Options struct {
	// Sandbox is how Amazon is. Defaults to the sandbox's own defaults.
	Sandbox sandbox.Options

	// Configure changes the settings before the server starts. Defaults to nothing.
	Configure func(*config.Config)

	// Data is a folder that an earlier Start of the same test left. Defaults to a new one.
	Data string

	// Log takes the server's log. Defaults to slog's discard handler.
	Log *slog.Logger
}

// Key is a running Lockkeeper and its sandbox.
type Key struct {
	T       testing.TB
	Sandbox *sandbox.Server
	Server  *server.Server
	Client  *control.Client // over the control socket
	Status  api.Status      // where everything is
	Access  *Log            // the gateway's access log

	stop func()
}

// Start starts both, and ends both with the test.
func Start(t testing.TB, o Options) *Key {
	t.Helper()
	sbx, err := sandbox.New(o.Sandbox)
	if err != nil {
		t.Fatalf("starting the sandbox: %v", err)
	}
	t.Cleanup(func() { _ = sbx.Close() })
	k := &Key{T: t, Sandbox: sbx, Access: &Log{}}
	cfg := config.Defaults(func(string) string { return "" })
	cfg.Data, cfg.Console, cfg.Gateway, cfg.Metrics = o.Data, "localhost:0", "127.0.0.1:0", "127.0.0.1:0"
	cfg.SandboxURL = "http://" + sbx.Addr()
	if cfg.Data == "" {
		cfg.Data = shortDir(t)
	}
	if o.Configure != nil {
		o.Configure(&cfg)
	}
	ctx := context.Background()
	if server.CheckFresh(cfg.Data) == nil {
		if _, err := server.Init(ctx, server.Setup{Config: cfg, Operator: Operator, Password: secret.New(Password), Now: sbx.Now}); err != nil {
			t.Fatalf("setting up: %v", err)
		}
	}
	s, err := server.New(ctx, server.Options{Config: cfg, Log: o.Log, Version: "test", Now: sbx.Now, Access: k.Access})
	if err != nil {
		t.Fatalf("starting the server: %v", err)
	}
	k.Server, k.Status, k.Client = s, s.Addresses(), control.New(control.SocketPath(cfg.Data))
	for _, p := range sbx.World().Profiles() {
		p.AllowReturnURL(k.Status.ReturnURL)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	k.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("running the server: %v", err)
		}
	})
	t.Cleanup(k.stop)
	return k
}

// Stop ends the server and leaves the sandbox and the folder.
func (k *Key) Stop() { k.stop() }

// shortDir is a folder whose path is short enough for a Unix socket, whatever the test is called.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// App keeps the security profile with the given key of the sandbox's world, under that name.
func (k *Key) App(profile string) api.App {
	k.T.Helper()
	p := k.Sandbox.World().Profile(profile)
	app, err := k.Client.AddApp(context.Background(), api.NewApp{Name: profile, Realm: "sandbox", ClientID: p.ClientID, ClientSecret: p.Secret()})
	if err != nil {
		k.T.Fatalf("keeping the app %s: %v", profile, err)
	}
	return app
}

// Connect has a user of the sandbox's world consent, through the console and the consent page as a browser would.
func (k *Key) Connect(name, app, user string) api.Grant {
	k.T.Helper()
	ctx := context.Background()
	consent, err := k.Client.Connect(ctx, api.Connect{Name: name, App: app})
	if err != nil {
		k.T.Fatalf("beginning a consent: %v", err)
	}
	to, err := k.Sandbox.Authorize(ctx, consent.URL, user)
	if err != nil {
		k.T.Fatal(err)
	}
	g, err := k.Client.Finish(ctx, consent.ID, api.Returned{URL: to, Binding: consent.Binding})
	if err != nil {
		k.T.Fatalf("finishing a consent: %v", err)
	}
	return g
}

// Grant keeps the shop's app and has the advertiser consent: the shortest way to a grant that works.
func (k *Key) Grant(name string) api.Grant {
	k.T.Helper()
	return k.Connect(name, k.App(kit.Shop).Name, kit.Advertiser)
}

// Pass lets a caller in and returns its pass.
func (k *Key) Pass(caller string, grants ...string) string {
	k.T.Helper()
	c, err := k.Client.AddCaller(context.Background(), api.NewCaller{Name: caller, Grants: grants})
	if err != nil {
		k.T.Fatalf("letting a caller in: %v", err)
	}
	return c.Pass
}

// HTTP is a client that follows no redirect and keeps no connection.
func (k *Key) HTTP() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Log is a writer that several goroutines may use.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String returns all that was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
