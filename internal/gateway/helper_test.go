package gateway_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

const (
	clientID = "amzn1.application-oa2-client.EXAMPLE"
	accessNA = "Atza|sbxEXAMPLEaccess"

	profileUS = "1111111111111111" // of grant shop, NA
	profileDE = "2222222222222222" // of grant shop, EU
	profileJP = "3333333333333333" // of grants shop and agency, FE
	profileX  = "9999999999999999" // of grant foreign, which no caller of these tests may use
)

// A seen is one request as it reached Amazon's side.
type seen struct {
	method, host, uri string
	header            http.Header
	trailer           http.Header
	body              string
}

// A house is a gateway with everything around it: Amazon's side behind the real door, a snapshot, and a caller with a pass.
type house struct {
	t        testing.TB
	snap     *snapshot.Snapshot
	gate     *gateway.Gateway
	server   *httptest.Server
	registry *policy.Registry
	metrics  *prometheus.Registry
	refresh  *refresher
	mac      *keys
	access   *syncBuffer
	usage    *usageStore
	audit    *auditSink

	mu     sync.Mutex
	calls  []seen
	answer http.HandlerFunc
	bypass http.Handler // answers instead, and nothing is written down
	clock  time.Time

	shop, agency, foreign id.Grant
	caller                policy.Caller
	pass                  string
}

// newHouse builds one. Its caller may do everything with grant shop.
func newHouse(t testing.TB, change ...func(*gateway.Config)) *house {
	t.Helper()
	h := &house{
		t: t, snap: snapshot.New(), metrics: prometheus.NewRegistry(), mac: &keys{current: 1, known: []byte{1}}, access: &syncBuffer{},
		usage: &usageStore{}, audit: &auditSink{}, clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	}
	h.refresh = &refresher{}
	upstream := httptest.NewServer(http.HandlerFunc(h.serveAmazon))
	t.Cleanup(upstream.Close)
	programs := []amazon.Program{ads.New(), creators.New()}
	door, err := egress.New(egress.Config{Programs: programs, SandboxURL: upstream.URL, Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	cfg := gateway.Config{
		Snapshot: h.snap, Door: door, Refresher: h.refresh, Programs: programs, MAC: h.mac, Usage: h.usage, Audit: h.audit,
		Access: h.access, Metrics: h.metrics, Now: h.now,
	}
	for _, c := range change {
		c(&cfg)
	}
	if h.gate, err = gateway.New(cfg); err != nil {
		t.Fatal(err)
	}
	h.server = httptest.NewUnstartedServer(nil)
	h.server.Config = h.gate.Server()
	h.server.Start()
	t.Cleanup(h.server.Close)
	h.registry = policy.New(policy.Config{Store: &callerStore{}, Sealer: plainSealer{}, Publisher: h.snap, Now: h.now})

	h.shop = h.grant("shop", canon.Account{ID: profileUS, Region: canon.NA}, canon.Account{ID: profileDE, Region: canon.EU}, canon.Account{ID: profileJP, Region: canon.FE})
	h.agency = h.grant("agency", canon.Account{ID: profileJP, Region: canon.FE})
	h.foreign = h.grant("foreign", canon.Account{ID: profileX, Region: canon.EU})
	h.caller, h.pass = h.add("reporter", policy.Rule{Grants: []id.Grant{h.shop}})
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

// grant publishes a grant with a token that is ten minutes old.
func (h *house) grant(name string, accounts ...canon.Account) id.Grant {
	g := snapshot.Grant{
		ID: id.New[id.Grant](h.now()), Name: name, Program: "ads", Realm: amazon.Sandbox, ClientID: clientID, Region: canon.NA,
		Accounts: accounts, Health: snapshot.OK,
	}
	h.snap.PublishGrant(g)
	h.token(g.ID, 1, accessNA)
	return g.ID
}

func (h *house) token(g id.Grant, generation int64, text string) {
	now := h.now()
	h.snap.PublishToken(g, snapshot.Token{Access: secret.New(text), Generation: generation, Obtained: now.Add(-10 * time.Minute), Expires: now.Add(50 * time.Minute)})
}

// change publishes a grant anew.
func (h *house) change(g id.Grant, f func(*snapshot.Grant)) {
	old, _ := h.snap.Grant(g)
	grant := *old
	f(&grant)
	h.snap.PublishGrant(grant)
}

func (h *house) add(name string, rules ...policy.Rule) (policy.Caller, string) {
	h.t.Helper()
	c, pass, err := h.registry.Add(context.Background(), audit.Itself("test"), policy.NewCaller{Name: name, Rules: rules})
	if err != nil {
		h.t.Fatal(err)
	}
	return c, pass.Reveal()
}

// serveAmazon is Amazon's side: it writes down what came, then answers.
func (h *house) serveAmazon(w http.ResponseWriter, r *http.Request) {
	if h.bypass != nil {
		h.bypass.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.calls = append(h.calls, seen{r.Method, r.Host, r.RequestURI, r.Header.Clone(), r.Trailer.Clone(), string(body)})
	answer := h.answer
	h.mu.Unlock()
	if answer == nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `[]`)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer(w, r)
}

func (h *house) answers(f http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = f
}

// amazon returns what reached Amazon's side so far.
func (h *house) amazon() []seen {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.calls)
}

// An answer is what a caller got.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) code() string { return a.header.Get("Lockkeeper-Problem") }

// call sends a request with the pass, unless it brings an Authorization. Headers come in pairs.
func (h *house) call(method, path string, headers ...string) answer {
	h.t.Helper()
	return h.send(method, path, "", headers...)
}

func (h *house) send(method, path, body string, headers ...string) answer {
	h.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, h.server.URL+path, in)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header[headers[i]] = append(req.Header[headers[i]], headers[i+1])
	}
	if _, ok := req.Header["Authorization"]; !ok {
		req.Header.Set("Authorization", "Bearer "+h.pass)
	}
	return h.do(req)
}

func (h *house) do(req *http.Request) answer {
	h.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// want fails unless the answer has the status and the problem ("" for none).
func (h *house) want(a answer, status int, code string) {
	h.t.Helper()
	if a.status != status || a.code() != code {
		h.t.Errorf("got %d %s, want %d %s: %s", a.status, a.code(), status, code, a.body)
	}
	if a.header.Get("Lockkeeper-Request-Id") == "" {
		h.t.Error("the answer has no request id")
	}
	if strings.HasPrefix(code, "gateway.") || strings.HasPrefix(code, "policy.") {
		var body struct{ Code, Whose, Fix, Title string }
		if a.header.Get("Content-Type") == "application/problem+json" {
			if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Code != code || body.Whose == "" || body.Fix == "" || body.Title == "" {
				h.t.Errorf("the refusal is not whole: %s", a.body)
			}
		}
	}
}

// scope are the headers that choose a profile.
func scope(profile string) []string { return []string{"Amazon-Advertising-API-Scope", profile} }

type refresher struct {
	mu      sync.Mutex
	tokens  int
	invalid int
	next    func() (snapshot.Token, error)
}

func (r *refresher) Token(context.Context, id.Grant) (snapshot.Token, error) {
	return r.give(&r.tokens)
}

func (r *refresher) Invalid(context.Context, id.Grant, int64) (snapshot.Token, error) {
	return r.give(&r.invalid)
}

func (r *refresher) give(count *int) (snapshot.Token, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*count++
	if r.next == nil {
		return snapshot.Token{}, errors.New("no newer token")
	}
	return r.next()
}

func (r *refresher) counts() (tokens, invalid int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tokens, r.invalid
}

// keys make MACs with the key's id in front.
type keys struct {
	current byte
	known   []byte
}

func (k *keys) MAC(data []byte) []byte { return append([]byte{k.current}, sum(k.current, data)...) }

func (k *keys) VerifyMAC(data, mac []byte) error {
	if len(mac) != 33 || !slices.Contains(k.known, mac[0]) || !hmac.Equal(sum(mac[0], data), mac[1:]) {
		return errors.New("the MAC does not fit")
	}
	return nil
}

func sum(key byte, data []byte) []byte {
	m := hmac.New(sha256.New, []byte{key})
	m.Write(data)
	return m.Sum(nil)
}

type syncBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	fail bool
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail {
		return 0, errors.New("no space left")
	}
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func (b *syncBuffer) failing(yes bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = yes
}

type usageStore struct {
	mu   sync.Mutex
	rows []policy.Usage
	err  error
}

func (u *usageStore) AddUsage(_ context.Context, rows []policy.Usage) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.rows = append(u.rows, rows...)
	}
	return u.err
}

type auditSink struct {
	mu      sync.Mutex
	entries []audit.Entry
}

func (a *auditSink) Record(_ context.Context, e audit.Entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries = append(a.entries, e)
	return nil
}

// callerStore keeps nothing: the registry and the snapshot hold what these tests need.
type callerStore struct{}

func (*callerStore) AddCaller(context.Context, policy.Caller, audit.Entry) error { return nil }

func (*callerStore) Callers(context.Context) ([]policy.Caller, error) { return nil, nil }

func (*callerStore) AddPass(context.Context, id.Caller, policy.Pass, audit.Entry) error { return nil }

func (*callerStore) SetRules(context.Context, id.Caller, []policy.Rule, audit.Entry) error {
	return nil
}

func (*callerStore) RevokeCaller(context.Context, id.Caller, time.Time, audit.Entry) error {
	return nil
}

func (*callerStore) RevokePass(context.Context, id.Pass, time.Time, audit.Entry) error { return nil }

// tokenFor asks the token endpoint for a token of a grant.
func (h *house) tokenFor(caller, pass, grant string) (string, answer) {
	h.t.Helper()
	form := fmt.Sprintf("grant_type=refresh_token&refresh_token=%s&client_id=%s&client_secret=%s", grant, caller, pass)
	a := h.send("POST", "/auth/o2/token", form, "Content-Type", "application/x-www-form-urlencoded", "Authorization", "")
	var body struct {
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(a.body), &body)
	return body.Access, a
}

// request makes a request as net/http would hand it to the gateway, with the pass on it.
func (h *house) request(method, path string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "localhost"
	r.Header.Set("Authorization", "Bearer "+h.pass)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// A recorder keeps an answer's status and header.
type recorder struct {
	header http.Header
	status int
	size   int
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(p []byte) (int, error) {
	r.size += len(p)
	return len(p), nil
}

// metric finds one of the gateway's counters by its name and the values of its labels.
func (h *house) metric(name string, values ...string) float64 {
	h.t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	total := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			has := map[string]bool{}
			for _, l := range m.GetLabel() {
				has[l.GetValue()] = true
			}
			if !slices.ContainsFunc(values, func(v string) bool { return !has[v] }) {
				total += m.GetCounter().GetValue()
			}
		}
	}
	return total
}
