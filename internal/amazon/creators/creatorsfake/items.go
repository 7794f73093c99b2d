package creatorsfake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A partial is one entry of errors beside good results (creators-paapi-aws 3.5).
type partial struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type itemList struct {
	Items []item `json:"items"`
}

// answer gives a result, with nulls or without.
func (v *visit) answer(result any) kit.Response {
	r := kit.JSON(http.StatusOK, result)
	if v.f.is.nulls.Is("omit") {
		r.Body = withoutNulls(r.Body)
	}
	r.Header = headers(v.x)
	v.x.Effect = "answered"
	return r
}

// withoutNulls leaves out every member that is null, as PA-API did.
func withoutNulls(body []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var whole any
	if d.Decode(&whole) != nil {
		return body
	}
	return kit.JSON(http.StatusOK, prune(whole)).Body
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if inner == nil {
				delete(v, k)
			} else {
				v[k] = prune(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
	}
	return v
}

// getItems answers for each id by itself: bad ones are errors beside the good ones, and only bad ones are a 404 (3.5).
func (f *fake) getItems(v *visit) kit.Response {
	var found []item
	var errs []partial
	seen := map[string]bool{}
	for _, id := range v.in.ItemIDs {
		if seen[id] {
			continue
		}
		seen[id] = true
		p := f.catalogue.byASIN[id]
		switch {
		case p == nil:
			errs = append(errs, partial{"InvalidParameterValue", "The ItemIds " + id + " provided in the request is invalid."})
		case !p.sold(v.market):
			errs = append(errs, partial{"ItemNotAccessible", "The ItemId " + id + " is not accessible through the Creators API."})
		default:
			found = append(found, v.show(p, "ogi"))
		}
	}
	if len(found) == 0 {
		return f.refuse(v.x, nothing("Item", strings.Join(v.in.ItemIDs, ","), "No items found for the requested item IDs."))
	}
	return v.answer(struct {
		Errors []partial `json:"errors,omitempty"`
		Result itemList  `json:"itemsResult"`
	}{errs, itemList{found}})
}

// getBrowseNodes answers as getItems does.
func (f *fake) getBrowseNodes(v *visit) kit.Response {
	var found []browseNode
	var errs []partial
	for _, id := range v.in.BrowseNodeIDs {
		n := f.catalogue.byNode[id]
		if n == nil {
			errs = append(errs, partial{"InvalidParameterValue", "The BrowseNodeId " + id + " provided in the request is invalid."})
			continue
		}
		found = append(found, v.shelf(n, v.in.wants("browseNodes.ancestor"), v.in.wants("browseNodes.children")))
	}
	if len(found) == 0 {
		return f.refuse(v.x, nothing("BrowseNode", strings.Join(v.in.BrowseNodeIDs, ","), "No browse nodes found for the requested browse node IDs."))
	}
	type nodeList struct {
		Nodes []browseNode `json:"browseNodes"`
	}
	return v.answer(struct {
		Errors []partial `json:"errors,omitempty"`
		Result nodeList  `json:"browseNodesResult"`
	}{errs, nodeList{found}})
}

type dimension struct {
	DisplayName string   `json:"displayName"`
	Locale      string   `json:"locale"`
	Name        string   `json:"name"`
	Values      []string `json:"values"`
}

type priceRange struct {
	HighestPrice *money `json:"highestPrice"`
	LowestPrice  *money `json:"lowestPrice"`
}

type summary struct {
	PageCount      int         `json:"pageCount"`
	Price          *priceRange `json:"price"`
	VariationCount int         `json:"variationCount"`
	Dimensions     []dimension `json:"variationDimensions"`
}

// getVariations takes a family's ASIN or one of its members' and answers with the family.
func (f *fake) getVariations(v *visit) kit.Response {
	parent := v.in.ASIN
	if p := f.catalogue.byASIN[parent]; p != nil && p.parent != "" {
		parent = p.parent
	}
	var family []*product
	for _, p := range f.catalogue.family[parent] {
		if p.sold(v.market) {
			family = append(family, p)
		}
	}
	count := value(v.in.VariationCount, 10)
	from := min((value(v.in.VariationPage, 1)-1)*count, len(family))
	page := family[from:min(from+count, len(family))]
	if len(page) == 0 {
		return f.refuse(v.x, nothing("Item", v.in.ASIN, "No variations found for the requested ASIN."))
	}
	s := summary{PageCount: (len(family) + count - 1) / count, VariationCount: len(family)}
	if v.in.wantsUnder("variationSummary.price.") {
		s.Price = &priceRange{}
		low, high := v.money(v.cost(family[0], 0)), v.money(v.cost(family[len(family)-1], 0))
		if v.in.wants("variationSummary.price.lowestPrice") {
			s.Price.LowestPrice = &low
		}
		if v.in.wants("variationSummary.price.highestPrice") {
			s.Price.HighestPrice = &high
		}
	}
	if v.in.wants("variationSummary.variationDimension") {
		colour, size := dimension{"Color", v.locale(), "color_name", nil}, dimension{"Size", v.locale(), "size_name", nil}
		for _, p := range family {
			colour.Values, size.Values = append(colour.Values, p.colour), append(size.Values, p.size)
		}
		s.Dimensions = []dimension{colour, size}
	}
	var items []item
	for _, p := range page {
		items = append(items, v.show(p, "ogv"))
	}
	type variations struct {
		Items   []item  `json:"items"`
		Summary summary `json:"variationSummary"`
	}
	return v.answer(struct {
		Result variations `json:"variationsResult"`
	}{variations{items, s}})
}

func value(p *int, otherwise int) int {
	if p == nil {
		return otherwise
	}
	return *p
}
