package adsfake

// v1Strategies are the bidding strategies of Sponsored Products in the newer model (ads-lwa 6.3).
var v1Strategies = map[string]string{
	"LEGACY_FOR_SALES": "SALES_DOWN_ONLY", "AUTO_FOR_SALES": "SALES_UP_AND_DOWN", "MANUAL": "MANUAL", "RULE_BASED": "RULE_BASED",
}

// v1Placements are the placements of Sponsored Products in the newer model.
var v1Placements = map[string]string{
	"PLACEMENT_PRODUCT_PAGE": "PRODUCT_PAGE", "PLACEMENT_REST_OF_SEARCH": "REST_OF_SEARCH", "PLACEMENT_TOP": "TOP_OF_SEARCH", "SITE_AMAZON_BUSINESS": "SITE_AMAZON_BUSINESS",
}
