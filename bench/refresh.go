//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const returnURL = "http://localhost:7070/oauth/callback"

// A keeper is a broker with all that it keeps grants with, and the address of a sandbox.
type keeper struct {
	sandbox string
	broker  *broker.Broker
	vault   *vault.Vault
	app     vault.App
}

func newKeeper(ctx context.Context, st *store.Store, sealer *seal.Sealer, sbx string) (*keeper, error) {
	k := &keeper{sandbox: sbx}
	var hosts []string
	for _, r := range canon.Regions() {
		hosts = append(hosts, lwa.Hosts(r).API)
	}
	door, err := egress.New(egress.Config{Programs: all.Programs(), Hosts: hosts, SandboxURL: "http://" + sbx})
	if err != nil {
		return nil, err
	}
	snap := snapshot.New()
	k.vault = vault.New(vault.Config{Store: st, Sealer: sealer, Audit: st, Publisher: snap, Now: time.Now})
	k.broker = broker.New(broker.Config{
		Store: st, Sealer: sealer, Apps: k.vault, LWA: lwa.Client{Sender: door}, Publisher: snap, Audit: st, Policy: broker.Strict,
		Authorize: func(amazon.Realm, canon.Region) string { return "http://" + sbx },
	})
	if err := errors.Join(k.vault.Load(ctx), k.broker.Load(ctx)); err != nil {
		return nil, err
	}
	p := kit.DefaultWorld(0, nil).Profile(kit.Shop) // a world follows from its seed
	k.app, err = k.vault.AddApp(ctx, operatorActor(), vault.NewApp{
		Name: "shop", Program: "ads", Realm: amazon.Sandbox, Region: canon.NA, ClientID: p.ClientID, Secret: secret.New(p.Secret()), ReturnURL: returnURL,
	})
	return k, err
}

func operatorActor() audit.Actor {
	return audit.Actor{Kind: audit.Operator, ID: "bench", Name: "bench"}
}

// connect has the sandbox's advertiser consent to n grants.
func (k *keeper) connect(ctx context.Context, n int) ([]id.Grant, error) {
	grants := make([]id.Grant, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range grants {
		group.Go(func() error {
			c, err := k.broker.Begin(ctx, operatorActor(), broker.Connect{Name: fmt.Sprintf("grant-%04d", i), App: k.app.ID, Scopes: []string{"profile", "advertising::campaign_management"}})
			if err != nil {
				return err
			}
			to, err := consent(ctx, c.URL)
			if err != nil {
				return err
			}
			back, err := url.Parse(to)
			if err != nil {
				return err
			}
			g, err := k.broker.Finish(ctx, broker.Callback{State: c.State, Code: secret.New(back.Query().Get("code")), Binding: c.Binding})
			grants[i] = g.ID
			return err
		})
	}
	return grants, group.Wait()
}

// consent has the sandbox's advertiser agree, and returns where the sandbox sends a browser then.
func consent(ctx context.Context, to string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Sandbox-Consent", kit.Advertiser)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Location"), resp.Body.Close()
}

// childSandbox is a sandbox in a process of its own, so that its share of the CPU can be told.
func childSandbox([]string) error {
	sbx, err := sandbox.New(sandbox.Options{Policy: "strict", ReturnURLs: []string{returnURL}})
	if err != nil {
		return err
	}
	return sayAndWait(map[string]string{"Addr": sbx.Addr()}, func() any { return sbx.Close() })
}

// refreshed is what childRefresh found.
type refreshed struct {
	Refreshes int
	Seconds   float64
	CPU       float64 // seconds, of broker, store and bench
	Sandbox   float64 // seconds, of the sandbox's process
	Rotated   int
}

// each is microseconds of CPU for one refresh.
func (r refreshed) each(seconds float64) float64 { return seconds * 1e6 / float64(r.Refreshes) }

// childRefresh refreshes grants one after the other, many at once, for as long as it is told. Each refresh is durable and brings a new
// refresh token, as the sandbox's policy "strict" has it.
func childRefresh(args []string) error {
	dir := args[0]
	length, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	sbx, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	var slow func() error
	if flush, err := time.ParseDuration(args[4]); err != nil {
		return err
	} else if flush > 0 {
		slow = func() error { time.Sleep(flush); return nil }
	}
	if err := sayAndDoNothing(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	st, sealer, err := open(ctx, store.Config{Dir: dir, FaultFlush: slow})
	if err != nil {
		return err
	}
	k, err := newKeeper(ctx, st, sealer, args[2])
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- k.broker.Run(ctx) }()
	grants, err := k.connect(ctx, 256)
	if err != nil {
		return err
	}
	var (
		n     atomic.Int64
		group sync.WaitGroup
		fail  atomic.Value
	)
	before := make(map[id.Grant]int64)
	for _, g := range grants {
		if t, err := k.broker.Token(ctx, g); err == nil {
			before[g] = t.Generation
		}
	}
	if name := os.Getenv("LOCKKEEPER_BENCH_PROFILE"); name != "" {
		end, err := profile(name)
		if err != nil {
			return err
		}
		defer end()
	}
	began, used, theirs := time.Now(), cpuTime(), cpuOf(sbx)
	for _, g := range grants {
		group.Go(func() {
			for time.Since(began) < length {
				if _, err := k.broker.Refresh(ctx, g); err != nil {
					fail.Store(err)
					return
				}
				n.Add(1)
			}
		})
	}
	group.Wait()
	took := time.Since(began)
	if err, _ := fail.Load().(error); err != nil {
		return err
	}
	out := refreshed{Refreshes: int(n.Load()), Seconds: took.Seconds(), CPU: (cpuTime() - used).Seconds(), Sandbox: (cpuOf(sbx) - theirs).Seconds()}
	for _, g := range grants {
		t, err := k.broker.Token(ctx, g)
		if err != nil {
			return err
		}
		out.Rotated += int(t.Generation - before[g])
	}
	stop()
	if err := <-done; err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sayAndDoNothing is the first line of a child that listens nowhere.
func sayAndDoNothing() error {
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"Addr": "none"})
}

// childGrants makes an installation with a number of grants and ends.
func childGrants(args []string) error {
	dir := args[0]
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	cfg := config.Defaults(func(string) string { return "" })
	cfg.Data = dir
	if _, err := server.Init(ctx, server.Setup{Config: cfg, Operator: "bench", Password: secret.New("an-EXAMPLE-password"), Now: time.Now}); err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	sealer, err := seal.LoadFile(filepath.Join(dir, "keyset.json"), seal.KeyFile{Path: filepath.Join(dir, "key")}, "")
	if err != nil {
		return err
	}
	k, err := newKeeper(ctx, st, sealer, args[2])
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- k.broker.Run(ctx) }()
	if _, err := k.connect(ctx, n); err != nil {
		return err
	}
	stop()
	return errors.Join(<-done, st.Close(), json.NewEncoder(os.Stdout).Encode(map[string]string{"Addr": "done"}))
}
