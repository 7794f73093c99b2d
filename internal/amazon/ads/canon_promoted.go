package ads

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// Most products of one question. Product metadata takes 300 and may tell of an ASIN once for each SKU, so fewer are asked for. The list of
// eligibilities has no documented limit; 20 is what others found to work.
const (
	mostMetadata    = 100
	mostOfPage      = 300
	mostEligibility = 20
)

// promoted is the collection of the products that the account's ads advertise: those of Sponsored Products and Sponsored Display, each once.
// The lists of ads tell which they are; what they look like and whether they may be advertised are further questions to Amazon (contract
// ads-model 1.4). Every page reads the ads anew, since no list of Amazon's has products once.
func promoted(all []*collection) *collection {
	c := decoder(&collection{
		kind: canon.KindPromoted, speaks: metadata{}, list: "ProductMetadataList", ids: mostMetadata,
		ops: map[string]string{verbList: "product.metadata"}, also: []string{eligibilityOp},
	}, decodeMetadata)
	var from []*collection
	for _, ads := range all {
		if ads.kind == canon.KindAd && ads.channel != canon.SponsoredBrands && ads.ops[verbList] != "" {
			from, c.also = append(from, ads), append(c.also, ads.ops[verbList])
		}
	}
	c.gather = func(ctx context.Context, p *Program, s amazon.Asker, v *view, q *amazon.AdsQuery, token string) ([]canon.AdsObject, string, error) {
		products, err := p.advertised(ctx, s, v, q, from)
		if err != nil {
			return nil, "", err
		}
		products = slices.DeleteFunc(products, func(a *advertised) bool { return a.key() <= token })
		next := ""
		if q.Size > 0 && len(products) > q.Size {
			products = products[:q.Size]
			next = products[q.Size-1].key()
		}
		if err := p.describe(ctx, s, v, c, products); err != nil {
			return nil, "", err
		}
		if err := p.judge(ctx, s, v, products); err != nil {
			return nil, "", err
		}
		objects := make([]canon.AdsObject, len(products))
		for i, a := range products {
			objects[i] = a.AdsPromoted
		}
		return objects, next, nil
	}
	return c
}

// An advertised is a product that ads advertise.
type advertised struct {
	*canon.AdsPromoted
	asin   string // empty where no ad told it
	adType string // the ad product that its eligibility is of
}

// key is what the product is in the order of pages.
func (a *advertised) key() string { return a.ID }

// extASIN is the product behind a seller's own number, and extWarnings why ads of it may not be shown though it may be advertised.
const (
	extASIN     = "asin"
	extWarnings = "eligibilityWarnings"
)

// advertised reads the products of all ads that the query does not rule out, in the order of their ids. Where both ad products advertise
// one, it is Sponsored Products'.
func (p *Program) advertised(ctx context.Context, s amazon.Asker, v *view, q *amazon.AdsQuery, from []*collection) ([]*advertised, error) {
	found := map[string]*advertised{}
	for _, ads := range from {
		at := section{ads, amazon.AdsQuery{Kind: canon.KindAd, Channel: ads.channel, Statuses: q.Statuses}}
		for token := ""; ; {
			objects, next, err := p.listPage(ctx, s, p.view(v.account), &at, token)
			if err != nil {
				return nil, err
			}
			for _, o := range objects {
				a := productOf(o.(*canon.AdsAd), v) // the collection is one of ads
				if a != nil && found[a.ID] == nil && keeps(q, a.AdsPromoted) {
					found[a.ID] = a
				}
			}
			if token = next; token == "" {
				break
			}
		}
	}
	all := make([]*advertised, 0, len(found))
	for _, a := range found {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *advertised) int { return cmp.Compare(a.key(), b.key()) })
	return all, nil
}

// productOf is what an ad advertises: the first that it names, with the ASIN behind it. Some ads of Sponsored Display lead to a page only.
func productOf(ad *canon.AdsAd, v *view) *advertised {
	if len(ad.Promoted) == 0 || ad.Promoted[0].ID == "" {
		return nil
	}
	first := ad.Promoted[0]
	a := &advertised{AdsPromoted: &canon.AdsPromoted{Type: first.Type}, adType: "sp"}
	a.ID, a.Provider, a.OrganizationID = first.ID, "amazon", v.account.ID
	if ad.Channel == canon.SponsoredDisplay {
		a.adType = "sd"
	}
	for _, r := range ad.Promoted {
		if r.Type == "ASIN" {
			a.asin = r.ID
		}
	}
	if a.asin != "" && a.asin != a.ID {
		a.Ext = map[string]any{extASIN: a.asin}
	}
	return a
}

// describe asks for titles, pictures and prices, by ASIN, or by SKU where no ASIN is known. A product that Amazon says nothing of stays as it is.
func (p *Program) describe(ctx context.Context, s amazon.Asker, v *view, c *collection, products []*advertised) error {
	byASIN := map[bool][]*advertised{}
	for _, a := range products {
		byASIN[a.asin != ""] = append(byASIN[a.asin != ""], a)
	}
	for known, all := range byASIN {
		for some := range slices.Chunk(all, mostMetadata) {
			call, err := askMetadata(some, known)
			if err != nil {
				return broken(c, err)
			}
			answer, err := p.look(ctx, s, v, c.finish(verbList, call))
			if err != nil {
				return err
			}
			items, _, err := c.speaks.read(c, answer.Body, "", mostOfPage)
			if err != nil || answer.Truncated {
				return broken(c, err)
			}
			for _, item := range items {
				if err := c.tell(item, v, some); err != nil {
					return broken(c, err)
				}
			}
		}
	}
	return nil
}

func askMetadata(some []*advertised, byASIN bool) (amazon.Call, error) {
	q := metadataQuery{Details: true, Size: mostOfPage}
	for _, a := range some {
		if byASIN {
			q.ASINs = append(q.ASINs, a.asin)
		} else {
			q.SKUs = append(q.SKUs, a.ID)
		}
	}
	slices.Sort(q.ASINs)
	if q.ASINs = slices.Compact(q.ASINs); !byASIN {
		q.AdType = "SP" // the only one that takes SKUs
	}
	return q.call()
}

// tell puts what an item of metadata says on the products that it is of.
func (c *collection) tell(item []byte, v *view, some []*advertised) error {
	o, err := c.object(item, v)
	if err != nil {
		return err
	}
	said := o.(*canon.AdsPromoted) // the collection is one of them
	asin, _ := said.Ext[extASIN].(string)
	for _, a := range some {
		switch {
		case a.ID == said.ID: // of this very product, by whichever name
		case a.asin == "" || a.asin != asin && a.asin != said.ID || a.Title != "":
			continue
		}
		a.Name, a.Title, a.ImageURL, a.Price, a.Raw = said.Name, said.Title, said.ImageURL, said.Price, said.Raw
	}
	return nil
}

// metadata is the dialect of POST /product/metadata (OpenAPI document "Product Selector" 3.0).
type metadata struct{ readOnly }

type metadataQuery struct {
	ASINs   []string `json:"asins,omitempty"`
	SKUs    []string `json:"skus,omitempty"`
	AdType  string   `json:"adType,omitempty"`
	Details bool     `json:"checkItemDetails"`
	Page    int      `json:"pageIndex"`
	Size    int      `json:"pageSize"`
}

func (q metadataQuery) call() (amazon.Call, error) {
	text, err := json.Marshal(q)
	return amazon.Call{Body: text, Header: http.Header{"Accept": {"application/vnd.productmetadataresponse.v1+json"}}}, err
}

// list implements dialect.
func (metadata) list(_ *collection, q *amazon.AdsQuery, _ string, _ int) (amazon.Call, error) {
	return metadataQuery{ASINs: q.IDs, Details: true, Size: mostOfPage}.call()
}

// read implements dialect.
func (metadata) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	items, _, err := page(answer, c.list)
	return items, "", err
}

// A wireMetadata is what Amazon says of a product.
type wireMetadata struct {
	ASIN  string `json:"asin"`
	SKU   string `json:"sku"`
	Title string `json:"title"`
	Image string `json:"imageUrl"`
	Price *struct {
		Amount   json.Number `json:"amount"`
		Currency string      `json:"currency"`
	} `json:"priceToPay"`
}

func decodeMetadata(w *wireMetadata, v *view) (*canon.AdsPromoted, error) {
	o := &canon.AdsPromoted{AdsCommon: canon.AdsCommon{ID: w.ASIN, Name: w.Title}, Type: "ASIN", Title: w.Title, ImageURL: w.Image}
	if w.SKU != "" {
		o.ID, o.Type = w.SKU, "SKU"
		if w.ASIN != "" {
			o.Ext = map[string]any{extASIN: w.ASIN}
		}
	}
	if w.Price == nil {
		return o, nil
	}
	var err error
	o.Price, err = v.money(w.Price.Amount, w.Price.Currency)
	return o, err
}
