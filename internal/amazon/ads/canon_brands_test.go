package ads_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// A tree makes things below one campaign of a channel.
type tree struct {
	*testing.T
	*model
	channel         canon.Channel
	campaign, group string
}

func (r *tree) money(micros int64) *canon.Money {
	return &canon.Money{Micros: micros, Currency: r.account.Currency}
}

// read finds one by its id, in any status.
func (r *tree) read(kind canon.AdsKind, id string) canon.AdsObject {
	r.Helper()
	q := sp(kind)
	q.Channel, q.IDs = r.channel, []string{id}
	got := r.all(r.T, q)
	if len(got) != 1 {
		r.Fatalf("%d of kind %s with id %s", len(got), kind, id)
	}
	return got[0]
}

// add makes a thing and holds that it is read back as it was wanted, but for what Amazon adds.
func (r *tree) add(want canon.AdsObject, added ...string) string {
	r.Helper()
	id := r.one(r.T, nil, want).ID
	got := r.read(want.AdsKind(), id)
	wanted, is := written(r.T, want), written(r.T, got)
	for _, name := range added {
		delete(is, name)
		delete(wanted, name)
	}
	if diff := cmp.Diff(wanted, is); diff != "" {
		r.Errorf("%s as read (-want +got):\n%s", want.AdsKind(), diff)
	}
	if c := got.Common(); c.EffectiveStatus == "" && kindTells(want) || c.CreatedAt.IsZero() && kindTells(want) {
		r.Errorf("%s: what Amazon tells: %+v", want.AdsKind(), c)
	}
	return id
}

// kindTells reports that lists of such a thing tell times and what it does: those of Sponsored Brands v3 do not.
func kindTells(o canon.AdsObject) bool {
	t, ok := o.(*canon.AdsTarget)
	return !ok || t.Channel != canon.SponsoredBrands
}

// change makes of a thing another and holds that it is so.
func (r *tree) change(kind canon.AdsKind, id string, how func(canon.AdsObject) canon.AdsObject) {
	r.Helper()
	before := r.read(kind, id)
	after := how(before)
	if diff := cmp.Diff(written(r.T, before), written(r.T, after)); diff == "" {
		r.Fatal("nothing is changed")
	}
	r.one(r.T, before, after)
	if diff := cmp.Diff(written(r.T, after), written(r.T, r.read(kind, id))); diff != "" {
		r.Errorf("%s as changed (-want +got):\n%s", kind, diff)
	}
}

func active(name string) canon.AdsCommon {
	return canon.AdsCommon{Name: name, Status: canon.StatusActive}
}

// target is a target in the tree's group.
func (r *tree) target(t canon.AdsTarget) *canon.AdsTarget {
	t.AdsCommon.Status = canon.StatusActive
	t.Channel, t.CampaignID, t.GroupID, t.Level = r.channel, r.campaign, r.group, "GROUP"
	return &t
}

// archive archives one of each and holds that it stays readable.
func (r *tree) archive(kind canon.AdsKind, id string) {
	r.Helper()
	r.one(r.T, r.read(kind, id), nil)
	if got := r.read(kind, id).Common().Status; got != canon.StatusArchived {
		r.Errorf("%s archived is %s", kind, got)
	}
}

func newTree(t *testing.T, channel canon.Channel) *tree {
	return &tree{T: t, model: newModel(t, ads.New()), channel: channel}
}

// TestTreeOfSponsoredBrands makes a campaign with one of everything below it, reads it back, changes what can be changed and archives it.
func TestTreeOfSponsoredBrands(t *testing.T) {
	t.Parallel()
	r := newTree(t, canon.SponsoredBrands)
	r.campaign = r.add(&canon.AdsCampaign{
		AdsCommon: canon.AdsCommon{Name: "brand tree", Status: canon.StatusActive, Tags: map[string]string{"team": "eu"}, Ext: map[string]any{"productLocation": "SOLD_ON_AMAZON"}},
		Channel:   r.channel, CostType: "VCPM", Goal: "BRAND_AWARENESS", BrandID: "ENTITYBRAND", StartDate: r.today(t).Add(2), EndDate: r.today(t).Add(30),
		Budgets:     []canon.AdsBudget{{Money: r.money(120_500_000), Period: "LIFETIME"}},
		BidStrategy: &canon.AdsBidStrategy{Type: "MANUAL"}, BidAdjustments: []canon.AdsBidAdjustment{{Dimension: "PLACEMENT", Key: "PRODUCT_PAGE", Percent: -20}, {Dimension: "PLACEMENT", Key: "HOME", Percent: 40}},
	})
	r.group = r.add(&canon.AdsGroup{AdsCommon: active("brand words"), Channel: r.channel, CampaignID: r.campaign})
	ad := func(name string, more canon.AdsAd) *canon.AdsAd {
		more.AdsCommon.Name, more.Status, more.Channel, more.CampaignID, more.GroupID = name, canon.StatusActive, r.channel, r.campaign, r.group
		return &more
	}
	three := []canon.PromotedRef{{ID: "B000000001", Type: "ASIN"}, {ID: "B000000002", Type: "ASIN"}, {ID: "B000000003", Type: "ASIN"}}
	collection := r.add(ad("a collection", canon.AdsAd{
		AdsCommon: canon.AdsCommon{Ext: map[string]any{"landingPageType": "PRODUCT_LIST"}}, FinalURL: "https://www.amazon.com/example", Advertiser: "Example", Headline: "Find yours",
		Promoted: three, Creative: &canon.AdsCreative{Type: "ASSET_BASED"},
	}), "creative", "ad_type")
	creative := r.read(canon.KindAd, collection).(*canon.AdsAd).Creative
	if creative == nil || creative.Title != "Find yours" || len(creative.Promoted) != 3 || !strings.Contains(string(creative.Data), `"type":"PRODUCT_COLLECTION"`) {
		t.Errorf("the creative %+v", creative)
	}
	film := r.add(ad("a film", canon.AdsAd{Promoted: three[:1], Creative: &canon.AdsCreative{Type: "VIDEO", AssetIDs: []string{"amzn1.assetlibrary.asset1.example"}}}), "creative", "ad_type")
	if got := r.read(canon.KindAd, film).(*canon.AdsAd); got.AdType != "VIDEO" || got.Creative.Type != "VIDEO" || len(got.Creative.AssetIDs) != 1 {
		t.Errorf("the film %+v %+v", got, got.Creative)
	}
	shop := r.add(ad("a shop", canon.AdsAd{Headline: "All of it", Creative: &canon.AdsCreative{Data: []byte(`{"type":"STORE_SPOTLIGHT","subpages":[{"pageTitle":"Shoes"}]}`)}}), "creative", "ad_type")
	if got := r.read(canon.KindAd, shop).(*canon.AdsAd).Creative; !strings.Contains(string(got.Data), `"subpages":[{"pageTitle":"Shoes"}]`) || !strings.Contains(string(got.Data), `"type":"STORE_SPOTLIGHT"`) {
		t.Errorf("the shop's data %s", got.Data)
	}

	r.change(canon.KindCreative, collection, func(o canon.AdsObject) canon.AdsObject {
		k := *o.(*canon.AdsCreative)
		k.Title, k.Promoted = "Find another", three[:2]
		k.Data = []byte(`{"asins":["B000000001","B000000002"],"brandLogoAssetID":"logo","brandName":"Example","customImages":[{"assetId":"i"}],"headline":"Find another","type":"PRODUCT_COLLECTION"}`)
		k.AssetIDs, k.Review = []string{"logo", "i"}, &canon.Review{Status: "APPROVED", Version: "2"}
		return &k
	})
	was := r.read(canon.KindCreative, film)
	r.change(canon.KindCreative, film, func(o canon.AdsObject) canon.AdsObject {
		k := *o.(*canon.AdsCreative)
		k.AssetIDs, k.Data = []string{"amzn1.assetlibrary.asset1.other"}, []byte(strings.Replace(string(k.Data), "asset1.example", "asset1.other", 1))
		k.Review = &canon.Review{Status: "APPROVED", Version: "2"}
		return &k
	})
	now := r.read(canon.KindCreative, film)
	r.one(t, now, was) // as an undo does
	if got := r.read(canon.KindCreative, film).(*canon.AdsCreative); got.AssetIDs[0] != "amzn1.assetlibrary.asset1.example" || got.Review.Version != "3" {
		t.Errorf("the film as it was: %+v %+v", got, got.Review)
	}
	other, renamed := *now.(*canon.AdsCreative), *now.(*canon.AdsCreative)
	empty := other
	other.Promoted, renamed.Name, empty.Title, empty.Data = three[1:2], "a name", "another", []byte(`null`)
	for i, want := range []string{"ads.unsayable ", "ads.field_not_writable name", "ads.unsayable "} {
		_, refused := r.AdsPlan(r.account, []amazon.AdsChange{{Before: now, After: []canon.AdsObject{&other, &renamed, &empty}[i]}})
		if got := string(refused[0].Problem.Code) + " " + refused[0].Field; got != want {
			t.Errorf("refused %q, want %q", got, want)
		}
	}
	nothing := ad("nothing", canon.AdsAd{Headline: "x", Creative: &canon.AdsCreative{Data: []byte(`null`)}})
	if _, refused := r.AdsPlan(r.account, []amazon.AdsChange{{After: nothing}}); refused[0].Problem.Code != "ads.unsayable" {
		t.Errorf("data that is no object: %+v", refused)
	}

	word := r.add(r.target(canon.AdsTarget{Type: "KEYWORD", MatchType: "PHRASE", Keyword: &canon.Keyword{Text: "red shoes", Locale: "es_US", NativeText: "zapatos rojos"}, Bid: r.money(900_000)}))
	not := r.add(r.target(canon.AdsTarget{Type: "KEYWORD", MatchType: "EXACT", Keyword: &canon.Keyword{Text: "used"}, Negative: true}))
	product := r.add(r.target(canon.AdsTarget{Type: "PRODUCT", MatchType: "PRODUCT_EXACT", Product: &canon.TargetProduct{ID: "B000000009", Type: "ASIN"}, Bid: r.money(1_100_000)}))
	category := r.add(r.target(canon.AdsTarget{Type: "PRODUCT_CATEGORY", Category: &canon.TargetCategory{ID: "77", Refinements: map[string]string{"price_between": "10-20.5", "brand": "8"}}, Bid: r.money(1_000_000)}))
	brand := r.add(r.target(canon.AdsTarget{Type: "PRODUCT_CATEGORY", Category: &canon.TargetCategory{Refinements: map[string]string{"brand": "9"}}, Negative: true}))

	theme := r.add(r.target(canon.AdsTarget{Type: "THEME", MatchType: "THEME_KEYWORDS_RELATED_TO_YOUR_BRAND", Bid: r.money(700_000)}))

	all := sp(canon.KindTarget)
	all.Channel, all.Groups = r.channel, []string{r.group}
	find := func(kind string) (ids []string) {
		q := all
		q.Type = kind
		for _, o := range r.all(t, q) {
			ids = append(ids, o.Common().ID)
		}
		slices.Sort(ids)
		return ids
	}
	for kind, want := range map[string][]string{"": {word, not, product, category, brand, theme}, "THEME": {theme}, "KEYWORD": {word, not}, "PRODUCT": {product}, "PRODUCT_CATEGORY": {category, brand}} {
		slices.Sort(want)
		if diff := cmp.Diff(want, find(kind)); diff != "" {
			t.Errorf("targets of type %q (-want +got):\n%s", kind, diff)
		}
	}

	r.change(canon.KindCampaign, r.campaign, func(o canon.AdsObject) canon.AdsObject {
		c := *o.(*canon.AdsCampaign)
		c.Name, c.Status, c.EndDate, c.Budgets = "brand tree, changed", canon.StatusPaused, "", []canon.AdsBudget{{Money: r.money(150_000_000), Period: "LIFETIME"}}
		return &c
	})
	r.change(canon.KindGroup, r.group, func(o canon.AdsObject) canon.AdsObject {
		g := *o.(*canon.AdsGroup)
		g.Status = canon.StatusPaused
		return &g
	})
	r.change(canon.KindAd, film, func(o canon.AdsObject) canon.AdsObject {
		a := *o.(*canon.AdsAd)
		a.Name = "another film"
		return &a
	})
	for _, id := range []string{word, product, theme} {
		r.change(canon.KindTarget, id, func(o canon.AdsObject) canon.AdsObject {
			k := *o.(*canon.AdsTarget)
			k.Bid = r.money(2_250_000)
			return &k
		})
	}
	paused := r.target(canon.AdsTarget{Type: "THEME", MatchType: "THEME_KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES", Bid: r.money(700_000)})
	paused.Status = canon.StatusPaused
	again := r.target(canon.AdsTarget{Type: "THEME", MatchType: "THEME_KEYWORDS_RELATED_TO_YOUR_BRAND", Bid: r.money(700_000)})
	results := r.AdsWrite(t.Context(), r.asker, r.account, []amazon.AdsChange{{After: paused}, {After: again}})
	if got := results[0].Refusal; got == nil || got.Problem.Code != "ads.unsayable" || got.Field != "status" {
		t.Errorf("a theme that begins paused: %+v", results[0])
	}
	if results[1].OK || results[1].Unknown || !strings.Contains(results[1].Refusal.Message, "themeType") {
		t.Errorf("a second theme of one type: %+v", results[1])
	}
	for _, id := range []string{word, not, product, brand, theme} {
		r.archive(canon.KindTarget, id)
	}
	r.archive(canon.KindAd, film)
	r.archive(canon.KindGroup, r.group)
	r.archive(canon.KindCampaign, r.campaign)
}

// TestTreeOfSponsoredDisplay is the same of Sponsored Display.
func TestTreeOfSponsoredDisplay(t *testing.T) {
	t.Parallel()
	r := newTree(t, canon.SponsoredDisplay)
	r.campaign = r.add(&canon.AdsCampaign{
		AdsCommon: canon.AdsCommon{Name: "display tree", Status: canon.StatusActive, Ext: map[string]any{"tactic": "T00030"}}, Channel: r.channel, CostType: "VCPM",
		StartDate: r.today(t).Add(3), EndDate: r.today(t).Add(40), Budgets: []canon.AdsBudget{{Money: r.money(33_330_000), Period: "DAILY"}},
	})
	r.group = r.add(&canon.AdsGroup{AdsCommon: active("people"), Channel: r.channel, CampaignID: r.campaign, DefaultBid: r.money(1_250_000), OptimizationGoal: "REACH", Type: "IMAGE"})
	ad := r.add(&canon.AdsAd{AdsCommon: active(""), Channel: r.channel, CampaignID: r.campaign, GroupID: r.group, AdType: "SHOPPING", Promoted: []canon.PromotedRef{{ID: "SKU-9", Type: "SKU"}}}, "promoted")
	if got := r.read(canon.KindAd, ad).(*canon.AdsAd); len(got.Promoted) == 0 || got.Promoted[0].ID != "SKU-9" {
		t.Errorf("the ad %+v", got)
	}
	targets := []string{}
	for _, one := range []canon.AdsTarget{
		{Type: "PRODUCT", MatchType: "PRODUCT_EXACT", Product: &canon.TargetProduct{ID: "B000000009", Type: "ASIN"}, Bid: r.money(1_100_000)},
		{Type: "PRODUCT_CATEGORY", Category: &canon.TargetCategory{ID: "77", Refinements: map[string]string{"rating_greater_than": "4", "prime": "true"}}},
		{Type: "THEME", MatchType: "THEME_SIMILAR_PRODUCT"},
		{Type: "AUDIENCE", Audience: &canon.TargetAudience{Kind: "VIEWS", Lookback: 30, About: `[{"type":"similarProduct"}]`}},
		{Type: "AUDIENCE", Audience: &canon.TargetAudience{Kind: "AUDIENCE", ID: "123456789"}},
		{Type: "OTHER", AdsCommon: canon.AdsCommon{Ext: map[string]any{"expression": []any{map[string]any{"type": "contentCategorySameAs", "value": "sports"}}}}},
		{Type: "PRODUCT", MatchType: "PRODUCT_EXACT", Product: &canon.TargetProduct{ID: "B000000007", Type: "ASIN"}, Negative: true},
	} {
		targets = append(targets, r.add(r.target(one)))
	}
	r.change(canon.KindCampaign, r.campaign, func(o canon.AdsObject) canon.AdsObject {
		c := *o.(*canon.AdsCampaign)
		c.Status, c.EndDate, c.StartDate = canon.StatusPaused, "", r.today(t).Add(5)
		return &c
	})
	r.change(canon.KindGroup, r.group, func(o canon.AdsObject) canon.AdsObject {
		g := *o.(*canon.AdsGroup)
		g.DefaultBid, g.OptimizationGoal = r.money(1_500_000), "LINK_CLICKS"
		return &g
	})
	r.change(canon.KindTarget, targets[0], func(o canon.AdsObject) canon.AdsObject {
		k := *o.(*canon.AdsTarget)
		k.Bid, k.Status = nil, canon.StatusPaused
		return &k
	})
	for _, id := range targets {
		r.archive(canon.KindTarget, id)
	}
	r.archive(canon.KindAd, ad)
	r.archive(canon.KindGroup, r.group)
	r.archive(canon.KindCampaign, r.campaign)

	for _, c := range []struct {
		change amazon.AdsChange
		want   string
	}{
		{amazon.AdsChange{After: &canon.AdsCampaign{AdsCommon: active("no tactic"), Channel: r.channel, Budgets: []canon.AdsBudget{{Money: r.money(1), Period: "DAILY"}}}}, "ads.field_missing ext"},
		{amazon.AdsChange{After: &canon.AdsGroup{AdsCommon: active("odd"), Channel: r.channel, CampaignID: "1", OptimizationGoal: "LUCK"}}, "ads.unsayable "},
		{amazon.AdsChange{After: r.target(canon.AdsTarget{Type: "KEYWORD", MatchType: "EXACT", Keyword: &canon.Keyword{Text: "none here"}})}, "ads.field_not_writable keyword"},
	} {
		_, refused := r.AdsPlan(r.account, []amazon.AdsChange{c.change})
		if got := string(refused[0].Problem.Code) + " " + refused[0].Field; got != c.want {
			t.Errorf("refused %q, want %q", got, c.want)
		}
	}
}

// TestSeededBrandsAndDisplay reads all that a seeded account has, in pages of all sizes, and holds a refusal of a single item.
func TestSeededBrandsAndDisplay(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	for _, channel := range canon.Channels() {
		q := amazon.AdsQuery{Kind: canon.KindCampaign, Channel: channel, Statuses: []canon.AdsStatus{"SLEEPING"}}
		if _, err := m.AdsList(t.Context(), m.asker, m.account, q); err == nil {
			t.Errorf("%s lists campaigns of a status that there is not", channel)
		}
	}
	for _, channel := range []canon.Channel{canon.SponsoredBrands, canon.SponsoredDisplay} {
		for _, kind := range []canon.AdsKind{canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindTarget} {
			q := sp(kind)
			q.Channel = channel
			ids := func(size int) (out []string) {
				q.Size = size
				for _, o := range m.all(t, q) {
					out = append(out, o.Common().ID)
				}
				return out
			}
			want := ids(0)
			if len(want) < 2 {
				t.Errorf("%d of kind %s in %s", len(want), kind, channel)
			}
			for _, size := range []int{1, 2, 3} {
				if diff := cmp.Diff(want, ids(size)); diff != "" {
					t.Errorf("%s of %s by pages of %d (-want +got):\n%s", kind, channel, size, diff)
				}
			}
		}
		q := sp(canon.KindCampaign)
		q.Channel = channel
		before := m.all(t, q)[0].(*canon.AdsCampaign)
		after, fine := *before, *before
		after.Budgets = []canon.AdsBudget{{Money: &canon.Money{Micros: 10_000, Currency: m.account.Currency}, Period: "DAILY"}}
		fine.Name += "!"
		results := m.AdsWrite(t.Context(), m.asker, m.account, []amazon.AdsChange{{Before: before, After: &after}, {Before: before, After: &fine}})
		if results[0].OK || results[0].Refusal == nil || results[0].Refusal.Message == "" || results[0].Unknown {
			t.Errorf("%s: too small a budget: %+v %+v", channel, results[0], results[0].Refusal)
		}
		if len(results) != 2 || results[1].Unknown {
			t.Errorf("%s: the second: %+v", channel, results[1])
		}
	}
}
