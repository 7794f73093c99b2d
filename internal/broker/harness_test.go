package broker_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptrace"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal/sealtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// A house is a broker over a real store, against a login of its own making.
type house struct {
	t      testing.TB
	dir    string
	sealer *seal.Sealer
	login  *login
	apps   *apps
	snap   *snapshot.Snapshot
	cfg    broker.Config
	fault  func() error // of the store's commits; guarded by mu
	mu     sync.Mutex
	wrap   func(broker.Store) broker.Store // nil, or what stands between broker and store

	store  *store.Store
	broker *broker.Broker
	stop   context.CancelFunc
	ended  chan error
}

// bubble runs fn on a virtual clock with a house in it.
func bubble(t *testing.T, policy broker.ServerPolicy, fn func(t *testing.T, h *house)) {
	t.Helper()
	bubbleConfig(t, broker.Config{Policy: policy}, fn)
}

func bubbleWith(t *testing.T, policy broker.ServerPolicy, x broker.Exchanger, fn func(t *testing.T, h *house)) {
	t.Helper()
	bubbleConfig(t, broker.Config{Policy: policy, LWA: x}, fn)
}

func bubbleConfig(t *testing.T, cfg broker.Config, fn func(t *testing.T, h *house)) {
	t.Helper()
	dir := t.TempDir()
	sealer := sealtest.New(t)
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, dir: dir, sealer: sealer, login: newLogin(cfg.Policy), apps: newApps(), cfg: cfg}
		h.start()
		defer h.end()
		fn(t, h)
	})
}

func (h *house) open() {
	h.t.Helper()
	var err error
	h.store, err = store.Open(context.Background(), store.Config{Dir: h.dir, FaultFlush: func() error {
		h.mu.Lock()
		fault := h.fault
		h.mu.Unlock()
		if fault != nil {
			return fault()
		}
		return nil
	}})
	if err != nil {
		h.t.Fatal(err)
	}
	h.snap = snapshot.New()
}

func (h *house) start() {
	h.t.Helper()
	h.open()
	h.broker = broker.New(h.config())
	if err := h.broker.Load(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.stop, h.ended = cancel, make(chan error, 1)
	go func() { h.ended <- h.broker.Run(ctx) }()
}

func (h *house) config() broker.Config {
	cfg := h.cfg
	cfg.Store, cfg.Sealer, cfg.Apps, cfg.Publisher, cfg.Audit, cfg.Dir = h.store, h.sealer, h.apps, h.snap, h.store, h.dir
	if h.wrap != nil {
		cfg.Store = h.wrap(h.store)
	}
	if cfg.LWA == nil {
		cfg.LWA = h.login
	}
	cfg.Log = slog.New(slog.NewTextHandler(h.t.Output(), nil))
	return cfg
}

// end shuts down as SIGTERM does.
func (h *house) end() {
	h.t.Helper()
	h.stop()
	if err := <-h.ended; err != nil {
		h.t.Errorf("Run: %v", err)
	}
	if err := h.store.Close(); err != nil {
		h.t.Error(err)
	}
}

func (h *house) breakStore(fault func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fault = fault
}

// bubbleShared has two brokers on one store, as replicas have, and a grant named shop.
func bubbleShared(t *testing.T, policy broker.ServerPolicy, fn func(t *testing.T, h *house, second *broker.Broker)) {
	t.Helper()
	dir := t.TempDir()
	sealer := sealtest.New(t)
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, dir: dir, sealer: sealer, login: newLogin(policy), apps: newApps()}
		h.cfg.Policy, h.cfg.Shared, h.cfg.Owner = policy, true, "first"
		h.start()
		h.connect("shop")
		h.end()
		h.start()
		h.cfg.Owner = "second"
		cfg := h.config()
		cfg.Publisher, cfg.Dir = snapshot.New(), ""
		second := broker.New(cfg)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- second.Run(ctx) }()
		synctest.Wait()
		fn(t, h, second)
		cancel()
		<-ended
		h.end()
	})
}

func (h *house) grantNamed(name string) broker.Grant {
	h.t.Helper()
	g, ok := h.broker.GrantNamed(name)
	if !ok {
		h.t.Fatalf("no grant %s", name)
	}
	return g
}

var operator = audit.Actor{Kind: audit.Operator, ID: "op", Name: "ana"}

// connect walks a consent.
func (h *house) connect(name string) broker.Grant {
	h.t.Helper()
	c, err := h.broker.Begin(context.Background(), operator, broker.Connect{Name: name, App: theApp, Scopes: []string{"profile"}})
	if err != nil {
		h.t.Fatal(err)
	}
	g, err := h.broker.Finish(context.Background(), broker.Callback{State: c.State, Binding: c.Binding, Code: h.login.consent(name)})
	if err != nil {
		h.t.Fatal(err)
	}
	return g
}

func (h *house) grant(g id.Grant) broker.Grant {
	h.t.Helper()
	now, ok := h.broker.Grant(g)
	if !ok {
		h.t.Fatalf("grant %s is gone", g)
	}
	return now
}

// lastAttempt is the newest attempt row.
func (h *house) lastAttempt(g id.Grant) broker.Attempt {
	h.t.Helper()
	all, err := h.broker.Attempts(context.Background(), g, 1)
	if err != nil || len(all) != 1 {
		h.t.Fatalf("attempts: %v %v", all, err)
	}
	return all[0]
}

func codeOf(err error) problem.Code {
	p, _ := problem.Of(err)
	return p.Code
}

func wantCode(t testing.TB, err error, code problem.Code) {
	t.Helper()
	if got := codeOf(err); got != code {
		t.Errorf("got %v (%q), want %s", err, got, code)
	}
}

// apps stands in for the vault.
type apps struct {
	mu      sync.Mutex
	secrets []vault.AppSecret
	retired []int64
	asked   int
}

const theApp = id.App("01EXAMPLEAPP0000000000000A")

func newApps() *apps {
	return &apps{secrets: []vault.AppSecret{{Version: 1, Value: secret.New("sbx-secret-1")}}}
}

func (a *apps) App(context.Context, id.App) (vault.App, error) {
	return vault.App{ID: theApp, Name: "app", Program: "ads", Realm: amazon.Sandbox, Region: canon.NA, ClientID: "client", ReturnURL: "http://localhost:7070/oauth/callback", Credential: "01EXAMPLECREDENTIAL0000000"}, nil
}

func (a *apps) AppSecrets(context.Context, id.App, vault.Use) ([]vault.AppSecret, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	return append([]vault.AppSecret(nil), a.secrets...), nil
}

func (a *apps) Used(context.Context, id.App, int64, vault.Use) error { return nil }

func (a *apps) RetireVersion(_ context.Context, _ audit.Actor, _ id.Credential, version int64, _ bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.retired = append(a.retired, version)
	for i, s := range a.secrets {
		if s.Version == version {
			a.secrets = append(a.secrets[:i:i], a.secrets[i+1:]...)
			break
		}
	}
	return nil
}

func (a *apps) rotate(version int64, text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.secrets = append([]vault.AppSecret{{Version: version, Value: secret.New(text)}}, a.secrets...)
}

// A login is a token endpoint with a policy, whose journal is the truth.
type login struct {
	mu      sync.Mutex
	policy  broker.ServerPolicy
	good    map[string]bool // client secrets
	codes   map[string]string
	users   map[string]*user
	life    time.Duration
	delay   time.Duration
	faults  []fault // for the exchanges to come
	always  *fault
	journal []exchange
	running map[string]int
	overlap bool
}

type user struct {
	name    string
	gen     int
	revoked bool
	since   time.Time // of the current generation
}

// A fault changes one exchange. The effect at the server happens unless before says so.
type fault struct {
	before bool // fails before the effect
	result lwa.Result
	hold   chan struct{} // the answer waits for it
	stall  bool          // and the process with it: no timeout is noticed
	answer func(*lwa.Tokens)
}

type exchange struct {
	at      time.Time
	user    string
	gen     int // presented
	class   lwa.Class
	secret  string
	effect  bool
	refresh bool
}

func newLogin(p broker.ServerPolicy) *login {
	return &login{policy: p, good: map[string]bool{"sbx-secret-1": true}, codes: map[string]string{}, users: map[string]*user{}, life: time.Hour, running: map[string]int{}}
}

func (l *login) consent(name string) secret.Value {
	l.mu.Lock()
	defer l.mu.Unlock()
	code := "ANsbx" + name
	l.codes[code] = name
	return secret.New(code)
}

func (l *login) fail(faults ...fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, faults...)
}

func (l *login) failAll(f *fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.always = f
}

func (l *login) set(fn func(l *login)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn(l)
}

func (l *login) exchanges() []exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]exchange(nil), l.journal...)
}

func (l *login) refreshes() int {
	n := 0
	for _, x := range l.exchanges() {
		if x.refresh {
			n++
		}
	}
	return n
}

// dead counts how often a token was presented that was good no more.
func (l *login) dead() int {
	n := 0
	for _, x := range l.exchanges() {
		if x.class == lwa.BadGrant {
			n++
		}
	}
	return n
}

var lostAnswer = lwa.Result{Class: lwa.Ambiguous, Wrote: true, Problem: problem.New(problem.LWAAnswerLost)}

func unreachable() lwa.Result {
	return lwa.Result{Class: lwa.NotConsumed, Problem: problem.New(problem.LWAUnreachable)}
}

func (l *login) ClientCredentials(ctx context.Context, app lwa.App, _ ...string) lwa.Result {
	l.mu.Lock()
	u := l.users["credentials"]
	if u == nil {
		u = &user{name: "credentials", since: time.Now()}
		l.users[u.name] = u
	}
	l.mu.Unlock()
	r := l.serve(ctx, app, u, u.gen, true)
	if r.Tokens != nil {
		r.Tokens.Refresh = secret.Value{}
	}
	return r
}

func (l *login) Exchange(ctx context.Context, app lwa.App, code lwa.Code) lwa.Result {
	l.mu.Lock()
	name, ok := l.codes[code.Code.Reveal()]
	if !ok {
		l.mu.Unlock()
		return lwa.Result{Class: lwa.BadGrant, Wrote: true, Status: 400, AmazonError: "invalid_grant", Problem: problem.New(problem.LWACodeRefused)}
	}
	if l.good[app.Secret.Reveal()] {
		delete(l.codes, code.Code.Reveal())
	}
	u := l.users[name]
	if u == nil {
		u = &user{name: name}
		l.users[name] = u
	}
	u.gen, u.revoked, u.since = u.gen+1, false, time.Now()
	l.mu.Unlock()
	return l.serve(ctx, app, u, u.gen, false)
}

func (l *login) Refresh(ctx context.Context, app lwa.App, refresh secret.Value) lwa.Result {
	var name string
	var gen int
	if _, err := fmt.Sscanf(refresh.Reveal(), "Atzr|sbx-%d-%s", &gen, &name); err != nil {
		panic(err)
	}
	l.mu.Lock()
	u := l.users[name]
	l.mu.Unlock()
	return l.serve(ctx, app, u, gen, true)
}

const graceWindow = 2 * time.Minute

func (l *login) serve(ctx context.Context, app lwa.App, u *user, gen int, refresh bool) lwa.Result {
	l.mu.Lock()
	f := l.always
	if f == nil && len(l.faults) > 0 {
		f = &l.faults[0]
		l.faults = l.faults[1:]
	}
	delay := l.delay
	x := exchange{at: time.Now(), user: u.name, gen: gen, secret: app.Secret.Reveal(), refresh: refresh}
	if f != nil && f.before {
		x.class = f.result.Class
		l.journal = append(l.journal, x)
		l.mu.Unlock()
		if f.result.Wrote {
			wrote(ctx)
		}
		return f.result
	}
	if l.running[u.name]++; l.running[u.name] > 1 {
		l.overlap = true
	}
	l.mu.Unlock()
	wrote(ctx)
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			l.mu.Lock()
			l.running[u.name]--
			l.mu.Unlock()
			return lostAnswer
		}
	}
	l.mu.Lock()
	r := l.effect(&x, app, u, gen, refresh)
	x.class = r.Class
	l.journal = append(l.journal, x)
	l.running[u.name]--
	l.mu.Unlock()
	if f == nil {
		return r
	}
	if f.hold != nil && f.stall {
		<-f.hold
	} else if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return lostAnswer
		}
	}
	if f.answer != nil && r.Tokens != nil {
		f.answer(r.Tokens)
	}
	if f.result.Class != "" {
		return f.result
	}
	return r
}

func (l *login) effect(x *exchange, app lwa.App, u *user, gen int, refresh bool) lwa.Result {
	if !l.good[app.Secret.Reveal()] {
		return lwa.Result{Class: lwa.BadClient, Status: 401, AmazonError: "invalid_client", Wrote: true, Problem: problem.New(problem.LWAInvalidClient)}
	}
	dead := u.revoked || gen != u.gen && l.policy != broker.Static && !(l.policy == broker.Grace && gen == u.gen-1 && time.Since(u.since) < graceWindow)
	if dead {
		return lwa.Result{Class: lwa.BadGrant, Status: 400, AmazonError: "invalid_grant", Wrote: true, Problem: problem.New(problem.LWAConsentWithdrawn)}
	}
	if x.effect = true; refresh && l.policy != broker.Static && gen == u.gen {
		u.gen, u.since = u.gen+1, time.Now()
	}
	return lwa.Result{Class: lwa.Granted, Status: 200, Wrote: true, Tokens: &lwa.Tokens{
		Access:    secret.New(fmt.Sprintf("Atza|sbx-%d-%d-%s", len(l.journal), u.gen, u.name)),
		Refresh:   secret.New(fmt.Sprintf("Atzr|sbx-%d-%s", u.gen, u.name)),
		ExpiresIn: l.life,
	}}
}

// wrote does what net/http does when a request has left.
func wrote(ctx context.Context) {
	if t := httptrace.ContextClientTrace(ctx); t != nil && t.WroteRequest != nil {
		t.GotConn(httptrace.GotConnInfo{})
		t.WroteRequest(httptrace.WroteRequestInfo{})
	}
}
