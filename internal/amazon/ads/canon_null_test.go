package ads_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestNullIsAsNotThere holds that an object of v1 whose member is null reads as one without it.
func TestNullIsAsNotThere(t *testing.T) {
	t.Parallel()
	p := ads.New()
	for _, c := range []struct{ list, with, without string }{
		{
			"targets", `{"targetId":"1","status":null,"bid":null,"negative":null,"tags":null,"targetDetails":{"keywordTarget":null,"productTarget":{"matchType":"PRODUCT_EXACT","product":null},"themeTarget":null,"productCategoryTarget":null}}`,
			`{"targetId":"1","targetDetails":{"productTarget":{"matchType":"PRODUCT_EXACT"}}}`,
		},
		{"creatives", `{"creativeId":1,"properties":null}`, `{"creativeId":1}`},
		{"targets", `{"targetId":"1","targetDetails":null}`, `{"targetId":"1"}`},
		{"ads", `{"adId":"1","creative":{"productCreative":null}}`, `{"adId":"1","creative":{}}`},
		{
			"campaigns", `{"campaignId":"1","startDateTime":null,"budgets":null,"autoCreationSettings":{"autoCreateTargets":null},"optimizations":{"bidSettings":{"bidStrategy":null,"bidAdjustments":null}}}`,
			`{"campaignId":"1"}`,
		},
	} {
		n := slices.Index(p.Collections(), c.list)
		got, err := p.Read(n, berlin(), []byte(c.with))
		if err != nil {
			t.Fatalf("%s: %v", c.with, err)
		}
		want, err := p.Read(n, berlin(), []byte(c.without))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
			t.Errorf("%s (-without +with):\n%s", c.with, diff)
		}
	}
}
