//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

func child(role string, args []string) error {
	server.TuneMemory(os.Getenv) // as serve does; ReverseProxy gets the same
	switch role {
	case "upstream":
		return childUpstream(args)
	case "proxy":
		return childProxy(args)
	case "gateway":
		return childGateway(args)
	case "sandbox":
		return childSandbox(args)
	case "refresh":
		return childRefresh(args)
	case "fire":
		return childFire(args)
	case "broadcast":
		return childBroadcast(args)
	case "grants":
		return childGrants(args)
	case "daily":
		return childDaily(args)
	case "reports":
		return childReports(args)
	}
	return fmt.Errorf("there is no role %s", role)
}

// Names in the gateway's child.
const (
	callerName = "bench"
	grantName  = "shop"
	profileID  = "1111111111111111"
)

// A count is what the gateway wrote down, in each of the places where it writes.
type count struct {
	Access, Metrics, Usage int

	Listings int   // through the model
	Read     int64 // bytes of Amazon's answers that the model read
}

// nobody is a Refresher with nothing to give: the token of a bench is good to its end.
type nobody struct{}

var errNobody = errors.New("a bench refreshes nothing")

func (nobody) Token(context.Context, id.Grant) (snapshot.Token, error) {
	return snapshot.Token{}, errNobody
}

func (nobody) Invalid(context.Context, id.Grant, int64) (snapshot.Token, error) {
	return snapshot.Token{}, errNobody
}

// childGateway is the gateway with everything on: store, keys, policy, access log, metrics and the way out.
func childGateway(args []string) error {
	ctx := context.Background()
	certs, dir, upstream := args[0], args[1], args[2]
	client, account, bearer := "amzn1.application-oa2-client.EXAMPLE", profileID, secretHeader[len("Bearer "):]
	if len(args) == 6 { // those of an upstream that looks at them
		client, account, bearer = args[3], args[4], args[5]
	}
	roots, err := loadRoots(certs)
	if err != nil {
		return err
	}
	st, sealer, err := open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	snap, metrics, programs := snapshot.New(), prometheus.NewRegistry(), all.Programs()
	door, err := egress.New(egress.Config{Programs: programs, SandboxURL: upstream, SandboxRoots: roots})
	if err != nil {
		return err
	}
	access, err := os.Create(filepath.Join(dir, "access.log"))
	if err != nil {
		return err
	}
	registry := policy.New(policy.Config{Store: st, Sealer: passSealer{sealer}, Audit: st, Publisher: snap, Now: time.Now})
	now := time.Now()
	grant := id.New[id.Grant](now)
	snap.PublishGrant(snapshot.Grant{
		ID: grant, Name: grantName, Program: "ads", Realm: amazon.Sandbox, ClientID: client, Region: canon.NA,
		Accounts: []canon.Account{{ID: account, Region: canon.NA, Currency: "USD", Timezone: "America/Los_Angeles"}}, Health: snapshot.OK,
	})
	token := secret.New(bearer)
	snap.PublishToken(grant, snapshot.Token{Access: token, Generation: 1, Obtained: now, Expires: now.Add(time.Hour)})
	site := id.New[id.Grant](now)
	snap.PublishGrant(snapshot.Grant{
		ID: site, Name: "site", Program: "creators", Realm: amazon.Sandbox, Version: "3.1", Region: canon.NA,
		Accounts: []canon.Account{{ID: "www.amazon.com", Region: canon.NA}}, Health: snapshot.OK,
	})
	snap.PublishToken(site, snapshot.Token{Access: token, Generation: 1, Obtained: now, Expires: now.Add(time.Hour)})
	rules := []policy.Rule{{Grants: []id.Grant{grant, site}}}
	_, pass, err := registry.Add(ctx, audit.Itself("bench"), policy.NewCaller{Name: callerName, Rules: rules})
	if err != nil {
		return err
	}
	signer, key, err := registry.Add(ctx, audit.Itself("bench"), policy.NewCaller{Name: "signer", Rules: rules, Kind: policy.SigV4})
	if err != nil {
		return err
	}
	model := &reader{door: door, snapshot: snap, model: ads.New()}
	service, err := model.service(remembering, 0)
	if err != nil {
		return err
	}
	forgetful, err := model.service(forgetting, -1)
	if err != nil {
		return err
	}
	gate, err := gateway.New(gateway.Config{
		Snapshot: snap, Door: door, Refresher: nobody{}, Programs: programs, MAC: sealer, Usage: st, Audit: st, Access: access, Metrics: metrics, Services: []gateway.Service{service, forgetful},
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if name := os.Getenv("LOCKKEEPER_BENCH_PROFILE"); name != "" { // where the gateway's CPU goes, for `go tool pprof`
		end, err := profile(name)
		if err != nil {
			return err
		}
		defer end()
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- gate.Run(running) }()
	go func() { _ = gate.Server().Serve(l) }()
	return sayAndWait(map[string]string{"Addr": l.Addr().String(), "Pass": pass.Reveal(), "Key": signer.Passes[0].KeyID, "Secret": key.Reveal()}, func() any {
		stop()
		if err := <-done; err != nil {
			return err
		}
		c, err := counted(ctx, access.Name(), metrics, st)
		if err != nil {
			return err
		}
		c.Listings, c.Read = int(model.listings.Load()), model.bytes.Load()
		return c
	})
}

// profile writes a CPU profile until the function it returns is called.
func profile(name string) (end func(), err error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
		if f, err := os.Create(name + ".allocs"); err == nil {
			_ = pprof.Lookup("allocs").WriteTo(f, 0)
			_ = f.Close()
		}
	}, nil
}

// counted reads back what the gateway wrote down.
func counted(ctx context.Context, access string, metrics *prometheus.Registry, st *store.Store) (count, error) {
	var c count
	log, err := os.ReadFile(access)
	if err != nil {
		return c, err
	}
	c.Access = bytes.Count(log, []byte("\n"))
	families, err := metrics.Gather()
	if err != nil {
		return c, err
	}
	for _, f := range families {
		if f.GetName() == "lockkeeper_gateway_requests_total" {
			for _, m := range f.GetMetric() {
				c.Metrics += int(m.GetCounter().GetValue())
			}
		}
	}
	rows, err := st.Usage(ctx, "", time.Unix(0, 0))
	for _, r := range rows {
		c.Usage += int(r.Count)
	}
	return c, err
}

// open makes a store, and keys in its folder.
func open(ctx context.Context, cfg store.Config) (*store.Store, *seal.Sealer, error) {
	dir := cfg.Dir
	st, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	src, path := seal.KeyFile{Path: filepath.Join(dir, "key")}, filepath.Join(dir, "keyset.json")
	print, err := seal.CreateFile(path, src)
	if err != nil {
		return nil, nil, err
	}
	sealer, err := seal.LoadFile(path, src, print)
	return st, sealer, err
}
