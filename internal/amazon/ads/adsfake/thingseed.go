package adsfake

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// seedThings gives a profile its Sponsored Brands and Sponsored Display: two campaigns of each with an ad group, ads, and keywords or targets. They come
// after all else, so that what was there before them keeps its ids.
func (f *fake) seedThings(p *profile, s seeded, began time.Time) {
	if s.campaigns == 0 || s.kind == "agency" {
		return
	}
	p.change(began, func(b *batch) {
		for n := range 2 {
			f.seedBrand(b, n)
			f.seedDisplay(b, n)
		}
	})
}

// seedThemes gives each ad group of Sponsored Brands a theme. They come after the things of all profiles, so that those keep their ids.
func (f *fake) seedThemes(p *profile, began time.Time) {
	groups, campaigns := p.things[sbGroups].all(), p.things[sbCampaigns].all()
	if len(groups) == 0 {
		return
	}
	p.change(began, func(b *batch) {
		for n, g := range groups {
			f.seedThing(b, sbThemes, campaigns[g.campaignAt], g, [2]int{g.campaignAt, n}, pair{"themeType": brandThemes[n%2], "bid": p.seedBid(2)})
		}
	})
}

// seedThing adds one thing whose fields are given by their keys.
func (f *fake) seedThing(b *batch, n int, campaign, group *thing, places [2]int, fields map[string]any) (*thing, int) {
	k := f.kinds[n]
	made := b.now.Add(-110 * 24 * time.Hour).Truncate(time.Second)
	t := &thing{kind: k, values: make([]json.RawMessage, len(k.fields)), head: head{state: enabled, created: made, updated: made.Add(time.Hour)}}
	if campaign != nil {
		t.campaign, t.campaignAt = campaign.id, places[0]
	}
	if group != nil {
		t.group, t.groupAt = group.id, places[1]
	}
	for i, field := range k.fields {
		if v, ok := fields[field.key]; ok {
			text, err := json.Marshal(v)
			if err != nil {
				panic("adsfake: a seeded value is no JSON: " + err.Error())
			}
			t.values[i] = text
		} else if field.shown != "" {
			t.values[i] = json.RawMessage(field.shown)
		} else if field.key == "startDate" {
			t.values[i] = appendString(nil, made.In(b.p.location).Format(k.layout()))
		}
	}
	for _, key := range []string{"name", "keywordText"} {
		if k.at(key) >= 0 {
			t.name = t.text(key)
		}
	}
	if fields["state"] == paused {
		t.state = paused
		t.until(b.p, b.now.Add(-9*24*time.Hour))
	}
	return t, f.addThing(b, t)
}

type pair map[string]any

func (f *fake) seedBrand(b *batch, n int) {
	p, ware := b.p, wares[(n+len(b.p.name))%8]
	state := [...]string{enabled, paused}[n]
	c, at := f.seedThing(b, sbCampaigns, nil, nil, [2]int{}, pair{
		"name": fmt.Sprintf("%s %s brand story %d", p.country.code, ware, n+1), "budget": max(p.country.minBudget, 10) * float64(2+n), "budgetType": "DAILY",
		"brandEntityId": p.entity, "state": state, "goal": "PAGE_VISIT",
		"bidding": pair{"bidOptimization": true, "bidAdjustmentsByPlacement": []pair{{"placement": "HOME", "percentage": 20}}},
	})
	g, groupAt := f.seedThing(b, sbGroups, c, nil, [2]int{at}, pair{"name": ware + " brand group"})
	places := [2]int{at, groupAt}
	for i := range 2 {
		creative := pair{"type": "PRODUCT_COLLECTION", "asins": []string{f.asinOf(p, "brand "+ware), f.asinOf(p, "brand two "+ware), f.asinOf(p, "brand three "+ware)}, "headline": "Find your " + ware, "brandName": "Example"}
		creative["brandLogoAssetID"], creative["customImages"] = f.assetID(p, "logo"), []pair{{"assetId": f.assetID(p, "image")}}
		page := "PRODUCT_LIST"
		if i == 1 {
			page = "DETAIL_PAGE"
			creative = pair{"type": "VIDEO", "asins": []string{f.asinOf(p, "brand "+ware)}, "videoAssetIds": []string{f.assetID(p, "film")}}
		}
		f.seedThing(b, sbAds, c, g, places, pair{"name": fmt.Sprintf("%s brand ad %d", ware, i+1), "creative": creative, "landingPage": pair{"pageType": page}})
	}
	for i := range 4 {
		f.seedThing(b, sbKeywords, c, g, places, pair{"keywordText": qualities[i] + " " + strings.ToLower(ware), "matchType": lowerMatches[i%3], "bid": p.seedBid(i)})
	}
	f.seedThing(b, sbNegativeKeywords, c, g, places, pair{"keywordText": unwanted[n] + " " + strings.ToLower(ware), "matchType": "negativeExact"})
	f.seedThing(b, sbTargets, c, g, places, pair{"expressions": []pair{{"type": "asinSameAs", "value": f.asinOf(p, "brand target "+ware)}}, "bid": p.seedBid(3)})
	f.seedThing(b, sbNegativeTargets, c, g, places, pair{"expressions": []pair{{"type": "asinBrandSameAs", "value": strconv.Itoa(2000 + n)}}})
}

func (f *fake) seedDisplay(b *batch, n int) {
	p, ware := b.p, wares[(n+3+len(b.p.name))%8]
	c, at := f.seedThing(b, sdCampaigns, nil, nil, [2]int{}, pair{
		"name": fmt.Sprintf("%s %s display %d", p.country.code, ware, n+1), "tactic": [...]string{"T00020", "T00030"}[n], "budget": max(p.country.minBudget, 10) * float64(1+n),
		"costType": [...]string{"cpc", "vcpm"}[n],
	})
	g, groupAt := f.seedThing(b, sdGroups, c, nil, [2]int{at}, pair{"name": ware + " display group", "defaultBid": p.seedBid(n), "bidOptimization": [...]string{"clicks", "reach"}[n]})
	places := [2]int{at, groupAt}
	for i := range 2 {
		product := pair{"asin": f.asinOf(p, fmt.Sprintf("display %s %d", ware, i))}
		if p.kind == "seller" {
			product = pair{"sku": fmt.Sprintf("%s-D%d-%d", ware, n, i), "asin": f.asinOf(p, fmt.Sprintf("%s-D%d-%d", ware, n, i))}
		}
		f.seedThing(b, sdAds, c, g, places, product)
	}
	expressions := [][]pair{{{"type": "asinCategorySameAs", "value": "22000"}}, {{"type": "asinSameAs", "value": f.asinOf(p, "display target "+ware)}}}
	if n == 1 {
		expressions = [][]pair{{{"type": "views", "value": []pair{{"type": "similarProduct"}, {"type": "lookback", "value": "30"}}}}, {{"type": "purchases", "value": []pair{{"type": "exactProduct"}, {"type": "lookback", "value": "60"}}}}}
	}
	for i, e := range expressions {
		f.seedThing(b, sdTargets, c, g, places, pair{"expressionType": "manual", "expression": e, "bid": p.seedBid(i)})
	}
	f.seedThing(b, sdNegativeTargets, c, g, places, pair{"expressionType": "manual", "expression": []pair{{"type": "asinBrandSameAs", "value": strconv.Itoa(3000 + n)}}})
}
