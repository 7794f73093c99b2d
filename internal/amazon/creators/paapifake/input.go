package paapifake

import (
	"slices"
	"strings"
)

// An input is a request's body: the members of all four operations (creators-paapi-aws 2.3).
type input struct {
	PartnerTag, PartnerType, Marketplace                       string
	Resources, LanguagesOfPreference                           []string
	ItemIds, BrowseNodeIds                                     []string
	ItemIdType, Condition, Merchant, CurrencyOfPreference      string
	ASIN                                                       string
	Keywords, Actor, Artist, Author, Brand, Title, SearchIndex string
	BrowseNodeId, Availability, SortBy                         string
	DeliveryFlags                                              []string
	OfferCount, ItemCount, ItemPage, MaxPrice, MinPrice        *int
	MinReviewsRating, MinSavingPercent                         *int
	VariationCount, VariationPage                              *int
}

func missing(name string) *refused {
	return &refused{400, "ValidationException", "MissingParameter", "The " + name + " parameter in the request is missing. Please provide it and try again."}
}

func bad(name string) *refused {
	return invalid("The value provided in the request for " + name + " is invalid.")
}

// check holds a request to PA-API's limits.
func (in *input) check(operation string, m market) *refused {
	switch {
	case in.PartnerTag == "":
		return missing("PartnerTag")
	case in.PartnerType == "":
		return missing("PartnerType")
	case in.PartnerType != "Associates":
		return bad("PartnerType")
	case in.Marketplace != "" && in.Marketplace != "www."+m.domain:
		return bad("Marketplace")
	case len(in.LanguagesOfPreference) > 1 || len(in.LanguagesOfPreference) == 1 && !slices.Contains(m.languages, in.LanguagesOfPreference[0]):
		return bad("LanguagesOfPreference")
	}
	for _, r := range in.Resources {
		if !known(operation, r) {
			return bad("Resources")
		}
	}
	for _, e := range []struct {
		name, value, allowed string
	}{
		{"Condition", in.Condition, "Any New Used Collectible Refurbished"},
		{"Merchant", in.Merchant, "All Amazon"},
		{"ItemIdType", in.ItemIdType, "ASIN"},
		{"Availability", in.Availability, "Available IncludeOutOfStock"},
		{"SortBy", in.SortBy, "AvgCustomerReviews Featured NewestArrivals Price:HighToLow Price:LowToHigh Relevance"},
	} {
		if e.value != "" && !slices.Contains(strings.Fields(e.allowed), e.value) {
			return bad(e.name)
		}
	}
	for _, n := range []struct {
		name        string
		value       *int
		least, most int
	}{
		{"OfferCount", in.OfferCount, 1, 100},
		{"ItemCount", in.ItemCount, 1, 10},
		{"ItemPage", in.ItemPage, 1, 10},
		{"MaxPrice", in.MaxPrice, 1, 1 << 30},
		{"MinPrice", in.MinPrice, 1, 1 << 30},
		{"MinReviewsRating", in.MinReviewsRating, 1, 4},
		{"MinSavingPercent", in.MinSavingPercent, 1, 99},
		{"VariationCount", in.VariationCount, 1, 10},
		{"VariationPage", in.VariationPage, 1, 1 << 20},
	} {
		if n.value != nil && (*n.value < n.least || *n.value > n.most) {
			return bad(n.name)
		}
	}
	return in.needs(operation)
}

// needs checks what an operation cannot do without.
func (in *input) needs(operation string) *refused {
	count := func(name string, ids []string) *refused {
		if len(ids) == 0 {
			return missing(name)
		}
		if len(ids) > 10 {
			return invalid("The number of " + name + " provided in the request exceeds the maximum of 10.")
		}
		return nil
	}
	switch operation {
	case "GetItems":
		return count("ItemIds", in.ItemIds)
	case "GetBrowseNodes":
		return count("BrowseNodeIds", in.BrowseNodeIds)
	case "GetVariations":
		if in.ASIN == "" {
			return missing("ASIN")
		}
	case "SearchItems":
		for _, by := range []string{in.Keywords, in.Actor, in.Artist, in.Author, in.Brand, in.Title, in.BrowseNodeId, in.SearchIndex} {
			if by != "" {
				return nil
			}
		}
		return missing("Keywords")
	}
	return nil
}

// wants reports whether a resource was asked for; without any, the title is (2.3).
func (in *input) wants(resource string) bool {
	if len(in.Resources) == 0 {
		return resource == "ItemInfo.Title"
	}
	return slices.Contains(in.Resources, resource)
}

// wantsUnder reports whether anything below a prefix was asked for.
func (in *input) wantsUnder(prefix string) bool {
	return slices.ContainsFunc(in.Resources, func(r string) bool { return strings.HasPrefix(r, prefix) }) || len(in.Resources) == 0 && prefix == "ItemInfo."
}

func or(p *int, d int) int {
	if p == nil {
		return d
	}
	return *p
}
