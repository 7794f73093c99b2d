//go:build linux

package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A pushed is what one sender made of its devices.
type pushed struct {
	Seconds  float64
	Accepted int
	CPU      float64 // seconds, of the sender alone
	Amazon   float64 // seconds, of the sandbox meanwhile
}

const (
	pushDevices  = 40_000
	pushInFlight = 64
)

// measurePush sends to as many devices with a broadcast and with warm node-adm, each against a sandbox of its own, all on the same cores.
func measurePush(ctx context.Context, s settings, dir string, r *report) error {
	if _, err := os.Stat("interop/push/node_modules/node-adm"); err != nil {
		cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
		cmd.Dir = "interop/push"
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("installing node-adm: %w: %s", err, out)
		}
	}
	r.push = map[string][]pushed{}
	for round := range s.rounds {
		for _, who := range []string{"node-adm", "broadcast"} {
			sub := filepath.Join(dir, who+strconv.Itoa(round))
			if err := os.Mkdir(sub, 0o700); err != nil {
				return err
			}
			got, err := pushOnce(ctx, who, sub)
			if err != nil {
				return fmt.Errorf("%s: %w", who, err)
			}
			r.push[who] = append(r.push[who], got)
		}
	}
	return nil
}

// pushOnce sends to all devices of a fresh sandbox, and believes what the devices have.
func pushOnce(ctx context.Context, who, dir string) (out pushed, err error) {
	list := filepath.Join(dir, "devices.txt")
	amz, err := self(ctx, everywhere, "fire", list)
	if err != nil {
		return out, err
	}
	profile := kit.DefaultWorld(0, nil).Profile(kit.Shop)
	var cmd *exec.Cmd
	if who == "node-adm" {
		cmd = exec.CommandContext(ctx, "node", "bench/push_adm.js", amz.tls, profile.ClientID, profile.Secret(), list, strconv.Itoa(pushInFlight))
	} else {
		path, err := os.Executable()
		if err != nil {
			return out, err
		}
		cmd = exec.CommandContext(ctx, path, "child", "broadcast", dir, amz.tls, amz.pass, list)
	}
	cmd.Args = append([]string{"taskset", "-c", "0-" + strconv.Itoa(onlineCores()-1), cmd.Path}, cmd.Args[1:]...)
	if cmd.Path, err = exec.LookPath("taskset"); err != nil {
		return out, err
	}
	cmd.Stderr, cmd.Env = os.Stderr, append(os.Environ(), "NODE_EXTRA_CA_CERTS="+list+".pem")
	before := amz.cpu()
	text, err := cmd.Output()
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return out, err
	}
	out.Amazon = (amz.cpu() - before).Seconds()
	var taken int
	if err := amz.stop(&taken); err != nil {
		return out, err
	}
	if out.Accepted != pushDevices || taken != pushDevices {
		return out, fmt.Errorf("%d of %d were accepted, and the devices have %d", out.Accepted, pushDevices, taken)
	}
	return out, nil
}

// childFire is a sandbox with devices, whose registration ids it writes down.
func childFire(args []string) error {
	amz, err := sandbox.New(sandbox.Options{TLS: true})
	if err != nil {
		return err
	}
	defer func() { _ = amz.Close() }()
	var made []struct {
		ID string `json:"registration_id"`
	}
	if err := amz.Do("adm", "devices", map[string]any{"profile": kit.Shop, "prefix": "d", "count": pushDevices}, &made); err != nil {
		return err
	}
	var b strings.Builder
	for _, d := range made {
		b.WriteString(d.ID + "\n")
	}
	if err := os.WriteFile(args[0], []byte(b.String()), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(args[0]+".pem", amz.CA(), 0o600); err != nil {
		return err
	}
	token, _ := amz.World().Tokens.ClientCredentials(amz.World().Profile(kit.Shop), "messaging:push", "NA")
	if name := os.Getenv("LOCKKEEPER_BENCH_PROFILE"); name != "" {
		end, err := profile(name + ".sandbox")
		if err != nil {
			return err
		}
		defer end()
	}
	return sayAndWait(map[string]string{"Addr": amz.Addr(), "TLS": amz.TLSAddr(), "Pass": token}, func() any {
		var got struct {
			Accepted int `json:"accepted"`
		}
		if err := amz.Do("adm", "receipts", map[string]string{"prefix": "d-"}, &got); err != nil {
			return err
		}
		return got.Accepted
	})
}

// childBroadcast is a broadcast as the server runs it: registrations, job, store and log on disk.
func childBroadcast(args []string) error {
	dir, addr, token := args[0], args[1], args[2]
	ctx := context.Background()
	st, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	grant := id.New[id.Grant](time.Now())
	err = st.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO grants (id, name, program, kind, realm, app, client_id, region, scopes, credential, created_at)
			VALUES ($1, 'fire', 'adm', 'client_credentials', 'sandbox', 'a', 'c', 'NA', '', '', 1)`, string(grant))
		return err
	})
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(args[3] + ".pem")
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	door, err := egress.New(egress.Config{Programs: []amazon.Program{adm.New()}, SandboxURL: "https://" + addr, SandboxRoots: roots})
	if err != nil {
		return err
	}
	snap := snapshot.New()
	snap.PublishGrant(snapshot.Grant{ID: grant, Name: "fire", Program: "adm", Realm: amazon.Sandbox, Region: canon.NA, Health: snapshot.OK})
	snap.PublishToken(grant, snapshot.Token{Access: secret.New(token), Generation: 1, Obtained: time.Now(), Expires: time.Now().Add(time.Hour)})
	sender := push.New(push.Config{Store: st, Door: door, Grants: snap, Tokens: nobody{}, Dir: dir, InFlight: pushInFlight})
	text, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	ids := strings.Fields(string(text))
	for len(ids) > 0 {
		n := min(len(ids), push.MostRows)
		rows := make([]push.Row, n)
		for i := range rows {
			rows[i].Registration = ids[i]
		}
		if _, err := sender.Import(ctx, "fire", rows); err != nil {
			return err
		}
		ids = ids[n:]
	}
	if name := os.Getenv("LOCKKEEPER_BENCH_PROFILE"); name != "" { // where the broadcast's CPU goes, for `go tool pprof`
		end, err := profile(name)
		if err != nil {
			return err
		}
		defer end()
	}
	began, used := time.Now(), usedCPU()
	m := adm.Message{Data: map[string]string{"kind": "sync", "n": "7"}, ExpiresAfter: 3600}
	b, err := sender.Begin(ctx, audit.Itself("bench"), push.NewBroadcast{Grant: "fire", Message: m})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- jobs.New(jobs.Config{Kinds: []jobs.Kind{sender.Kind()}}).Run(running) }()
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		p, err := sender.Broadcast(ctx, b.ID)
		if err != nil {
			return err
		}
		if p.State.Ended() {
			took := time.Since(began)
			stop()
			return errors.Join(<-done, json.NewEncoder(os.Stdout).Encode(pushed{Seconds: took.Seconds(), Accepted: p.Counts["accepted"], CPU: usedCPU() - used}))
		}
	}
}

// usedCPU is how many seconds this process has used.
func usedCPU() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// pushes is the report's part.
func (r *report) pushes(b *strings.Builder) {
	if r.push == nil {
		return
	}
	median := func(who string) pushed {
		all := slices.SortedFunc(slices.Values(r.push[who]), func(x, y pushed) int { return cmp.Compare(x.Seconds, y.Seconds) })
		return all[len(all)/2]
	}
	node, ours := median("node-adm"), median("broadcast")
	fmt.Fprintf(b, "## Push messages\n\n%d devices, %d messages under way, against the sandbox in a process of its own; each shares %d cores with it. node-adm is unmodified and signed in\nbefore the clock starts; both keep their TLS connections. The broadcast lists its devices, and writes the fate of each to disk.\n\n| | messages/s | CPU us each | the sandbox's |\n|---|--:|--:|--:|\n",
		pushDevices, pushInFlight, onlineCores())
	for _, row := range []struct {
		name string
		p    pushed
	}{{"node-adm 0.9.1, warm", node}, {"`lockkeeper push broadcast`", ours}} {
		each := 1e6 / float64(row.p.Accepted)
		fmt.Fprintf(b, "| %s | %.0f | %.0f | %.0f |\n", row.name, float64(row.p.Accepted)/row.p.Seconds, row.p.CPU*each, row.p.Amazon*each)
	}
	fmt.Fprintf(b, "\nRatio %.1f.\n\n", node.Seconds/ours.Seconds)
}
