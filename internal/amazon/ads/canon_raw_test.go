package ads_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestRawIsTheModelsOwn: members of Amazon's object mean fields of the model, or are named as what nobody can say.
func TestRawIsTheModelsOwn(t *testing.T) {
	t.Parallel()
	const sp = canon.SponsoredProducts
	for _, c := range []struct {
		wire    ads.Wire
		kind    canon.AdsKind
		channel canon.Channel
		raw     map[string]string
		want    string // JSON, or the name that is not known
	}{
		{ads.V1, canon.KindCampaign, sp, map[string]string{"autoCreationSettings.autoCreateTargets": "true"}, `{"targeting_mode":"AUTO"}`},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"autoCreationSettings.autoCreateTargets": "false", "portfolioId": "123"}, `{"portfolio_id":"123","targeting_mode":"MANUAL"}`},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"optimizations.bidSettings.bidStrategy": "SALES_DOWN_ONLY"}, `{"bid_strategy":{"type":"DOWN_ONLY"}}`},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"autoCreationSettings.autoManageCampaign": "true"}, `{"ext":{"autoManageCampaign":true}}`},
		{ads.V1, canon.KindGroup, sp, map[string]string{"bid.defaultBid": "0.5"}, `{"default_bid":{"amount":"0.50","currency":"EUR"}}`},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"campaignId": "5"}, "campaignId"},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"autoCreationSettings.autoCreateTargets": "true", "targetingTpye": "AUTO"}, "targetingTpye"},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"lastUpdatedDateTime": "2026-01-01T00:00:00Z"}, "lastUpdatedDateTime"},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"budgets": `[{"budgetType":"MONETARY"}]`}, "budgets"},
		{ads.V1, canon.KindCampaign, sp, map[string]string{"autoCreationSettings": "AUTO"}, "autoCreationSettings"},
		{ads.V1, canon.KindCampaign, "SPONSORED_NOTHING", map[string]string{"b": "1", "a": "1"}, "a"},
		{ads.V3, canon.KindCampaign, sp, map[string]string{"targetingType": "AUTO"}, `{"targeting_mode":"AUTO"}`},
		{ads.V3, canon.KindGroup, sp, map[string]string{"defaultBid": "1.25"}, `{"default_bid":{"amount":"1.25","currency":"EUR"}}`},
	} {
		fields, unknown := ads.New().Speaking(c.wire).AdsRaw(berlin(), c.kind, c.channel, c.raw)
		got := unknown
		if unknown == "" {
			text, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			got = string(text)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s %v: %s", c.wire, c.kind, c.raw, diff)
		}
	}
}

// TestRawNeverNamesWhatNobodyMaySay: whatever is said, only fields come of it that a change may name.
func TestRawNeverNamesWhatNobodyMaySay(t *testing.T) {
	t.Parallel()
	p := ads.New()
	rapid.Check(t, func(r *rapid.T) {
		kind := rapid.SampledFrom([]canon.AdsKind{canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindTarget, canon.KindPortfolio}).Draw(r, "kind")
		channels := p.AdsChannels(kind)
		channel := rapid.SampledFrom(channels).Draw(r, "channel")
		names := rapid.SampledFrom([]string{
			"campaignId", "adGroupId", "targetId", "adId", "name", "state", "bid", "bid.bid", "bid.defaultBid", "bid.currencyCode", "defaultBid", "budget", "budget.budget", "negative",
			"portfolioId", "startDate", "startDateTime", "endDateTime", "tags", "budgets", "adProduct", "status.deliveryStatus", "creationDateTime", "a..b", "", "...",
		})
		raw := rapid.MapOfN(names, rapid.SampledFrom([]string{"1", "true", "x", "ENABLED", "2026-12-01", "null", "[]", "{}", "-5", "1e400", "2026-12-01T00:00:00Z"}), 1, 4).Draw(r, "raw")
		fields, unknown := p.AdsRaw(berlin(), kind, channel, raw)
		if unknown != "" {
			if _, asked := raw[unknown]; !asked {
				r.Fatalf("%q was not said", unknown)
			}
			return
		}
		can := p.AdsCan(kind, channel)
		for name := range fields {
			if !slices.Contains(can.Creatable, name) && !slices.Contains(can.Updatable, name) {
				r.Fatalf("%v says %s", raw, name)
			}
		}
	})
}
