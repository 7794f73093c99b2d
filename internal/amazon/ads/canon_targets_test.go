package ads_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

func sp(kind canon.AdsKind) amazon.AdsQuery {
	return amazon.AdsQuery{Kind: kind, Channel: canon.SponsoredProducts, Statuses: []canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusArchived}}
}

// TestBothWiresTellTheSame reads a whole seeded account by v1 and by v3: a caller cannot see which was spoken, but by two extras.
func TestBothWiresTellTheSame(t *testing.T) {
	t.Parallel()
	one := newModel(t, ads.New())
	three := *one
	three.Program = ads.New().Speaking(ads.V3)
	for _, kind := range []canon.AdsKind{canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindTarget} {
		told := func(m *model) (all []string) {
			for _, o := range m.all(t, sp(kind)) {
				for _, only := range []string{"keywordGroup", "audienceSegmentTypes"} { // of which v1 has no word
					delete(o.Common().Ext, only)
				}
				if len(o.Common().Ext) == 0 {
					o.Common().Ext = nil
				}
				text, err := json.Marshal(o)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, string(text))
			}
			slices.Sort(all)
			return all
		}
		byV1, byV3 := told(one), told(&three)
		if diff := cmp.Diff(byV1, byV3); diff != "" || len(byV1) == 0 {
			t.Errorf("%s, %d objects (-v1 +v3):\n%s", kind, len(byV1), diff)
		}
	}
}

// TestTreeOfSponsoredProducts makes a campaign with one of everything below it, reads it back, changes what can be changed, and asks by all
// conditions.
func TestTreeOfSponsoredProducts(t *testing.T) {
	t.Parallel()
	for _, w := range []ads.Wire{ads.V1, ads.V3} {
		t.Run(string(w), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, ads.New().Speaking(w))
			money := func(micros int64) *canon.Money { return &canon.Money{Micros: micros, Currency: m.account.Currency} }
			active := func(name string) canon.AdsCommon { return canon.AdsCommon{Name: name, Status: canon.StatusActive} }
			campaign := m.one(t, nil, &canon.AdsCampaign{
				AdsCommon: active("tree"), Channel: canon.SponsoredProducts, TargetingMode: "MANUAL", StartDate: m.today(t),
				Budgets: []canon.AdsBudget{{Money: money(100_000_000), Period: "DAILY"}},
			}).ID
			group := func(name string) string {
				return m.one(t, nil, &canon.AdsGroup{AdsCommon: active(name), Channel: canon.SponsoredProducts, CampaignID: campaign, DefaultBid: money(750_000)}).ID
			}
			words, products := group("words"), group("products")
			in := func(group string, more canon.AdsTarget) *canon.AdsTarget {
				more.AdsCommon, more.Channel, more.CampaignID, more.GroupID, more.Level = active(""), canon.SponsoredProducts, campaign, group, "GROUP"
				if group == "" {
					more.Level = "CAMPAIGN"
				}
				return &more
			}
			wanted := []canon.AdsObject{
				in(words, canon.AdsTarget{Type: "KEYWORD", MatchType: "PHRASE", Keyword: &canon.Keyword{Text: "red shoes", Locale: "es_US", NativeText: "zapatos rojos"}, Bid: money(900_000)}),
				in(words, canon.AdsTarget{Type: "KEYWORD", MatchType: "BROAD", Keyword: &canon.Keyword{Text: "without a bid"}}),
				in(words, canon.AdsTarget{Type: "KEYWORD", MatchType: "EXACT", Keyword: &canon.Keyword{Text: "used"}, Negative: true}),
				in("", canon.AdsTarget{Type: "KEYWORD", MatchType: "PHRASE", Keyword: &canon.Keyword{Text: "broken"}, Negative: true}),
				in(products, canon.AdsTarget{Type: "PRODUCT", MatchType: "PRODUCT_SIMILAR", Product: &canon.TargetProduct{ID: "B000000009", Type: "ASIN"}, Bid: money(1_100_000)}),
				in(products, canon.AdsTarget{Type: "PRODUCT_CATEGORY", Category: &canon.TargetCategory{ID: "77", Refinements: map[string]string{"price_between": "10-20.5", "brand": "8", "prime": "true", "rating_greater_than": "4"}}}),
				in(products, canon.AdsTarget{Type: "PRODUCT", MatchType: "PRODUCT_EXACT", Product: &canon.TargetProduct{ID: "B000000008", Type: "ASIN"}, Negative: true}),
				in("", canon.AdsTarget{Type: "PRODUCT_CATEGORY", Category: &canon.TargetCategory{Refinements: map[string]string{"brand": "9"}}, Negative: true}),
			}
			changes := make([]amazon.AdsChange, len(wanted))
			for i, o := range wanted {
				changes[i].After = o
			}
			ids := []string{}
			for i, r := range m.AdsWrite(t.Context(), m.asker, m.account, changes) {
				if !r.OK || r.ID == "" || r.After == nil {
					t.Fatalf("target %d: %+v %+v", i, r, r.Refusal)
				}
				if diff := cmp.Diff(written(t, wanted[i]), written(t, r.After)); diff != "" {
					t.Errorf("target %d (-want +got):\n%s", i, diff)
				}
				ids = append(ids, r.ID)
			}
			ad := m.one(t, nil, &canon.AdsAd{
				AdsCommon: active(""), Channel: canon.SponsoredProducts, CampaignID: campaign, GroupID: words, Promoted: []canon.PromotedRef{{ID: "SKU-1", Type: "SKU"}},
			}).After.(*canon.AdsAd)
			if len(ad.Promoted) != 2 || ad.Promoted[0].ID != "SKU-1" || ad.Promoted[1].Type != "ASIN" || ad.AdType != "SHOPPING" || ad.CampaignID != campaign || ad.GroupID != words {
				t.Errorf("the ad %+v", ad)
			}

			find := func(change func(*amazon.AdsQuery)) string {
				q := sp(canon.KindTarget)
				q.Campaigns = []string{campaign}
				change(&q)
				var at []string
				for _, o := range m.all(t, q) {
					at = append(at, string(rune('0'+slices.Index(ids, o.Common().ID))))
				}
				slices.Sort(at)
				return strings.Join(at, "")
			}
			for want, change := range map[string]func(*amazon.AdsQuery){
				"01234567": func(*amazon.AdsQuery) {},
				"012":      func(q *amazon.AdsQuery) { q.Groups = []string{words} },
				"0123":     func(q *amazon.AdsQuery) { q.Type = "KEYWORD" },
				"46":       func(q *amazon.AdsQuery) { q.Type = "PRODUCT" },
				"5":        func(q *amazon.AdsQuery) { q.Type, q.Groups = "PRODUCT_CATEGORY", []string{products, words} },
				"37":       func(q *amazon.AdsQuery) { q.IDs = []string{ids[3], ids[7]} },
				"":         func(q *amazon.AdsQuery) { q.Statuses = []canon.AdsStatus{canon.StatusPaused} },
			} {
				if got := find(change); got != want {
					t.Errorf("found %q, want %q", got, want)
				}
			}

			q := sp(canon.KindTarget)
			q.IDs = ids[:1]
			before := m.all(t, q)[0].(*canon.AdsTarget)
			after := *before
			after.Bid, after.Status = nil, canon.StatusPaused
			m.one(t, before, &after)
			if got := m.all(t, q)[0].(*canon.AdsTarget); got.Bid != nil || got.Status != canon.StatusPaused {
				t.Errorf("a bid taken away: %+v", got)
			}
			more := *before
			more.MatchType = "EXACT"
			if _, refused := m.AdsPlan(m.account, []amazon.AdsChange{{Before: before, After: &more}}); refused[0].Field != "match_type" {
				t.Errorf("another match type: %+v", refused)
			}
		})
	}
}
