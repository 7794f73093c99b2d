package ads

import (
	"encoding/json"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Fields of ad groups of Sponsored Products, by either wire.
var (
	spGroupNeeds  = []string{"name", "status", "campaign_id", "default_bid"}
	spGroupUpdate = []string{"name", "status", "default_bid"}

	v1GroupFields = map[string]string{"name": "name", "state": "status", "campaignId": "campaign_id", "bid": "default_bid", "adProduct": "channel"}
)

// A v1Group is an ad group of v1.
type v1Group struct {
	ID string `json:"adGroupId,omitempty"`
	v1Common
	CampaignID string      `json:"campaignId,omitempty"`
	Name       string      `json:"name,omitempty"`
	Bid        *v1GroupBid `json:"bid,omitempty"`
}

// A v1GroupBid is in the account's currency; that is told and never sent (OAS).
type v1GroupBid struct {
	Default  json.Number `json:"defaultBid,omitempty"`
	Currency string      `json:"currencyCode,omitempty"`
}

func encodeV1Group(g *canon.AdsGroup, v *view) (*v1Group, error) {
	w := &v1Group{CampaignID: g.CampaignID, Name: g.Name}
	if err := w.put(&g.AdsCommon, g.Channel, v); err != nil {
		return nil, err
	}
	bid, err := v.amount(g.DefaultBid)
	if err != nil {
		return nil, err
	}
	if bid != "" {
		w.Bid = &v1GroupBid{Default: bid}
	}
	if v.told {
		w.ID = g.ID
	}
	return w, nil
}
