package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

func newCmdProductGet(f *Factory) *cobra.Command {
	o := &productOptions{f: f}
	cmd := &cobra.Command{
		Use: "get ASIN...", Short: "Show products by their ASINs, ten to a call",
		Long: `Show products by their ASINs, ten to a call: title, price, stock, link. A single one is shown whole.

Prices and stock may be shown for an hour, other data for a day. Use the links as they are: Amazon counts a sale for the API, and so
your limits, only by links that it made itself.`,
		Example: `  lockkeeper product get B08N5WRWNW --marketplace DE --tag mysite-21
  lockkeeper product get B08N5WRWNW B07XJ8C8F5 --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("there is no ASIN", "give one or several: ten letters and digits, as in amazon.com/dp/B08N5WRWNW")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return productGetRun(cmd, o, args) },
	}
	o.addFlags(cmd)
	return cmd
}

func productGetRun(cmd *cobra.Command, o *productOptions, asins []string) error {
	c, err := o.client(cmd)
	if err != nil {
		return err
	}
	var found canon.Products
	err = o.f.working("asking Amazon", func() error {
		found, err = c.Items(cmd.Context(), asins...)
		return err
	})
	if err != nil {
		return err
	}
	return o.f.show(found, func() {
		if len(found.Products) == 1 && len(asins) == 1 {
			o.f.printProduct(found.Products[0])
			return
		}
		o.f.printProducts(found)
	})
}

// printProduct shows one product whole.
func (f *Factory) printProduct(p canon.Product) {
	fmt.Fprintln(f.Out, p.Title)
	shelf := ""
	if len(p.Nodes) > 0 {
		shelf = strings.Join(append(p.Nodes[0].Path, p.Nodes[0].Name), " > ") + " (" + p.Nodes[0].ID + ")"
	}
	rank := ""
	if p.SalesRank > 0 {
		rank = strconv.Itoa(p.SalesRank)
	}
	f.pairs("asin", p.ASIN, "family", p.Parent, "marketplace", p.Marketplace, "brand", p.Brand, "shelf", shelf, "sales rank", rank,
		"ean", strings.Join(p.EANs, " "), "image", p.Image, "link", p.Link)
	if len(p.Offers) > 0 {
		fmt.Fprintln(f.Out)
		var rows [][]string
		for _, o := range p.Offers {
			price, was := "-", "-"
			if o.Price != nil {
				price = o.Price.Display
			}
			if o.Was != nil {
				was = fmt.Sprintf("%s (-%d %%)", o.Was.Display, o.SavingPercent)
			}
			best := "no"
			if o.BuyBox {
				best = "yes"
			}
			rows = append(rows, []string{price, was, dash(o.Message), dash(o.Condition), dash(o.Seller), best, dash(o.Deal)})
		}
		f.table([]string{"PRICE", "WAS", "STOCK", "CONDITION", "SELLER", "BUY BOX", "DEAL"}, rows)
	}
}
