package adsfake

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Media types and limits of product metadata (OpenAPI document "Product Selector" 3.0).
const (
	metadataRequest  = "application/vnd.productmetadatarequest.v1+json"
	metadataResponse = "application/vnd.productmetadataresponse.v1+json"
	mostMetadata     = 300
	mostSearch       = 200 // characters of searchStr
)

func (f *fake) productRoutes() []kit.Route {
	return []kit.Route{
		{Operation: "product.metadata", Method: "POST", Pattern: "/product/metadata", Handle: f.guarded(guard{scoped: true, media: metadataRequest}, f.metadata)},
		{Operation: "eligibility.product.list", Method: "POST", Pattern: "/eligibility/product/list", Handle: f.guarded(guard{scoped: true, media: "application/json"}, f.eligibility)},
	}
}

// A product is what the world knows of an ASIN. Nothing is stored: it follows from the seed.
type product struct {
	asin, sku    string
	title        string
	price        float64
	availability string
	status       string // ELIGIBLE, ELIGIBLE_WITH_WARNING, INELIGIBLE
	reason       string // why it is not simply ELIGIBLE
	message      string
}

// product makes the product of an ASIN in a profile's country. One in eight cannot be advertised, and one has a warning.
func (f *fake) product(p *profile, asin, sku string) product {
	draw := func(what string, n uint64) uint64 { return f.world.Number("ads product "+what+" "+asin, n) }
	o := product{asin: asin, sku: sku, availability: "IN_STOCK", status: "ELIGIBLE"}
	o.title = fmt.Sprintf("Example %s %s", qualities[draw("quality", uint64(len(qualities)))], strings.ToLower(wares[draw("ware", uint64(len(wares)))]))
	o.price = math.Round(max(p.country.minBudget, 1)*float64(500+draw("price", 9500))) / 100
	if p.country.currency == "JPY" {
		o.price = math.Round(o.price)
	}
	switch draw("eligible", 8) {
	case 0:
		o.status, o.reason, o.message = "INELIGIBLE", "NOT_IN_BUYBOX", "The product is not in the buy box."
	case 1:
		o.status, o.reason, o.message, o.availability = "ELIGIBLE_WITH_WARNING", "OUT_OF_STOCK", "The product is out of stock.", "OUT_OF_STOCK"
	}
	return o
}

// inventory are the products that the profile's ads advertise, each once, in the order in which that began.
func (f *fake) inventory(p *profile) []product {
	var all []product
	seen := map[string]bool{}
	add := func(asin, sku string) {
		if key := asin + " " + sku; asin != "" && !seen[key] {
			seen[key] = true
			all = append(all, f.product(p, asin, sku))
		}
	}
	for _, ad := range p.children[productAds].all() {
		add(ad.asin, ad.sku)
	}
	for _, ad := range p.things[sdAds].all() {
		add(ad.text("asin"), ad.text("sku"))
	}
	return all
}

// metadata serves POST /product/metadata.
func (f *fake) metadata(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	fail := func(text string) kit.Response {
		return detailsRefusal(v.x, http.StatusBadRequest, "400", text)
	}
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return fail(err.Error())
	}
	page, hasPage, err1 := read[int32](o, "pageIndex", "$")
	size, hasSize, err2 := read[int32](o, "pageSize", "$")
	asins, hasASINs, err3 := read[[]string](o, "asins", "$")
	skus, hasSKUs, err4 := read[[]string](o, "skus", "$")
	text, hasText, err5 := read[string](o, "searchStr", "$")
	adType, _, err6 := read[string](o, "adType", "$")
	details, _, err7 := read[bool](o, "checkItemDetails", "$")
	eligible, _, err8 := read[bool](o, "checkEligibility", "$")
	for _, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
		if err != nil {
			return fail(err.Error())
		}
	}
	switch {
	case !hasPage || page < 0:
		return fail("pageIndex must be at least 0")
	case !hasSize || size < 1 || size > mostMetadata:
		return fail("pageSize must be from 1 to 300")
	case hasASINs && hasSKUs || hasText && (hasASINs || hasSKUs):
		return fail("only one of asins, skus and searchStr can be used")
	case len(asins) > mostMetadata || len(skus) > mostMetadata || len(text) > mostSearch:
		return fail("too many asins or skus, or searchStr is too long")
	case slices.ContainsFunc(asins, func(s string) bool { return !asinForm.MatchString(s) }):
		return fail("asins must have ten characters")
	case adType != "" && !slices.Contains([]string{"SP", "SB", "SD"}, adType):
		return fail("adType must be one of SP, SB, SD")
	case eligible && adType == "":
		return fail("adType is required to check eligibility")
	case hasSKUs && (adType != "SP" || v.profile.kind != "seller"):
		return fail("skus are supported for sellers with adType SP only")
	}
	all := f.chosen(v.profile, asins, skus, text, hasASINs, hasSKUs)
	from := min(int(page)*int(size), len(all))
	all = all[from:min(from+int(size), len(all))]
	b := []byte(`{"ProductMetadataList":[`)
	for i, p := range all {
		b = p.append(comma(b, i), v.profile, details, eligible)
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(metadataResponse), Body: append(b, ']', '}')}
}

// chosen are the products that a question is about: each ASIN once, with its SKU where the profile's ads have one, or the inventory.
func (f *fake) chosen(p *profile, asins, skus []string, text string, byASIN, bySKU bool) (all []product) {
	have := f.inventory(p)
	switch {
	case byASIN:
		for _, asin := range asins {
			o := f.product(p, asin, "")
			if i := slices.IndexFunc(have, func(h product) bool { return h.asin == asin && h.sku != "" }); i >= 0 {
				o = have[i]
			}
			all = append(all, o)
		}
	case bySKU:
		for _, sku := range skus {
			all = append(all, f.product(p, f.asinOf(p, sku), sku))
		}
	default:
		for _, o := range have {
			if strings.Contains(strings.ToLower(o.title), strings.ToLower(text)) {
				all = append(all, o)
			}
		}
	}
	return all
}

// append writes a product as metadata has it.
func (o product) append(b []byte, p *profile, details, eligible bool) []byte {
	b = appendString(append(b, `{"asin":`...), o.asin)
	if o.sku != "" {
		b = appendString(append(b, `,"sku":`...), o.sku)
	}
	if details {
		b = appendString(append(b, `,"title":`...), o.title)
		b = appendString(append(b, `,"brand":"Example","availability":`...), o.availability)
		b = appendString(append(b, `,"imageUrl":`...), "https://m.media-amazon.com/images/I/"+o.asin+"._SL160_.jpg")
		for _, key := range []string{"priceToPay", "basisPrice"} {
			b = appendDouble(append(append(append(b, `,"`...), key...), `":{"amount":`...), o.price)
			b = append(appendString(append(b, `,"currency":`...), p.country.currency), '}')
		}
	}
	if eligible {
		if o.status == "INELIGIBLE" {
			b = append(appendString(append(b, `,"eligibilityStatus":"INELIGIBLE","ineligibilityCodes":[`...), o.reason), `],"ineligibilityReasons":[`...)
			b = append(appendString(b, o.message), ']')
		} else {
			b = append(b, `,"eligibilityStatus":"ELIGIBLE"`...)
		}
	}
	return append(b, '}')
}

// eligibility serves POST /eligibility/product/list.
func (f *fake) eligibility(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	fail := func(text string) kit.Response {
		return detailsRefusal(v.x, http.StatusBadRequest, "400", text)
	}
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return fail(err.Error())
	}
	adType, named, err := read[string](o, "adType", "$")
	if err != nil || named && !slices.Contains([]string{"sp", "sb", "sd"}, adType) {
		return fail("adType must be one of sp, sb, sd")
	}
	items, sent, err := read[[]json.RawMessage](o, "productDetailsList", "$")
	if err != nil || !sent {
		return fail("$.productDetailsList must be an array")
	}
	b := []byte(`{"productResponseList":[`)
	for i, raw := range items {
		item, err := parseObject(raw, "$.productDetailsList")
		if err != nil {
			return fail(err.Error())
		}
		asin, _, err1 := read[string](item, "asin", "$")
		sku, _, err2 := read[string](item, "sku", "$")
		if err1 != nil || err2 != nil || !asinForm.MatchString(asin) {
			return fail("asin must have ten characters")
		}
		p := f.product(v.profile, asin, sku)
		b = appendString(append(comma(b, i), `{"productDetails":{"asin":`...), asin)
		if sku != "" {
			b = appendString(append(b, `,"sku":`...), sku)
		}
		b = appendString(append(b, `,"globalStoreSetting":null},"overallStatus":`...), p.status)
		b = append(b, `,"eligibilityStatusList":[`...)
		if p.reason != "" {
			b = appendString(append(b, `{"name":`...), p.reason)
			b = appendString(append(b, `,"severity":`...), p.status)
			b = append(appendString(append(b, `,"message":`...), p.message), '}')
		}
		b = append(b, ']', '}')
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, ']', '}')}
}
