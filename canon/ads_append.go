package canon

import "strconv"

// AppendAds appends an object as JSON, in the very bytes of encoding/json. Campaigns, groups and targets, which are listed by the thousand,
// are written by hand, since that costs a fraction of what reflection does; all else is left to encoding/json.
func AppendAds(b []byte, o AdsObject) ([]byte, error) {
	w := writer{b: b}
	switch o := o.(type) {
	case *AdsCampaign:
		w.campaign(o)
	case *AdsGroup:
		w.group(o)
	case *AdsTarget:
		w.target(o)
	default:
		w.any(o)
	}
	return w.b, w.err
}

func (w *writer) common(c *AdsCommon) {
	w.text(`,"id":"`, c.ID)
	w.text(`,"provider":"`, c.Provider)
	w.text(`,"connection_id":"`, c.ConnectionID)
	w.text(`,"organization_id":"`, c.OrganizationID)
	w.text(`,"name":"`, c.Name)
	w.text(`,"status":"`, string(c.Status))
	w.text(`,"effective_status":"`, string(c.EffectiveStatus))
	w.texts(`,"effective_reasons":`, c.EffectiveReasons)
	w.time(`,"created_at":`, c.CreatedAt)
	w.time(`,"updated_at":`, c.UpdatedAt)
	w.time(`,"fetched_at":`, c.FetchedAt)
	w.text(`,"etag":"`, c.ETag)
	w.texts(`,"labels":`, c.Labels)
	if len(c.Tags) > 0 {
		w.name(`,"tags":`)
		members(w, c.Tags, w.quote)
	}
	if len(c.Ext) > 0 {
		w.name(`,"ext":`)
		members(w, c.Ext, w.decoded)
	}
	if len(c.Raw) > 0 {
		w.name(`,"raw":`)
		w.any(c.Raw)
	}
}

func (w *writer) campaign(c *AdsCampaign) {
	from := len(w.b)
	w.common(&c.AdsCommon)
	w.text(`,"portfolio_id":"`, c.PortfolioID)
	w.text(`,"channel":"`, string(c.Channel))
	w.text(`,"targeting_mode":"`, c.TargetingMode)
	w.text(`,"goal":"`, c.Goal)
	if c.KPI != nil {
		w.name(`,"kpi":`)
		w.any(c.KPI)
	}
	w.text(`,"cost_type":"`, c.CostType)
	if len(c.Budgets) > 0 {
		w.name(`,"budgets":`)
		for i := range c.Budgets {
			w.item(i)
			w.budget(&c.Budgets[i])
		}
		w.byte(']')
	}
	w.strategy(c.BidStrategy)
	if len(c.BidAdjustments) > 0 {
		w.name(`,"bid_adjustments":`)
		for i, a := range c.BidAdjustments {
			w.item(i)
			from := len(w.b)
			w.always(`,"dimension":"`, a.Dimension)
			w.always(`,"key":"`, a.Key)
			w.name(`,"percent":`)
			w.b = strconv.AppendInt(w.b, int64(a.Percent), 10)
			w.object(from)
		}
		w.byte(']')
	}
	w.text(`,"start_date":"`, string(c.StartDate))
	w.text(`,"end_date":"`, string(c.EndDate))
	w.text(`,"timezone":"`, c.Timezone)
	w.texts(`,"countries":`, c.Countries)
	w.text(`,"brand_id":"`, c.BrandID)
	w.money(`,"spend_to_date":`, c.SpendToDate)
	w.text(`,"advertising_channel_type":"`, c.AdvertisingChannelType)
	w.number(`,"budget_amount":`, c.BudgetAmount)
	w.text(`,"budget_period":"`, c.BudgetPeriod)
	w.text(`,"budget_unit":"`, c.BudgetUnit)
	w.text(`,"currency":"`, c.Currency)
	w.number(`,"total_spend_amount":`, c.TotalSpendAmount)
	w.time(`,"start_at":`, c.StartAt)
	w.time(`,"end_at":`, c.EndAt)
	w.object(from)
}

func (w *writer) budget(b *AdsBudget) {
	from := len(w.b)
	w.money(`,"money":`, b.Money)
	if b.Impressions != 0 {
		w.name(`,"impressions":`)
		w.b = strconv.AppendInt(w.b, b.Impressions, 10)
	}
	w.always(`,"period":"`, b.Period)
	w.text(`,"shared_id":"`, b.SharedID)
	w.text(`,"country":"`, b.Country)
	w.money(`,"rule_amount":`, b.RuleAmount)
	w.object(from)
}

func (w *writer) strategy(s *AdsBidStrategy) {
	if s == nil {
		return
	}
	w.name(`,"bid_strategy":`)
	from := len(w.b)
	w.always(`,"type":"`, s.Type)
	w.money(`,"target_amount":`, s.TargetAmount)
	w.text(`,"target_ratio":"`, string(s.TargetRatio))
	w.object(from)
}

func (w *writer) group(g *AdsGroup) {
	from := len(w.b)
	w.common(&g.AdsCommon)
	w.text(`,"campaign_id":"`, g.CampaignID)
	w.text(`,"parent_id":"`, g.ParentID)
	w.text(`,"channel":"`, string(g.Channel))
	w.text(`,"type":"`, g.Type)
	w.money(`,"default_bid":`, g.DefaultBid)
	w.strategy(g.BidStrategy)
	w.text(`,"optimization_goal":"`, g.OptimizationGoal)
	w.text(`,"billing_event":"`, g.BillingEvent)
	if len(g.Promoted) > 0 {
		w.name(`,"promoted":`)
		w.any(g.Promoted)
	}
	w.number(`,"bid_amount":`, g.BidAmount)
	w.text(`,"currency":"`, g.Currency)
	w.object(from)
}

func (w *writer) target(t *AdsTarget) {
	from := len(w.b)
	w.common(&t.AdsCommon)
	w.text(`,"level":"`, t.Level)
	w.text(`,"campaign_id":"`, t.CampaignID)
	w.text(`,"group_id":"`, t.GroupID)
	w.text(`,"channel":"`, string(t.Channel))
	w.name(`,"negative":`)
	w.b = strconv.AppendBool(w.b, t.Negative)
	w.text(`,"type":"`, t.Type)
	w.text(`,"match_type":"`, t.MatchType)
	if t.Keyword != nil {
		w.name(`,"keyword":`)
		from := len(w.b)
		w.always(`,"text":"`, t.Keyword.Text)
		w.text(`,"locale":"`, t.Keyword.Locale)
		w.text(`,"native_text":"`, t.Keyword.NativeText)
		w.object(from)
	}
	if t.Product != nil {
		w.name(`,"product":`)
		from := len(w.b)
		w.always(`,"id":"`, t.Product.ID)
		w.always(`,"id_type":"`, t.Product.Type)
		w.object(from)
	}
	if t.Category != nil {
		w.name(`,"category":`)
		w.any(t.Category)
	}
	if t.Audience != nil {
		w.name(`,"audience":`)
		w.any(t.Audience)
	}
	w.money(`,"bid":`, t.Bid)
	if t.SuggestedBid != nil {
		w.name(`,"suggested_bid":`)
		w.any(t.SuggestedBid)
	}
	w.number(`,"bid_amount":`, t.BidAmount)
	w.text(`,"currency":"`, t.Currency)
	w.object(from)
}
