package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators"
)

type productSearchOptions struct {
	productOptions
	search creators.Search
	stock  bool
}

func newCmdProductSearch(f *Factory) *cobra.Command {
	o := &productSearchOptions{productOptions: productOptions{f: f}}
	cmd := &cobra.Command{
		Use: "search [KEYWORDS]...", Short: "Look for products by words, brand, department or price",
		Long: `Look for products by words, brand, department or price. Ten come at once, and at most a hundred in all.

Prices of --min-price and --max-price are in the marketplace's smallest unit, such as cents.`,
		Example: `  lockkeeper product search door lock --marketplace US --tag mysite-20
  lockkeeper product search --brand Sandbourne --sort Price:LowToHigh --page 2`,
		Args: func(_ *cobra.Command, args []string) error {
			if s := o.search; len(args) == 0 && s.Brand+s.Title+s.Author+s.Node+s.Index == "" {
				return misuse("there is nothing to look for", "give words, or --brand, --title, --author, --node or --index")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.search.Keywords = strings.Join(args, " ")
			return productSearchRun(cmd, o)
		},
	}
	o.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.search.Brand, "brand", "", "words of the brand")
	flags.StringVar(&o.search.Title, "title", "", "words of the title")
	flags.StringVar(&o.search.Author, "author", "", "words of the author's name")
	flags.StringVar(&o.search.Index, "index", "", "department, as Amazon calls it: Electronics, Books (default all)")
	flags.StringVar(&o.search.Node, "node", "", "browse node, a shelf's number")
	flags.StringVar(&o.search.Sort, "sort", "", "Relevance, Featured, NewestArrivals, AvgCustomerReviews, Price:LowToHigh or Price:HighToLow (default Amazon's)")
	flags.IntVar(&o.search.MinPrice, "min-price", 0, "least price, in the smallest unit")
	flags.IntVar(&o.search.MaxPrice, "max-price", 0, "highest price, in the smallest unit")
	flags.IntVar(&o.search.MinSaving, "min-saving", 0, "least saving in percent")
	flags.IntVar(&o.search.Page, "page", 0, "page, 1 to 10")
	flags.BoolVar(&o.stock, "out-of-stock", false, "list what is out of stock too")
	return cmd
}

func productSearchRun(cmd *cobra.Command, o *productSearchOptions) error {
	c, err := o.client(cmd)
	if err != nil {
		return err
	}
	if o.stock {
		o.search.Availability = "IncludeOutOfStock"
	}
	var found canon.Products
	err = o.f.working("asking Amazon", func() error {
		found, err = c.Search(cmd.Context(), o.search)
		return err
	})
	if err != nil {
		return err
	}
	return o.f.show(found, func() {
		o.f.printProducts(found)
		fmt.Fprintf(o.f.Out, "\n%d found in %s; page %d of at most 10.\n", found.Total, c.Marketplace.Site, max(1, o.search.Page))
	})
}
