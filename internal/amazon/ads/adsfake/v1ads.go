package adsfake

import (
	"encoding/json"
	"slices"
	"strings"
)

// Where the product of a product ad is in v1, and the parts of a responsive one.
const (
	v1ProductAd  = "creative.productCreative.productCreativeSettings."
	v1Advertised = v1ProductAd + "advertisedProduct."
	v1Component  = "creative.componentCreative."
	v1Responsive = v1Component + "responsiveEcommerceSettings."
	v1Promoted   = v1Responsive + "products[0]."
	v1Assets     = v1Component + "assetBasedCreativeSettings."
)

// adShapes are ads.
func adShapes(f *fake) []*v1Shape {
	top := func(numeric bool) []v1Rule {
		return []v1Rule{
			stateRule(numeric),
			{v1: "adGroupId", v3: "adGroupId", once: true, need: true},
			{v1: "campaignId", v3: "campaignId", once: true},
			{v1: "marketplaceScope", form: singleMarket},
			{v1: "marketplaces", form: homeCountry},
		}
	}
	products := &v1Shape{product: sponsoredProducts, layout: day, stores: []v1Store{f.childCollection(productAds)}}
	products.rules = append(top(false), v1Rule{v1: "adType", once: true, need: true, form: always("PRODUCT_AD")}, v1Rule{v1: v1ProductAd + "headline", v3: "customText", once: true})
	brands := f.thingShape(append(top(false), v1Rule{v1: "name", v3: "name", need: true}, v1Rule{v1: "adType", once: true, need: true, form: always("COMPONENT")}), sbAds)
	brands.tell = tellCreative
	display := f.thingShape(append(top(true), v1Rule{v1: "name", v3: "adName"}, v1Rule{v1: "adType", once: true, need: true, form: always("COMPONENT")}), sdAds)
	display.tell = tellDisplayAd
	products.places = map[string]string{"asin": v1Advertised + "productId", "sku": v1Advertised + "productId"}
	display.places = map[string]string{"asin": v1Promoted + "productId", "sku": v1Promoted + "productId", "landingPageURL": v1Responsive + "landingPage.landingPageUrl"}
	brands.places = map[string]string{"creative": "creative", "landingPage": "creative"}
	return []*v1Shape{
		products.with(func(t *translation) {
			if t.home(); t.create {
				t.product(v1Advertised)
			}
		}),
		brands.with((*translation).creative), display.with((*translation).displayAd),
	}
}

// home says in which campaign the item's ad group is, which v3 wants to hear.
func (t *translation) home() {
	id := t.string("adGroupId")
	if !t.create || id == "" || t.string("campaignId") != "" {
		return
	}
	campaign := ""
	if t.shape.product == sponsoredProducts {
		if g, _, ok := t.b.p.children[adGroups].find(id); ok {
			campaign = g.campaign
		}
	} else if g, _, ok := t.b.p.things[t.shape.groups].find(id); ok {
		campaign = g.campaign
	}
	if campaign == "" {
		t.fail(orphan(t.at+".adGroupId", id))
		return
	}
	t.put("campaignId", campaign)
}

// product carries the product that an ad is of.
func (t *translation) product(at string) {
	switch kind := t.string(at + "productIdType"); kind {
	case "ASIN", "SKU":
		if raw := seek(t.in, at+"productId"); raw != nil {
			t.out[map[string]string{"ASIN": "asin", "SKU": "sku"}[kind]] = raw
		}
	default:
		t.fail(notInEnum(t.at+"."+at+"productIdType", kind, []string{"ASIN", "SKU"}))
	}
}

// displayAd carries an ad of Sponsored Display: of a product, of a page, or of both. Amazon's models of this product's own v1 have components alone
// (amazon-ads-api-v1 0.11.0, made of Amazon's document); the product ad of the merged document is that of Sponsored Products.
func (t *translation) displayAd() {
	if t.home(); !t.create {
		return
	}
	at, pages := v1Responsive, []string{"MOMENT", "STORE"}
	if seek(t.in, strings.TrimSuffix(v1Assets, ".")) != nil {
		at, pages = v1Assets, []string{"OFF_AMAZON_LINK"}
	} else if seek(t.in, at+"products[0]") != nil {
		t.product(v1Promoted)
	}
	landing := t.string(at + "landingPage.landingPageType")
	switch {
	case slices.Contains(pages, landing):
		t.put("landingPageType", landing)
		t.put("landingPageURL", t.string(at+"landingPage.landingPageUrl"))
	case landing != "":
		t.fail(notInEnum(t.at+"."+at+"landingPage.landingPageType", landing, pages))
	case seek(t.in, at+"products[0]") == nil:
		t.fail(missing(t.at + "." + at + "landingPage"))
	}
}

// tellDisplayAd writes an ad of Sponsored Display.
func tellDisplayAd(n *nest, _ *prospect, t *thing) {
	at, page := v1Responsive, t.text("landingPageType")
	if page == "OFF_AMAZON_LINK" {
		at = v1Assets
		headlines := mustJSON([]string{t.text("adName")})
		n.raw(at+"headlines", headlines)
		n.raw(at+"untranslatedHeadlines", headlines)
	} else if asin, sku := t.text("asin"), t.text("sku"); asin+sku != "" {
		n.raw(at+"products", slices.Concat([]byte{'['}, v1ProductOf(asin, sku), []byte{']'}))
	}
	if page != "" {
		n.text(at+"landingPage.landingPageType", page)
		n.text(at+"landingPage.landingPageUrl", t.text("landingPageURL"))
	}
}

// v1ProductOf is an advertised product. A seller's has a SKU, and the ASIN that belongs to it.
func v1ProductOf(asin, sku string) json.RawMessage {
	if sku == "" {
		return mustJSON(map[string]string{"productIdType": "ASIN", "productId": asin})
	}
	o := map[string]string{"productIdType": "SKU", "productId": sku}
	if asin != "" {
		o["resolvedProductIdType"], o["resolvedProductId"] = "ASIN", asin
	}
	return mustJSON(o)
}
