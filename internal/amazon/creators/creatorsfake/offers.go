package creatorsfake

import "time"

// sellers of the sandbox.
var merchants = []merchant{{"A1SBXSELLER001", "Sandbox Retail"}, {"A2SBXSELLER002", "Quayline Direct"}, {"A3SBXSELLER003", "Tidegate Outlet"}}

// messages of availability, by type.
var messages = map[string]string{
	"IN_STOCK": "In Stock", "IN_STOCK_SCARCE": "Only 3 left in stock - order soon.", "LEADTIME": "Usually ships within 6 to 10 days",
	"PREORDER": "Available for Pre-order", "OUT_OF_STOCK": "Temporarily out of stock.",
}

// offers is offersV2; it is null where none of it was asked for, and empty where nobody sells the product.
func (v *visit) offers(p *product) *offers {
	if !v.in.wantsUnder("offersV2.") {
		return nil
	}
	out := &offers{Listings: []listing{}}
	if p.stock == "OUT_OF_STOCK" && v.in.Availability != "IncludeOutOfStock" && v.x.Operation == "searchItems" {
		return out
	}
	for i := range p.sellers {
		out.Listings = append(out.Listings, v.listing(p, i))
	}
	return out
}

func (v *visit) listing(p *product, seller int) listing {
	want := func(name string) bool { return v.in.wants("offersV2.listings." + name) }
	var l listing
	if want("availability") {
		l.Availability = &availability{30, messages[p.stock], 1, p.stock}
	}
	if want("condition") {
		l.Condition = &condition{"", "Unknown", "New"} // creators-paapi-aws 3.4
	}
	if p.deal && seller == 0 && want("dealDetails") {
		start := v.x.Now.Truncate(24 * time.Hour)
		l.DealDetails = &deal{"ALL", "Limited time deal", stamp(start.Add(48 * time.Hour)), 37, stamp(start)}
	}
	if want("isBuyBoxWinner") {
		winner := seller == 0
		l.IsBuyBoxWinner = &winner
	}
	if v.market.country == "JP" && want("loyaltyPoints") {
		l.LoyaltyPoints = &loyalty{v.cost(p, seller) / 100}
	}
	if want("merchantInfo") {
		l.MerchantInfo = &merchants[seller]
	}
	if want("price") {
		l.Price = v.price(p, seller)
	}
	if p.deal && seller == 0 && want("type") {
		kind := "LIGHTNING_DEAL"
		l.Type = &kind
	}
	return l
}

// cost is a listing's price in the marketplace's smallest unit; each further seller wants a little more.
func (v *visit) cost(p *product, seller int) int { return v.market.price(p.cents + 35*seller) }

func (v *visit) money(units int) money {
	return money{v.market.amount(units), v.market.currency, v.market.display(units)}
}

func (v *visit) price(p *product, seller int) *price {
	units := v.cost(p, seller)
	out := &price{Money: v.money(units)}
	if p.list > 0 && seller == 0 {
		list := v.market.price(p.list)
		out.SavingBasis = &basis{v.money(list), "LIST_PRICE", "List Price"}
		out.Savings = &saving{v.money(list - units), (list - units) * 100 / list}
	}
	return out
}
