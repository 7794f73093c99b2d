package report_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const grantID id.Grant = "01JD0000000000000000000GRA"

// A world is a Service on a store of its own, a grant, and a sandbox whose seconds are milliseconds.
type world struct {
	*report.Service
	t      testing.TB
	dir    string
	amz    *sandbox.Server
	store  *store.Store
	snap   *snapshot.Snapshot
	door   *egress.Door
	places []report.Place
	runner *jobs.Runner
	stop   func()
	mu     sync.Mutex // of the token's renewal
}

func start(t testing.TB, switches map[string]string) *world {
	t.Helper()
	amz, err := sandbox.New(sandbox.Options{Switches: switches, Clock: kit.ScaledClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), 1000)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amz.Close() })
	w := &world{t: t, dir: t.TempDir(), amz: amz, snap: snapshot.New()}
	if w.door, err = egress.New(egress.Config{Programs: []amazon.Program{ads.New()}, SandboxURL: "http://" + amz.Addr(), Now: amz.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.door.Close)
	tokens := amz.Consent(kit.Shop, kit.Advertiser).Issue("NA")
	w.snap.PublishGrant(snapshot.Grant{
		ID: grantID, Name: "shop", Program: "ads", Realm: amazon.Sandbox, ClientID: amz.World().Profile(kit.Shop).ClientID, Region: canon.NA, Health: snapshot.OK,
	})
	w.snap.PublishToken(grantID, snapshot.Token{Access: secret.New(tokens.Access), Generation: 1, Obtained: amz.Now(), Expires: amz.Now().Add(1000 * time.Hour)})
	g, _ := w.snap.Grant(grantID)
	accounts, _, err := ads.New().Accounts(t.Context(), w.asker(g), canon.Regions())
	if err != nil {
		t.Fatal(err)
	}
	full := *g
	full.Accounts = accounts
	w.snap.PublishGrant(full)
	g, _ = w.snap.Grant(grantID)
	for _, a := range accounts {
		w.places = append(w.places, report.Place{Grant: g, Account: a})
	}
	w.open()
	return w
}

type asker struct {
	amazon.Asker
	amazon.Fetcher
}

func (w *world) asker(g *snapshot.Grant) report.Asker {
	a := w.door.For(*g, ads.New(), func() (snapshot.Token, bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		t, ok := w.snap.Token(g.ID)
		if now := w.amz.Now(); now.Sub(t.Obtained) > 20*time.Minute { // it is good for an hour, which is no four seconds here
			t = snapshot.Token{
				Access: secret.New(w.amz.Consent(kit.Shop, kit.Advertiser).Issue("NA").Access), Generation: t.Generation + 1, Obtained: now, Expires: now.Add(time.Hour),
			}
			w.snap.PublishToken(g.ID, t)
		}
		return t, ok
	})
	return asker{a, a.(amazon.Fetcher)}
}

// open opens the store and builds the service, as a process does that begins.
func (w *world) open() {
	w.t.Helper()
	var err error
	if w.store, err = store.Open(w.t.Context(), store.Config{Dir: w.dir}); err != nil {
		w.t.Fatal(err)
	}
	kept := w.store
	w.t.Cleanup(func() { _ = kept.Close() })
	w.Service, err = report.New(report.Config{
		Store: w.store, Program: ads.New(), Grants: w.snap, Asker: w.asker, Now: w.amz.Now, Poke: func() { w.runner.Poke() }, Workers: 8,
		Fresh: 1000 * time.Hour, // an hour passes in four seconds here
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.runner = jobs.New(jobs.Config{Kinds: w.Kinds(), Now: w.amz.Now, Tick: 2 * time.Millisecond})
}

// run lets the service work until stop.
func (w *world) run() {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	runner := w.runner
	go func() {
		defer close(done)
		_ = runner.Run(ctx) // it returns nil
	}()
	w.stop = func() { cancel(); <-done }
	w.t.Cleanup(w.stop)
}

// ended waits until a job has ended.
func (w *world) ended(j report.Job) report.Job {
	w.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for !j.State.Ended() {
		select {
		case <-tick.C:
		case <-limit:
			w.t.Fatalf("it does not end: %+v", j)
		}
		var err error
		if j, err = w.Job(w.t.Context(), j.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	return j
}

// begin begins a report over the last days before yesterday.
func (w *world) begin(a report.Ask, days int) report.Job {
	w.t.Helper()
	if a.End == "" {
		a.End = canon.DayOf(w.amz.Now(), time.UTC).Add(-2)
	}
	if a.Start == "" {
		a.Start = a.End.Add(1 - days)
	}
	j, err := w.Begin(w.t.Context(), audit.Actor{Kind: audit.Operator, Name: "ana"}, w.places, a)
	if err != nil {
		w.t.Fatal(err)
	}
	return j
}

// rows reads what is kept for a job.
func (w *world) rows(j report.Job) []canon.AdsReportRow {
	w.t.Helper()
	var all []canon.AdsReportRow
	if _, err := w.Rows(w.t.Context(), j, func(r *canon.AdsReportRow) error { all = append(all, *r); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func total(rows []canon.AdsReportRow, s canon.ReportSum) int64 {
	var n int64
	for i := range rows {
		v, _ := rows[i].Sums.Get(s)
		n += v
	}
	return n
}

// calls counts the calls of an operation at the sandbox.
func (w *world) calls(operation string) int64 {
	w.t.Helper()
	n, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Operation: operation}})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
