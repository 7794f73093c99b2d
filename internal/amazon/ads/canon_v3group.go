package ads

import (
	"encoding/json"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

var (
	v3GroupFields = map[string]string{"name": "name", "state": "status", "campaignId": "campaign_id", "defaultBid": "default_bid"}
	v3AdFields    = map[string]string{"state": "status", "campaignId": "campaign_id", "adGroupId": "group_id", "sku": "promoted", "asin": "promoted", "customText": "headline"}
)

// A v3Group is an ad group of Sponsored Products v3.
type v3Group struct {
	ID string `json:"adGroupId,omitempty"`
	v3Common
	CampaignID string      `json:"campaignId,omitempty"`
	Name       string      `json:"name,omitempty"`
	Bid        json.Number `json:"defaultBid,omitempty"`
}

func decodeV3Group(w *v3Group, v *view) (*canon.AdsGroup, error) {
	g := &canon.AdsGroup{CampaignID: w.CampaignID, Channel: canon.SponsoredProducts}
	if err := w.take(&g.AdsCommon); err != nil {
		return nil, err
	}
	g.ID, g.Name = w.ID, w.Name
	var err error
	g.DefaultBid, err = v.money(w.Bid, "")
	return g, err
}

func encodeV3Group(g *canon.AdsGroup, v *view) (*v3Group, error) {
	w := &v3Group{CampaignID: g.CampaignID, Name: g.Name}
	if err := w.put(&g.AdsCommon, "AD_GROUP_STATUS_ENABLED", v); err != nil {
		return nil, err
	}
	var err error
	if w.Bid, err = v.amount(g.DefaultBid); err != nil {
		return nil, err
	}
	if v.told {
		w.ID = g.ID
	}
	return w, nil
}

// A v3Ad is a product ad of Sponsored Products v3.
type v3Ad struct {
	ID string `json:"adId,omitempty"`
	v3Common
	CampaignID string   `json:"campaignId,omitempty"`
	GroupID    string   `json:"adGroupId,omitempty"`
	SKU        string   `json:"sku,omitempty"`
	ASIN       string   `json:"asin,omitempty"`
	Text       string   `json:"customText,omitempty"`
	Store      *v3Store `json:"globalStoreSetting,omitempty"`
}

type v3Store struct {
	Country string `json:"catalogSourceCountryCode,omitempty"`
}

// extStore names the country from whose catalogue a product comes, where that is another.
const extStore = "catalogSourceCountryCode"

func decodeV3Ad(w *v3Ad, _ *view) (*canon.AdsAd, error) {
	a := &canon.AdsAd{CampaignID: w.CampaignID, GroupID: w.GroupID, Channel: canon.SponsoredProducts, AdType: shopping, Headline: w.Text}
	if err := w.take(&a.AdsCommon); err != nil {
		return nil, err
	}
	a.ID = w.ID
	if w.SKU != "" {
		a.Promoted = append(a.Promoted, canon.PromotedRef{ID: w.SKU, Type: "SKU"})
	}
	if w.ASIN != "" {
		a.Promoted = append(a.Promoted, canon.PromotedRef{ID: w.ASIN, Type: "ASIN"})
	}
	if w.Store != nil && w.Store.Country != "" {
		a.Ext = map[string]any{extStore: w.Store.Country}
	}
	return a, nil
}

func encodeV3Ad(a *canon.AdsAd, v *view) (*v3Ad, error) {
	w := &v3Ad{CampaignID: a.CampaignID, GroupID: a.GroupID, Text: a.Headline}
	if err := w.put(&a.AdsCommon, "AD_STATUS_LIVE", v); err != nil {
		return nil, err
	}
	if err := spAdSound(a); err != nil {
		return nil, err
	}
	store, err := storeOf(a)
	if err != nil {
		return nil, err
	}
	if store != "" {
		w.Store = &v3Store{store}
	}
	for i, p := range a.Promoted {
		switch {
		case p.Type == "SKU":
			w.SKU = p.ID
		case i == 0 || v.told: // the ASIN behind a SKU is Amazon's to say
			w.ASIN = p.ID
		}
	}
	if v.told {
		w.ID = a.ID
	}
	return w, nil
}

// storeOf reads what an ad has beyond the model.
func storeOf(a *canon.AdsAd) (country string, err error) {
	for _, key := range sortedKeys(a.Ext) {
		is := false
		if country, is = a.Ext[key].(string); !is || key != extStore {
			return "", fmt.Errorf("ext.%s is not what an ad of Sponsored Products has", key)
		}
	}
	return country, nil
}
