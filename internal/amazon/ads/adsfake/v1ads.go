package adsfake

// Where the product of a product ad is in v1.
const (
	v1ProductAd  = "creative.productCreative.productCreativeSettings."
	v1Advertised = v1ProductAd + "advertisedProduct."
)

// adShapes are ads.
func adShapes(f *fake) []*v1Shape {
	products := []v1Rule{
		stateRule(false),
		{v1: "adGroupId", v3: "adGroupId", once: true, need: true},
		{v1: "campaignId", v3: "campaignId", once: true},
		{v1: "marketplaceScope", form: singleMarket},
		{v1: "adType", once: true, need: true, form: always("PRODUCT_AD")},
		{v1: v1ProductAd + "headline", v3: "customText", once: true},
	}
	return []*v1Shape{
		(&v1Shape{
			product: sponsoredProducts, layout: day, rules: products, stores: []v1Store{f.childCollection(productAds)},
			places: map[string]string{"asin": v1Advertised + "productId", "sku": v1Advertised + "productId"},
		}).with(func(t *translation) {
			t.home()
			t.product()
		}),
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
func (t *translation) product() {
	if !t.create {
		return
	}
	switch kind := t.string(v1Advertised + "productIdType"); kind {
	case "ASIN", "SKU":
		if raw := seek(t.in, v1Advertised+"productId"); raw != nil {
			t.out[map[string]string{"ASIN": "asin", "SKU": "sku"}[kind]] = raw
		}
	default:
		t.fail(notInEnum(t.at+"."+v1Advertised+"productIdType", kind, []string{"ASIN", "SKU"}))
	}
}
