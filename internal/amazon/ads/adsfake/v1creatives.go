package adsfake

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// v1AssetVersion is the version that all assets have: v4 knows assets by their ids alone.
const v1AssetVersion = "version_v1"

// A v1Format is one form of creative of Sponsored Brands: what v1 calls it, and v4.
type v1Format struct {
	settings string // "productVideoSettings"
	kind     string // of v4
	needs    []string
	pages    map[string]string // types of landing pages in v1's words, and v4's
	page     string            // in v1's words, where v4 says none
}

var v1Formats = []v1Format{
	{
		"productCollectionSettings", "PRODUCT_COLLECTION",
		[]string{"brand", "brandLogos", "customImages", "headlines", "landingPage"},
		map[string]string{"ASIN_LIST": "PRODUCT_LIST", "CUSTOM_URL": "CUSTOM_URL", "STORE": "STORE"},
		"ASIN_LIST",
	},
	{"productVideoSettings", "VIDEO", []string{"videos"}, map[string]string{"DETAIL_PAGE": "DETAIL_PAGE", "STORE": "STORE"}, "DETAIL_PAGE"},
	{"storeSpotlightSettings", "STORE_SPOTLIGHT", []string{"brand", "brandLogos", "cards", "headlines", "landingPage"}, map[string]string{"STORE": "STORE"}, "STORE"},
}

// creative carries the creative of an ad of Sponsored Brands, and where the ad leads.
func (t *translation) creative() {
	t.home()
	raw := seek(t.in, "creative.componentCreative")
	if raw == nil {
		if t.create {
			t.fail(missing(t.at + ".creative.componentCreative"))
		}
		return
	}
	var component object
	_ = json.Unmarshal(raw, &component) // what is no object has no settings
	for _, f := range v1Formats {
		if component.has(f.settings) {
			t.formed(f, v1Component+f.settings+".")
			return
		}
	}
	var allowed []string
	for _, f := range v1Formats {
		allowed = append(allowed, f.settings)
	}
	e := notInEnum(t.at+".creative.componentCreative", "", allowed)
	if len(component) > 0 {
		e = itemError{kind: "otherError", reason: "FEATURE_NOT_AVAILABLE", message: "There are no creatives of this form here", at: e.at, trigger: slices.Sorted(maps.Keys(component))[0]}
	}
	t.fail(e)
}

func (t *translation) formed(f v1Format, at string) {
	for _, key := range f.needs {
		if seek(t.in, at+key) == nil {
			t.fail(missing(t.at + "." + at + key))
		}
	}
	if logo := at + "brandLogos[0].assetId"; slices.Contains(f.needs, "brandLogos") && seek(t.in, at+"brandLogos") != nil && t.string(logo) == "" {
		t.fail(missing(t.at + "." + logo)) // at least one is wanted, and v4 would take none
	}
	out := map[string]any{"type": f.kind}
	for _, s := range []struct{ v1, v4 string }{{"brand", "brandName"}, {"brandLogos[0].assetId", "brandLogoAssetID"}, {"headlines[0]", "headline"}} {
		raw := seek(t.in, at+s.v1)
		if s.v1 == "headlines[0]" {
			raw = first(raw)
		}
		if raw != nil {
			out[s.v4] = raw
		}
	}
	if f.kind == "VIDEO" && (out["brandName"] != nil || out["brandLogoAssetID"] != nil) {
		out["type"] = "BRAND_VIDEO"
	}
	if ids := t.products(at + "products"); ids != nil {
		out["asins"] = ids
	}
	if videos := t.each(at+"videos", "assetId"); videos != nil {
		out["videoAssetIds"] = videos
	}
	if images := t.each(at+"customImages", "assetId"); images != nil {
		list := []map[string]any{}
		for _, id := range images {
			list = append(list, map[string]any{"assetId": id})
		}
		out["customImages"] = list
	}
	if raw := seek(t.in, at+"cards"); raw != nil {
		out["subpages"] = t.cards(at+"cards", raw)
	}
	t.put("creative", out)
	t.landing(f, at+"landingPage.")
}

// landing carries where an ad leads.
func (t *translation) landing(f v1Format, at string) {
	kind := t.string(at + "landingPageType")
	if seek(t.in, at[:len(at)-1]) == nil {
		return
	}
	if f.pages[kind] == "" {
		t.fail(notInEnum(t.at+"."+at+"landingPageType", kind, slices.Sorted(maps.Keys(f.pages))))
		return
	}
	page := map[string]any{"pageType": f.pages[kind]}
	if raw := seek(t.in, at+"landingPageUrl"); raw != nil {
		page["url"] = raw
	}
	if raw := seek(t.in, at+"landingPageAsins.asins"); raw != nil {
		page["asins"] = raw
	}
	t.put("landingPage", page)
}

// first is the first element of a list.
func first(raw json.RawMessage) json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil
	}
	return list[0]
}

// each is one value of every object in a list; nil where there is no list.
func (t *translation) each(path, key string) []json.RawMessage {
	raw := seek(t.in, path)
	if raw == nil {
		return nil
	}
	list, ok := t.objects(&v1Rule{v1: path}, raw)
	if !ok {
		return nil
	}
	all := []json.RawMessage{}
	for i, o := range list {
		if !o.has(key) {
			t.fail(missing(t.at + "." + path + "[" + strconv.Itoa(i) + "]." + key))
			continue
		}
		all = append(all, o[key])
	}
	return all
}

// products are the ASINs in a list of products; creatives of v4 know no SKUs.
func (t *translation) products(path string) []json.RawMessage {
	for i, kind := range t.each(path, "productIdType") {
		if scalar(kind) != "ASIN" {
			t.fail(notInEnum(t.at+"."+path+"["+strconv.Itoa(i)+"].productIdType", plainText(kind), []string{"ASIN"}))
		}
	}
	return t.each(path, "productId")
}

// cards are the pages that a spotlight shows.
func (t *translation) cards(path string, raw json.RawMessage) []map[string]any {
	list, ok := t.objects(&v1Rule{v1: path}, raw)
	if !ok {
		return nil
	}
	all := []map[string]any{}
	for _, o := range list {
		card := map[string]any{}
		for _, s := range []struct{ v1, v4 string }{{"headline", "pageTitle"}, {"products.productId", "asin"}, {"landingPage.landingPageUrl", "url"}} {
			if raw := seek(o, s.v1); raw != nil {
				card[s.v4] = raw
			}
		}
		all = append(all, card)
	}
	return all
}

// tellCreative writes the creative of an ad of Sponsored Brands. What v4 did not say of what v1 always has is an empty list.
func tellCreative(n *nest, _ *prospect, t *thing) {
	var c struct {
		Type, BrandName, BrandLogoAssetID, Headline string
		ASINs, VideoAssetIDs                        []string
		CustomImages                                []struct{ AssetID string }
		Subpages                                    []struct{ PageTitle, ASIN, URL string }
	}
	var page struct {
		PageType, URL string
		ASINs         []string
	}
	_ = json.Unmarshal(t.raw("creative"), &c)       // what is otherwise than v4 has it is not told
	_ = json.Unmarshal(t.raw("landingPage"), &page) // neither
	f := v1Formats[0]
	for _, other := range v1Formats {
		if other.kind == c.Type || other.kind == "VIDEO" && c.Type == "BRAND_VIDEO" {
			f = other
		}
	}
	at := v1Component + f.settings + "."
	text := func(key, value string) {
		if value != "" || slices.Contains(f.needs, key) {
			n.text(at+key, value)
		}
	}
	list := func(key string, all []any) {
		if len(all) > 0 || slices.Contains(f.needs, key) {
			n.raw(at+key, mustJSON(all))
		}
	}
	text("brand", c.BrandName)
	list("brandLogos", assets(c.BrandLogoAssetID))
	list("headlines", oneText(c.Headline))
	products, images, cards := []any{}, []any{}, []any{}
	for _, asin := range c.ASINs {
		products = append(products, v1ProductOf(asin, ""))
	}
	for _, i := range c.CustomImages {
		images = append(images, assets(i.AssetID)...)
	}
	for _, s := range c.Subpages {
		cards = append(cards, map[string]any{"headline": s.PageTitle, "products": v1ProductOf(s.ASIN, ""), "landingPage": map[string]string{"landingPageType": "STORE", "landingPageUrl": s.URL}})
	}
	if f.kind != "STORE_SPOTLIGHT" {
		list("products", products)
	}
	list("customImages", images)
	list("cards", cards)
	if f.kind == "VIDEO" {
		list("videos", assets(c.VideoAssetIDs...))
		list("untranslatedVideos", assets(c.VideoAssetIDs...))
	}
	kind := f.page
	for v1, v4 := range f.pages {
		if v4 == page.PageType {
			kind = v1
		}
	}
	n.text(at+"landingPage.landingPageType", kind)
	if page.URL != "" || f.kind == "STORE_SPOTLIGHT" {
		n.text(at+"landingPage.landingPageUrl", page.URL)
	}
	if len(page.ASINs) > 0 && f.kind == "PRODUCT_COLLECTION" {
		n.raw(at+"landingPage.landingPageAsins.asins", mustJSON(page.ASINs))
	}
}

// assets are assets of the library, without those that have no id.
func assets(ids ...string) []any {
	all := []any{}
	for _, id := range ids {
		if id != "" {
			all = append(all, map[string]string{"assetId": id, "assetVersion": v1AssetVersion})
		}
	}
	return all
}

func oneText(s string) []any {
	if s == "" {
		return []any{}
	}
	return []any{s}
}
