package creatorsfake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// An input is a request's body. Members that no operation knows are ignored (creators-paapi-aws 3.3).
type input struct {
	PartnerTag    string   `json:"partnerTag"`
	ItemIDs       []string `json:"itemIds"`
	ASIN          string   `json:"asin"`
	BrowseNodeIDs []string `json:"browseNodeIds"`
	Resources     []string `json:"resources"`
	Languages     []string `json:"languagesOfPreference"`
	Currency      string   `json:"currencyOfPreference"`
	Condition     string   `json:"condition"`

	Keywords     string   `json:"keywords"`
	Actor        string   `json:"actor"`
	Artist       string   `json:"artist"`
	Author       string   `json:"author"`
	Brand        string   `json:"brand"`
	Title        string   `json:"title"`
	SearchIndex  string   `json:"searchIndex"`
	BrowseNodeID string   `json:"browseNodeId"`
	Availability string   `json:"availability"`
	Delivery     []string `json:"deliveryFlags"`
	ItemCount    *int     `json:"itemCount"`
	ItemPage     *int     `json:"itemPage"`
	MaxPrice     *int     `json:"maxPrice"`
	MinPrice     *int     `json:"minPrice"`
	MinRating    *int     `json:"minReviewsRating"`
	MinSaving    *int     `json:"minSavingPercent"`
	SortBy       string   `json:"sortBy"`

	VariationCount *int `json:"variationCount"`
	VariationPage  *int `json:"variationPage"`

	FeedName   string `json:"feedName"`
	FeedType   string `json:"feedType"`
	Filename   string `json:"filename"`
	ReportType string `json:"reportType"`
}

// readInput reads the members one by one, so that each that has the wrong type is named. Null counts as absent.
func readInput(whole map[string]json.RawMessage) (input, []field) {
	var in input
	var bad []field
	for name, raw := range whole {
		var one input
		text, err := json.Marshal(map[string]json.RawMessage{name: raw})
		if err == nil {
			err = json.Unmarshal(text, &one)
		}
		if err != nil {
			bad = append(bad, field{name, "has the wrong type"})
			continue
		}
		_ = json.Unmarshal(text, &in) // it was read a moment ago
	}
	slices.SortFunc(bad, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return in, bad
}

var (
	asinForm = regexp.MustCompile(`^(?:[0-9]{9}[0-9X]|[A-Z][A-Z0-9]{9})$`)
	nodeForm = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)
	sorts    = []string{"AvgCustomerReviews", "Featured", "NewestArrivals", "Price:HighToLow", "Price:LowToHigh", "Relevance"}
	delivery = []string{"AmazonGlobal", "FreeShipping", "FulfilledByAmazon", "Prime"}
)

// check holds the members of an operation to the constraints of creators-paapi-aws 3.3.
func (in *input) check(operation string, m market) []field {
	var bad []field
	no := func(name, format string, args ...any) { bad = append(bad, field{name, fmt.Sprintf(format, args...)}) }
	within := func(name string, v *int, low, high int) {
		if v != nil && (*v < low || *v > high) {
			no(name, "must be between %d and %d", low, high)
		}
	}
	oneOf := func(name, v string, all ...string) {
		if v != "" && !slices.Contains(all, v) {
			no(name, "must be one of %s", strings.Join(all, ", "))
		}
	}
	switch operation {
	case "getItems", "getVariations", "getBrowseNodes":
		if strings.TrimSpace(in.PartnerTag) == "" {
			no("partnerTag", "must not be empty")
		}
	}
	if len(in.PartnerTag) > 64 {
		no("partnerTag", "must have at most 64 characters")
	}
	switch operation {
	case "getItems":
		if len(in.ItemIDs) < 1 || len(in.ItemIDs) > 10 {
			no("itemIds", "must have between 1 and 10 members")
		}
	case "getVariations":
		if !asinForm.MatchString(in.ASIN) {
			no("asin", "must be an ASIN")
		}
		within("variationCount", in.VariationCount, 1, 10)
		within("variationPage", in.VariationPage, 1, 1000)
	case "getBrowseNodes":
		if len(in.BrowseNodeIDs) < 1 || len(in.BrowseNodeIDs) > 10 {
			no("browseNodeIds", "must have between 1 and 10 members")
		}
	case "searchItems":
		if in.Keywords+in.Actor+in.Artist+in.Author+in.Brand+in.Title+in.BrowseNodeID+in.SearchIndex == "" {
			no("keywords", "one of keywords, actor, artist, author, brand, title, browseNodeId or searchIndex must be given")
		}
		if in.BrowseNodeID != "" && !nodeForm.MatchString(in.BrowseNodeID) {
			no("browseNodeId", "must be a positive number")
		}
		within("itemCount", in.ItemCount, 1, 10)
		within("itemPage", in.ItemPage, 1, 10)
		within("minPrice", in.MinPrice, 1, 1<<31-1)
		within("maxPrice", in.MaxPrice, 1, 1<<31-1)
		within("minReviewsRating", in.MinRating, 1, 4)
		within("minSavingPercent", in.MinSaving, 1, 99)
		oneOf("availability", in.Availability, "Available", "IncludeOutOfStock")
		oneOf("sortBy", in.SortBy, sorts...)
		for _, d := range in.Delivery {
			oneOf("deliveryFlags", d, delivery...)
		}
	case "getFeed":
		if in.FeedName == "" {
			no("feedName", "must not be empty")
		}
		oneOf("feedType", in.FeedType, "PRODUCT_FEEDS", "DEALS_FEEDS")
	case "getReport":
		if in.Filename == "" {
			no("filename", "must not be empty")
		}
		oneOf("reportType", in.ReportType, "CREATOR_CENTRAL", "CREATOR_CONNECTIONS")
	}
	oneOf("condition", in.Condition, "Any", "New")
	if len(in.Languages) > 1 {
		no("languagesOfPreference", "must have at most 1 member")
	} else if len(in.Languages) == 1 {
		oneOf("languagesOfPreference", in.Languages[0], m.languages...)
	}
	for _, r := range in.Resources {
		if !slices.Contains(resourcesOf(operation), r) {
			no("resources", "%q is no resource of %s", r, operation)
			break
		}
	}
	return bad
}

// wants reports whether a resource was asked for. Where none was, the title is meant (3.3).
func (in *input) wants(resource string) bool {
	if len(in.Resources) == 0 {
		return resource == "itemInfo.title"
	}
	return slices.Contains(in.Resources, resource)
}

// wantsUnder reports whether any resource below a prefix was asked for.
func (in *input) wantsUnder(prefix string) bool {
	if len(in.Resources) == 0 {
		return strings.HasPrefix("itemInfo.title", prefix)
	}
	return slices.ContainsFunc(in.Resources, func(r string) bool { return strings.HasPrefix(r, prefix) })
}
