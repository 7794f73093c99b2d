package ads_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestEveryStatusCanBeAskedFor holds that each list can be narrowed to each status, also to those that nothing in it ever has, and
// tells then only what has that status, or none.
func TestEveryStatusCanBeAskedFor(t *testing.T) {
	t.Parallel()
	for _, wire := range []ads.Wire{ads.V1, ads.V3} {
		m := newModel(t, ads.New().Speaking(wire))
		for _, kind := range []canon.AdsKind{canon.KindOrganization, canon.KindPortfolio, canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindTarget, canon.KindCreative, canon.KindAsset} {
			for _, channel := range m.AdsChannels(kind) {
				for _, status := range canon.AdsStatuses() {
					for _, o := range m.all(t, amazon.AdsQuery{Kind: kind, Channel: channel, Statuses: []canon.AdsStatus{status}}) {
						if got := o.Common().Status; got != status && got != "" {
							t.Errorf("%s of %s: %s among those that are %s", kind, channel, got, status)
						}
					}
				}
			}
		}
	}
}
