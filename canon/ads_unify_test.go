package canon_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// TestUnifiedFieldsOfACampaign holds what Unified's fields are made of, with days that begin and end where the account is.
func TestUnifiedFieldsOfACampaign(t *testing.T) {
	t.Parallel()
	c := &canon.AdsCampaign{
		Channel: canon.SponsoredBrands, Timezone: "America/Los_Angeles", StartDate: "2026-03-07", EndDate: "2026-03-08", // clocks go forward on the 8th
		Budgets:     []canon.AdsBudget{{Money: &canon.Money{Micros: 12_340_000, Currency: "USD"}, Period: "DAILY"}},
		SpendToDate: &canon.Money{Micros: 1_500_000, Currency: "USD"},
	}
	c.Unify()
	if got := c.StartAt.Format(time.RFC3339) + " " + c.EndAt.Format(time.RFC3339); got != "2026-03-07T08:00:00Z 2026-03-09T06:59:59Z" {
		t.Errorf("from and to %s", got)
	}
	if c.AdvertisingChannelType != "SEARCH" || c.BudgetAmount != "12.34" || c.BudgetPeriod != "DAILY" || c.BudgetUnit != "CURRENCY" || c.Currency != "USD" || c.TotalSpendAmount != "1.50" {
		t.Errorf("%+v", c)
	}
	if err := c.Settle(); err != nil {
		t.Errorf("what was made of it is taken for another: %v", err)
	}
	open := &canon.AdsCampaign{Budgets: []canon.AdsBudget{{Impressions: 5000, Period: "LIFETIME"}}}
	open.Unify()
	if open.BudgetAmount != "5000" || open.BudgetUnit != "IMPRESSIONS" || !open.StartAt.IsZero() || !open.EndAt.IsZero() {
		t.Errorf("%+v", open)
	}
}

// TestSettle holds that Unified's fields become the exact ones, and that two spellings that differ are refused.
func TestSettle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind canon.AdsKind
		text string
		want string // the exact fields, or nothing where it is refused
	}{
		"channel and days":       {canon.KindCampaign, `{"timezone":"Europe/Paris","advertising_channel_type":"DISPLAY","start_at":"2026-11-21T23:00:00Z","end_at":"2026-11-22T22:59:59Z"}`, `{"channel":"SPONSORED_DISPLAY","start_date":"2026-11-22","end_date":"2026-11-22"}`},
		"channels that differ":   {canon.KindCampaign, `{"channel":"SPONSORED_PRODUCTS","advertising_channel_type":"DISPLAY"}`, ``},
		"days that differ":       {canon.KindCampaign, `{"timezone":"Europe/Paris","start_date":"2026-11-21","start_at":"2026-11-21T23:00:00Z"}`, ``},
		"days that agree":        {canon.KindCampaign, `{"timezone":"Europe/Paris","end_date":"2026-11-22","end_at":"2026-11-21T23:00:00Z"}`, `{"end_date":"2026-11-22"}`},
		"a budget by the day":    {canon.KindCampaign, `{"budget_amount":5,"currency":"EUR"}`, `{"budgets":[{"money":{"amount":"5.00","currency":"EUR"},"period":"DAILY"}]}`},
		"a total":                {canon.KindCampaign, `{"budget_amount":5,"budget_period":"TOTAL"}`, `{"budgets":[{"money":{"amount":"5.00"},"period":"LIFETIME"}]}`},
		"amounts that differ":    {canon.KindCampaign, `{"budget_amount":5,"budgets":[{"money":{"amount":"5.01"},"period":"DAILY"}]}`, ``},
		"currencies that differ": {canon.KindCampaign, `{"budget_amount":5,"currency":"EUR","budgets":[{"money":{"amount":"5","currency":"GBP"},"period":"DAILY"}]}`, ``},
		"periods that differ":    {canon.KindCampaign, `{"budget_amount":5,"budget_period":"MONTHLY","budgets":[{"money":{"amount":"5"},"period":"DAILY"}]}`, ``},
		"a currency in one":      {canon.KindCampaign, `{"budget_amount":5,"currency":"EUR","budgets":[{"money":{"amount":"5"},"period":"DAILY"}]}`, `{"budgets":[{"money":{"amount":"5.00"},"period":"DAILY"}]}`},
		"a group's campaign":     {canon.KindGroup, `{"parent_id":"7","bid_amount":0.5,"currency":"EUR"}`, `{"campaign_id":"7","default_bid":{"amount":"0.50","currency":"EUR"}}`},
		"two campaigns":          {canon.KindGroup, `{"parent_id":"7","campaign_id":"8"}`, ``},
		"a bid":                  {canon.KindTarget, `{"bid_amount":0.5}`, `{"bid":{"amount":"0.50"}}`},
		"bids that differ":       {canon.KindTarget, `{"bid_amount":0.5,"bid":{"amount":"0.51"}}`, ``},
		"bids' currencies":       {canon.KindTarget, `{"bid_amount":0.5,"currency":"EUR","bid":{"amount":"0.5","currency":"GBP"}}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := canon.NewAds(c.kind)
			if err := json.Unmarshal([]byte(c.text), o); err != nil {
				t.Fatal(err)
			}
			switch err := o.Settle(); {
			case c.want == "" && !errors.Is(err, canon.ErrBothDiffer):
				t.Fatalf("it was settled: %v", err)
			case c.want == "":
				return
			case err != nil:
				t.Fatal(err)
			}
			var got, want map[string]any
			text, err := json.Marshal(o)
			if err := errors.Join(err, json.Unmarshal(text, &got), json.Unmarshal([]byte(c.want), &want)); err != nil {
				t.Fatal(err)
			}
			for field, v := range want {
				if a, b := asText(t, v), asText(t, got[field]); a != b {
					t.Errorf("%s is %s, and not %s", field, b, a)
				}
			}
		})
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
