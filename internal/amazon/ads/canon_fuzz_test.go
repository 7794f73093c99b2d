package ads_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// FuzzCanonItem holds that no item, whatever it says, brings a decoder down, and that what is read and can be written reads the same again.
func FuzzCanonItem(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `{"state":"ENABLED","budget":{"budget":1e3,"budgetType":"DAILY"}}`, `{"campaignId":"1","state":"OTHER"}`,
		`{"campaignId":"1","state":"PAUSED","startDateTime":"2026-03-07T12:00:00Z","autoCreationSettings":{"autoCreateTargets":true},"budgets":[{"budgetType":"MONETARY","recurrenceTimePeriod":"DAILY","budgetValue":{"monetaryBudgetValue":{"monetaryBudget":{"value":0.1}}}}]}`,
		`{"targetId":"1","state":"ENABLED","expression":[{"type":"ASIN_SAME_AS","value":"B00EXAMPLE"}]}`, `{"targetId":"1","expression":[{"type":"QUERY_HIGH_REL_MATCHES"}]}`,
		`{"targetId":"1","negative":true,"targetType":"PRODUCT_CATEGORY","targetDetails":{"productCategoryTarget":{"productCategoryRefinement":{"productCategoryRefinement":{"productPriceGreaterThan":10.0}}}}}`,
		`{"portfolioId":"1","state":"ENABLED","budget":{"amount":null,"policy":"NO_CAP","startDate":null}}`, `{"adId":"1","creative":{"productCreative":null}}`,
	} {
		for n := range ads.New().Collections() {
			f.Add(n, []byte(seed))
		}
	}
	programs := []*ads.Program{ads.New(), ads.New().Speaking(ads.V3)}
	f.Fuzz(func(t *testing.T, n int, item []byte) {
		for _, p := range programs {
			if n < 0 || n >= len(p.Collections()) {
				continue
			}
			o, err := p.Read(n, berlin(), item)
			if err != nil {
				continue
			}
			first, err := json.Marshal(o)
			if err != nil {
				t.Fatalf("%s cannot be told: %v", item, err)
			}
			back, _, err := p.RoundTrip(berlin(), o)
			if err != nil {
				continue // what Amazon tells may be more than it takes
			}
			second, err := json.Marshal(back)
			if err != nil {
				t.Fatal(err)
			}
			again, third, err := p.RoundTrip(berlin(), back)
			if err != nil {
				t.Fatalf("%s is written once and not twice: %v", first, err)
			}
			last, err := json.Marshal(again)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(second), string(last)); diff != "" {
				t.Errorf("by %s (-once +twice):\n%s", third, diff)
			}
		}
	})
}

// FuzzCanonAnswer holds that no answer to a list or a write brings its reader down.
func FuzzCanonAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"campaigns":[{}],"nextToken":"x"}`, `{"campaigns":null,"nextToken":null}`, `{"success":[{"index":0,"campaign":{}}],"error":[{"index":1,"errors":[{"code":"X"}]}],"partialSuccess":[{}]}`,
		`{"campaigns":{"success":[{"index":0,"campaignId":"1"}],"error":[{"index":1,"errors":[{"errorType":"a","errorValue":{"a":{"reason":"B"}}}]}]}}`, `[]`, `[{"code":"SUCCESS"}]`, ``,
	} {
		for n := range ads.New().Collections() {
			f.Add(n, []byte(seed))
		}
	}
	programs := []*ads.Program{ads.New(), ads.New().Speaking(ads.V3)}
	f.Fuzz(func(t *testing.T, n int, body []byte) {
		for _, p := range programs {
			if n < 0 || n >= len(p.Collections()) {
				continue
			}
			if items, outcomes := p.ReadAnswers(n, body); items+outcomes > 4*len(body)+4 {
				t.Errorf("%d items and %d outcomes out of %d bytes", items, outcomes, len(body))
			}
		}
	})
}
