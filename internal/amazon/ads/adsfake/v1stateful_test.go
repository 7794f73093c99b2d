package adsfake_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var adProducts = []string{"SPONSORED_PRODUCTS", "SPONSORED_BRANDS", "SPONSORED_DISPLAY"}

var v1Resources = []string{"campaigns", "adGroups", "ads", "targets"}

// A door is one collection of the older interfaces: another way to a part of what a resource of v1 has.
type door struct {
	product, resource string
	make              func(n int) (id string)               // empty where it is refused
	change            func(id, state string) (changed bool) // in v1's states
	list              func() map[string]string              // ids and states
}

// A house is a profile with a campaign and an ad group of every ad product, to which things are added through v1 and through the doors.
type house struct {
	t     *testing.T
	c     *caller
	home  map[string][2]string // campaign and ad group
	doors []door
	state map[string]map[string]string // "SPONSORED_BRANDS ads" to ids to states: what the successes said
}

func newHouse(t *testing.T) *house {
	s := start(t)
	s.turn("ads.page_size", "1000")
	h := &house{t: t, c: s.shop(), home: map[string][2]string{}, state: map[string]map[string]string{}}
	campaign, group := h.c.campaign(t, "both", "MANUAL")
	h.home["SPONSORED_PRODUCTS"] = [2]string{campaign, group}
	for _, product := range adProducts[1:] {
		campaign, group := h.c.v1Home(t, product, "both")
		h.home[product] = [2]string{campaign, group}
	}
	h.doors = slices.Concat(h.products(), h.brands(), h.display())
	for _, product := range adProducts {
		for _, resource := range v1Resources {
			h.state[product+" "+resource] = h.outside(product, resource)
		}
	}
	return h
}

// outside is what the doors of a resource tell, together.
func (h *house) outside(product, resource string) map[string]string {
	all := map[string]string{}
	for _, d := range h.doors {
		if d.product == product && d.resource == resource {
			maps.Copy(all, d.list())
		}
	}
	return all
}

// under makes doors of collections that speak as Sponsored Products do.
func (h *house) under(product, resource string, u under, made func(n int) *httptest.ResponseRecorder) door {
	return door{
		product, resource,
		func(n int) string {
			w := made(n)
			if len(u.result(h.t, w).Success) == 0 {
				return ""
			}
			return u.id(h.t, w, 0)
		},
		func(id, state string) bool {
			w := u.remove
			if state == "ARCHIVED" {
				return len(u.result(h.t, w(h.c, id)).Success) == 1
			}
			return len(u.result(h.t, u.put(h.c, fmt.Sprintf(`{%q:%q,"state":%q}`, u.key, id, state))).Success) == 1
		},
		func() map[string]string {
			all := map[string]string{}
			for token := ""; ; {
				page := read[map[string]json.RawMessage](h.t, u.find(h.c, fmt.Sprintf(`{"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]},"nextToken":%q}`, token)))
				for _, x := range read2[[]map[string]any](h.t, page[u.list]) {
					all[fmt.Sprint(x[u.key])] = fmt.Sprint(x["state"])
				}
				if page["nextToken"] == nil {
					return all
				}
				token = read2[string](h.t, page["nextToken"])
			}
		},
	}
}

func (h *house) products() []door {
	all := []door{h.under("SPONSORED_PRODUCTS", "campaigns", spCampaigns, func(n int) *httptest.ResponseRecorder {
		return spCampaigns.post(h.c, inner(item(fmt.Sprintf(`name:"older %d"`, n))))
	})}
	for _, u := range collections {
		resource := map[string]string{"adGroups": "adGroups", "productAds": "ads"}[u.list]
		if resource == "" {
			resource = "targets"
		}
		home := h.home["SPONSORED_PRODUCTS"]
		all = append(all, h.under("SPONSORED_PRODUCTS", resource, u, func(n int) *httptest.ResponseRecorder { return u.post(h.c, u.good(home[0], home[1], n)) }))
	}
	return all
}

// inner is the only item of a write.
func inner(body string) string {
	return strings.TrimSuffix(strings.TrimPrefix(body, `{"campaigns":[`), `]}`)
}

func (h *house) brands() []door {
	home := h.home["SPONSORED_BRANDS"]
	all := []door{
		h.under("SPONSORED_BRANDS", "campaigns", brands[0], func(n int) *httptest.ResponseRecorder {
			return brands[0].post(h.c, strings.ReplaceAll(brandCampaign, "#", fmt.Sprint("older ", n)))
		}),
		h.under("SPONSORED_BRANDS", "adGroups", brands[1], func(n int) *httptest.ResponseRecorder {
			return brands[1].post(h.c, fmt.Sprintf(`{"campaignId":%q,"name":"older %d","state":"ENABLED"}`, home[0], n))
		}),
		h.under("SPONSORED_BRANDS", "ads", brands[2], func(n int) *httptest.ResponseRecorder {
			return h.c.of(brands[2]).do("POST", "/sb/v4/ads/video", fmt.Sprintf(`{"ads":[{"adGroupId":%q,"name":"ad %d","state":"ENABLED","creative":{"asins":["B000000001"],"videoAssetIds":["a"]}}]}`, home[1], n))
		}),
	}
	in := fmt.Sprintf(`"campaignId":%s,"adGroupId":%s,"state":"enabled",`, home[0], home[1])
	targets := func(path, list string) door {
		d := h.array("SPONSORED_BRANDS", "targets", "/sb/"+path, "targetId", func(n int) string {
			return `{` + in + fmt.Sprintf(`"expressions":[{"type":"asinSameAs","value":"B00000000%d"}]}`, n)
		})
		d.list = func() map[string]string {
			page := read[map[string]json.RawMessage](h.t, h.c.plain().do("POST", "/sb/"+path+"/list", `{}`))
			return states(h.t, page[list], "targetId")
		}
		send := func(method, item, success string) string {
			w := h.c.plain().do(method, "/sb/"+path, `{"`+list+`":[`+item+`]}`)
			for _, done := range read2[[]map[string]json.RawMessage](h.t, read[map[string]json.RawMessage](h.t, w)[success]) {
				return string(done["targetId"])
			}
			return ""
		}
		d.make = func(n int) string {
			return send("POST", `{`+in+fmt.Sprintf(`"expressions":[{"type":"asinSameAs","value":"B00000000%d"}]}`, n), "createTargetSuccessResults")
		}
		d.change = func(id, state string) bool {
			return send("PUT", fmt.Sprintf(`{"targetId":%s,"state":%q}`, id, strings.ToLower(state)), "updateTargetSuccessResults") != ""
		}
		return d
	}
	return append(all,
		h.array("SPONSORED_BRANDS", "targets", "/sb/keywords", "keywordId", func(n int) string {
			return `{` + in + fmt.Sprintf(`"keywordText":"older %d","matchType":"broad"}`, n)
		}),
		h.array("SPONSORED_BRANDS", "targets", "/sb/negativeKeywords", "keywordId", func(n int) string {
			return `{` + in + fmt.Sprintf(`"keywordText":"older %d","matchType":"negativeExact"}`, n)
		}),
		targets("targets", "targets"), targets("negativeTargets", "negativeTargets"), h.themes())
}

// themes is the door of themes, which name their ad group in every change; there are two of them in a group at most.
func (h *house) themes() door {
	group := h.home["SPONSORED_BRANDS"][1]
	home := map[string]string{}
	send := func(method, item string) string {
		done := read[struct{ Success []map[string]any }](h.t, h.c.plain().do(method, "/sb/themes", `{"themes":[`+item+`]}`)).Success
		if len(done) == 0 {
			return ""
		}
		return fmt.Sprint(done[0]["themeId"])
	}
	return door{
		"SPONSORED_BRANDS", "targets",
		func(n int) string {
			return send("POST", fmt.Sprintf(`{"adGroupId":%q,"themeType":%q,"bid":0.8}`, group, []string{"KEYWORDS_RELATED_TO_YOUR_BRAND", "KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES"}[n%2]))
		},
		func(id, state string) bool {
			return send("PUT", fmt.Sprintf(`{"themeId":%q,"adGroupId":%q,"state":%q}`, id, home[id], strings.ToLower(state))) != ""
		},
		func() map[string]string {
			all := map[string]string{}
			for token := ""; ; {
				page := read[struct {
					Themes    []map[string]any
					NextToken string
				}](h.t, h.c.plain().do("POST", "/sb/themes/list", fmt.Sprintf(`{"maxResults":2,"stateFilter":{"include":["enabled","paused","archived"]},"nextToken":%q}`, token)))
				for _, x := range page.Themes {
					id := fmt.Sprint(x["themeId"])
					all[id], home[id] = strings.ToUpper(fmt.Sprint(x["state"])), fmt.Sprint(x["adGroupId"])
				}
				if token = page.NextToken; token == "" {
					return all
				}
			}
		},
	}
}

// array makes a door of a collection of the oldest dialect.
func (h *house) array(product, resource, path, key string, item func(n int) string) door {
	send := func(method, item string) string {
		done := read[[]map[string]json.RawMessage](h.t, h.c.plain().do(method, path, "["+item+"]"))[0]
		if string(done["code"]) != `"SUCCESS"` {
			return ""
		}
		return string(done[key])
	}
	return door{
		product, resource, func(n int) string { return send("POST", item(n)) },
		func(id, state string) bool {
			return send("PUT", fmt.Sprintf(`{%q:%s,"state":%q}`, key, id, strings.ToLower(state))) != ""
		},
		func() map[string]string { return states(h.t, h.c.plain().get(path).Body.Bytes(), key) },
	}
}

// states reads a list of the oldest dialect.
func states(t *testing.T, list json.RawMessage, key string) map[string]string {
	all := map[string]string{}
	for _, x := range read2[[]map[string]json.RawMessage](t, list) {
		all[string(x[key])] = strings.ToUpper(read2[string](t, x["state"]))
	}
	return all
}

func (h *house) display() []door {
	home := h.home["SPONSORED_DISPLAY"]
	in := fmt.Sprintf(`"campaignId":%s,"adGroupId":%s,"state":"enabled",`, home[0], home[1])
	expression := func(n int) string {
		return `{` + in + fmt.Sprintf(`"expressionType":"manual","expression":[{"type":"asinSameAs","value":"B00000000%d"}]}`, n)
	}
	return []door{
		h.array("SPONSORED_DISPLAY", "campaigns", "/sd/campaigns", "campaignId", func(n int) string {
			return fmt.Sprintf(`{"name":"older %d","tactic":"T00030","state":"enabled","budget":9}`, n)
		}),
		h.array("SPONSORED_DISPLAY", "adGroups", "/sd/adGroups", "adGroupId", func(n int) string {
			return fmt.Sprintf(`{"name":"older %d","campaignId":%s,"state":"enabled"}`, n, home[0])
		}),
		h.array("SPONSORED_DISPLAY", "ads", "/sd/productAds", "adId", func(n int) string { return `{` + in + fmt.Sprintf(`"sku":"S%d"}`, n) }),
		h.array("SPONSORED_DISPLAY", "targets", "/sd/targets", "targetId", expression),
		h.array("SPONSORED_DISPLAY", "targets", "/sd/negativeTargets", "targetId", expression),
	}
}

// v1Make adds something through v1; what is refused adds nothing.
func (h *house) v1Make(rt *rapid.T) {
	product, n := rapid.SampledFrom(adProducts).Draw(rt, "product"), rapid.IntRange(1, 6).Draw(rt, "n")
	home := h.home[product]
	item := v1Item{"campaigns", v1Campaign("made #"), "", ""}
	if product != adProducts[0] {
		item = rapid.SampledFrom(v1Items(product, home[0], home[1])).Draw(rt, "item")
	} else if resource := rapid.SampledFrom(v1Resources).Draw(rt, "resource"); resource != "campaigns" {
		in := `"adProduct":"SPONSORED_PRODUCTS","state":"ENABLED","adGroupId":"` + home[1] + `",`
		item = v1Item{resource, map[string]string{
			"adGroups": `{"adProduct":"SPONSORED_PRODUCTS","state":"ENABLED","campaignId":"` + home[0] + `","name":"g#","bid":{"defaultBid":0.5}}`,
			"ads":      `{` + in + `"adType":"PRODUCT_AD","creative":{"productCreative":{"productCreativeSettings":{"advertisedProduct":{"productIdType":"SKU","productId":"S#"}}}}}`,
			"targets":  `{` + in + fmt.Sprintf(`"negative":%v,"targetType":"KEYWORD","targetDetails":{"keywordTarget":{"keyword":"word #","matchType":"BROAD"}}}`, n%2 == 0),
		}[resource], "", ""}
	}
	one := strings.TrimSuffix(item.resource, "s")
	w := h.c.v1("create", item.resource, `{"`+item.resource+`":[`+item.called(fmt.Sprint(n)).body+`]}`)
	if r := read[v1Result](h.t, w); len(r.Success) == 1 {
		h.state[product+" "+item.resource][read2[map[string]any](h.t, r.Success[0][one])[one+"Id"].(string)] = "ENABLED"
	}
}

// change changes the state of something, through v1 or through the door that has it.
func (h *house) change(rt *rapid.T, outside bool) {
	product, resource := rapid.SampledFrom(adProducts).Draw(rt, "product"), rapid.SampledFrom(v1Resources).Draw(rt, "resource")
	known := h.state[product+" "+resource]
	id, next := rapid.SampledFrom(slices.Sorted(maps.Keys(known))).Draw(rt, "id"), rapid.SampledFrom([]string{"ENABLED", "PAUSED", "ARCHIVED"}).Draw(rt, "state")
	changed := false
	if outside {
		for _, d := range h.doors {
			if d.product == product && d.resource == resource && d.list()[id] != "" {
				changed = d.change(id, next)
			}
		}
	} else {
		key := strings.TrimSuffix(resource, "s") + "Id"
		verb, body := "update", fmt.Sprintf(`{%q:[{%q:%q,"state":%q}]}`, resource, key, id, next)
		if next == "ARCHIVED" {
			verb, body = "delete", `{"`+key+`s":["`+id+`"]}`
		}
		changed = len(read[v1Result](h.t, h.c.v1(verb, resource, body)).Success) == 1
	}
	if changed && known[id] == "ARCHIVED" {
		rt.Fatalf("%s %s %s came back", product, resource, id)
	}
	if changed {
		known[id] = next
	}
}

// pages goes through a query, in pages of a size.
func (h *house) pages(rt *rapid.T, product, resource string, size int) (ids []string, state map[string]string) {
	state = map[string]string{}
	for token := ""; ; {
		w := h.c.v1("query", resource, fmt.Sprintf(`{"adProductFilter":{"include":[%q]},"stateFilter":{"include":["ENABLED","PAUSED","ARCHIVED"]},"maxResults":%d,"nextToken":%q}`, product, size, token))
		page := read[map[string]json.RawMessage](h.t, w)
		items := read2[[]map[string]any](h.t, page[resource])
		if len(items) > size {
			rt.Fatalf("%d on a page of %d", len(items), size)
		}
		for _, x := range items {
			id := x[strings.TrimSuffix(resource, "s")+"Id"].(string)
			ids, state[id] = append(ids, id), x["state"].(string)
		}
		if page["nextToken"] == nil {
			return ids, state
		}
		token = read2[string](h.t, page["nextToken"])
	}
}

// TestAnyWritesThroughBoth is the property that after any sequence of writes to the three ad products, through v1 and through the interfaces before
// it, both tell the same things, in the same states, once each and in order, whatever the size of the pages; and that what is archived stays so.
func TestAnyWritesThroughBoth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t)
		rt.Repeat(map[string]func(*rapid.T){
			"v1 create":    h.v1Make,
			"v1 change":    func(rt *rapid.T) { h.change(rt, false) },
			"older change": func(rt *rapid.T) { h.change(rt, true) },
			"older create": func(rt *rapid.T) {
				d := rapid.SampledFrom(h.doors).Draw(rt, "door")
				if id := d.make(rapid.IntRange(1, 6).Draw(rt, "n")); id != "" {
					h.state[d.product+" "+d.resource][id] = "ENABLED"
				}
			},
			"": func(rt *rapid.T) {
				product, resource := rapid.SampledFrom(adProducts).Draw(rt, "product"), rapid.SampledFrom(v1Resources).Draw(rt, "resource")
				want := h.state[product+" "+resource]
				ids, got := h.pages(rt, product, resource, rapid.IntRange(5, 60).Draw(rt, "page"))
				if len(ids) != len(got) || !maps.Equal(got, want) {
					rt.Fatalf("%s %s: pages give %d, %d of them different:\n%s", product, resource, len(ids), len(got), cmp.Diff(want, got))
				}
				if rapid.IntRange(0, 3).Draw(rt, "outside") > 0 {
					return
				}
				if diff := cmp.Diff(want, h.outside(product, resource)); diff != "" {
					rt.Fatalf("%s %s through the doors:\n%s", product, resource, diff)
				}
				if whole, _ := h.pages(rt, product, resource, 1000); !slices.Equal(ids, whole) {
					rt.Fatalf("%s %s: the order depends on the page", product, resource)
				}
			},
		})
	})
}
