package ads_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestNullIsAsNotThere holds that an object whose member is null reads as one without it.
func TestNullIsAsNotThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ list, with, without string }{
		{
			"targets", `{"targetId":"1","status":null,"bid":null,"negative":null,"tags":null,"targetDetails":{"keywordTarget":null,"productTarget":{"matchType":"PRODUCT_EXACT","product":null},"themeTarget":null,"productCategoryTarget":null}}`,
			`{"targetId":"1","targetDetails":{"productTarget":{"matchType":"PRODUCT_EXACT"}}}`,
		},
		{"portfolios", `{"portfolioId":"1","budget":{"amount":null,"policy":null}}`, `{"portfolioId":"1"}`},
		{"campaigns", `{"campaignId":1,"budget":null,"costType":null}`, `{"campaignId":1}`},
		{"campaigns", `{"campaignId":"1","budget":{"budget":null,"budgetType":"DAILY","effectiveBudget":5}}`, `{"campaignId":"1","budget":{}}`},
		{"targets", `{"targetId":1,"adGroupId":2,"expression":[{"type":"similarProduct","value":null}]}`, `{"targetId":1,"adGroupId":2,"expression":[{"type":"similarProduct"}]}`},
		{"creatives", `{"creativeId":1,"properties":null}`, `{"creativeId":1}`},
		{"targets", `{"targetId":"1","targetDetails":null}`, `{"targetId":"1"}`},
		{"ads", `{"adId":"1","creative":{"productCreative":null}}`, `{"adId":"1","creative":{},"extendedData":"of v1 alone"}`},
		{
			"campaigns", `{"campaignId":"1","startDateTime":null,"budgets":null,"autoCreationSettings":{"autoCreateTargets":null},"optimizations":{"bidSettings":{"bidStrategy":null,"bidAdjustments":null}}}`,
			`{"campaignId":"1"}`,
		},
	} {
		read := 0
		for _, p := range []*ads.Program{ads.New(), ads.New().Speaking(ads.V3)} {
			for n, list := range p.Collections() {
				want, err := p.Read(n, berlin(), []byte(c.without))
				if list != c.list || err != nil { // of another wire
					continue
				}
				read++
				got, err := p.Read(n, berlin(), []byte(c.with))
				if err != nil {
					t.Errorf("%s of list %d: %v", c.with, n, err)
					continue
				}
				if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
					t.Errorf("%s of list %d (-without +with):\n%s", c.with, n, diff)
				}
			}
		}
		if read == 0 {
			t.Errorf("no list of %s has %s", c.list, c.without)
		}
	}
}
