package ads_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// single is common with one reason at most: the older dialect has one serving status and no details.
func (d draw) single() canon.AdsCommon {
	c := d.common()
	if len(c.EffectiveReasons) > 1 {
		c.EffectiveReasons = c.EffectiveReasons[:1]
	}
	return c
}

func (d draw) brandCampaign() canon.AdsObject {
	c := &canon.AdsCampaign{AdsCommon: d.common(), Channel: canon.SponsoredBrands, CostType: d.one("CPC", "VCPM"), Timezone: "Europe/Berlin", StartDate: d.day()}
	c.Name = d.text()
	if d.some() {
		c.PortfolioID, c.EndDate, c.BrandID = d.id(), d.day(), "ENTITYEXAMPLE"
	}
	c.Goal = d.one("", "WEBSITE_TRAFFIC", "BRAND_AWARENESS")
	c.Budgets = []canon.AdsBudget{{Money: d.money(), Period: d.one("DAILY", "LIFETIME"), RuleAmount: d.maybeMoney()}}
	ext := map[string]any{}
	if d.some() {
		ext["productLocation"], ext["smartDefault"], ext["siteRestrictions"] = "SOLD_ON_AMAZON", []any{"MANUAL"}, []any{"AMAZON_BUSINESS"}
	}
	if d.some() {
		c.BidStrategy = &canon.AdsBidStrategy{Type: d.one("MANUAL", "AUTOMATIC_PLACEMENTS")}
		for _, place := range []string{"HOME", "PRODUCT_PAGE", "OTHER", "TOP_OF_SEARCH"} {
			if d.some() {
				c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "PLACEMENT", Key: place, Percent: rapid.IntRange(-99, 900).Draw(d.T, "percent")})
			}
		}
		if d.some() {
			id := d.id()
			c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "AUDIENCE", Key: id, Percent: 12})
			ext["audienceSegmentTypes"] = []any{id + "=SPONSORED_ADS_AMC"}
		}
	}
	if len(ext) > 0 {
		c.Ext = ext
	}
	if d.some() {
		c.Tags = map[string]string{d.text(): d.text()}
	}
	return c
}

func (d draw) brandGroup() canon.AdsObject {
	g := &canon.AdsGroup{AdsCommon: d.common(), Channel: canon.SponsoredBrands, CampaignID: d.id()}
	g.Name = d.text()
	return g
}

// brandAd is an ad as it is read: what the ad says of its creative, the creative says too.
func (d draw) brandAd() canon.AdsObject {
	a := &canon.AdsAd{AdsCommon: d.common(), Channel: canon.SponsoredBrands, CampaignID: d.id(), GroupID: d.id(), AdType: "CAROUSEL"}
	a.Name = d.text()
	if d.some() {
		a.FinalURL, a.Ext = "https://www.amazon.de/example", map[string]any{"landingPageType": "PRODUCT_LIST", "landingPageAsins": []any{"B00EXAMPLE", "B01EXAMPLE"}}
	}
	a.Headline, a.Advertiser, a.Promoted = d.text(), "Example", []canon.PromotedRef{{ID: "B00EXAMPLE", Type: "ASIN"}}
	k := &canon.AdsCreative{Type: "ASSET_BASED", Title: a.Headline, Promoted: a.Promoted}
	form := d.one("PRODUCT_COLLECTION", "STORE_SPOTLIGHT", "VIDEO", "BRAND_VIDEO")
	data := `{"asins":["B00EXAMPLE"],"brandLogoAssetID":"amzn1.assetlibrary.asset1.logo","brandName":"Example","headline":` + string(quote(d.T, a.Headline)) + `,"subpages":[{"asin":"B00EXAMPLE"}],"type":"` + form + `"}`
	k.AssetIDs, k.Data = []string{"amzn1.assetlibrary.asset1.logo"}, []byte(data)
	if form == "VIDEO" || form == "BRAND_VIDEO" {
		a.AdType, k.Type = "VIDEO", "VIDEO"
	}
	if d.some() {
		k.Review = &canon.Review{Status: d.one("APPROVED", "PENDING", "REJECTED"), Version: "2"}
	}
	a.Creative, a.Review = k, k.Review
	return a
}

// clause is what targets of Sponsored Brands and Sponsored Display can both be besides keywords.
func (d draw) clause(t *canon.AdsTarget, types ...string) {
	t.CampaignID, t.GroupID, t.Level, t.Negative = d.id(), d.id(), "GROUP", d.some()
	if !t.Negative {
		t.Bid = d.maybeMoney()
	}
	switch t.Type = d.one(types...); t.Type {
	case "KEYWORD":
		t.MatchType, t.Keyword = d.one("BROAD", "EXACT", "PHRASE"), &canon.Keyword{Text: d.text()}
		if d.some() {
			t.Keyword.Locale, t.Keyword.NativeText = "de_DE", d.text()
		}
	case "PRODUCT":
		t.MatchType, t.Product = d.one("PRODUCT_EXACT", "PRODUCT_SIMILAR"), &canon.TargetProduct{ID: "B00EXAMPLE", Type: "ASIN"}
	case "PRODUCT_CATEGORY":
		t.Category = &canon.TargetCategory{ID: d.id(), Name: d.one("", "Shoes")}
		if d.some() {
			t.Category.Refinements = map[string]string{"brand": "77", "prime": d.one("true", "false"), "price_between": "10-20.5"}
		}
	case "THEME":
		t.MatchType = "THEME_SIMILAR_PRODUCT"
	case "AUDIENCE":
		t.Audience = &canon.TargetAudience{Kind: d.one("VIEWS", "PURCHASES", "AUDIENCE"), Lookback: rapid.IntRange(0, 365).Draw(d.T, "days")}
		if d.some() {
			t.Audience.ID = d.id()
		} else {
			t.Audience.About = `[{"type":"asinCategorySameAs","value":"7"},{"type":"negative"}]`
		}
	case "OTHER":
		t.Ext = map[string]any{"expression": []any{map[string]any{"type": "contentCategorySameAs", "value": d.text()}}}
	}
}

func (d draw) brandTarget() canon.AdsObject {
	t := &canon.AdsTarget{AdsCommon: d.single(), Channel: canon.SponsoredBrands}
	d.clause(t, "KEYWORD", "PRODUCT", "PRODUCT_CATEGORY")
	return t
}

// brandTheme has neither times nor what it does: Amazon tells none.
func (d draw) brandTheme() canon.AdsObject {
	t := &canon.AdsTarget{Channel: canon.SponsoredBrands, Type: "THEME", MatchType: "THEME_" + d.one("KEYWORDS_RELATED_TO_YOUR_BRAND", "KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES", "ANOTHER")}
	c := d.single()
	t.ID, t.Provider, t.OrganizationID, t.Status = c.ID, c.Provider, c.OrganizationID, c.Status
	t.CampaignID, t.GroupID, t.Level, t.Bid = d.id(), d.id(), "GROUP", d.money()
	return t
}

func (d draw) displayCampaign() canon.AdsObject {
	c := &canon.AdsCampaign{AdsCommon: d.single(), Channel: canon.SponsoredDisplay, CostType: d.one("CPC", "VCPM"), Timezone: "Europe/Berlin", StartDate: d.day()}
	c.Name, c.Ext = d.text(), map[string]any{"tactic": d.one("T00020", "T00030")}
	if d.some() {
		c.PortfolioID, c.EndDate = d.id(), d.day()
	}
	c.Budgets = []canon.AdsBudget{{Money: d.money(), Period: "DAILY", RuleAmount: d.maybeMoney()}}
	return c
}

func (d draw) displayGroup() canon.AdsObject {
	g := &canon.AdsGroup{
		AdsCommon: d.single(), Channel: canon.SponsoredDisplay, CampaignID: d.id(), DefaultBid: d.maybeMoney(), Type: d.one("", "IMAGE", "VIDEO"),
		OptimizationGoal: d.one("", "LINK_CLICKS", "CONVERSIONS", "REACH"),
	}
	g.Name = d.text()
	return g
}

func (d draw) displayAd() canon.AdsObject {
	a := &canon.AdsAd{AdsCommon: d.single(), Channel: canon.SponsoredDisplay, CampaignID: d.id(), GroupID: d.id(), AdType: "SHOPPING"}
	switch d.one("asin", "sku", "page") {
	case "asin":
		a.Promoted = []canon.PromotedRef{{ID: "B00EXAMPLE", Type: "ASIN"}}
	case "sku":
		a.Promoted = []canon.PromotedRef{{ID: d.text(), Type: "SKU"}, {ID: "B00EXAMPLE", Type: "ASIN"}}
	case "page":
		a.Name, a.FinalURL, a.Ext = d.text(), "https://www.amazon.de/stores/example", map[string]any{"landingPageType": "STORE"}
	}
	return a
}

func (d draw) displayTarget() canon.AdsObject {
	t := &canon.AdsTarget{AdsCommon: d.single(), Channel: canon.SponsoredDisplay}
	d.clause(t, "PRODUCT", "PRODUCT_CATEGORY", "THEME", "AUDIENCE", "OTHER")
	return t
}

// TestRoundTripsOfBrandsAndDisplay is TestRoundTrips for the other two ad products.
func TestRoundTripsOfBrandsAndDisplay(t *testing.T) {
	t.Parallel()
	p := ads.New()
	for name, thing := range map[string]func(draw) canon.AdsObject{
		"brand campaign": draw.brandCampaign, "brand group": draw.brandGroup, "brand ad": draw.brandAd, "brand target": draw.brandTarget, "brand theme": draw.brandTheme,
		"display campaign": draw.displayCampaign, "display group": draw.displayGroup, "display ad": draw.displayAd, "display target": draw.displayTarget,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				want := thing(draw{T: r})
				got, text, err := p.RoundTrip(berlin(), want)
				if err != nil {
					r.Fatalf("%v\n%s", err, asJSON(r, want))
				}
				if diff := cmp.Diff(asJSON(r, want), asJSON(r, got)); diff != "" {
					r.Fatalf("by %s (-want +got):\n%s", text, diff)
				}
			})
		})
	}
}

func quote(t *rapid.T, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
