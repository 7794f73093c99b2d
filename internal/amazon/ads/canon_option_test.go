package ads_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestTargetOptions reads the three catalogues: what each has, that categories come after what they are a part of, and pages of all sizes.
func TestTargetOptions(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	for channel, kind := range map[canon.Channel]string{canon.SponsoredProducts: "PRODUCT_CATEGORY", canon.SponsoredBrands: "PRODUCT_CATEGORY", canon.SponsoredDisplay: "AUDIENCE"} {
		q := amazon.AdsQuery{Kind: canon.KindTargetOption, Channel: channel, Raw: true}
		all := m.all(t, q)
		seen, below, targetable := map[string]bool{"": true}, 0, 0
		var want []string
		for _, o := range all {
			x := o.(*canon.AdsTargetOption)
			if seen[x.ID] || !seen[x.ParentID] || x.Type != kind || x.Channel != channel || x.Name == "" || len(x.Ext) == 0 || len(x.Raw) == 0 || x.OrganizationID != m.account.ID {
				t.Errorf("%+v", x)
			}
			if people := x.AudienceCountMin != nil && *x.AudienceCountMax > *x.AudienceCountMin; people != (kind == "AUDIENCE") {
				t.Errorf("people of %+v", x)
			}
			if x.ParentID != "" {
				below++
			}
			if x.IsActive {
				targetable++
			}
			seen[x.ID], want = true, append(want, x.ID)
		}
		if category := kind == "PRODUCT_CATEGORY"; len(all) < 30 || (below > 10) != category || (targetable < len(all)) != category {
			t.Errorf("%s has %d options, %d of them below others, %d targetable", channel, len(all), below, targetable)
		}
		for _, size := range []int{1, 3, 20, 1000} {
			var got []string
			q := amazon.AdsQuery{Kind: canon.KindTargetOption, Channel: channel, Size: size}
			for page := (amazon.AdsPage{Next: ""}); ; {
				var err error
				if page, err = m.AdsList(t.Context(), m.asker, m.account, q); err != nil || len(page.Objects) > size {
					t.Fatalf("a page of %d has %d: %v", size, len(page.Objects), err)
				}
				for _, o := range page.Objects {
					got = append(got, o.Common().ID)
				}
				if q.Page = page.Next; q.Page == "" {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s by pages of %d (-want +got):\n%s", channel, size, diff)
			}
		}
		q.Type = "LOCATION"
		if got := m.all(t, q); got != nil {
			t.Errorf("locations of %s: %v", channel, got)
		}
		if can := m.AdsCan(canon.KindTargetOption, channel); !can.List || can.Create || can.Update || can.Archive {
			t.Errorf("what can be done in %s: %+v", channel, can)
		}
	}
	elsewhere := *m
	elsewhere.account.Country = "AU"
	if got := elsewhere.all(t, amazon.AdsQuery{Kind: canon.KindTargetOption, Channel: canon.SponsoredBrands}); got != nil {
		t.Errorf("categories of Sponsored Brands where there are none: %v", got)
	}
}
