package push_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const grantID id.Grant = "01JD0000000000000000000GRA"

var (
	hello    = adm.Message{Data: map[string]string{"n": "7"}}
	operator = audit.Actor{Kind: audit.Operator, Name: "ana"}
)

// A tokens plays the broker: its token is client's own, and a new one after Invalid.
type tokens struct {
	snapshot *snapshot.Snapshot
	now      func() time.Time
	issue    func() string
	refused  bool
	asked    chan int64 // generations that were called invalid
}

func (k *tokens) publish(generation int64) snapshot.Token {
	t := snapshot.Token{Access: secret.New(k.issue()), Generation: generation, Obtained: k.now(), Expires: k.now().Add(100 * 24 * time.Hour)}
	k.snapshot.PublishToken(grantID, t)
	return t
}

func (k *tokens) Token(context.Context, id.Grant) (snapshot.Token, error) {
	t, _ := k.snapshot.Token(grantID)
	return t, nil
}

func (k *tokens) Invalid(_ context.Context, _ id.Grant, generation int64) (snapshot.Token, error) {
	select {
	case k.asked <- generation:
	default:
	}
	if k.refused {
		return snapshot.Token{}, problem.New(problem.LWAInvalidClient)
	}
	if t, ok := k.snapshot.Token(grantID); ok && t.Generation > generation {
		return t, nil
	}
	return k.publish(generation + 1), nil
}

// A world is a Push on a store of its own, a grant, and a sandbox.
type world struct {
	*push.Push
	t      testing.TB
	amz    *sandbox.Server
	store  *store.Store
	tokens *tokens
	runner *jobs.Runner
	config push.Config

	retryAfter string // of devices that are throttled or flaky
}

// build puts a Push together. url is the sandbox's, issue makes access tokens.
func build(t testing.TB, dir, url string, now func() time.Time, issue func() string) *world {
	t.Helper()
	w := &world{t: t, retryAfter: "1s"}
	var err error
	if w.store, err = store.Open(t.Context(), store.Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	err = w.store.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO grants (id, name, program, kind, realm, app, client_id, region, scopes, credential, created_at)
			VALUES ($1, 'fire', 'adm', 'client_credentials', 'sandbox', 'a', 'c', 'NA', '', '', 1) ON CONFLICT DO NOTHING`, string(grantID))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	door, err := egress.New(egress.Config{Programs: []amazon.Program{adm.New()}, SandboxURL: url, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	snap := snapshot.New()
	snap.PublishGrant(snapshot.Grant{ID: grantID, Name: "fire", Program: "adm", Realm: amazon.Sandbox, Region: canon.NA, Health: snapshot.OK})
	w.tokens = &tokens{snapshot: snap, now: now, issue: issue, asked: make(chan int64, 100)}
	w.tokens.publish(1)
	w.config = push.Config{
		Store: w.store, Door: door, Grants: snap, Tokens: w.tokens, Dir: dir, Now: now, Page: 1000, InFlight: 32,
		Poke: func() { w.runner.Poke() },
	}
	w.load()
	return w
}

// load makes a Push of the configuration, as a process does that starts.
func (w *world) load() {
	w.t.Helper()
	w.Push = push.New(w.config)
	if err := w.Load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.runner = jobs.New(jobs.Config{Kinds: []jobs.Kind{w.Kind()}, Now: w.config.Now, Tick: 10 * time.Millisecond})
}

// start makes a world with a sandbox whose seconds are milliseconds, so that no test waits for a Retry-After.
func start(t testing.TB, switches map[string]string) *world {
	t.Helper()
	amz, err := sandbox.New(sandbox.Options{Switches: switches, Clock: kit.ScaledClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), 1000)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amz.Close() })
	profile := amz.World().Profile(kit.Shop)
	if err := amz.Switch("lwa.access_lifetime", "2400h"); err != nil {
		t.Fatal(err)
	}
	w := build(t, t.TempDir(), "http://"+amz.Addr(), amz.Now, func() string {
		token, _ := amz.World().Tokens.ClientCredentials(profile, "messaging:push", "NA")
		return token
	})
	w.amz = amz
	return w
}

// run runs the jobs until the test ends or stop is called.
func (w *world) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.runner.Run(ctx)
	}()
	stop = func() { cancel(); <-done }
	w.t.Cleanup(stop)
	return stop
}

// devices makes devices in the sandbox and has the store know them.
func (w *world) devices(n int, states map[string]int, tags ...string) []admfake.Device {
	w.t.Helper()
	var made []admfake.Device
	in := map[string]any{"profile": kit.Shop, "prefix": "d", "count": n, "states": states, "retry_after": w.retryAfter}
	if err := w.amz.Do("adm", "devices", in, &made); err != nil {
		w.t.Fatal(err)
	}
	for from := 0; from < n; from += push.MostRows {
		var rows []push.Row
		for _, d := range made[from:min(n, from+push.MostRows)] {
			rows = append(rows, push.Row{Registration: d.ID, Name: d.Key, Tags: tags})
		}
		if got, err := w.Import(w.t.Context(), "fire", rows); err != nil || got.Added != len(rows) {
			w.t.Fatalf("%+v, %v", got, err)
		}
	}
	return made
}

func (w *world) receipts(each bool) (r admfake.Receipts) {
	w.t.Helper()
	if err := w.amz.Do("adm", "receipts", map[string]any{"prefix": "d-", "each": each}, &r); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// begin begins a broadcast to all and returns its id.
func (w *world) begin(n push.NewBroadcast) id.Broadcast {
	w.t.Helper()
	n.Grant = "fire"
	if n.Message.Data == nil {
		n.Message = hello
	}
	b, err := w.Begin(w.t.Context(), operator, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return b.ID
}

// await waits until a broadcast is as wanted. A test that waits in vain ends by its own time limit.
func (w *world) await(b id.Broadcast, is func(push.Progress) bool) push.Progress {
	w.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(60 * time.Second)
	for {
		p, err := w.Broadcast(w.t.Context(), b)
		if err != nil {
			w.t.Fatal(err)
		}
		if is(p) {
			return p
		}
		select {
		case <-tick.C:
		case <-late:
			w.t.Fatalf("the broadcast is %s with %v, problem %q", p.State, p.Counts, p.Problem)
		}
	}
}

func ended(p push.Progress) bool { return p.State.Ended() }
