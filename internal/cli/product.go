package cli

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

func newCmdProduct(f *Factory) *cobra.Command {
	return group("product", "Ask Amazon about products: prices, stock, variations, departments",
		newCmdProductGet(f), newCmdProductSearch(f), newCmdProductVariations(f), newCmdProductNodes(f))
}

// productOptions say where a question about products is asked, and for whom.
type productOptions struct {
	f           *Factory
	marketplace string
	tag         string
	language    string
	grant       string
}

func (o *productOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.marketplace, "marketplace", "", "country code or site: US, DE, www.amazon.co.uk (default that of the Site ID, or the grant's first)")
	flags.StringVar(&o.tag, "tag", "", "Site ID or Tracking ID that the links carry (default the one kept for the marketplace)")
	flags.StringVar(&o.language, "language", "", "language of the texts, such as en_US (default the marketplace's own)")
	flags.StringVar(&o.grant, "grant", "", "grant to ask with (default the only one that fits the marketplace)")
}

// client finds out what was not said: from the Site IDs that are kept, and from the grants.
func (o *productOptions) client(cmd *cobra.Command) (creators.Client, error) {
	c, err := o.f.client(cmd)
	if err != nil {
		return creators.Client{}, err
	}
	sites, err := c.Sites(cmd.Context())
	if err != nil {
		return creators.Client{}, err
	}
	grants, err := c.Grants(cmd.Context())
	if err != nil {
		return creators.Client{}, err
	}
	grants = slices.DeleteFunc(grants, func(g api.Grant) bool { return g.Program != "creators" || o.grant != "" && g.Name != o.grant })
	if len(grants) == 0 {
		return creators.Client{}, refuse("no grant of the Creators API is here",
			"`lockkeeper app add NAME --program creators` keeps a credential, `lockkeeper grant connect --app NAME` makes a grant of it; `lockkeeper guide --for products` says where to get one")
	}
	m, err := o.where(sites, grants)
	if err != nil {
		return creators.Client{}, err
	}
	if o.tag == "" {
		o.tag = tagFor(sites, m)
	}
	return creators.Client{Asker: operatorAsker{c, o.grant}, Marketplace: m, Tag: o.tag, Language: o.language}, nil
}

// where is the marketplace: the one named, else that of the Site ID, else the first that the grant opens.
func (o *productOptions) where(sites []api.Site, grants []api.Grant) (canon.Marketplace, error) {
	name := o.marketplace
	for _, s := range sites {
		if name == "" && s.Marketplace != "" && (o.tag == "" && len(sites) == 1 || o.tag != "" && (s.SiteID == o.tag || slices.Contains(s.Tracking, o.tag))) {
			name = s.Marketplace
		}
	}
	if name == "" && len(grants[0].Accounts) > 0 {
		name = grants[0].Accounts[0].ID
	}
	m, ok := canon.ParseMarketplace(name)
	if !ok {
		return m, problem.New(problem.CreatorsMarketplaceUnknown).With("%q; there are %s", name, countries())
	}
	return m, nil
}

func countries() string {
	var all []string
	for _, m := range canon.Marketplaces() {
		all = append(all, m.Country)
	}
	return strings.Join(all, " ")
}

func tagFor(sites []api.Site, m canon.Marketplace) string {
	for _, s := range sites {
		if s.Marketplace == m.Site {
			return s.SiteID
		}
	}
	return ""
}

// operatorAsker makes a program's calls as the operator, through the gateway like everybody's.
type operatorAsker struct {
	client *control.Client
	grant  string
}

// Ask implements amazon.Asker. The gateway settles grant and region by the selector.
func (a operatorAsker) Ask(ctx context.Context, _ canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	in := api.Call{Grant: a.grant, Program: "creators", Method: c.Method, Path: c.Path, Body: string(c.Body), Header: map[string]string{}}
	for name := range c.Header {
		in.Header[name] = c.Header.Get(name)
	}
	for _, s := range selectors {
		in.Account = s.Value.Reveal() // a marketplace
	}
	out, err := a.client.Call(ctx, in)
	if err != nil {
		return nil, err
	}
	if out.Problem != nil && out.Status >= http.StatusBadRequest {
		return nil, *out.Problem
	}
	answer := &amazon.Answer{Status: out.Status, Header: http.Header{}, Body: []byte(out.Body)}
	for name, value := range out.Header {
		answer.Header.Set(name, value)
	}
	return answer, nil
}

// printProducts shows a table, and under it what Amazon refused.
func (f *Factory) printProducts(all canon.Products) {
	var rows [][]string
	for _, p := range all.Products {
		price, was, stock := "-", "-", "-"
		if len(p.Offers) > 0 {
			o := p.Offers[0]
			stock = dash(o.Message)
			if o.Price != nil {
				price = o.Price.Display
			}
			if o.Was != nil {
				was = o.Was.Display
			}
		}
		rows = append(rows, []string{p.ASIN, price, was, stock, clipText(p.Title, 60)})
	}
	f.table([]string{"ASIN", "PRICE", "WAS", "STOCK", "TITLE"}, rows)
	for _, r := range all.Refusals {
		f.say("lockkeeper: note: %s (%s)", oneLine(r.Message), r.Code)
	}
}

// clipText shortens what would not fit a line.
func clipText(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
