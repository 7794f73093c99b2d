package ads

func (w *v1Group) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "adGroupId":
			s.text(&w.ID)
		case "campaignId":
			s.text(&w.CampaignID)
		case "name":
			s.text(&w.Name)
		case "bid":
			w.Bid = &v1GroupBid{}
			s.object(func(key []byte) bool {
				switch string(key) {
				case "defaultBid":
					s.number(&w.Bid.Default)
				case "currencyCode":
					s.text(&w.Bid.Currency)
				default:
					return false
				}
				return true
			})
		default:
			return w.field(s, key)
		}
		return true
	})
}

func (w *v1Ad) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "adId":
			s.text(&w.ID)
		case "campaignId":
			s.text(&w.CampaignID)
		case "adGroupId":
			s.text(&w.GroupID)
		case "adType":
			s.text(&w.Type)
		case "creative":
			w.Creative = &v1Creative{}
			s.inside("productCreative", func() {
				w.Creative.Product = &v1ProductCreative{}
				s.inside("productCreativeSettings", func() { w.Creative.Product.Settings.scan(s) })
			})
		default:
			return w.field(s, key)
		}
		return true
	})
}

func (w *v1ProductSettings) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "headline":
			s.text(&w.Headline)
		case "advertisedProduct":
			s.object(func(key []byte) bool {
				switch p := &w.Product; string(key) {
				case "productId":
					s.text(&p.ID)
				case "productIdType":
					s.text(&p.Type)
				case "resolvedProductId":
					s.text(&p.ResolvedID)
				case "resolvedProductIdType":
					s.text(&p.ResolvedType)
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
}

func (w *v1Target) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "targetId":
			s.text(&w.ID)
		case "campaignId":
			s.text(&w.CampaignID)
		case "adGroupId":
			s.text(&w.GroupID)
		case "targetLevel":
			s.text(&w.Level)
		case "negative":
			var negative *bool
			s.truth(&negative)
			w.Negative = negative != nil && *negative
		case "bid":
			w.Bid = &v1TargetBid{}
			s.object(func(key []byte) bool {
				switch string(key) {
				case "bid":
					s.number(&w.Bid.Bid)
				case "currencyCode":
					s.text(&w.Bid.Currency)
				default:
					return false
				}
				return true
			})
		case "targetType":
			s.text(&w.Type)
		case "targetDetails":
			w.Details = &v1Details{}
			w.Details.scan(s)
		default:
			return w.field(s, key)
		}
		return true
	})
}

func (w *v1Details) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "keywordTarget":
			w.Keyword = &v1Keyword{}
			s.object(func(key []byte) bool {
				switch k := w.Keyword; string(key) {
				case "keyword":
					s.text(&k.Text)
				case "matchType":
					s.text(&k.Match)
				case "nativeLanguageKeyword":
					s.text(&k.Native)
				case "nativeLanguageLocale":
					s.text(&k.Locale)
				default:
					return false
				}
				return true
			})
		case "productTarget":
			w.Product = &v1ProductTarget{}
			s.object(func(key []byte) bool {
				switch p := w.Product; string(key) {
				case "matchType":
					s.text(&p.Match)
				case "productIdType":
					s.text(&p.Type)
				case "product":
					s.inside("productId", func() { s.text(&p.Product.ID) })
				default:
					return false
				}
				return true
			})
		case "themeTarget":
			w.Theme = &v1Theme{}
			s.inside("matchType", func() { s.text(&w.Theme.Match) })
		case "productCategoryTarget":
			w.Category = &v1Category{}
			s.reflect(w.Category) // rare, and of many fields
		default:
			return false
		}
		return true
	})
}
