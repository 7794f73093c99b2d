package ads_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestColumnsMeanWhatTheySay holds which of Amazon's columns each metric is read from, window by window: no two of them have one number.
func TestColumnsMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	p := ads.New()
	row, next := map[string]any{"date": "2026-11-20", "campaignId": "1", "campaignBudgetCurrencyCode": "EUR"}, 0
	want := map[string]string{}
	column := func(name, metric string) {
		next++
		row[name], want[metric] = next, fmt.Sprint(next)
	}
	money := func(name, metric string) {
		column(name, metric)
		want[metric] += ".00"
	}
	column("impressions", "impressions")
	column("clicks", "clicks")
	money("cost", "cost")
	for _, days := range []string{"1", "7", "14", "30"} {
		column("purchases"+days+"d", "purchases_"+days+"d")
		money("sales"+days+"d", "sales_"+days+"d")
		column("unitsSoldClicks"+days+"d", "units_"+days+"d")
		column("purchasesSameSku"+days+"d", "conversions of the same SKU in "+days)
		money("attributedSalesSameSku"+days+"d", "conversion_value of the same SKU in "+days)
		column("unitsSoldSameSku"+days+"d", "units of the same SKU in "+days)
	}
	text, err := json.Marshal([]any{row})
	if err != nil {
		t.Fatal(err)
	}
	plan := p.AdsReportPlans(canon.LevelCampaign)[0]
	if plan.Channel != canon.SponsoredProducts {
		t.Fatalf("the first plan is of %s", plan.Channel)
	}
	got := map[string]string{}
	err = p.AdsReportRows(io.NopCloser(bytes.NewReader(pack(t, string(text)))), canon.Account{Currency: "EUR"}, plan, func(r *canon.AdsReportRow) error {
		for _, m := range canon.ReportMetrics() {
			if v, ok := m.Value(&r.Sums, r.Attribution); ok && want[m.Name] != "" {
				got[m.Name] = string(v)
			}
			for _, days := range []int{1, 7, 14, 30} {
				name := fmt.Sprintf("%s of the same SKU in %d", m.Name, days)
				if v, ok := m.Value(&r.Sums, canon.ReportAttribution{WindowDays: days, Basis: "CLICK", Scope: "SAME_SKU"}); ok && want[name] != "" {
					got[name] = string(v)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" || len(want) != 27 {
		t.Errorf("%d metrics: %s", len(want), d)
	}
}
