package adsfake

import (
	"encoding/json"
	"slices"
)

// Where the product of a product ad is in v1, and the parts of a responsive one.
const (
	v1ProductAd  = "creative.productCreative.productCreativeSettings."
	v1Advertised = v1ProductAd + "advertisedProduct."
	v1Component  = "creative.componentCreative."
	v1Responsive = v1Component + "responsiveEcommerceSettings."
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
	display := f.thingShape(append(top(true), v1Rule{v1: "name", v3: "adName"}), sdAds)
	display.tell = tellDisplayAd
	for _, s := range []*v1Shape{products, display} {
		s.places = map[string]string{"asin": v1Advertised + "productId", "sku": v1Advertised + "productId", "landingPageURL": v1Responsive + "landingPage.landingPageUrl"}
	}
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

// displayAd carries an ad of Sponsored Display: of a product, or one that leads to a page.
func (t *translation) displayAd() {
	if t.home(); !t.create {
		return
	}
	switch kind := t.string("adType"); kind {
	case "PRODUCT_AD":
		t.product(v1Advertised)
	case "COMPONENT":
		at := v1Responsive
		if seek(t.in, v1Responsive[:len(v1Responsive)-1]) == nil {
			at = v1Assets
		} else if seek(t.in, at+"products[0]") != nil {
			t.product(at + "products[0].")
		}
		landing := t.string(at + "landingPage.landingPageType")
		if allowed := map[string][]string{v1Responsive: {"MOMENT", "STORE"}, v1Assets: {"OFF_AMAZON_LINK"}}[at]; landing != "" && !slices.Contains(allowed, landing) {
			t.fail(notInEnum(t.at+"."+at+"landingPage.landingPageType", landing, allowed))
		} else if landing != "" {
			t.put("landingPageType", landing)
			t.put("landingPageURL", t.string(at+"landingPage.landingPageUrl"))
		} else if t.out["asin"] == nil && t.out["sku"] == nil {
			t.fail(missing(t.at + "." + at + "landingPage"))
		}
	default:
		t.fail(notInEnum(t.at+".adType", kind, []string{"COMPONENT", "PRODUCT_AD"}))
	}
}

// tellDisplayAd writes an ad of Sponsored Display.
func tellDisplayAd(n *nest, _ *prospect, t *thing) {
	product := v1ProductOf(t.text("asin"), t.text("sku"))
	page := t.text("landingPageType")
	at := map[string]string{"": v1ProductAd, "OFF_AMAZON_LINK": v1Assets}[page]
	if page != "" && at == "" {
		at = v1Responsive
	}
	switch {
	case page == "":
		n.text("adType", "PRODUCT_AD")
		n.raw(v1ProductAd+"advertisedProduct", product)
		return
	case at == v1Assets:
		n.text("adType", "COMPONENT")
		n.raw(at+"headlines", mustJSON([]string{t.text("adName")}))
	default:
		n.text("adType", "COMPONENT")
		if t.text("asin")+t.text("sku") != "" {
			n.raw(at+"products", slices.Concat([]byte{'['}, product, []byte{']'}))
		}
	}
	n.text(at+"landingPage.landingPageType", page)
	n.text(at+"landingPage.landingPageUrl", t.text("landingPageURL"))
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
