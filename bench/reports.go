//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	adsreport "github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A reported is what was measured of reports.
type reported struct {
	keep, write []time.Duration // of a report of a million rows
	before      int64           // the server's peak of memory
	peak        int64
	parquet     int64
	daily       []daily // by the length of the queue
}

// measureReports has a server keep a report of a million rows and write it as Parquet.
func measureReports(ctx context.Context, s settings, dir string, r *report) error {
	m := &reported{}
	if err := measureDaily(ctx, dir, m); err != nil {
		return err
	}
	file := filepath.Join(dir, "million.json.gz")
	if err := writeMillion(file); err != nil {
		return err
	}
	for n := range s.rounds {
		if err := m.million(ctx, filepath.Join(dir, "m"+strconv.Itoa(n)), file); err != nil {
			return fmt.Errorf("a report of a million rows: %w", err)
		}
	}
	r.reported = m
	return nil
}

// million keeps the report and writes it, by a server whose Amazon is a sandbox behind a door that answers for reports itself.
func (m *reported) million(ctx context.Context, dir, file string) error {
	amz, err := sandbox.New(sandbox.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = amz.Close() }()
	door, err := newMillionDoor(amz.Addr(), file)
	if err != nil {
		return err
	}
	defer func() { _ = door.server.Close() }()
	if err := reportData(ctx, dir, amz.Now); err != nil {
		return err
	}
	p, err := self(ctx, alone, "reports", dir, door.addr)
	if err != nil {
		return err
	}
	defer func() { _ = p.stop(nil) }()
	h, err := newReportHouse(ctx, dir, amz, p.addr)
	if err != nil {
		return err
	}
	if m.before, err = memoryOf(p.cmd.Process.Pid, "VmHWM:"); err != nil {
		return err
	}
	last := canon.DayOf(amz.Now(), time.UTC).Add(-2)
	job, err := h.made(ctx, adsreport.Ask{
		Level: canon.LevelSearchTerm, Start: last.Add(1 - millionDays), End: last, Organizations: []string{h.grant.Accounts[0].ID}, Channels: []canon.Channel{canon.SponsoredProducts},
	})
	if err != nil {
		return err
	}
	if job.Rows != millionRows {
		return fmt.Errorf("it has %d rows", job.Rows)
	}
	m.keep = append(m.keep, time.Since(time.Unix(0, door.began.Load())))
	began := time.Now()
	a, err := h.client.Ads(ctx, control.AdsAsk{Method: http.MethodGet, Grant: h.grant.Name, Path: "report/" + job.ID + "/rows", Query: map[string][]string{"format": {"parquet"}}})
	if err != nil {
		return err
	}
	var seen tail
	m.parquet, err = io.Copy(&seen, a.Body)
	m.write = append(m.write, time.Since(began))
	if err = errors.Join(err, a.Body.Close()); err == nil && (m.parquet < 1<<20 || string(seen[:]) != "PAR1") {
		err = fmt.Errorf("the Parquet file of %d bytes is not whole", m.parquet)
	}
	if err != nil {
		return err
	}
	m.peak, err = memoryOf(p.cmd.Process.Pid, "VmHWM:")
	return err
}

// A tail keeps the last four bytes written: a Parquet file that is whole ends in its mark.
type tail [4]byte

func (t *tail) Write(b []byte) (int, error) {
	all := append(t[:], b...)
	copy(t[:], all[len(all)-len(t):])
	return len(b), nil
}

// reportConfig is the settings of a server with a sandbox.
func reportConfig(dir, sbx string) config.Config {
	cfg := config.Defaults(func(string) string { return "" })
	cfg.Data, cfg.Console, cfg.Gateway, cfg.Metrics, cfg.SandboxURL = dir, "localhost:0", "127.0.0.1:0", "127.0.0.1:0", "http://"+sbx
	return cfg
}

// reportData makes a server's folder.
func reportData(ctx context.Context, dir string, now func() time.Time) error {
	_, err := server.Init(ctx, server.Setup{Config: reportConfig(dir, "127.0.0.1:9"), Operator: "bench", Password: secret.New("an-EXAMPLE-password"), Now: now})
	return err
}

// A reportHouse is a running server with a grant of the sandbox's advertiser.
type reportHouse struct {
	client *control.Client
	grant  api.Grant
	every  time.Duration // how often it is asked how a report fares: each look costs the server something
}

// newReportHouse connects the grant.
func newReportHouse(ctx context.Context, dir string, amz *sandbox.Server, back string) (*reportHouse, error) {
	h := &reportHouse{client: control.New(control.SocketPath(dir)), every: 50 * time.Millisecond}
	shop := amz.World().Profile(kit.Shop)
	shop.AllowReturnURL(back)
	var err error
	if _, err = await(ctx, 10*time.Second, func() bool { _, err := h.client.Status(ctx); return err == nil }); err != nil {
		return nil, fmt.Errorf("waiting for the server: %w", err)
	}
	if _, err = h.client.AddApp(ctx, api.NewApp{Name: "shop", Realm: "sandbox", ClientID: shop.ClientID, ClientSecret: shop.Secret()}); err != nil {
		return nil, err
	}
	asked, err := h.client.Connect(ctx, api.Connect{Name: grantName, App: "shop"})
	if err != nil {
		return nil, err
	}
	to, err := amz.Authorize(ctx, asked.URL, kit.Advertiser)
	if err != nil {
		return nil, err
	}
	if h.grant, err = h.client.Finish(ctx, asked.ID, api.Returned{URL: to, Binding: asked.Binding}); err != nil {
		return nil, err
	}
	if len(h.grant.Accounts) == 0 {
		return nil, errors.New("the grant opens no account")
	}
	return h, nil
}

// made asks for a report and waits until it is there.
func (h *reportHouse) made(ctx context.Context, ask adsreport.Ask) (job adsreport.Status, err error) {
	call := func(method, path string, in any) error {
		a, err := h.client.Ads(ctx, control.AdsAsk{Method: method, Grant: h.grant.Name, Path: path, Body: in})
		if err != nil {
			return err
		}
		return errors.Join(json.NewDecoder(a.Body).Decode(&job), a.Body.Close())
	}
	if err := call(http.MethodPost, "report", ask); err != nil {
		return job, err
	}
	if _, err := await(ctx, 8*time.Minute, func() bool {
		time.Sleep(h.every)
		err = call(http.MethodGet, "report/"+job.ID, nil)
		return err != nil || job.Status.Ended()
	}); err != nil {
		return job, fmt.Errorf("%d of %d parts are there: %w", job.Done, job.Parts, err)
	}
	if err == nil && job.Status != adsreport.Done {
		err = fmt.Errorf("the report is %s: %+v", job.Status, job.Errors[:min(1, len(job.Errors))])
	}
	return job, err
}

// childReports is a real server on a folder that is set up.
func childReports(args []string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if name := os.Getenv("LOCKKEEPER_BENCH_PROFILE"); name != "" {
		end, err := profile(name)
		if err != nil {
			return err
		}
		defer end()
	}
	s, err := server.New(ctx, server.Options{Config: reportConfig(args[0], args[1]), Version: "bench"})
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return sayAndWait(map[string]string{"Addr": s.Addresses().ReturnURL}, func() any {
		stop()
		return <-done
	})
}

// reports writes what was measured of them.
func (r *report) reports(b *strings.Builder) {
	m := r.reported
	if m == nil {
		return
	}
	middle := func(all []time.Duration) time.Duration { return slices.Sorted(slices.Values(all))[len(all)/2] }
	fmt.Fprintf(b, `## Reports

A gzip report of %d rows and %d days, fetched, kept and written as Parquet by a server in a process of its own. The file comes from the bench, since the
sandbox makes rows only for what its world holds; all else is the sandbox.

| | | wanted |
|---|--:|--:|
`, millionRows, millionDays)
	fmt.Fprintf(b, "| the server's peak of resident memory (VmHWM) | %.0f MB | 128 MB |\n| before, with the grant connected | %.0f MB | |\n| from the download's begin until it is kept | %.1f s | |\n| written as Parquet, %.0f MB | %.1f s | |\n\n",
		float64(m.peak)/(1<<20), float64(m.before)/(1<<20), middle(m.keep).Seconds(), float64(m.parquet)/(1<<20), middle(m.write).Seconds())
	m.dailies(b)
}
