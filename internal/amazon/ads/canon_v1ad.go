package ads

import (
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Fields of ads of Sponsored Products, by either wire. What is advertised is fixed: another product is another ad.
var (
	spAdNeeds  = []string{"status", "group_id", "promoted"}
	spAdUpdate = []string{"status"}
	spAdCreate = []string{"status", "campaign_id", "group_id", "ad_type", "promoted", "headline", "ext"}

	v1AdFields = map[string]string{
		"state": "status", "campaignId": "campaign_id", "adGroupId": "group_id", "adType": "ad_type", "creative": "promoted",
		"creative.productCreative.productCreativeSettings.headline": "headline",
	}
)

// shopping is Unified's word for an ad that is made of a product.
const shopping = "SHOPPING"

// A v1Ad is an ad of v1. Of its creatives Sponsored Products has one, which is a product.
type v1Ad struct {
	ID string `json:"adId,omitempty"`
	v1Common
	CampaignID string      `json:"campaignId,omitempty"`
	GroupID    string      `json:"adGroupId,omitempty"`
	Type       string      `json:"adType,omitempty"`
	Creative   *v1Creative `json:"creative,omitempty"`
}

type v1Creative struct {
	Product *v1ProductCreative `json:"productCreative,omitempty"`
}

type v1ProductCreative struct {
	Settings v1ProductSettings `json:"productCreativeSettings"`
}

type v1ProductSettings struct {
	Product  v1Product `json:"advertisedProduct"`
	Headline string    `json:"headline,omitempty"`
}

type v1Product struct {
	ID           string `json:"productId"`
	Type         string `json:"productIdType"`
	ResolvedID   string `json:"resolvedProductId,omitempty"`
	ResolvedType string `json:"resolvedProductIdType,omitempty"`
}

func encodeV1Ad(a *canon.AdsAd, v *view) (*v1Ad, error) {
	w := &v1Ad{GroupID: a.GroupID, Type: "PRODUCT_AD"}
	if err := w.put(&a.AdsCommon, a.Channel, v); err != nil {
		return nil, err
	}
	if err := spAdSound(a); err != nil {
		return nil, err
	}
	if _, err := storeOf(a); err != nil {
		return nil, err
	}
	if len(a.Promoted) > 0 {
		w.Creative = &v1Creative{&v1ProductCreative{v1ProductSettings{v1Product{ID: a.Promoted[0].ID, Type: a.Promoted[0].Type}, a.Headline}}}
	}
	if v.told {
		w.ID, w.CampaignID = a.ID, a.CampaignID
		if len(a.Promoted) > 1 {
			w.Creative.Product.Settings.Product.ResolvedID, w.Creative.Product.Settings.Product.ResolvedType = a.Promoted[1].ID, a.Promoted[1].Type
		}
	}
	return w, nil
}

// spAdSound holds that an ad of Sponsored Products is one product by a seller's own number or by Amazon's.
func spAdSound(a *canon.AdsAd) error {
	if a.AdType != "" && a.AdType != shopping {
		return fmt.Errorf("ads of Sponsored Products are of type %s, not %s", shopping, a.AdType)
	}
	for i, p := range a.Promoted {
		if p.Type != "ASIN" && (p.Type != "SKU" || i > 0) || i > 1 {
			return fmt.Errorf("an ad of Sponsored Products promotes one ASIN or SKU")
		}
	}
	return nil
}
