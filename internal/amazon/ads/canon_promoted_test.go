package ads_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// promotedIDs are the ids of all pages of a query.
func promotedIDs(t *testing.T, m *model, q amazon.AdsQuery) (ids []string) {
	t.Helper()
	for _, o := range m.all(t, q) {
		ids = append(ids, o.Common().ID)
	}
	return ids
}

// TestPromotedAreWhatAdsAdvertise reads the products of ads by either wire: each once, with what Amazon says of it, in pages of all sizes.
func TestPromotedAreWhatAdsAdvertise(t *testing.T) {
	t.Parallel()
	one := newModel(t, ads.New())
	three := *one
	three.Program = ads.New().Speaking(ads.V3)
	var want []string
	for _, channel := range []canon.Channel{canon.SponsoredProducts, canon.SponsoredDisplay} {
		for _, o := range one.all(t, amazon.AdsQuery{Kind: canon.KindAd, Channel: channel}) {
			want = append(want, o.(*canon.AdsAd).Promoted[0].ID)
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	for _, m := range []*model{one, &three} {
		q := amazon.AdsQuery{Kind: canon.KindPromoted}
		if diff := cmp.Diff(want, promotedIDs(t, m, q)); diff != "" || len(want) < 20 {
			t.Errorf("products of %d (-ads +promoted):\n%s", len(want), diff)
		}
		verdicts := map[bool]int{}
		q.Raw = true
		for _, o := range m.all(t, q) {
			p := o.(*canon.AdsPromoted)
			if p.Type != "SKU" || p.Title == "" || p.Name != p.Title || !strings.HasPrefix(p.ImageURL, "https://") || p.Price == nil || p.Price.Micros <= 0 || p.Price.Currency != "USD" || len(p.Raw) == 0 {
				t.Errorf("%+v", p)
			}
			if p.Eligible == nil || *p.Eligible != (len(p.IneligibleReasons) == 0) || p.OrganizationID != m.account.ID || p.Provider != "amazon" {
				t.Errorf("eligible %+v", p)
				continue
			}
			verdicts[*p.Eligible]++
		}
		if verdicts[true] == 0 || verdicts[false] == 0 {
			t.Errorf("of all products %v are eligible", verdicts)
		}
		q = amazon.AdsQuery{Kind: canon.KindPromoted, Size: 7}
		if diff := cmp.Diff(want, promotedIDs(t, m, q)); diff != "" {
			t.Errorf("by pages of 7 (-want +got):\n%s", diff)
		}
		q = amazon.AdsQuery{Kind: canon.KindPromoted, IDs: want[3:4]}
		if diff := cmp.Diff(want[3:4], promotedIDs(t, m, q)); diff != "" {
			t.Errorf("by id (-want +got):\n%s", diff)
		}
		q = amazon.AdsQuery{Kind: canon.KindPromoted, Type: "GTIN"}
		if got := promotedIDs(t, m, q); got != nil {
			t.Errorf("of a type that no ad has: %v", got)
		}
		can := m.AdsCan(canon.KindPromoted, "")
		if !can.List || can.Create || !slices.Contains(can.Operations["list"], "eligibility.product.list") || !slices.Contains(can.Operations["list"], "sd.productAds.extended.list") || len(can.Operations["list"]) != 4 {
			t.Errorf("what can be done: %+v", can)
		}
		if _, refused := m.AdsPlan(m.account, []amazon.AdsChange{{After: &canon.AdsPromoted{}}}); string(refused[0].Problem.Code) != "ads.not_offered" {
			t.Errorf("a product is made: %+v", refused)
		}
	}
}
