package adsfake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestServing holds that a campaign's serving status follows its state, its dates by the sandbox's clock, and payment.
func TestServing(t *testing.T) {
	t.Parallel()
	s := start(t)
	status := func(c *caller, name string) string {
		t.Helper()
		l := read[wireList](t, c.list(`{"includeExtendedDataFields":true,"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]},"nameFilter":{"include":["`+name+
			`"],"queryTermMatchType":"EXACT_MATCH"}}`))
		if len(l.Campaigns) != 1 {
			t.Fatalf("%d campaigns are called %s", len(l.Campaigns), name)
		}
		return l.Campaigns[0].ExtendedData.ServingStatus
	}
	s.shop().do("POST", "/sp/campaigns", `{"campaigns":[`+strings.Join([]string{
		`{"name":"now",` + strings.TrimPrefix(good, `"name":"N",`) + `}`,
		`{"name":"later","startDate":"2026-03-08","endDate":"2026-03-09",` + strings.TrimPrefix(good, `"name":"N",`) + `}`,
		`{"name":"off",` + strings.Replace(strings.TrimPrefix(good, `"name":"N",`), "ENABLED", "PAUSED", 1) + `}`,
	}, ",")+`]}`)
	for name, want := range map[string]string{"now": "CAMPAIGN_STATUS_ENABLED", "later": "PENDING_START_DATE", "off": "CAMPAIGN_PAUSED"} {
		if got := status(s.shop(), name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	s.world.Clock.Advance(48 * time.Hour)
	if got := status(s.shop(), "later"); got != "CAMPAIGN_STATUS_ENABLED" {
		t.Errorf("on its day: %s", got)
	}
	s.world.Clock.Advance(48 * time.Hour)
	if got := status(s.shop(), "later"); got != "ENDED" {
		t.Errorf("after its end: %s", got)
	}
	unpaid := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "MX", "vendor"))
	l := read[wireList](t, unpaid.list(`{"includeExtendedDataFields":true,"stateFilter":{"include":["ENABLED"]}}`))
	for _, c := range l.Campaigns {
		if c.ExtendedData.ServingStatus != "ADVERTISER_PAYMENT_FAILURE" {
			t.Errorf("without payment: %+v", c)
		}
	}
}

// TestBiddingMerge holds that an update of one part of dynamicBidding leaves the others as they were.
func TestBiddingMerge(t *testing.T) {
	t.Parallel()
	c := start(t).shop().with("Prefer", "return=representation")
	made := read[multiStatus](t, c.do("POST", "/sp/campaigns", item(`dynamicBidding:{"strategy":"MANUAL","placementBidding":[{"placement":"PLACEMENT_TOP","percentage":9}]}`)))
	update := `{"campaigns":[{"campaignId":"` + made.Campaigns.Success[0].CampaignID + `","offAmazonSettings":{"offAmazonBudgetControlStrategy":"MAXIMIZE_REACH"},` +
		`"dynamicBidding":{"shopperCohortBidding":[{"shopperCohortType":"AUDIENCE_SEGMENT","percentage":5,"audienceSegments":[{"audienceId":"1"}]}]}}]}`
	want := `"dynamicBidding":{"strategy":"MANUAL","placementBidding":[{"placement":"PLACEMENT_TOP","percentage":9}],` +
		`"shopperCohortBidding":[{"shopperCohortType":"AUDIENCE_SEGMENT","percentage":5,"audienceSegments":[{"audienceId":"1"}]}]},` +
		`"offAmazonSettings":{"offAmazonBudgetControlStrategy":"MAXIMIZE_REACH"}}`
	if got := c.do("PUT", "/sp/campaigns", update).Body.String(); !strings.Contains(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
