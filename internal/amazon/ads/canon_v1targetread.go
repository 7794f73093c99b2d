package ads

import "github.com/lockkeeper-dev/lockkeeper/canon"

// A v1TargetRead is a target with what it refers to.
type v1TargetRead struct {
	canon.AdsTarget
	reasons [2]string
	bid     canon.Money
	keyword canon.Keyword
	product canon.TargetProduct
}

func (r *v1TargetRead) object(s *scan, v *view) canon.AdsObject {
	*r = v1TargetRead{}
	t := &r.AdsTarget
	t.EffectiveReasons = r.reasons[:0]
	s.object(func(key []byte) bool {
		switch string(key) {
		case "targetId":
			s.text(&t.ID)
		case "campaignId":
			s.text(&t.CampaignID)
		case "adGroupId":
			s.text(&t.GroupID)
		case "negative":
			t.Negative = s.flag()
		case "bid":
			t.Bid = s.bid(v, "bid", &r.bid)
		case "targetType":
			s.text(&t.Type)
		case "targetDetails":
			s.object(func(key []byte) bool { return r.details(s, key) })
		default:
			return s.common(v, &t.AdsCommon, &t.Channel, key)
		}
		return true
	})
	t.Level, t.EffectiveReasons = levelOf(t.GroupID), some(t.EffectiveReasons)
	return t
}

// details reads whom a target means.
func (r *v1TargetRead) details(s *scan, key []byte) bool {
	t := &r.AdsTarget
	switch string(key) {
	case "keywordTarget":
		t.Keyword = &r.keyword
		s.object(func(key []byte) bool {
			switch string(key) {
			case "keyword":
				s.text(&t.Keyword.Text)
			case "matchType":
				s.text(&t.MatchType)
			case "nativeLanguageKeyword":
				s.text(&t.Keyword.NativeText)
			case "nativeLanguageLocale":
				s.text(&t.Keyword.Locale)
			default:
				return false
			}
			return true
		})
	case "productTarget":
		t.Product = &r.product
		s.object(func(key []byte) bool {
			switch string(key) {
			case "matchType":
				s.text(&t.MatchType)
			case "productIdType":
				s.text(&t.Product.Type)
			case "product":
				s.inside("productId", func() { s.text(&t.Product.ID) })
			default:
				return false
			}
			return true
		})
	case "themeTarget":
		s.inside("matchType", func() {
			s.text(&t.MatchType)
			t.MatchType = themeOf(t.MatchType)
		})
	case "productCategoryTarget":
		var c v1Category
		s.reflect(&c) // rare, and of many fields
		t.Category = c.canon()
	default:
		return false
	}
	return true
}
