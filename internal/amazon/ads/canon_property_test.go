package ads_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// berlin is an account whose days are no days of UTC.
func berlin() canon.Account {
	return canon.Account{ID: "4711", Region: canon.EU, Country: "DE", Currency: "EUR", Timezone: "Europe/Berlin"}
}

// A draw makes objects of the model at random: whatever the model holds that the wire has a word for.
type draw struct {
	*rapid.T
	wire ads.Wire
}

func (d draw) one(of ...string) string { return rapid.SampledFrom(of).Draw(d.T, "one") }
func (d draw) some() bool              { return rapid.Bool().Draw(d.T, "some") }
func (d draw) text() string {
	return rapid.StringMatching(`[A-Za-z0-9 äß"\\/<&-]{1,20}`).Draw(d.T, "text")
}

func (d draw) id() string { return rapid.StringMatching(`[1-9][0-9]{5,18}`).Draw(d.T, "id") }

func (d draw) money() *canon.Money {
	return &canon.Money{Micros: rapid.Int64Range(1, 1<<62).Draw(d.T, "micros"), Currency: "EUR"}
}

func (d draw) maybeMoney() *canon.Money {
	if d.some() {
		return nil
	}
	return d.money()
}

func (d draw) day() canon.Day {
	return canon.Day("2026-01-01").Add(rapid.IntRange(0, 4000).Draw(d.T, "days"))
}

func (d draw) time() time.Time {
	return time.UnixMilli(rapid.Int64Range(1.5e12, 2e12).Draw(d.T, "ms")).UTC()
}

func (d draw) common() canon.AdsCommon {
	c := canon.AdsCommon{ID: d.id(), Provider: "amazon", OrganizationID: "4711", CreatedAt: d.time(), UpdatedAt: d.time()}
	c.Status = rapid.SampledFrom([]canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusArchived}).Draw(d.T, "status")
	for _, e := range []struct {
		is      canon.AdsEffective
		reasons []string
	}{
		{canon.EffectiveServing, nil},
		{canon.EffectivePaused, []string{"CAMPAIGN_PAUSED"}},
		{canon.EffectiveOutOfBudget, []string{"CAMPAIGN_OUT_OF_BUDGET", "AD_GROUP_PAUSED"}},
		{canon.EffectiveEnded, []string{"CAMPAIGN_END_DATE_REACHED"}},
		{canon.EffectivePending, []string{"CAMPAIGN_PENDING_START_DATE"}},
		{canon.EffectiveNotEligible, []string{"NOT_IN_BUYBOX"}},
	} {
		if c.EffectiveStatus, c.EffectiveReasons = e.is, e.reasons; d.some() {
			break
		}
	}
	return c
}

func (d draw) campaign() canon.AdsObject {
	c := &canon.AdsCampaign{AdsCommon: d.common(), Channel: canon.SponsoredProducts, TargetingMode: d.one("AUTO", "MANUAL"), CostType: "CPC", StartDate: d.day(), Timezone: "Europe/Berlin"}
	c.Name = d.text()
	if d.some() {
		c.PortfolioID, c.EndDate = d.id(), d.day()
	}
	c.Budgets = []canon.AdsBudget{{Money: d.money(), Period: "DAILY", RuleAmount: d.maybeMoney()}}
	if b := &c.Budgets[0]; b.RuleAmount != nil && *b.RuleAmount == *b.Money {
		b.RuleAmount = nil // a rule that changes nothing is not told of
	}
	if d.some() {
		c.BidStrategy = &canon.AdsBidStrategy{Type: d.one("DOWN_ONLY", "UP_AND_DOWN", "MANUAL", "RULE_BASED")}
		for _, place := range []string{"TOP_OF_SEARCH", "PRODUCT_PAGE", "REST_OF_SEARCH", "SITE_AMAZON_BUSINESS"} {
			if d.some() {
				c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "PLACEMENT", Key: place, Percent: rapid.IntRange(0, 900).Draw(d.T, "percent")})
			}
		}
	}
	ext := map[string]any{}
	if d.some() {
		ext["siteRestrictions"], ext["autoManageCampaign"] = []any{"AMAZON_BUSINESS"}, d.some()
	}
	if d.some() {
		ext["offAmazonBudgetControlStrategy"] = "MINIMIZE_SPEND"
	}
	if d.some() && c.BidStrategy != nil {
		id := d.id()
		c.BidAdjustments = append(c.BidAdjustments, canon.AdsBidAdjustment{Dimension: "AUDIENCE", Key: id, Percent: 12})
		if d.wire == ads.V3 {
			ext["audienceSegmentTypes"] = []any{id + "=SPONSORED_ADS_AMC"}
		}
	}
	if len(ext) > 0 {
		c.Ext = ext
	}
	if d.some() {
		c.Tags = map[string]string{d.text(): d.text(), "team": "eu"}
	}
	return c
}

func (d draw) group() canon.AdsObject {
	g := &canon.AdsGroup{AdsCommon: d.common(), Channel: canon.SponsoredProducts, CampaignID: d.id(), DefaultBid: d.money()}
	g.Name = d.text()
	return g
}

func (d draw) ad() canon.AdsObject {
	a := &canon.AdsAd{AdsCommon: d.common(), Channel: canon.SponsoredProducts, CampaignID: d.id(), GroupID: d.id(), AdType: "SHOPPING"}
	if a.Promoted = []canon.PromotedRef{{ID: "B00EXAMPLE", Type: "ASIN"}}; d.some() {
		a.Promoted = []canon.PromotedRef{{ID: d.text(), Type: "SKU"}, {ID: "B00EXAMPLE", Type: "ASIN"}}
	}
	if d.some() {
		a.Headline = d.text()
	}
	if d.some() && d.wire == ads.V3 {
		a.Ext = map[string]any{"catalogSourceCountryCode": "FR"}
	}
	return a
}

func (d draw) target() canon.AdsObject {
	t := &canon.AdsTarget{AdsCommon: d.common(), Channel: canon.SponsoredProducts, CampaignID: d.id(), GroupID: d.id(), Level: "GROUP", Negative: d.some()}
	if !t.Negative {
		t.Bid = d.maybeMoney()
	} else if d.some() {
		t.GroupID, t.Level = "", "CAMPAIGN"
	}
	switch t.Type = d.one("KEYWORD", "PRODUCT", "PRODUCT_CATEGORY", "THEME"); t.Type {
	case "KEYWORD":
		t.MatchType, t.Keyword = d.one("BROAD", "EXACT", "PHRASE"), &canon.Keyword{Text: d.text()}
		if d.some() {
			t.Keyword.Locale, t.Keyword.NativeText = "de_DE", d.text()
		}
	case "PRODUCT":
		t.MatchType, t.Product = d.one("PRODUCT_EXACT", "PRODUCT_SIMILAR"), &canon.TargetProduct{ID: "B00EXAMPLE", Type: "ASIN"}
	case "PRODUCT_CATEGORY":
		t.Category = &canon.TargetCategory{ID: d.id()}
		if d.some() {
			t.Category.Name = "Shoes"
		}
		for key, values := range map[string][]string{
			"brand": {"77"}, "genre": {"8"}, "age": {"9"}, "prime": {"true", "false"}, "price_between": {"10-20.5"}, "rating_greater_than": {"4"}, "rating_less_than": {"4.5"},
		} {
			if key == "rating_less_than" && t.Category.Refinements["rating_greater_than"] != "" || key == "rating_greater_than" && t.Category.Refinements["rating_less_than"] != "" {
				continue
			}
			if d.some() {
				if t.Category.Refinements == nil {
					t.Category.Refinements = map[string]string{}
				}
				t.Category.Refinements[key] = d.one(values...)
			}
		}
	case "THEME":
		t.MatchType = d.one("THEME_CLOSE_MATCH", "THEME_LOOSE_MATCH", "THEME_SUBSTITUTES", "THEME_COMPLEMENTS")
	}
	return t
}

// TestRoundTrips holds that canon to wire to canon loses nothing that the model holds, by v1 and by v3, and that money and ids come back to
// the last digit.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	for _, wire := range []ads.Wire{ads.V1, ads.V3} {
		p := ads.New().Speaking(wire)
		for name, thing := range map[string]func(draw) canon.AdsObject{"campaign": draw.campaign, "group": draw.group, "ad": draw.ad, "target": draw.target} {
			t.Run(string(wire)+" "+name, func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(r *rapid.T) {
					want := thing(draw{r, wire})
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
}

func asJSON(t rapid.TB, o canon.AdsObject) map[string]any {
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
