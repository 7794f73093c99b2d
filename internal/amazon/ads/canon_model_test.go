package ads_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A model is an account of a sandbox that the model reads and writes.
type model struct {
	*ads.Program
	amz     *sandbox.Server
	asker   amazon.Asker
	account canon.Account
}

func newModel(t *testing.T, p *ads.Program) *model {
	t.Helper()
	amz, a := asker(t, kit.Shop, kit.Advertiser, nil)
	accounts, _, err := p.Accounts(t.Context(), a, []canon.Region{canon.NA})
	if err != nil {
		t.Fatal(err)
	}
	return &model{p, amz, a, accounts[0]}
}

// today is the account's day by the sandbox's clock.
func (m *model) today(t *testing.T) canon.Day {
	t.Helper()
	return canon.DayOf(m.amz.Now(), place(t, m.account))
}

// all reads all pages of a query.
func (m *model) all(t *testing.T, q amazon.AdsQuery) []canon.AdsObject {
	t.Helper()
	var out []canon.AdsObject
	for {
		page, err := m.AdsList(t.Context(), m.asker, m.account, q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page.Objects...)
		if page.Next == "" {
			return out
		}
		q.Page = page.Next
	}
}

// one writes a change and wants it done.
func (m *model) one(t *testing.T, before, after canon.AdsObject) amazon.AdsResult {
	t.Helper()
	r := m.AdsWrite(t.Context(), m.asker, m.account, []amazon.AdsChange{{Before: before, After: after}})[0]
	if !r.OK {
		t.Fatalf("unknown %v, %+v", r.Unknown, r.Refusal)
	}
	return r
}

func campaigns(m *model) amazon.AdsQuery {
	return amazon.AdsQuery{Kind: canon.KindCampaign, Channel: canon.SponsoredProducts}
}

// TestCampaignsOfSponsoredProducts makes, changes and archives a campaign by either wire, and holds what is told of it.
func TestCampaignsOfSponsoredProducts(t *testing.T) {
	t.Parallel()
	for _, w := range []ads.Wire{ads.V1, ads.V3} {
		t.Run(string(w), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, ads.New().Speaking(w))
			money := func(micros int64) *canon.Money { return &canon.Money{Micros: micros, Currency: m.account.Currency} }
			want := &canon.AdsCampaign{
				AdsCommon: canon.AdsCommon{Name: "by the model", Status: canon.StatusActive, Tags: map[string]string{"team": "eu"}, Ext: map[string]any{"siteRestrictions": []any{"AMAZON_BUSINESS"}}},
				Channel:   canon.SponsoredProducts, TargetingMode: "MANUAL", CostType: "CPC", StartDate: m.today(t), EndDate: m.today(t).Add(30),
				Budgets:        []canon.AdsBudget{{Money: money(25_500_000), Period: "DAILY"}},
				BidStrategy:    &canon.AdsBidStrategy{Type: "UP_AND_DOWN"},
				BidAdjustments: []canon.AdsBidAdjustment{{Dimension: "PLACEMENT", Key: "TOP_OF_SEARCH", Percent: 30}},
			}
			made := m.one(t, nil, want)
			q := campaigns(m)
			q.IDs = []string{made.ID}
			read := func() *canon.AdsCampaign {
				t.Helper()
				got := m.all(t, q)
				if len(got) != 1 {
					t.Fatalf("%d campaigns of id %s", len(got), made.ID)
				}
				return got[0].(*canon.AdsCampaign)
			}
			got := read()
			if diff := cmp.Diff(written(t, want), written(t, got)); diff != "" {
				t.Errorf("as read (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(written(t, got), written(t, made.After)); diff != "" {
				t.Errorf("as the write answered (-want +got):\n%s", diff)
			}
			if got.ID != made.ID || got.OrganizationID != m.account.ID || got.EffectiveStatus == "" || got.CreatedAt.IsZero() || got.UpdatedAt.IsZero() || got.Timezone != m.account.Timezone {
				t.Errorf("what Amazon tells: %+v", got.AdsCommon)
			}

			changed := *got
			changed.Status, changed.EndDate, changed.Budgets = canon.StatusPaused, "", []canon.AdsBudget{{Money: money(30_000_000), Period: "DAILY"}}
			m.one(t, got, &changed)
			again := read()
			if diff := cmp.Diff(written(t, &changed), written(t, again)); diff != "" {
				t.Errorf("as changed (-want +got):\n%s", diff)
			}
			m.one(t, again, nil)
			if left := m.all(t, q); len(left) != 0 {
				t.Errorf("an archived campaign is listed unasked: %v", left)
			}
			q.Statuses = []canon.AdsStatus{canon.StatusArchived}
			if read().Status != canon.StatusArchived {
				t.Error("an archived campaign has another status")
			}
		})
	}
}

// TestPlan holds the exact requests, and that what is not in them is refused.
func TestPlan(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	list := m.all(t, campaigns(m))
	before := list[0].(*canon.AdsCampaign)
	after := *before
	after.Name = "renamed"
	fixed := *before
	fixed.TargetingMode = "OTHER"
	foreign := *before
	foreign.Budgets = []canon.AdsBudget{{Money: &canon.Money{Micros: 1e6, Currency: "XTS"}, Period: "DAILY"}}
	changes := []amazon.AdsChange{{Before: list[1]}, {Before: before, After: &after}, {Before: before, After: &fixed}, {After: &canon.AdsCampaign{Channel: canon.SponsoredProducts}}, {Before: before, After: &foreign}}
	requests, refused := m.AdsPlan(m.account, changes)
	header := map[string]string{"Accept": "application/json", "Content-Type": "application/json", "Amazon-Advertising-API-Scope": m.account.ID}
	want := []amazon.AdsRequest{
		{Operation: "v1.campaigns.update", Method: "POST", Host: "advertising-api.amazon.com", Path: "/adsApi/v1/update/campaigns", Header: header, Body: []byte(`{"campaigns":[{"campaignId":"` + before.ID + `","name":"renamed"}]}`), Rows: []int{1}},
		{Operation: "v1.campaigns.delete", Method: "POST", Host: "advertising-api.amazon.com", Path: "/adsApi/v1/delete/campaigns", Header: header, Body: []byte(`{"campaignIds":["` + list[1].Common().ID + `"]}`), Rows: []int{0}},
	}
	if diff := cmp.Diff(want, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	codes := map[int]string{}
	for i, r := range refused {
		codes[i] = string(r.Problem.Code) + " " + r.Field
	}
	if diff := cmp.Diff(map[int]string{2: "ads.field_not_writable targeting_mode", 3: "ads.field_missing name", 4: "ads.unsayable "}, codes); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

// TestPagesAreWhole reads the same list in pages of all sizes.
func TestPagesAreWhole(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	ids := func(size int) (out []string) {
		q := campaigns(m)
		q.Size = size
		for _, o := range m.all(t, q) {
			out = append(out, o.Common().ID)
		}
		return out
	}
	want := ids(0)
	for _, size := range []int{1, 2, 3, 7} {
		if diff := cmp.Diff(want, ids(size)); diff != "" || len(want) < 3 {
			t.Errorf("by pages of %d (-want +got):\n%s", size, diff)
		}
	}
	q := campaigns(m)
	q.IDs = append(slices.Repeat([]string{"1"}, 1500), want[0])
	for i := range 1500 {
		q.IDs[i] = "9" + want[0][:5] + string(rune('0'+i%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i/100%10)) + string(rune('0'+i/1000))
	}
	if got := m.all(t, q); len(got) != 1 || got[0].Common().ID != want[0] {
		t.Errorf("among 1501 ids: %v", got)
	}
}
