package adsfake

// v1Strategies are the bidding strategies of Sponsored Products in the newer model (ads-lwa 6.3).
var v1Strategies = map[string]string{
	"LEGACY_FOR_SALES": "SALES_DOWN_ONLY", "AUTO_FOR_SALES": "SALES_UP_AND_DOWN", "MANUAL": "MANUAL", "RULE_BASED": "RULE_BASED",
}
