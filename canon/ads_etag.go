package canon

import (
	"encoding/json"
	"math/bits"
	"slices"
	"strconv"
)

// AdsETag is a mark of what can be written of an object: it changes with any of that, and not with what Amazon alone changes, such as whether
// ads are served. It says nothing of where the object is kept, and guards against lost updates only: it is no cryptographic hash.
func AdsETag(o AdsObject) string {
	h := mark(0)
	c := o.Common()
	h.texts(c.ID, c.Name, string(c.Status))
	h.texts(c.Labels...)
	h.pairs(c.Tags)
	if len(c.Ext) > 0 {
		var w writer
		members(&w, c.Ext, w.decoded)
		h.text(string(w.b))
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
		h.texts(string(o.Channel), o.LinkURL, o.Title, o.Body, string(o.Data))
		h.texts(o.AssetIDs...)
		h.refs(o.Promoted)
	case *AdsAsset:
		h.texts(o.Type, o.URL, o.Content)
	}
	var text [16]byte
	for i := range text {
		text[i] = "0123456789abcdef"[h>>(60-4*i)&15]
	}
	return string(text[:])
}

// A mark is a hash under way, which takes in eight bytes at once, since this is done for every object of a list: each word is multiplied into
// what came before, and both halves of the product count.
type mark uint64

const markKey = 0x9e3779b97f4a7c15 // the golden ratio's bits: odd, and without a pattern

func (h *mark) number(n int64) {
	high, low := bits.Mul64(uint64(*h)^uint64(n), markKey)
	*h = mark((high ^ low) + markKey)
}

// text takes in a text and its length, so that an end is told apart from a beginning.
func (h *mark) text(s string) {
	n := len(s)
	for len(s) >= 8 {
		h.number(int64(word(s)))
		s = s[8:]
	}
	last := uint64(n) << 56
	for i := range len(s) {
		last |= uint64(s[i]) << (8 * i)
	}
	h.number(int64(last))
}

func (h *mark) texts(all ...string) {
	for _, s := range all {
		h.text(s)
	}
	h.number(-int64(len(all)))
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
