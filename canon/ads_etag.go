package canon

import (
	"encoding/json"
	"math/bits"
	"slices"
	"strconv"
)

// AdsETag is a mark of what can be written of an object: it changes with any of that, and not with what Amazon alone changes, such as whether
// ads are served. It says nothing of where the object is kept, and guards against lost updates only: it is no cryptographic hash.
//
// It is the sum of a mark of all that objects of a list have in common, and of marks of each thing in which they differ. So the mark of
// an object that is like another but for these can be told without going through both.
func AdsETag(o AdsObject) string {
	h, sum := mark(0), uint64(0)
	c := o.Common()
	sum += AdsMark(MarkedID, 0, c.ID) + AdsMark(MarkedName, 0, c.Name)
	h.texts(string(c.Status))
	h.texts(c.Labels...)
	h.pairs(c.Tags)
	if len(c.Ext) > 0 {
		var w writer
		members(&w, c.Ext, w.decoded)
		h.text(string(w.b))
	}
	switch o := o.(type) {
	case *AdsCampaign:
		sum += AdsMark(MarkedPortfolio, 0, o.PortfolioID) + AdsMark(MarkedStart, 0, string(o.StartDate)) + AdsMark(MarkedEnd, 0, string(o.EndDate))
		h.texts(o.TargetingMode, o.Goal, o.CostType, o.BrandID)
		h.texts(o.Countries...)
		for i := range o.Budgets {
			sum += h.budget(i, &o.Budgets[i])
		}
		h.strategy(o.BidStrategy)
		sum += h.adjustments(o.BidAdjustments)
		if o.KPI != nil {
			h.texts(o.KPI.Type)
			h.money(o.KPI.Amount)
		}
	case *AdsPortfolio:
		sum += h.budget(0, o.Budget) + AdsMark(MarkedStart, 0, string(o.StartDate)) + AdsMark(MarkedEnd, 0, string(o.EndDate))
	case *AdsGroup:
		sum += AdsMark(MarkedCampaign, 0, o.CampaignID) + h.amount(0, o.DefaultBid)
		h.texts(o.Type, o.OptimizationGoal, o.BillingEvent)
		h.strategy(o.BidStrategy)
		sum += h.refs(o.Promoted)
	case *AdsAd:
		sum += AdsMark(MarkedCampaign, 0, o.CampaignID) + AdsMark(MarkedGroup, 0, o.GroupID)
		h.texts(o.AdType, o.Headline, o.Description, o.FinalURL, o.Advertiser)
		h.texts(o.CreativeIDs...)
		sum += h.refs(o.Promoted)
		if o.Creative != nil {
			h.texts(AdsETag(o.Creative))
		}
	case *AdsTarget:
		sum += AdsMark(MarkedCampaign, 0, o.CampaignID) + AdsMark(MarkedGroup, 0, o.GroupID) + h.amount(0, o.Bid)
		h.texts(o.Level, o.Type, o.MatchType, strconv.FormatBool(o.Negative))
		if o.Keyword != nil {
			sum += AdsMark(MarkedKeyword, 0, o.Keyword.Text)
			h.texts(o.Keyword.Locale, o.Keyword.NativeText)
		}
		if o.Product != nil {
			sum += AdsMark(MarkedPromoted, 0, o.Product.ID)
			h.texts(o.Product.Type)
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
		sum += h.refs(o.Promoted)
	case *AdsAsset:
		h.texts(o.Type, o.URL, o.Content)
	}
	return string(AppendETag(nil, sum+uint64(h)))
}

// AppendETag appends the sum of an object's marks as AdsETag writes it.
func AppendETag(b []byte, sum uint64) []byte {
	const digits = "0123456789abcdef"
	var text [16]byte
	for i := range text {
		text[15-i] = digits[sum&15]
		sum >>= 4
	}
	return append(b, text[:]...)
}

// An AdsMarked is a thing in which objects of a list differ, and of which AdsETag has a mark of its own.
type AdsMarked uint64

// What is marked so.
const (
	MarkedNothing AdsMarked = iota
	MarkedID
	MarkedName
	MarkedPortfolio
	MarkedCampaign
	MarkedGroup
	MarkedStart
	MarkedEnd
	MarkedAmount  // of a budget, or of a bid, as Money writes it
	MarkedPercent // of a bid adjustment
	MarkedKey     // of a bid adjustment: which one of its dimension
	MarkedKeyword
	MarkedPromoted
)

// AdsMark is the mark of the nth such thing of an object.
func AdsMark(what AdsMarked, nth int, text string) uint64 {
	h := mark((uint64(what)<<32 + uint64(nth)) * markKey) // each has a beginning of its own
	h.text(text)
	return uint64(h)
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

// amount takes in an amount, but for how much it is, of which it returns the mark.
func (h *mark) amount(nth int, m *Money) uint64 {
	if m == nil {
		h.text("none")
		return 0
	}
	h.text(m.Currency)
	var room [32]byte
	return AdsMark(MarkedAmount, nth, string(m.AppendAmount(room[:0])))
}

func (h *mark) budget(nth int, b *AdsBudget) uint64 {
	if b == nil {
		h.text("none")
		return 0
	}
	h.number(b.Impressions)
	h.texts(b.Period, b.SharedID, b.Country)
	return h.amount(nth, b.Money)
}

func (h *mark) adjustments(all []AdsBidAdjustment) (sum uint64) {
	nth := 0
	for i, a := range all {
		if nth++; i == 0 || a.Dimension != all[i-1].Dimension {
			nth = 0
		}
		h.texts(a.Dimension)
		sum += AdsMark(MarkedKey, nth, a.Key) + AdsMark(MarkedPercent, i, itoa(int64(a.Percent)))
	}
	return sum
}

func (h *mark) strategy(s *AdsBidStrategy) {
	if s != nil {
		h.texts(s.Type, string(s.TargetRatio))
		h.money(s.TargetAmount)
	}
}

func (h *mark) refs(all []PromotedRef) (sum uint64) {
	for i, r := range all {
		h.texts(r.Type)
		sum += AdsMark(MarkedPromoted, i, r.ID)
	}
	return sum
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
