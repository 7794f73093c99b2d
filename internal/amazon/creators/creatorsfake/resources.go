package creatorsfake

import "slices"

// itemResources may be asked for with every operation on items (creators-paapi-aws 3.3).
var itemResources = []string{
	"browseNodeInfo.browseNodes", "browseNodeInfo.browseNodes.ancestor", "browseNodeInfo.browseNodes.salesRank", "browseNodeInfo.websiteSalesRank",
	"customerReviews.count", "customerReviews.starRating",
	"images.primary.small", "images.primary.medium", "images.primary.large", "images.primary.highRes",
	"images.variants.small", "images.variants.medium", "images.variants.large", "images.variants.highRes",
	"itemInfo.byLineInfo", "itemInfo.contentInfo", "itemInfo.contentRating", "itemInfo.classifications", "itemInfo.externalIds", "itemInfo.features",
	"itemInfo.manufactureInfo", "itemInfo.productInfo", "itemInfo.technicalInfo", "itemInfo.title", "itemInfo.tradeInInfo", "parentASIN",
	"offersV2.listings.availability", "offersV2.listings.condition", "offersV2.listings.dealDetails", "offersV2.listings.isBuyBoxWinner",
	"offersV2.listings.loyaltyPoints", "offersV2.listings.merchantInfo", "offersV2.listings.price", "offersV2.listings.type",
}

var (
	searchResources    = slices.Concat(itemResources, []string{"searchRefinements"})
	variationResources = slices.Concat(itemResources, []string{
		"variationSummary.price.highestPrice", "variationSummary.price.lowestPrice", "variationSummary.variationDimension",
	})
	nodeResources = []string{"browseNodes.ancestor", "browseNodes.children"}
)

func resourcesOf(operation string) []string {
	switch operation {
	case "searchItems":
		return searchResources
	case "getVariations":
		return variationResources
	case "getBrowseNodes":
		return nodeResources
	}
	return itemResources
}
