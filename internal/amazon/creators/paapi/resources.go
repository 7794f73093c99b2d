package paapi

import "strings"

// itemResources are the resources of all item operations that the Creators API has too (creators-paapi-aws 2.3, 3.3), by PA-API's name.
// customerReviews stays: both APIs list it and neither fills it for most callers.
var itemResources = table(
	"BrowseNodeInfo.BrowseNodes", "BrowseNodeInfo.BrowseNodes.Ancestor", "BrowseNodeInfo.BrowseNodes.SalesRank", "BrowseNodeInfo.WebsiteSalesRank",
	"CustomerReviews.Count", "CustomerReviews.StarRating",
	"Images.Primary.Small", "Images.Primary.Medium", "Images.Primary.Large", "Images.Variants.Small", "Images.Variants.Medium", "Images.Variants.Large",
	"ItemInfo.ByLineInfo", "ItemInfo.ContentInfo", "ItemInfo.ContentRating", "ItemInfo.Classifications", "ItemInfo.ExternalIds", "ItemInfo.Features",
	"ItemInfo.ManufactureInfo", "ItemInfo.ProductInfo", "ItemInfo.TechnicalInfo", "ItemInfo.Title", "ItemInfo.TradeInInfo", "ParentASIN",
	"OffersV2.Listings.Availability", "OffersV2.Listings.Condition", "OffersV2.Listings.DealDetails", "OffersV2.Listings.IsBuyBoxWinner",
	"OffersV2.Listings.LoyaltyPoints", "OffersV2.Listings.MerchantInfo", "OffersV2.Listings.Price", "OffersV2.Listings.Type",
)

// ownResources are those of one operation alone.
var ownResources = map[string]map[string]string{
	"search":     table("SearchRefinements"),
	"variations": table("VariationSummary.Price.HighestPrice", "VariationSummary.Price.LowestPrice", "VariationSummary.VariationDimension"),
	"nodes":      table("BrowseNodes.Ancestor", "BrowseNodes.Children"),
}

// table gives each name its spelling in the Creators API: every part begins small.
func table(names ...string) map[string]string {
	t := make(map[string]string, len(names))
	for _, name := range names {
		parts := strings.Split(name, ".")
		for i, part := range parts {
			parts[i] = strings.ToLower(part[:1]) + part[1:]
		}
		t[name] = strings.Join(parts, ".")
	}
	t["ParentASIN"] = "parentASIN"
	return t
}

// goneRoots are the families of resources that ended: Amazon took Offers V1 away on 2026-01-31, rental offers with PA-API
// (creators-paapi-aws 1, 3.4).
var goneRoots = []string{"Offers", "RentalOffers"}

// resource translates one resource. gone says that there was such a one.
func (o *operation) resource(name string) (other string, gone, ok bool) {
	if o.op != "nodes" {
		if other, ok = itemResources[name]; ok {
			return other, false, true
		}
	}
	if other, ok = ownResources[o.op][name]; ok {
		return other, false, true
	}
	first, _, _ := strings.Cut(name, ".")
	for _, root := range goneRoots {
		gone = gone || first == root && o.op != "nodes"
	}
	return "", gone, false
}
