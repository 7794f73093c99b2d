package paapifake

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A tree is an object of an answer. PA-API leaves out what was not asked for (creators-paapi-aws 2.4).
type tree = map[string]any

const errorData = "com.amazon.paapi5#ErrorData"

func (v *visit) fail(code, message string) {
	v.errors = append(v.errors, failed{errorData, code, message})
}

func (v *visit) getItems() tree {
	var items []tree
	for _, id := range v.in.ItemIds {
		if p := v.f.shop.byASIN[id]; p != nil {
			items = append(items, v.show(p, "ogi"))
			continue
		}
		v.fail("InvalidParameterValue", "The ItemId "+id+" provided in the request is invalid.")
	}
	if len(items) == 0 {
		return tree{}
	}
	return tree{"ItemsResult": tree{"Items": items}}
}

func (v *visit) searchItems() tree {
	var found []*product
	for _, asin := range v.f.shop.order {
		if p := v.f.shop.byASIN[asin]; p.fits(&v.in) {
			found = append(found, p)
		}
	}
	switch v.in.SortBy {
	case "Price:LowToHigh":
		slices.SortStableFunc(found, func(a, b *product) int { return cmp.Compare(a.cents, b.cents) })
	case "Price:HighToLow":
		slices.SortStableFunc(found, func(a, b *product) int { return cmp.Compare(b.cents, a.cents) })
	case "NewestArrivals":
		slices.SortStableFunc(found, func(a, b *product) int { return b.born.Compare(a.born) })
	}
	size := or(v.in.ItemCount, 10)
	page := found[min(len(found), (or(v.in.ItemPage, 1)-1)*size):]
	page = page[:min(len(page), size)]
	if len(page) == 0 {
		v.fail("NoResults", "No results found for your request.")
		return tree{}
	}
	items := make([]tree, len(page))
	for i, p := range page {
		items[i] = v.show(p, "osi")
	}
	query := url.Values{"field-keywords": {v.in.Keywords}, "search-alias": {"aps"}, "tag": {v.in.PartnerTag}, "linkCode": {"osi"}}
	out := tree{"TotalResultCount": len(found), "SearchURL": "https://www." + v.market.domain + "/s/?" + query.Encode(), "Items": items}
	if v.in.wants("SearchRefinements") {
		out["SearchRefinements"] = tree{"SearchIndex": tree{"Id": "SearchIndex", "DisplayName": "Department", "Bins": []tree{{"Id": "ToolsAndHomeImprovement", "DisplayName": "Tools & Home Improvement"}}}}
	}
	return tree{"SearchResult": out}
}

func (v *visit) getVariations() tree {
	members := v.f.shop.family[v.in.ASIN]
	if p := v.f.shop.byASIN[v.in.ASIN]; p != nil {
		members = v.f.shop.family[p.parent]
	}
	size := or(v.in.VariationCount, 10)
	page := members[min(len(members), (or(v.in.VariationPage, 1)-1)*size):]
	page = page[:min(len(page), size)]
	if len(page) == 0 {
		v.fail("NoResults", "No results found for your request.")
		return tree{}
	}
	items := make([]tree, len(page))
	for i, p := range page {
		items[i] = v.show(p, "ogv")
	}
	summary := tree{"PageCount": (len(members) + size - 1) / size, "VariationCount": len(members)}
	price := tree{}
	if v.in.wants("VariationSummary.Price.LowestPrice") {
		price["LowestPrice"] = v.market.money(members[0].cents)
	}
	if v.in.wants("VariationSummary.Price.HighestPrice") {
		price["HighestPrice"] = v.market.money(members[len(members)-1].cents)
	}
	if len(price) > 0 {
		summary["Price"] = price
	}
	if v.in.wants("VariationSummary.VariationDimension") {
		summary["VariationDimensions"] = []tree{{"DisplayName": "Color", "Locale": v.locale(), "Name": "color_name", "Values": colours}}
	}
	return tree{"VariationsResult": tree{"Items": items, "VariationSummary": summary}}
}

func (v *visit) getBrowseNodes() tree {
	var found []tree
	for _, id := range v.in.BrowseNodeIds {
		if _, ok := nodes[id]; !ok {
			v.fail("InvalidParameterValue", "The BrowseNodeId "+id+" provided in the request is invalid.")
			continue
		}
		found = append(found, shelf(id, v.in.wants("BrowseNodes.Ancestor"), v.in.wants("BrowseNodes.Children")))
	}
	if len(found) == 0 {
		return tree{}
	}
	return tree{"BrowseNodesResult": tree{"BrowseNodes": found}}
}

// shelf is a browse node with, where asked for, what it is in and what is in it.
func shelf(id string, ancestor, children bool) tree {
	n := nodes[id]
	out := tree{"Id": id, "DisplayName": n.name, "ContextFreeName": n.name, "IsRoot": n.parent == ""}
	if ancestor && n.parent != "" {
		out["Ancestor"] = shelf(n.parent, true, false)
	}
	if children && len(n.children) > 0 {
		var below []tree
		for _, c := range n.children {
			below = append(below, tree{"Id": c, "DisplayName": nodes[c].name, "ContextFreeName": nodes[c].name})
		}
		out["Children"] = below
	}
	return out
}

func (v *visit) locale() string {
	if len(v.in.LanguagesOfPreference) > 0 {
		return v.in.LanguagesOfPreference[0]
	}
	return v.market.languages[0]
}

// show gives a product as a call sees it.
func (v *visit) show(p *product, link string) tree {
	address := "https://www." + v.market.domain + "/dp/" + p.asin + "?tag=" + v.in.PartnerTag + "&linkCode=" + link
	if len(v.in.LanguagesOfPreference) > 0 {
		address += "&language=" + v.in.LanguagesOfPreference[0]
	}
	out := tree{"ASIN": p.asin, "DetailPageURL": address + "&th=1&psc=1"}
	if p.parent != "" && v.in.wants("ParentASIN") {
		out["ParentASIN"] = p.parent
	}
	put := func(name string, part tree) {
		if len(part) > 0 {
			out[name] = part
		}
	}
	put("ItemInfo", v.info(p))
	put("Images", v.images(p))
	put("OffersV2", v.offers(p))
	put("Offers", v.oldOffers(p))
	if v.in.wantsUnder("BrowseNodeInfo.") {
		n := shelf(p.node, v.in.wants("BrowseNodeInfo.BrowseNodes.Ancestor"), false)
		if v.in.wants("BrowseNodeInfo.BrowseNodes.SalesRank") {
			n["SalesRank"] = p.rank
		}
		put("BrowseNodeInfo", tree{"BrowseNodes": []tree{n}})
	}
	if p.colour != "" && link == "ogv" {
		out["VariationAttributes"] = []tree{{"Name": "color_name", "Value": p.colour}}
	}
	return out
}

func (v *visit) info(p *product) tree {
	text := func(label, value string) tree {
		return tree{"DisplayValue": value, "Label": label, "Locale": v.locale()}
	}
	out := tree{}
	for name, part := range map[string]any{
		"Title":           text("Title", p.title),
		"ByLineInfo":      tree{"Brand": text("Brand", p.brand), "Manufacturer": text("Manufacturer", p.brand)},
		"Classifications": tree{"Binding": text("Binding", "Tools & Home Improvement"), "ProductGroup": text("ProductGroup", "Home Improvement")},
		"Features":        tree{"DisplayValues": []string{"Made for the sandbox: nobody sells it"}, "Label": "Features", "Locale": v.locale()},
		"ManufactureInfo": tree{"Model": text("Model", "SBX-"+p.asin[4:8])},
		"ProductInfo":     tree{"IsAdultProduct": tree{"DisplayValue": false, "Label": "IsAdultProduct", "Locale": v.locale()}, "ReleaseDate": text("ReleaseDate", p.born.Format("2006-01-02T15:04:05.000Z"))},
	} {
		if v.in.wants("ItemInfo." + name) {
			out[name] = part
		}
	}
	return out
}

func (v *visit) images(p *product) tree {
	set := func(of, id string) tree {
		out := tree{}
		for name, side := range map[string]int{"Small": 75, "Medium": 160, "Large": 500} {
			if v.in.wants("Images." + of + "." + name) {
				out[name] = tree{"URL": "https://m.media-amazon.com/images/I/" + id + "._SL" + strconv.Itoa(side) + "_.jpg", "Height": side, "Width": side}
			}
		}
		return out
	}
	out, id := tree{}, strings.ToLower(p.asin)
	if one := set("Primary", id+"a"); len(one) > 0 {
		out["Primary"] = one
	}
	if one := set("Variants", id+"b"); len(one) > 0 {
		out["Variants"] = []tree{one}
	}
	return out
}
