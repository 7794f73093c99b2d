package ads

import "github.com/lockkeeper-dev/lockkeeper/canon"

// A v1CampaignRead is a campaign with what it refers to.
type v1CampaignRead struct {
	canon.AdsCampaign
	reasons     [2]string
	budgets     [1]canon.AdsBudget
	money       [2]canon.Money
	strategy    canon.AdsBidStrategy
	adjustments [3]canon.AdsBidAdjustment
	countries   [1]string
}

func (r *v1CampaignRead) object(s *scan, v *view) canon.AdsObject {
	*r = v1CampaignRead{}
	c := &r.AdsCampaign
	c.Timezone, c.Place = v.account.Timezone, v.place
	c.EffectiveReasons = r.reasons[:0]
	var scope string
	countries := r.countries[:0]
	var extra campaignExtra
	s.object(func(key []byte) bool {
		switch string(key) {
		case "campaignId":
			s.text(&c.ID)
		case "name":
			s.text(&c.Name)
		case "portfolioId":
			s.text(&c.PortfolioID)
		case "startDateTime":
			s.day(v, &c.StartDate)
		case "endDateTime":
			s.day(v, &c.EndDate)
		case "autoCreationSettings":
			s.object(func(key []byte) bool {
				switch string(key) {
				case "autoCreateTargets":
					if c.TargetingMode = "MANUAL"; s.flag() {
						c.TargetingMode = "AUTO"
					}
				case "autoManageCampaign":
					s.truth(&extra.managed)
				default:
					return false
				}
				return true
			})
		case "budgets":
			c.Budgets = r.budgets[:0]
			s.array(func() { c.Budgets = append(c.Budgets, r.budget(s, v)) })
		case "marketplaceScope":
			s.text(&scope)
		case "countries":
			s.texts(&countries)
		case "costType":
			s.text(&c.CostType)
		case "optimizations":
			r.optimizations(s, &extra)
		case "siteRestrictions":
			s.texts(&extra.sites)
		default:
			return s.common(v, &c.AdsCommon, &c.Channel, key)
		}
		return true
	})
	if scope == "GLOBAL" {
		c.Countries = countries
	}
	c.EffectiveReasons, c.Budgets, c.BidAdjustments = some(c.EffectiveReasons), some(c.Budgets), some(c.BidAdjustments)
	c.Ext = extra.ext()
	return c
}

func (r *v1CampaignRead) budget(s *scan, v *view) (b canon.AdsBudget) {
	s.object(func(key []byte) bool {
		switch string(key) {
		case "recurrenceTimePeriod":
			s.text(&b.Period)
		case "budgetValue":
			s.object(func(key []byte) bool {
				switch string(key) {
				case "monetaryBudgetValue":
					s.inside("monetaryBudget", func() {
						var m v1Money
						m.scan(s)
						own := [2]*canon.Money{}
						if len(r.AdsCampaign.Budgets) == 0 {
							own = [2]*canon.Money{&r.money[0], &r.money[1]}
						}
						b.Money, b.RuleAmount = s.money(v, m.Value, m.Currency, own[0]), s.money(v, m.Rule, m.Currency, own[1])
					})
				case "impressionBudgetValue":
					s.inside("impression", func() {
						var n int
						s.whole(&n)
						b.Impressions = int64(n)
					})
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
	return b
}

func (r *v1CampaignRead) optimizations(s *scan, extra *campaignExtra) {
	c := &r.AdsCampaign
	s.object(func(key []byte) bool {
		switch string(key) {
		case "bidSettings":
			s.object(func(key []byte) bool {
				switch string(key) {
				case "bidStrategy":
					if s.text(&r.strategy.Type); r.strategy.Type != "" {
						r.strategy.Type, c.BidStrategy = toCanon(v1Strategies, r.strategy.Type), &r.strategy
					}
				case "bidAdjustments":
					c.BidAdjustments = r.adjustments[:0]
					r.adjust(s)
				default:
					return false
				}
				return true
			})
		case "budgetSettings":
			s.inside("offAmazonBudgetControlStrategy", func() { s.text(&extra.offAmazon) })
		default:
			return false
		}
		return true
	})
}

// adjust reads what bids are raised by: those of placements first, whatever their order.
func (r *v1CampaignRead) adjust(s *scan) {
	c := &r.AdsCampaign
	read := func(dimension, id string, to *[]canon.AdsBidAdjustment) {
		s.array(func() {
			a := canon.AdsBidAdjustment{Dimension: dimension}
			s.object(func(key []byte) bool {
				switch string(key) {
				case id:
					s.text(&a.Key)
				case "percentage":
					s.whole(&a.Percent)
				default:
					return false
				}
				return true
			})
			*to = append(*to, a)
		})
	}
	var audiences []canon.AdsBidAdjustment
	s.object(func(key []byte) bool {
		switch string(key) {
		case "placementBidAdjustments":
			read("PLACEMENT", "placement", &c.BidAdjustments)
		case "audienceBidAdjustments":
			read("AUDIENCE", "audienceId", &audiences)
		default:
			return false
		}
		return true
	})
	c.BidAdjustments = append(c.BidAdjustments, audiences...)
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
