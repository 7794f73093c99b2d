package creatorsfake

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type refinement struct {
	Bins        []bin  `json:"bins"`
	DisplayName string `json:"displayName"`
	ID          string `json:"id"`
}

type bin struct {
	DisplayName string `json:"displayName"`
	ID          string `json:"id"`
}

type refinements struct {
	BrowseNode       *refinement  `json:"browseNode"`
	OtherRefinements []refinement `json:"otherRefinements"`
	SearchIndex      *refinement  `json:"searchIndex"`
}

type searchResult struct {
	Items       []item       `json:"items"`
	Refinements *refinements `json:"searchRefinements"`
	URL         string       `json:"searchURL"`
	Total       int          `json:"totalResultCount"`
}

// searchItems filters, sorts and pages the catalogue. Nothing found is a 404, unlike PA-API's (creators-paapi-aws 3.5).
func (f *fake) searchItems(v *visit) kit.Response {
	var found []*product
	for _, p := range f.catalogue.products {
		if v.matches(p) {
			found = append(found, p)
		}
	}
	v.sort(found)
	count := value(v.in.ItemCount, 10)
	from := min((value(v.in.ItemPage, 1)-1)*count, len(found))
	page := found[from:min(from+count, len(found))]
	if len(page) == 0 {
		return f.refuse(v.x, nothing("SearchResult", v.in.Keywords, "No results found for your search request"))
	}
	out := searchResult{Items: []item{}, Total: len(found), URL: v.searchURL()}
	for _, p := range page {
		out.Items = append(out.Items, v.show(p, "osi"))
	}
	if v.in.wants("searchRefinements") {
		out.Refinements = f.refine(found)
	}
	return v.answer(struct {
		Result searchResult `json:"searchResult"`
	}{out})
}

// matches holds a product against every filter of the request.
func (v *visit) matches(p *product) bool {
	in := &v.in
	has := func(text, words string) bool {
		text = strings.ToLower(text)
		for _, w := range strings.Fields(strings.ToLower(words)) {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
	cost := v.cost(p, 0)
	saving := 0
	if p.list > 0 {
		saving = (p.list - p.cents) * 100 / p.list
	}
	author := ""
	if p.node.index == "Books" {
		author = "Ada Weir"
	}
	switch {
	case !p.sold(v.market),
		!has(p.title+" "+p.node.name+" "+p.node.parent.name, in.Keywords), !has(p.title, in.Title), !has(p.brand, in.Brand), !has(author, in.Author),
		in.Actor != "" || in.Artist != "",
		in.SearchIndex != "" && in.SearchIndex != "All" && in.SearchIndex != p.node.index,
		in.BrowseNodeID != "" && in.BrowseNodeID != p.node.id && in.BrowseNodeID != p.node.parent.id,
		in.Availability != "IncludeOutOfStock" && p.stock == "OUT_OF_STOCK",
		in.MinPrice != nil && cost < *in.MinPrice, in.MaxPrice != nil && cost > *in.MaxPrice,
		in.MinRating != nil && p.rating < *in.MinRating, in.MinSaving != nil && saving < *in.MinSaving,
		slices.Contains(in.Delivery, "Prime") && !p.prime:
		return false
	}
	return true
}

func (v *visit) sort(found []*product) {
	var less func(a, b *product) int
	switch v.in.SortBy {
	case "Price:LowToHigh":
		less = func(a, b *product) int { return a.cents - b.cents }
	case "Price:HighToLow":
		less = func(a, b *product) int { return b.cents - a.cents }
	case "NewestArrivals":
		less = func(a, b *product) int { return b.born.Compare(a.born) }
	case "AvgCustomerReviews":
		less = func(a, b *product) int { return b.rating - a.rating }
	default:
		less = func(a, b *product) int { return a.rank - b.rank }
	}
	slices.SortStableFunc(found, func(a, b *product) int { return cmp.Or(less(a, b), strings.Compare(a.asin, b.asin)) })
}

func (v *visit) searchURL() string {
	q := "field-keywords=" + url.QueryEscape(v.in.Keywords) + "&search-alias=aps"
	if v.in.PartnerTag != "" {
		q += "&tag=" + v.in.PartnerTag
	}
	return "https://" + v.market.site + "/s/?" + q + "&linkCode=osi"
}

// refine lists where else the search could go.
func (f *fake) refine(found []*product) *refinements {
	index := &refinement{DisplayName: "Department", ID: "SearchIndex"}
	shelves := &refinement{DisplayName: "Category", ID: "BrowseNode"}
	for _, n := range f.catalogue.nodes {
		has := slices.ContainsFunc(found, func(p *product) bool { return p.node == n || p.node.parent == n })
		switch {
		case has && n.parent == nil:
			index.Bins = append(index.Bins, bin{n.name, n.index})
		case has:
			shelves.Bins = append(shelves.Bins, bin{n.name, n.id})
		}
	}
	return &refinements{BrowseNode: shelves, SearchIndex: index, OtherRefinements: []refinement{}}
}
