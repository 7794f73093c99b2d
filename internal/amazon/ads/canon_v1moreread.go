package ads

import (
	"encoding/json"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A v1GroupRead is an ad group with what it refers to.
type v1GroupRead struct {
	canon.AdsGroup
	reasons [2]string
	bid     canon.Money
}

func (r *v1GroupRead) object(s *scan, v *view) canon.AdsObject {
	*r = v1GroupRead{}
	g := &r.AdsGroup
	g.EffectiveReasons = r.reasons[:0]
	s.object(func(key []byte) bool {
		switch string(key) {
		case "adGroupId":
			s.text(&g.ID)
		case "campaignId":
			s.text(&g.CampaignID)
		case "name":
			s.text(&g.Name)
		case "bid":
			g.DefaultBid = s.bid(v, "defaultBid", &r.bid)
		default:
			return s.common(v, &g.AdsCommon, &g.Channel, key)
		}
		return true
	})
	g.EffectiveReasons = some(g.EffectiveReasons)
	return g
}

// bid reads a bid, which stands under a name beside its currency.
func (s *scan) bid(v *view, name string, own *canon.Money) *canon.Money {
	var n json.Number
	var currency string
	s.object(func(key []byte) bool {
		switch string(key) {
		case name:
			s.number(&n)
		case "currencyCode":
			s.text(&currency)
		default:
			return false
		}
		return true
	})
	return s.money(v, n, currency, own)
}

// A v1AdRead is an ad with what it refers to.
type v1AdRead struct {
	canon.AdsAd
	reasons  [2]string
	promoted [2]canon.PromotedRef
}

// object reads an ad. What was advertised stands first in Promoted, the product that Amazon makes of a seller's own number after it.
func (r *v1AdRead) object(s *scan, v *view) canon.AdsObject {
	*r = v1AdRead{}
	a := &r.AdsAd
	a.EffectiveReasons = r.reasons[:0]
	s.object(func(key []byte) bool {
		switch string(key) {
		case "adId":
			s.text(&a.ID)
		case "campaignId":
			s.text(&a.CampaignID)
		case "adGroupId":
			s.text(&a.GroupID)
		case "adType":
			if s.text(&a.AdType); a.AdType == "PRODUCT_AD" {
				a.AdType = shopping
			}
		case "creative":
			s.inside("productCreative", func() {
				a.Promoted = r.promoted[:1]
				s.inside("productCreativeSettings", func() { r.settings(s) })
			})
		default:
			return s.common(v, &a.AdsCommon, &a.Channel, key)
		}
		return true
	})
	a.EffectiveReasons = some(a.EffectiveReasons)
	return a
}

func (r *v1AdRead) settings(s *scan) {
	made, resolved := &r.promoted[0], &r.promoted[1]
	s.object(func(key []byte) bool {
		switch string(key) {
		case "headline":
			s.text(&r.Headline)
		case "advertisedProduct":
			s.object(func(key []byte) bool {
				switch string(key) {
				case "productId":
					s.text(&made.ID)
				case "productIdType":
					s.text(&made.Type)
				case "resolvedProductId":
					s.text(&resolved.ID)
				case "resolvedProductIdType":
					s.text(&resolved.Type)
				default:
					return false
				}
				return true
			})
		default:
			return false
		}
		return true
	})
	if resolved.ID != "" {
		r.Promoted = r.promoted[:]
	}
}
