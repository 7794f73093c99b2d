package creators

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// atOnce is how many ids one call may name (creators-paapi-aws 3.3).
const atOnce = 10

// A Client asks the Creators API about one marketplace. Its errors are problems of the catalogue.
type Client struct {
	Asker       amazon.Asker
	Marketplace canon.Marketplace
	Tag         string // Site ID or Tracking ID; needed for everything about products
	Language    string // one of the marketplace's. Defaults to its first.
}

// A Search is what to look for. At least one of its words must be given.
type Search struct {
	Keywords     string `json:"keywords,omitempty"`
	Brand        string `json:"brand,omitempty"`
	Title        string `json:"title,omitempty"`
	Author       string `json:"author,omitempty"`
	Index        string `json:"searchIndex,omitempty"`  // "Electronics"; Amazon's default is All
	Node         string `json:"browseNodeId,omitempty"` // a browse node
	MinPrice     int    `json:"minPrice,omitempty"`     // in the smallest unit, such as cents
	MaxPrice     int    `json:"maxPrice,omitempty"`     // the same
	MinSaving    int    `json:"minSavingPercent,omitempty"`
	Availability string `json:"availability,omitempty"` // IncludeOutOfStock. Amazon's default is Available.
	Sort         string `json:"sortBy,omitempty"`       // Relevance, Price:LowToHigh ...
	Count        int    `json:"itemCount,omitempty"`    // 1 to 10. Amazon's default is 10.
	Page         int    `json:"itemPage,omitempty"`     // 1 to 10. Amazon's default is 1.
}

// usual are the resources that fill a canon.Product.
var usual = []string{
	"itemInfo.title", "itemInfo.byLineInfo", "itemInfo.features", "itemInfo.classifications", "itemInfo.externalIds", "parentASIN",
	"images.primary.small", "images.primary.medium", "images.primary.large", "images.primary.highRes",
	"browseNodeInfo.browseNodes", "browseNodeInfo.browseNodes.ancestor", "browseNodeInfo.websiteSalesRank",
	"offersV2.listings.availability", "offersV2.listings.condition", "offersV2.listings.dealDetails", "offersV2.listings.isBuyBoxWinner",
	"offersV2.listings.merchantInfo", "offersV2.listings.price", "offersV2.listings.type",
}

// Items asks for products by ASIN, ten at a time. Ids that Amazon refuses are named in the result; where it refuses all of them the error
// is creators.nothing_found.
func (c Client) Items(ctx context.Context, asins ...string) (canon.Products, error) {
	all := canon.Products{Products: []canon.Product{}}
	var last error
	for len(asins) > 0 {
		n := min(len(asins), atOnce)
		a, err := c.ask(ctx, "/catalog/v1/getItems", map[string]any{"itemIds": asins[:n], "resources": usual}, true)
		if err == nil && a.Items == nil {
			err = problem.New(problem.CreatorsBrokenAnswer)
		}
		switch p, _ := problem.Of(err); {
		case err == nil:
			found := a.products(c.Marketplace.Site)
			all.Products, all.Refusals = append(all.Products, found.Products...), append(all.Refusals, found.Refusals...)
		case p.Code == problem.CreatorsNothingFound:
			last = err
			for _, asin := range asins[:n] {
				all.Refusals = append(all.Refusals, canon.ItemRefusal{Code: "ItemNotFound", Message: asin + " was not found."})
			}
		default:
			return all, err
		}
		asins = asins[n:]
	}
	if len(all.Products) == 0 && last != nil {
		return all, last
	}
	return all, nil
}

// Search looks products up by words and filters.
func (c Client) Search(ctx context.Context, s Search) (canon.Products, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return canon.Products{}, err
	}
	in := map[string]any{}
	if err := json.Unmarshal(text, &in); err != nil {
		return canon.Products{}, err
	}
	in["resources"] = usual
	a, err := c.ask(ctx, "/catalog/v1/searchItems", in, true)
	if err == nil && a.Search == nil {
		err = problem.New(problem.CreatorsBrokenAnswer)
	}
	if err != nil {
		return canon.Products{}, err
	}
	return a.products(c.Marketplace.Site), nil
}

// Variations asks for the family of a product: the ASIN may be the family's or a member's. Page begins at 1.
func (c Client) Variations(ctx context.Context, asin string, page int) (canon.Products, error) {
	resources := append([]string{"variationSummary.price.highestPrice", "variationSummary.price.lowestPrice", "variationSummary.variationDimension"}, usual...)
	a, err := c.ask(ctx, "/catalog/v1/getVariations", map[string]any{"asin": asin, "variationPage": max(page, 1), "resources": resources}, true)
	if err == nil && a.Variations == nil {
		err = problem.New(problem.CreatorsBrokenAnswer)
	}
	if err != nil {
		return canon.Products{}, err
	}
	return a.products(c.Marketplace.Site), nil
}

// BrowseNodes asks for departments and shelves by id, at most ten.
func (c Client) BrowseNodes(ctx context.Context, ids ...string) ([]canon.BrowseNode, []canon.ItemRefusal, error) {
	a, err := c.ask(ctx, "/catalog/v1/getBrowseNodes", map[string]any{"browseNodeIds": ids, "resources": []string{"browseNodes.ancestor", "browseNodes.children"}}, true)
	if err == nil && a.Nodes == nil {
		err = problem.New(problem.CreatorsBrokenAnswer)
	}
	if err != nil {
		return nil, nil, err
	}
	return nodes(a.Nodes.Nodes), a.products("").Refusals, nil
}

// Feeds lists the marketplace's feeds.
func (c Client) Feeds(ctx context.Context) ([]canon.File, error) {
	a, err := c.ask(ctx, "/catalog/v1/listFeeds", map[string]any{}, false)
	return a.files(), err
}

// Reports lists the account's reports.
func (c Client) Reports(ctx context.Context) ([]canon.File, error) {
	a, err := c.ask(ctx, "/reports/v1/listReports", map[string]any{}, false)
	return a.files(), err
}

// Feed returns the address where a feed can be downloaded for some minutes, by whoever has it: so it is a secret.
func (c Client) Feed(ctx context.Context, name string) (secret.Value, error) {
	return c.download(ctx, "/catalog/v1/getFeed", map[string]any{"feedName": name})
}

// Report is Feed for reports.
func (c Client) Report(ctx context.Context, name string) (secret.Value, error) {
	return c.download(ctx, "/reports/v1/getReport", map[string]any{"filename": name})
}

func (c Client) download(ctx context.Context, path string, in map[string]any) (secret.Value, error) {
	a, err := c.ask(ctx, path, in, false)
	if err == nil && a.URL == "" {
		err = problem.New(problem.CreatorsBrokenAnswer)
	}
	return secret.New(a.URL), err
}

// ask makes one call. Everything that is no answer to it is an error.
func (c Client) ask(ctx context.Context, path string, in map[string]any, tagged bool) (wireAnswer, error) {
	if tagged {
		if c.Tag == "" {
			return wireAnswer{}, problem.New(problem.CreatorsTagNeeded)
		}
		in["partnerTag"] = c.Tag
		if c.Language != "" {
			in["languagesOfPreference"] = []string{c.Language}
		}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return wireAnswer{}, err
	}
	answer, err := c.Asker.Ask(ctx, c.Marketplace.Region, amazon.Call{
		Method: http.MethodPost, Path: path, Body: body, Limit: 8 << 20,
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}},
	}, amazon.Plain(MarketplaceHeader, c.Marketplace.Site))
	if err != nil {
		if known, ok := problem.Of(err); ok {
			return wireAnswer{}, known
		}
		return wireAnswer{}, problem.New(problem.CreatorsUnreachable).Because(err)
	}
	if answer.Status != http.StatusOK {
		return wireAnswer{}, New().Refusal(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body})
	}
	return readAnswer(answer.Body)
}

// readAnswer reads a body of the API.
func readAnswer(body []byte) (wireAnswer, error) {
	var a wireAnswer
	if json.Unmarshal(body, &a) != nil {
		return wireAnswer{}, problem.New(problem.CreatorsBrokenAnswer)
	}
	return a, nil
}
