package ads_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestPlainObjectsCanBePaused holds that an object of which Amazon tells no more than its documents require, or something of which nothing is known, can
// be paused, and that nothing else is sent.
func TestPlainObjectsCanBePaused(t *testing.T) {
	t.Parallel()
	p := ads.New()
	for list, item := range map[string]string{
		"campaigns": `{"adProduct":"SPONSORED_PRODUCTS","campaignId":"1","creationDateTime":"2026-01-02T03:04:05Z","lastUpdatedDateTime":"2026-01-02T03:04:05Z","name":"a lock","state":"ENABLED"}`,
		"adGroups":  `{"adProduct":"SPONSORED_PRODUCTS","adGroupId":"1","campaignId":"2","creationDateTime":"2026-01-02T03:04:05Z","lastUpdatedDateTime":"2026-01-02T03:04:05Z","name":"a lock","state":"ENABLED"}`,
		"ads":       `{"adProduct":"SPONSORED_PRODUCTS","adId":"1","adType":"HOLOGRAM","creationDateTime":"2026-01-02T03:04:05Z","creative":{},"lastUpdatedDateTime":"2026-01-02T03:04:05Z","state":"ENABLED"}`,
		"targets":   `{"adProduct":"SPONSORED_PRODUCTS","targetId":"1","creationDateTime":"2026-01-02T03:04:05Z","lastUpdatedDateTime":"2026-01-02T03:04:05Z","negative":false,"state":"ENABLED","targetDetails":{"moodTarget":{}},"targetType":"MOOD"}`,
	} {
		is, err := p.Read(slices.Index(p.Collections(), list), berlin(), []byte(item))
		if err != nil {
			t.Fatal(err)
		}
		to, err := p.Read(slices.Index(p.Collections(), list), berlin(), []byte(item))
		if err != nil {
			t.Fatal(err)
		}
		to.Common().Status = canon.StatusPaused
		requests, refused := p.AdsPlan(berlin(), []amazon.AdsChange{{Before: is, After: to}})
		if len(requests) != 1 {
			t.Errorf("%s: %+v", list, refused)
			continue
		}
		var body map[string][]map[string]string
		if err := json.Unmarshal(requests[0].Body, &body); err != nil {
			t.Fatal(err)
		}
		id := map[string]string{"campaigns": "campaignId", "adGroups": "adGroupId", "ads": "adId", "targets": "targetId"}[list]
		if diff := cmp.Diff(map[string][]map[string]string{list: {{id: "1", "state": "PAUSED"}}}, body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", list, diff)
		}
	}
}
