package paapifake

import (
	"slices"
	"strings"
)

// The resources, as PA-API's reference and SDKs list them (creators-paapi-aws 2.3).
var (
	itemResources = slices.Concat(
		under("BrowseNodeInfo", "BrowseNodes", "BrowseNodes.Ancestor", "BrowseNodes.SalesRank", "WebsiteSalesRank"),
		under("CustomerReviews", "Count", "StarRating"),
		under("Images.Primary", "Small", "Medium", "Large"), under("Images.Variants", "Small", "Medium", "Large"),
		under("ItemInfo", "ByLineInfo", "ContentInfo", "ContentRating", "Classifications", "ExternalIds", "Features", "ManufactureInfo", "ProductInfo", "TechnicalInfo", "Title", "TradeInInfo"),
		[]string{"ParentASIN"},
		under("OffersV2.Listings", "Availability", "Condition", "DealDetails", "IsBuyBoxWinner", "LoyaltyPoints", "MerchantInfo", "Price", "Type"),
		offersV1, rentals,
	)
	offersV1 = slices.Concat(
		under("Offers.Listings", "Availability.MaxOrderQuantity", "Availability.Message", "Availability.MinOrderQuantity", "Availability.Type", "Condition",
			"Condition.ConditionNote", "Condition.SubCondition", "DeliveryInfo.IsAmazonFulfilled", "DeliveryInfo.IsFreeShippingEligible", "DeliveryInfo.IsPrimeEligible",
			"DeliveryInfo.ShippingCharges", "IsBuyBoxWinner", "LoyaltyPoints.Points", "MerchantInfo", "Price", "ProgramEligibility.IsPrimeExclusive",
			"ProgramEligibility.IsPrimePantry", "Promotions", "SavingBasis"),
		under("Offers.Summaries", "HighestPrice", "LowestPrice", "OfferCount"),
	)
	rentals = under("RentalOffers.Listings", "Availability.MaxOrderQuantity", "Availability.Message", "Availability.MinOrderQuantity", "Availability.Type", "BasePrice",
		"Condition", "Condition.ConditionNote", "Condition.SubCondition", "DeliveryInfo.IsAmazonFulfilled", "DeliveryInfo.IsFreeShippingEligible",
		"DeliveryInfo.IsPrimeEligible", "DeliveryInfo.ShippingCharges", "MerchantInfo")
	ownResources = map[string][]string{
		"SearchItems":    {"SearchRefinements"},
		"GetVariations":  under("VariationSummary", "Price.HighestPrice", "Price.LowestPrice", "VariationDimension"),
		"GetBrowseNodes": under("BrowseNodes", "Ancestor", "Children"),
	}
)

func under(prefix string, names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + "." + n
	}
	return out
}

// known reports whether an operation has a resource.
func known(operation, resource string) bool {
	if slices.Contains(ownResources[operation], resource) {
		return true
	}
	return operation != "GetBrowseNodes" && !strings.HasPrefix(resource, "BrowseNodes.") && slices.Contains(itemResources, resource)
}
