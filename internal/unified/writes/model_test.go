package writes_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// A model is an advertising account in memory. It holds what was written, and fails as it is told to.
type model struct {
	mu      sync.Mutex
	objects map[string][]byte // by account and id
	next    int
	made    int // effects
	calls   int // writes
	listed  int
	fail    func(call int, c amazon.AdsChange) *amazon.AdsResult // nil makes the change; Unknown makes it too where the id is set to "after"
	block   func(call int)
}

func newModel(objects ...canon.AdsObject) *model {
	m := &model{objects: map[string][]byte{}, next: 900}
	for _, o := range objects {
		m.put(o)
	}
	return m
}

func (m *model) put(o canon.AdsObject) {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	m.objects[string(o.AdsKind())+"/"+o.Common().OrganizationID+"/"+o.Common().ID] = text
}

func (m *model) AdsChannels(kind canon.AdsKind) []canon.Channel {
	if kind == canon.KindPortfolio {
		return []canon.Channel{""}
	}
	return []canon.Channel{canon.SponsoredProducts, canon.SponsoredDisplay}
}

func (m *model) AdsCan(kind canon.AdsKind, c canon.Channel) amazon.AdsAbility {
	op := string(kind) + "." + string(c) + "."
	return amazon.AdsAbility{
		List: true, Create: true, Update: true, Archive: kind != canon.KindPortfolio,
		Operations: map[string][]string{"list": {op + "list"}, "create": {op + "create"}, "update": {op + "update"}, "archive": {op + "archive"}},
		Updatable:  []string{"name", "status", "budgets", "budget", "default_bid", "bid", "end_date", "portfolio_id", "bid_strategy", "tags"},
		Required:   []string{"name"},
	}
}

func channel(o canon.AdsObject) canon.Channel {
	switch o := o.(type) {
	case *canon.AdsCampaign:
		return o.Channel
	case *canon.AdsGroup:
		return o.Channel
	case *canon.AdsTarget:
		return o.Channel
	}
	return ""
}

func (m *model) read(key string, kind canon.AdsKind) canon.AdsObject {
	o := canon.NewAds(kind)
	if err := json.Unmarshal(m.objects[key], o); err != nil {
		panic(err)
	}
	return o
}

func (m *model) AdsList(_ context.Context, _ amazon.Asker, a canon.Account, q amazon.AdsQuery) (amazon.AdsPage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listed++
	var page amazon.AdsPage
	for _, is := range q.IDs {
		key := string(q.Kind) + "/" + a.ID + "/" + is
		if m.objects[key] == nil {
			continue
		}
		o := m.read(key, q.Kind)
		if channel(o) == q.Channel && slices.Contains(q.Statuses, o.Common().Status) {
			page.Objects = append(page.Objects, o)
		}
	}
	return page, nil
}

// AdsRaw knows the name and the daily budget of Amazon's campaigns, and that other channels call the budget otherwise.
func (m *model) AdsRaw(_ canon.Account, _ canon.AdsKind, channel canon.Channel, raw map[string]string) (map[string]json.RawMessage, string) {
	fields := map[string]json.RawMessage{}
	for name, value := range raw {
		switch {
		case name == "budget.budget" && channel == canon.SponsoredProducts, name == "budget" && channel == canon.SponsoredDisplay:
			fields["budgets"] = json.RawMessage(`[{"money":{"amount":"` + value + `"},"period":"DAILY"}]`)
		case name == "wireName":
			fields["name"] = json.RawMessage(`"` + value + `"`)
		default:
			return nil, name
		}
	}
	return fields, ""
}

func (m *model) AdsPlan(a canon.Account, changes []amazon.AdsChange) (requests []amazon.AdsRequest, refused map[int]amazon.AdsRefusal) {
	refused = map[int]amazon.AdsRefusal{}
	r := amazon.AdsRequest{Operation: "write", Method: "POST", Host: "example", Path: "/write/" + a.ID}
	for i, c := range changes {
		if c.After != nil && c.After.Common().Name == "unsayable" {
			refused[i] = amazon.AdsRefusal{Problem: problem.New(problem.WritesFieldFixed), Field: "name"}
			continue
		}
		if c.Before != nil && c.After != nil && channel(c.Before) != channel(c.After) {
			refused[i] = amazon.AdsRefusal{Problem: problem.New(problem.WritesFieldFixed), Field: "channel"}
			continue
		}
		r.Rows = append(r.Rows, i)
	}
	if len(r.Rows) > 0 {
		requests = append(requests, r)
	}
	return requests, refused
}

func (m *model) AdsWrite(_ context.Context, _ amazon.Asker, a canon.Account, changes []amazon.AdsChange) []amazon.AdsResult {
	m.mu.Lock()
	m.calls++
	call, block := m.calls, m.block
	m.mu.Unlock()
	if block != nil {
		block(call)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	results := make([]amazon.AdsResult, len(changes))
	for i, c := range changes {
		var verdict *amazon.AdsResult
		if m.fail != nil {
			verdict = m.fail(call, c)
		}
		if verdict != nil && verdict.ID != "after" {
			results[i] = *verdict
			continue
		}
		results[i] = m.make(a, c)
		if verdict != nil {
			results[i] = amazon.AdsResult{Unknown: true, Refusal: verdict.Refusal}
		}
	}
	return results
}

func (m *model) make(a canon.Account, c amazon.AdsChange) amazon.AdsResult {
	m.made++
	o := c.After
	if o == nil {
		o = c.Before
		o.Common().Status = canon.StatusArchived
	}
	if o.Common().ID == "" {
		m.next++
		o.Common().ID = strconv.Itoa(m.next)
	}
	o.Common().OrganizationID = a.ID
	m.put(o)
	return amazon.AdsResult{OK: true, ID: o.Common().ID, After: m.read(string(o.AdsKind())+"/"+a.ID+"/"+o.Common().ID, o.AdsKind())}
}

// bench is a Writer over a real store, and a model.
type bench struct {
	t     *testing.T
	dir   string
	store *store.Store
	w     *writes.Writer
	m     *model
	place writes.Place
	guard int64
	now   time.Time
}

func newBench(t *testing.T, objects ...canon.AdsObject) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), m: newModel(objects...), guard: 100, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	b.place = writes.Place{
		Grant: "01JD0000000000000000000GRA", Name: "shop", Model: b.m, By: audit.Actor{Kind: audit.Caller, ID: "01JD0000000000000000000CAL", Name: "bids"},
		Accounts: []canon.Account{{ID: "11", Region: canon.EU, Currency: "EUR", Timezone: "Europe/Paris"}, {ID: "12", Region: canon.EU, Currency: "GBP", Timezone: "Europe/London"}},
	}
	b.open()
	return b
}

func (b *bench) open() {
	b.t.Helper()
	s, err := store.Open(context.Background(), store.Config{Dir: b.dir})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = s.Close() })
	b.store = s
	b.w = writes.New(writes.Config{Store: s, SpendGuard: func() int64 { return b.guard }, Now: func() time.Time { b.now = b.now.Add(time.Millisecond); return b.now }, Together: 4})
	if err := b.w.Load(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

// restart is what a kill leaves: the store as it was, and nobody who remembers.
func (b *bench) restart() {
	b.t.Helper()
	if err := b.store.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

func (b *bench) do(o writes.Order) writes.Outcome {
	b.t.Helper()
	out, err := b.w.Do(b.t.Context(), b.place, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// now is an object as Amazon has it.
func (b *bench) at(kind canon.AdsKind, account, is string) canon.AdsObject {
	b.t.Helper()
	key := string(kind) + "/" + account + "/" + is
	if b.m.objects[key] == nil {
		b.t.Fatalf("no %s", key)
	}
	return b.m.read(key, kind)
}

func patch(kind canon.AdsKind, rows ...writes.Row) writes.Order {
	return writes.Order{Kind: kind, Verb: writes.Patch, Rows: rows}
}

func row(is, body string) writes.Row { return writes.Row{ID: is, Body: json.RawMessage(body)} }

func money(t *testing.T, amount, currency string) *canon.Money {
	t.Helper()
	m, err := canon.ParseMoney(amount, currency)
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func campaign(t *testing.T, account, is, name, budget string) *canon.AdsCampaign {
	t.Helper()
	return &canon.AdsCampaign{
		AdsCommon: canon.AdsCommon{ID: is, OrganizationID: account, Name: name, Status: canon.StatusActive}, Channel: canon.SponsoredProducts,
		Budgets: []canon.AdsBudget{{Money: money(t, budget, "EUR"), Period: "DAILY"}}, StartDate: "2026-01-01",
	}
}

func target(t *testing.T, is, bid string) *canon.AdsTarget {
	t.Helper()
	x := &canon.AdsTarget{
		AdsCommon: canon.AdsCommon{ID: is, OrganizationID: "11", Status: canon.StatusActive}, Channel: canon.SponsoredProducts, CampaignID: "1", GroupID: "5",
		Level: "GROUP", Type: "KEYWORD", MatchType: "EXACT", Keyword: &canon.Keyword{Text: "shoe " + is},
	}
	if bid != "" {
		x.Bid = money(t, bid, "EUR")
	}
	return x
}

// said is what became of an order, one word a row.
func said(out writes.Outcome) []string {
	var all []string
	for i, r := range out.Results {
		word := "ok"
		switch {
		case r.Index != i:
			word = fmt.Sprintf("index %d", r.Index)
		case r.Unknown:
			word = "unknown " + string(r.Refusal.Problem.Code)
		case !r.OK:
			word = string(r.Refusal.Problem.Code)
			if r.Refusal.Field != "" {
				word += " " + r.Refusal.Field
			}
		case r.Same:
			word = "same"
		}
		all = append(all, word)
	}
	return all
}
