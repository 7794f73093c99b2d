package ads_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// canned answers every call with the same body.
type canned struct{ body []byte }

func (c canned) Ask(context.Context, canon.Region, amazon.Call, ...amazon.Field) (*amazon.Answer, error) {
	return &amazon.Answer{Status: http.StatusOK, Body: c.body}, nil
}

// BenchmarkListCampaigns reads a page of 1000 campaigns of v1, some 900 bytes each, into the model.
func BenchmarkListCampaigns(b *testing.B) {
	asker, p := canned{page1000()}, ads.New()
	b.SetBytes(int64(len(asker.body)))
	b.ReportAllocs()
	for b.Loop() {
		page, err := p.AdsList(b.Context(), asker, berlin(), amazon.AdsQuery{Kind: canon.KindCampaign, Channel: canon.SponsoredProducts})
		if err != nil || len(page.Objects) != 1000 {
			b.Fatal(len(page.Objects), err)
		}
	}
}

func page1000() []byte {
	var all strings.Builder
	all.WriteString(`{"campaigns":[`)
	for i := range 1000 {
		if i > 0 {
			all.WriteByte(',')
		}
		fmt.Fprintf(&all, `{"campaignId":"%d","adProduct":"SPONSORED_PRODUCTS","state":"ENABLED","status":{"deliveryStatus":"NOT_DELIVERING","deliveryReasons":["CAMPAIGN_PAUSED"]},`+
			`"creationDateTime":"2026-06-21T05:03:07Z","lastUpdatedDateTime":"2026-06-21T06:03:07Z","name":"Evergreen %d","portfolioId":"123456789","startDateTime":"2026-06-21T07:00:00Z",`+
			`"autoCreationSettings":{"autoCreateTargets":true},"budgets":[{"budgetType":"MONETARY","recurrenceTimePeriod":"DAILY","budgetValue":{"monetaryBudgetValue":{"monetaryBudget":{"currencyCode":"EUR","value":50.0}}}}],`+
			`"marketplaceScope":"SINGLE_MARKETPLACE","marketplaces":["US"],"countries":["US"],"costType":"CPC","optimizations":{"bidSettings":{"bidStrategy":"SALES_DOWN_ONLY","bidAdjustments":{"placementBidAdjustments":[{"placement":"TOP_OF_SEARCH","percentage":20}]}}},"tags":[]}`, 100000000000+i, i)
	}
	all.WriteString(`]}`)
	return []byte(all.String())
}
