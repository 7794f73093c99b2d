package ads

// What v1 lists by the thousand reads itself: campaigns, ad groups, ads and targets.

// field reads one of the keys that everything in v1 has.
func (w *v1Common) field(s *scan, key []byte) bool {
	switch string(key) {
	case "adProduct":
		s.text((*string)(&w.AdProduct))
	case "state":
		s.text(&w.State)
	case "status":
		w.Status = &v1Status{}
		s.object(func(key []byte) bool {
			switch string(key) {
			case "deliveryStatus":
				s.text(&w.Status.Delivery)
			case "deliveryReasons":
				s.texts(&w.Status.Reasons)
			default:
				return false
			}
			return true
		})
	case "creationDateTime":
		s.text(&w.Created)
	case "lastUpdatedDateTime":
		s.text(&w.Updated)
	case "tags":
		s.array(func() {
			var t v1Tag
			s.object(s.pair("key", &t.Key, "value", &t.Value))
			w.Tags = append(w.Tags, t)
		})
	default:
		return false
	}
	return true
}

// pair reads two strings of an object.
func (s *scan) pair(one string, first *string, two string, second *string) func([]byte) bool {
	return func(key []byte) bool {
		switch string(key) {
		case one:
			s.text(first)
		case two:
			s.text(second)
		default:
			return false
		}
		return true
	}
}

// inside reads the one key of an object that counts.
func (s *scan) inside(name string, read func()) {
	s.object(func(key []byte) bool {
		if string(key) != name {
			return false
		}
		read()
		return true
	})
}

func (w *v1Campaign) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "campaignId":
			s.text(&w.ID)
		case "name":
			s.text(&w.Name)
		case "portfolioId":
			s.text(&w.PortfolioID)
		case "startDateTime":
			s.text(&w.Start)
		case "endDateTime":
			s.text(&w.End)
		case "autoCreationSettings":
			w.Auto = &v1Auto{}
			s.object(func(key []byte) bool {
				switch string(key) {
				case "autoCreateTargets":
					s.truth(&w.Auto.Targets)
				case "autoManageCampaign":
					s.truth(&w.Auto.Manage)
				default:
					return false
				}
				return true
			})
		case "budgets":
			s.array(func() {
				var b v1Budget
				b.scan(s)
				w.Budgets = append(w.Budgets, b)
			})
		case "marketplaceScope":
			s.text(&w.Scope)
		case "countries":
			s.texts(&w.Countries)
		case "costType":
			s.text(&w.CostType)
		case "optimizations":
			w.Optimizations = &v1Optimizations{}
			w.Optimizations.scan(s)
		case "siteRestrictions":
			s.texts(&w.SiteRestrictions)
		default:
			return w.field(s, key)
		}
		return true
	})
}

func (w *v1Budget) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "budgetType":
			s.text(&w.Type)
		case "recurrenceTimePeriod":
			s.text(&w.Period)
		case "budgetValue":
			s.object(func(key []byte) bool {
				switch string(key) {
				case "monetaryBudgetValue":
					w.Value.Money = &v1MoneyBudget{}
					s.inside("monetaryBudget", func() { w.Value.Money.Budget.scan(s) })
				case "impressionBudgetValue":
					w.Value.Views = &v1Views{}
					s.inside("impression", func() { s.number(&w.Value.Views.Impressions) })
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

func (w *v1Money) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "currencyCode":
			s.text(&w.Currency)
		case "value":
			s.number(&w.Value)
		case "ruleValue":
			s.number(&w.Rule)
		default:
			return false
		}
		return true
	})
}

func (w *v1Optimizations) scan(s *scan) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "bidSettings":
			w.Bids = &v1BidSettings{}
			s.object(func(key []byte) bool {
				switch string(key) {
				case "bidStrategy":
					s.text(&w.Bids.Strategy)
				case "bidAdjustments":
					w.Bids.Adjustments = &v1BidAdjustments{}
					w.Bids.Adjustments.scan(s)
				default:
					return false
				}
				return true
			})
		case "budgetSettings":
			w.Budgets = &v1BudgetSettings{}
			s.inside("offAmazonBudgetControlStrategy", func() { s.text(&w.Budgets.OffAmazon) })
		default:
			return false
		}
		return true
	})
}

func (w *v1BidAdjustments) scan(s *scan) {
	percent := func(name string, id *string, to *int) func([]byte) bool {
		return func(key []byte) bool {
			switch string(key) {
			case name:
				s.text(id)
			case "percentage":
				s.whole(to)
			default:
				return false
			}
			return true
		}
	}
	s.object(func(key []byte) bool {
		switch string(key) {
		case "placementBidAdjustments":
			s.array(func() {
				var a v1PlacementBid
				s.object(percent("placement", &a.Placement, &a.Percent))
				w.Placements = append(w.Placements, a)
			})
		case "audienceBidAdjustments":
			s.array(func() {
				var a v1AudienceBid
				s.object(percent("audienceId", &a.ID, &a.Percent))
				w.Audiences = append(w.Audiences, a)
			})
		default:
			return false
		}
		return true
	})
}

var _ = []scanned{(*v1Campaign)(nil), (*v1Group)(nil), (*v1Ad)(nil), (*v1Target)(nil)}
