package ads_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestPortfolios makes portfolios with each sort of budget and takes one's budget away.
func TestPortfolios(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	budget := func(period string) *canon.AdsBudget {
		return &canon.AdsBudget{Money: &canon.Money{Micros: 500_250_000, Currency: m.account.Currency}, Period: period}
	}
	active := func(name string) canon.AdsCommon {
		return canon.AdsCommon{Name: name, Status: canon.StatusActive, Ext: map[string]any{"campaignUnspentBudgetSharing": "ENABLED"}}
	}
	for _, want := range []*canon.AdsPortfolio{
		{AdsCommon: active("range"), Budget: budget("LIFETIME"), StartDate: m.today(t), EndDate: m.today(t).Add(40)},
		{AdsCommon: active("monthly"), Budget: budget("MONTHLY"), EndDate: m.today(t).Add(400)},
		{AdsCommon: active("no cap")},
	} {
		made := m.one(t, nil, want)
		q := amazon.AdsQuery{Kind: canon.KindPortfolio, IDs: []string{made.ID}}
		got := m.all(t, q)
		if len(got) != 1 {
			t.Fatalf("%d portfolios", len(got))
		}
		if diff := cmp.Diff(written(t, want), written(t, got[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.Name, diff)
		}
		if c := got[0].Common(); c.EffectiveStatus != canon.EffectiveServing || c.CreatedAt.IsZero() {
			t.Errorf("%+v", c)
		}
		after := *got[0].(*canon.AdsPortfolio)
		after.Name, after.Budget, after.StartDate, after.EndDate = want.Name+" no more", nil, "", ""
		m.one(t, got[0], &after)
		if diff := cmp.Diff(written(t, &after), written(t, m.all(t, q)[0])); diff != "" {
			t.Errorf("%s, changed (-want +got):\n%s", want.Name, diff)
		}
	}
	if _, refused := m.AdsPlan(m.account, []amazon.AdsChange{{Before: &canon.AdsPortfolio{AdsCommon: canon.AdsCommon{ID: "1"}}}}); string(refused[0].Problem.Code) != "ads.not_offered" {
		t.Errorf("a portfolio is archived: %+v", refused)
	}
}

// TestOrganization holds what an account says of itself.
func TestOrganization(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	got := m.all(t, amazon.AdsQuery{Kind: canon.KindOrganization})
	if len(got) != 1 {
		t.Fatalf("%d organizations", len(got))
	}
	o := got[0].(*canon.AdsOrganization)
	if o.ID != m.account.ID || o.Currency != "USD" || o.Timezone != m.account.Timezone || o.Region != canon.NA || o.AccountType != "SELLER" || o.Kind != "PROFILE" || len(o.Capabilities) != 2 {
		t.Errorf("%+v", o)
	}
	if left := m.all(t, amazon.AdsQuery{Kind: canon.KindOrganization, IDs: []string{"1"}}); len(left) != 0 {
		t.Errorf("another's id: %v", left)
	}
}
