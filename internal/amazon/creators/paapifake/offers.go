package paapifake

const sandboxMerchant = "A1KW0000SANDBX"

// offers are the second generation of offers: the only one since 2026-01-31.
func (v *visit) offers(p *product) tree {
	if !v.in.wantsUnder("OffersV2.Listings.") {
		return nil
	}
	price := tree{"Money": v.market.money(p.cents)}
	if p.list > 0 {
		price["SavingBasis"] = tree{"Money": v.market.money(p.list), "SavingBasisType": "LIST_PRICE", "SavingBasisTypeLabel": "List Price"}
		price["Savings"] = tree{"Money": v.market.money(p.list - p.cents), "Percentage": (p.list - p.cents) * 100 / p.list}
	}
	one := tree{"ViolatesMAP": false}
	for name, part := range map[string]any{
		"Availability":   tree{"Type": "IN_STOCK", "Message": "In Stock", "MinOrderQuantity": 1, "MaxOrderQuantity": 30},
		"Condition":      tree{"Value": "New", "SubCondition": "Unknown", "ConditionNote": ""},
		"IsBuyBoxWinner": true,
		"MerchantInfo":   tree{"Id": sandboxMerchant, "Name": "Lockkeeper Sandbox"},
		"Price":          price,
	} {
		if v.in.wants("OffersV2.Listings." + name) {
			one[name] = part
		}
	}
	return tree{"Listings": []tree{one}}
}

// oldOffers are the first generation, while a switch serves them.
func (v *visit) oldOffers(p *product) tree {
	if v.f.is.offersV1.Is("retired") || !v.in.wantsUnder("Offers.") {
		return nil
	}
	out := tree{}
	if v.in.wantsUnder("Offers.Listings.") {
		price := v.market.money(p.cents)
		one := tree{"Id": "sbx" + p.asin, "ViolatesMAP": false}
		if p.list > 0 {
			savings := v.market.money(p.list - p.cents)
			savings["Percentage"] = (p.list - p.cents) * 100 / p.list
			price["Savings"] = savings
		}
		for name, part := range map[string]any{
			"Price": price, "IsBuyBoxWinner": true, "MerchantInfo": tree{"Id": sandboxMerchant, "Name": "Lockkeeper Sandbox"},
			"Condition": tree{"Value": "New", "SubCondition": tree{"Value": "New"}}, "SavingBasis": v.market.money(max(p.list, p.cents)),
		} {
			if v.in.wants("Offers.Listings." + name) {
				one[name] = part
			}
		}
		availability := tree{}
		for name, part := range map[string]any{"Message": "In Stock", "Type": "Now", "MinOrderQuantity": 1, "MaxOrderQuantity": 30} {
			if v.in.wants("Offers.Listings.Availability." + name) {
				availability[name] = part
			}
		}
		delivery := tree{}
		for _, name := range []string{"IsAmazonFulfilled", "IsFreeShippingEligible", "IsPrimeEligible"} {
			if v.in.wants("Offers.Listings.DeliveryInfo." + name) {
				delivery[name] = true
			}
		}
		if len(availability) > 0 {
			one["Availability"] = availability
		}
		if len(delivery) > 0 {
			one["DeliveryInfo"] = delivery
		}
		out["Listings"] = []tree{one}
	}
	if v.in.wantsUnder("Offers.Summaries.") {
		out["Summaries"] = []tree{{"Condition": tree{"Value": "New"}, "LowestPrice": v.market.money(p.cents), "HighestPrice": v.market.money(p.cents), "OfferCount": 1}}
	}
	return out
}
