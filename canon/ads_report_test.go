package canon_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// numbered has every sum once, none like another: sum n is n+1, and of money n+1 hundredths.
func numbered() *canon.ReportSums {
	var r canon.ReportSums
	for s := range canon.ReportSumCount {
		v := int64(s) + 1
		if s.Money() {
			v *= 10_000
		}
		r.Set(s, v)
	}
	return &r
}

func metric(t *testing.T, name string) *canon.ReportMetric {
	t.Helper()
	for _, m := range canon.ReportMetrics() {
		if m.Name == name {
			return &m
		}
	}
	t.Fatalf("there is no metric %q", name)
	return nil
}

// TestAttributionChooses holds that conversions, their value and units are those of the window, the basis and the scope that were asked for.
func TestAttributionChooses(t *testing.T) {
	t.Parallel()
	r := numbered()
	for _, c := range []struct {
		attribution canon.ReportAttribution
		want        []string // conversions, conversion_value, units
	}{
		{canon.ReportAttribution{WindowDays: 1, Basis: "CLICK", Scope: "ALL"}, []string{"5", "0.09", "13"}},
		{canon.ReportAttribution{WindowDays: 7, Basis: "CLICK", Scope: "ALL"}, []string{"6", "0.10", "14"}},
		{canon.ReportAttribution{WindowDays: 14, Basis: "CLICK", Scope: "ALL"}, []string{"7", "0.11", "15"}},
		{canon.ReportAttribution{WindowDays: 30, Basis: "CLICK", Scope: "ALL"}, []string{"8", "0.12", "16"}},
		{canon.ReportAttribution{WindowDays: 30, Basis: "CLICK", Scope: "SAME_SKU"}, []string{"20", "0.24", "28"}},
		{canon.ReportAttribution{WindowDays: 7, Basis: "CLICK", Scope: "BRAND_HALO"}, []string{"-12", "-0.12", "-12"}},
		{canon.ReportAttribution{WindowDays: 14, Basis: "CLICK_VIEW", Scope: "ALL"}, []string{"29", "0.30", "31"}},
		{canon.ReportAttribution{WindowDays: 28, Basis: "CLICK", Scope: "ALL"}, []string{"", "", ""}},
	} {
		var got []string
		for _, name := range []string{"conversions", "conversion_value", "units"} {
			v, ok := metric(t, name).Value(r, c.attribution)
			if ok != (v != "") {
				t.Errorf("%+v: %q %v", c.attribution, v, ok)
			}
			got = append(got, string(v))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%+v: %s", c.attribution, d)
		}
	}
}

// TestRatiosOfSums holds what each ratio divides by what, in which unit, and that none is told where it would be over zero or over nothing.
func TestRatiosOfSums(t *testing.T) {
	t.Parallel()
	var r canon.ReportSums
	for s, v := range map[canon.ReportSum]int64{
		canon.SumImpressions: 3000, canon.SumViewable: 1500, canon.SumClicks: 60, canon.SumCost: 24_000_000, canon.SumPurchases + 1: 8, canon.SumSales + 1: 96_000_000,
	} {
		r.Set(s, v)
	}
	seven := canon.ReportAttribution{WindowDays: 7, Basis: "CLICK", Scope: "ALL"}
	got := map[string]string{}
	for _, m := range canon.ReportMetrics() {
		if v, ok := m.Value(&r, seven); ok && m.Ratio {
			got[m.Name] = string(v)
		}
	}
	want := map[string]string{
		"ctr": "0.02", "cpc": "0.4", "cpm": "8", "cpa": "3", "acos": "0.25", "roas": "4", "conversion_rate": "0.133333", "viewability_rate": "0.5",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n, ok := metric(t, "cpc").Scaled(&r, seven); !ok || n != 400_000 {
		t.Errorf("0.4 in millionths is %d %v", n, ok)
	}
	r.Set(canon.SumClicks, 0)
	for _, name := range []string{"cpc", "conversion_rate"} {
		if v, ok := metric(t, name).Value(&r, seven); ok {
			t.Errorf("%s over no click is %s", name, v)
		}
	}
	if v, ok := metric(t, "ctr").Value(&r, seven); !ok || v != "0" {
		t.Errorf("no click of 3000 is %s %v", v, ok)
	}
	if v, ok := metric(t, "cpa").Value(&canon.ReportSums{}, seven); ok {
		t.Errorf("nothing over nothing is %s", v)
	}
}

// TestSumsAddUp holds that a sum that only one of two rows has stays, and that one that neither has is not zero.
func TestSumsAddUp(t *testing.T) {
	t.Parallel()
	var a, b canon.ReportSums
	a.Set(canon.SumClicks, 3)
	b.Set(canon.SumClicks, 4)
	b.Set(canon.SumCost, 5)
	a.Add(&b)
	a.Add(&canon.ReportSums{})
	for s, want := range map[canon.ReportSum]int64{canon.SumClicks: 7, canon.SumCost: 5} {
		if got, ok := a.Get(s); !ok || got != want {
			t.Errorf("sum %d is %d %v", s, got, ok)
		}
	}
	if got, ok := a.Get(canon.SumImpressions); ok {
		t.Errorf("nobody told impressions, and they are %d", got)
	}
}
