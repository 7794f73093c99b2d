package canon

import (
	"encoding/json"
	"slices"
	"strconv"
)

// AdsETag is a mark of what can be written of an object: it changes with any of that, and not with what Amazon alone changes, such as whether
// ads are served. It says nothing of where the object is kept, and guards against lost updates only: it is no cryptographic hash.
func AdsETag(o AdsObject) string {
	h := mark(14695981039346656037)
	c := o.Common()
	h.texts(c.ID, c.Name, string(c.Status))
	h.texts(c.Labels...)
	h.pairs(c.Tags)
	if len(c.Ext) > 0 {
		h.json(c.Ext)
	}
	switch o := o.(type) {
	case *AdsCampaign:
		h.texts(o.PortfolioID, o.TargetingMode, o.Goal, o.CostType, string(o.StartDate), string(o.EndDate), o.BrandID)
		h.texts(o.Countries...)
		for i := range o.Budgets {
			h.budget(&o.Budgets[i])
		}
		h.strategy(o.BidStrategy)
		for _, a := range o.BidAdjustments {
			h.texts(a.Dimension, a.Key)
			h.number(int64(a.Percent))
		}
		if o.KPI != nil {
			h.texts(o.KPI.Type)
			h.money(o.KPI.Amount)
		}
	case *AdsPortfolio:
		h.budget(o.Budget)
		h.texts(string(o.StartDate), string(o.EndDate))
	case *AdsGroup:
		h.texts(o.CampaignID, o.Type, o.OptimizationGoal, o.BillingEvent)
		h.money(o.DefaultBid)
		h.strategy(o.BidStrategy)
		h.refs(o.Promoted)
	case *AdsAd:
		h.texts(o.CampaignID, o.GroupID, o.AdType, o.Headline, o.Description, o.FinalURL, o.Advertiser)
		h.texts(o.CreativeIDs...)
		h.refs(o.Promoted)
		if o.Creative != nil {
			h.texts(AdsETag(o.Creative))
		}
	case *AdsTarget:
		h.texts(o.CampaignID, o.GroupID, o.Level, o.Type, o.MatchType, strconv.FormatBool(o.Negative))
		h.money(o.Bid)
		if o.Keyword != nil {
			h.texts(o.Keyword.Text, o.Keyword.Locale, o.Keyword.NativeText)
		}
		if o.Product != nil {
			h.texts(o.Product.ID, o.Product.Type)
		}
		if o.Category != nil {
			h.texts(o.Category.ID, o.Category.Name)
			h.pairs(o.Category.Refinements)
		}
		if o.Audience != nil {
			h.json(o.Audience)
		}
	case *AdsCreative:
		h.texts(o.LinkURL, o.Title, o.Body, string(o.Data))
		h.texts(o.AssetIDs...)
		h.refs(o.Promoted)
	case *AdsAsset:
		h.texts(o.Type, o.URL, o.Content)
	}
	text := strconv.FormatUint(uint64(h), 16)
	return "0000000000000000"[len(text):] + text
}

// A mark is a hash under way: FNV-1a of 64 bits, since this is done for every object of a list.
type mark uint64

func (h *mark) text(s string) {
	for i := range len(s) {
		*h = (*h ^ mark(s[i])) * 1099511628211
	}
	*h = (*h ^ 0xff) * 1099511628211 // no text holds this byte: an end is told apart from a beginning
}

func (h *mark) texts(all ...string) {
	for _, s := range all {
		h.text(s)
	}
	*h = (*h ^ 0xfe) * 1099511628211
}

func (h *mark) number(n int64) {
	for range 8 {
		*h = (*h ^ mark(n&0xff)) * 1099511628211
		n >>= 8
	}
}

func (h *mark) money(m *Money) {
	if m == nil {
		h.text("none")
		return
	}
	h.number(m.Micros)
	h.text(m.Currency)
}

func (h *mark) budget(b *AdsBudget) {
	if b == nil {
		h.text("none")
		return
	}
	h.money(b.Money)
	h.number(b.Impressions)
	h.texts(b.Period, b.SharedID, b.Country)
}

func (h *mark) strategy(s *AdsBidStrategy) {
	if s != nil {
		h.texts(s.Type, string(s.TargetRatio))
		h.money(s.TargetAmount)
	}
}

func (h *mark) refs(all []PromotedRef) {
	for _, r := range all {
		h.texts(r.Type, r.ID)
	}
}

func (h *mark) pairs(m map[string]string) {
	if len(m) == 0 {
		return
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		h.texts(k, m[k])
	}
}

func (h *mark) json(v any) {
	if text, err := json.Marshal(v); err == nil {
		h.text(string(text))
	}
}
