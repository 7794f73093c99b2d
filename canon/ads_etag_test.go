package canon_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

func TestAdsETag(t *testing.T) {
	t.Parallel()
	read := func(kind canon.AdsKind, text string) canon.AdsObject {
		t.Helper()
		o := canon.NewAds(kind)
		if err := json.Unmarshal([]byte(text), o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	for _, c := range []struct {
		kind    canon.AdsKind
		object  string
		changes []string
	}{
		{canon.KindCampaign, `{"id":"1","name":"a","budgets":[{"money":{"amount":"10","currency":"EUR"},"period":"DAILY"}]}`, []string{
			`{"name":"b"}`, `{"status":"PAUSED"}`, `{"portfolio_id":"3"}`, `{"end_date":"2026-12-31"}`, `{"budgets":[{"money":{"amount":"10.01","currency":"EUR"},"period":"DAILY"}]}`,
			`{"budgets":[{"money":{"amount":"10","currency":"EUR"},"period":"LIFETIME"}]}`, `{"bid_strategy":{"type":"MANUAL"}}`, `{"tags":{"a":"b"}}`,
			`{"bid_adjustments":[{"dimension":"PLACEMENT","key":"TOP_OF_SEARCH","percent":1}]}`, `{"ext":{"k":1}}`,
		}},
		{canon.KindPortfolio, `{"id":"1","budget":{"money":{"amount":"1"},"period":"MONTHLY"}}`, []string{`{"budget":{"money":{"amount":"2"},"period":"MONTHLY"}}`, `{"budget":null}`, `{"end_date":"2026-01-01"}`}},
		{canon.KindGroup, `{"id":"1","default_bid":{"amount":"1","currency":"EUR"}}`, []string{`{"default_bid":{"amount":"1.000001","currency":"EUR"}}`, `{"default_bid":null}`, `{"name":"x"}`}},
		{canon.KindTarget, `{"id":"1","bid":{"amount":"1","currency":"EUR"},"keyword":{"text":"ab"}}`, []string{`{"bid":null}`, `{"negative":true}`, `{"keyword":{"text":"a","locale":"b"}}`, `{"match_type":"EXACT"}`}},
		{canon.KindAd, `{"id":"1"}`, []string{`{"promoted":[{"id":"B0","type":"ASIN"}]}`, `{"headline":"x"}`, `{"creative":{"title":"x"}}`}},
	} {
		base := canon.AdsETag(read(c.kind, c.object))
		seen := map[string]string{base: "nothing"}
		for _, change := range c.changes {
			o := read(c.kind, c.object)
			if err := json.Unmarshal([]byte(change), o); err != nil {
				t.Fatal(err)
			}
			mark := canon.AdsETag(o)
			if other, ok := seen[mark]; ok {
				t.Errorf("%s: %s leaves the mark of %s", c.kind, change, other)
			}
			seen[mark] = change
		}
		same := read(c.kind, c.object)
		same.Common().FetchedAt, same.Common().EffectiveStatus, same.Common().ETag = time.Now(), canon.EffectiveServing, "x"
		same.Unify()
		if got := canon.AdsETag(same); got != base || len(got) != 16 {
			t.Errorf("%s: %q became %q by what Amazon alone changes", c.kind, base, got)
		}
	}
}
