package unified_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A world is a model in memory: campaigns by account and channel, in Amazon's order, told in pages.
type world struct {
	grants    []*snapshot.Grant
	campaigns map[string]map[canon.Channel][]*canon.AdsCampaign // by account
	page      int                                               // most objects of a page
	broken    map[string]error                                  // accounts that refuse
	denied    map[canon.Channel]bool                            // what policy does not allow
	calls     atomic.Int64
	reads     atomic.Int64 // of calls whose page was not known
	copied    atomic.Int64 // objects that were taken unread
	clock     func() time.Time
	by        string        // who asks
	takes     time.Duration // a call

	mu    sync.Mutex
	under map[canon.Region]int // calls under way
	most  map[canon.Region]int
}

// call is one of Amazon's.
func (w *world) call(at canon.Region) (done func()) {
	w.calls.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.under == nil {
		w.under, w.most = map[canon.Region]int{}, map[canon.Region]int{}
	}
	w.under[at]++
	w.most[at] = max(w.most[at], w.under[at])
	return func() {
		time.Sleep(w.takes)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.under[at]--
	}
}

func (w *world) AdsChannels(kind canon.AdsKind) []canon.Channel {
	if kind != canon.KindCampaign {
		return nil
	}
	return canon.Channels()
}

func (w *world) AdsCan(_ canon.AdsKind, channel canon.Channel) amazon.AdsAbility {
	return amazon.AdsAbility{
		List: true, Update: true, Operations: map[string][]string{"list": {"list." + string(channel)}, "update": {"update." + string(channel)}}, Filters: []string{"campaign_id"},
		Updatable: []string{"name", "status"},
	}
}

func (w *world) AdsList(ctx context.Context, _ amazon.Asker, account canon.Account, q amazon.AdsQuery) (amazon.AdsPage, error) {
	defer w.call(account.Region)()
	if err := w.broken[account.ID]; err != nil {
		return amazon.AdsPage{}, err
	}
	if ctx.Err() != nil {
		return amazon.AdsPage{}, problem.New(problem.EgressCancelled)
	}
	statuses := q.Statuses
	if len(statuses) == 0 {
		statuses = []canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusDraft}
	}
	for _, s := range statuses {
		if !slices.Contains(canon.AdsStatuses(), s) {
			return amazon.AdsPage{}, problem.New(problem.AdsInvalidArgument)
		}
	}
	all := w.campaigns[account.ID][q.Channel]
	from, _ := strconv.Atoi(q.Page)
	size := w.page
	if q.Size > 0 {
		size = min(size, q.Size)
	}
	to := min(from+size, len(all))
	var page amazon.AdsPage
	among := func(c *canon.AdsCampaign) bool {
		return slices.Contains(statuses, c.Status) && (len(q.IDs) == 0 || slices.Contains(q.IDs, c.ID)) && (len(q.Campaigns) == 0 || slices.Contains(q.Campaigns, c.ID)) &&
			(len(q.Portfolios) == 0 || slices.Contains(q.Portfolios, c.PortfolioID))
	}
	for _, c := range all[from:to] {
		if among(c) {
			told := *c
			page.Objects = append(page.Objects, &told)
		}
	}
	if to < len(all) {
		page.Next = strconv.Itoa(to)
	}
	if q.Taker == nil {
		return page, nil
	}
	text, err := json.Marshal([]any{all[from:to], page.Next})
	if err != nil {
		return page, err
	}
	if next, known := q.Taker.Page("campaigns", text); known {
		return amazon.AdsPage{Next: next}, nil
	}
	w.reads.Add(1)
	for _, o := range page.Objects {
		text, err := json.Marshal(o)
		if err != nil {
			return page, err
		}
		if q.Taker.Copy("campaigns", string(text)+",{}") == len(text) {
			w.copied.Add(1)
			continue
		}
		q.Taker.Take(o, amazon.AdsOrigin{List: "campaigns", Text: string(text), Holes: holes, Read: func(text string) canon.AdsObject {
			var c canon.AdsCampaign
			if json.Unmarshal([]byte(text), &c) != nil || !among(&c) {
				return nil
			}
			return &c
		}})
	}
	q.Taker.End(page.Next)
	return amazon.AdsPage{Next: page.Next}, nil
}

// holes are what the world's campaigns differ by.
func holes() []stencil.Hole {
	text := func(key string, what canon.AdsMarked, own bool) stencil.Hole {
		return stencil.Hole{Key: key, Own: own, Sample: func(nth int) string { return fmt.Sprintf("%s-%d-", key, nth) }, Mark: what}
	}
	return []stencil.Hole{text("id", canon.MarkedID, true), text("name", canon.MarkedName, false), text("portfolio_id", canon.MarkedPortfolio, false), {
		Key: "updated_at", Sample: func(int) string { return "1999-01-02T03:04:05Z" }, Fits: func(value string) bool { return len(value) == 20 },
	}}
}

func (w *world) AdsRaw(canon.Account, canon.AdsKind, canon.Channel, map[string]string) (map[string]json.RawMessage, string) {
	return nil, "anything"
}

func (w *world) AdsPlan(canon.Account, []amazon.AdsChange) ([]amazon.AdsRequest, map[int]amazon.AdsRefusal) {
	return nil, nil
}

func (w *world) AdsWrite(_ context.Context, _ amazon.Asker, a canon.Account, changes []amazon.AdsChange) (out []amazon.AdsResult) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range changes {
		after := c.After.(*canon.AdsCampaign)
		in := w.campaigns[a.ID][after.Channel]
		i := slices.IndexFunc(in, func(o *canon.AdsCampaign) bool { return o.ID == after.ID })
		if after.Name == "refuse me" || i < 0 {
			out = append(out, amazon.AdsResult{ID: after.ID, Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.AdsInvalidArgument), Status: 200}})
			continue
		}
		one := *after
		in[i] = &one
		out = append(out, amazon.AdsResult{OK: true, ID: after.ID, After: &one})
	}
	return out
}

// Grants implements unified.Access.
func (w *world) Grants() []*snapshot.Grant { return w.grants }

// Grant implements unified.Access.
func (w *world) Grant(name string) (*snapshot.Grant, error) {
	for _, g := range w.grants {
		if g.Name == name {
			return g, nil
		}
	}
	return nil, problem.New(problem.GatewayGrantUnknown)
}

// Account implements unified.Access.
func (w *world) Account(*snapshot.Grant, string) bool { return true }

// Allow implements unified.Access.
func (w *world) Allow(_ *snapshot.Grant, _ canon.Account, operation string) error {
	if w.denied[canon.Channel(strings.TrimPrefix(operation, "list."))] {
		return problem.New(problem.PolicyDenied)
	}
	return nil
}

func (w *world) ads(t testing.TB) *unified.Ads { return w.remembering(t, 0) }

// remembering is an Ads that remembers so many bytes.
func (w *world) remembering(t testing.TB, bytes int) *unified.Ads {
	t.Helper()
	clock := w.clock
	if clock == nil {
		clock = func() time.Time { return noon }
	}
	u, err := unified.New(unified.Config{
		Model: w, Asker: func(*snapshot.Grant) amazon.Asker { return nil }, Now: clock, Remember: bytes, Alike: 1, Writer: writes.New(writes.Config{Store: paper{}, Now: clock}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// ask asks as a client does.
func (w *world) ask(t testing.TB, u *unified.Ads, path string, query url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	r := httptest.NewRecorder()
	a := unified.Ask{By: audit.Actor{Kind: audit.Caller, Name: "shop" + w.by}, Method: "GET", Base: "/lk/v1/ads", Path: path, Query: query, Header: h, Body: strings.NewReader(""), Access: w}
	if err := u.Serve(t.Context(), a).WriteTo(r, false); err != nil {
		t.Fatal(err)
	}
	return r
}

// small is a world of one grant with two accounts.
func small() *world {
	w := &world{campaigns: map[string]map[canon.Channel][]*canon.AdsCampaign{}, page: 3, broken: map[string]error{}, denied: map[canon.Channel]bool{}}
	w.account("shop", "1001", canon.NA, 5, 2)
	w.account("shop", "1002", canon.EU, 4, 0)
	return w
}

// account adds an account with campaigns of Sponsored Products and of Sponsored Brands.
func (w *world) account(grant, account string, region canon.Region, sp, sb int) {
	var g *snapshot.Grant
	for _, one := range w.grants {
		if one.Name == grant {
			g = one
		}
	}
	if g == nil {
		g = &snapshot.Grant{ID: id.Grant("grant-" + grant), Name: grant, Program: "ads"}
		w.grants = append(w.grants, g)
	}
	g.Accounts = append(g.Accounts, canon.Account{ID: account, Region: region, Currency: "EUR", Timezone: "Europe/Berlin"})
	w.campaigns[account] = map[canon.Channel][]*canon.AdsCampaign{}
	for channel, n := range map[canon.Channel]int{canon.SponsoredProducts: sp, canon.SponsoredBrands: sb} {
		for i := range n {
			c := &canon.AdsCampaign{Channel: channel, Timezone: "Europe/Berlin", StartDate: "2026-11-01"}
			c.ID = fmt.Sprintf("%s%s%03d", account, map[canon.Channel]string{canon.SponsoredProducts: "1", canon.SponsoredBrands: "2"}[channel], i)
			c.OrganizationID, c.Name, c.Status = account, fmt.Sprintf("lock %d of %s", i, account), canon.StatusActive
			w.campaigns[account][channel] = append(w.campaigns[account][channel], c)
		}
	}
}

type told struct {
	ID, Name string
}

func objects(t testing.TB, r *httptest.ResponseRecorder) (ids []string) {
	t.Helper()
	var all []told
	if err := json.Unmarshal(r.Body.Bytes(), &all); err != nil {
		t.Fatalf("%d %s: %v", r.Code, r.Body, err)
	}
	ids = []string{}
	for _, o := range all {
		ids = append(ids, o.ID)
	}
	return ids
}
