package ads_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestCreativesStandInAds reads the creatives of both ad products that have them inside ads, by either wire, and holds that nothing writes them.
func TestCreativesStandInAds(t *testing.T) {
	t.Parallel()
	one := newModel(t, ads.New())
	three := *one
	three.Program = ads.New().Speaking(ads.V3)
	for _, m := range []*model{one, &three} {
		for _, channel := range []canon.Channel{canon.SponsoredProducts, canon.SponsoredBrands} {
			q := sp(canon.KindAd)
			q.Channel = channel
			shown := map[string]*canon.AdsAd{}
			for _, o := range m.all(t, q) {
				shown[o.Common().ID] = o.(*canon.AdsAd)
			}
			q.Kind = canon.KindCreative
			got := m.all(t, q)
			if len(got) != len(shown) || len(got) == 0 {
				t.Errorf("%d creatives in %d ads of %s", len(got), len(shown), channel)
			}
			for _, o := range got {
				k := o.(*canon.AdsCreative)
				a := shown[k.ItemID]
				if a == nil || k.ID != a.ID || k.GroupID != a.GroupID || k.CampaignID != a.CampaignID || k.Status != a.Status || len(k.Promoted) != len(a.Promoted) || k.Title != a.Headline || k.Type == "" {
					t.Errorf("the creative %+v of the ad %+v", k, a)
				}
				if channel == canon.SponsoredBrands && len(k.Data) == 0 {
					t.Errorf("the creative of %s has no data", k.ItemID)
				}
			}
			if q.Groups = []string{got[0].(*canon.AdsCreative).GroupID}; len(m.all(t, q)) == 0 {
				t.Errorf("no creatives in the group %v", q.Groups)
			}
			can := m.AdsCan(canon.KindCreative, channel)
			brands := channel == canon.SponsoredBrands
			if !can.List || can.Create || can.Update != brands || can.Archive {
				t.Errorf("what can be done to creatives of %s: %+v", channel, can)
			}
			if _, refused := m.AdsPlan(m.account, []amazon.AdsChange{{Before: got[0], After: got[0]}}); !brands && string(refused[0].Problem.Code) != "ads.not_offered" {
				t.Errorf("a creative is changed: %+v", refused)
			}
		}
	}
}
