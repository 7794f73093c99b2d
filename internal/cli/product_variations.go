package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

func newCmdProductVariations(f *Factory) *cobra.Command {
	o := &productOptions{f: f}
	page := 0
	cmd := &cobra.Command{
		Use: "variations ASIN", Short: "Show a product's variations: its colours, sizes and their prices", Args: wantArgs("ASIN"),
		Long: `Show a product's variations: its colours, sizes and their prices. The ASIN may be the family's own or that of any member.`,
		RunE: func(cmd *cobra.Command, args []string) error { return productVariationsRun(cmd, o, args[0], page) },
	}
	o.addFlags(cmd)
	cmd.Flags().IntVar(&page, "page", 1, "page of ten")
	return cmd
}

func productVariationsRun(cmd *cobra.Command, o *productOptions, asin string, page int) error {
	c, err := o.client(cmd)
	if err != nil {
		return err
	}
	var found canon.Products
	err = o.f.working("asking Amazon", func() error {
		found, err = c.Variations(cmd.Context(), asin, page)
		return err
	})
	if err != nil {
		return err
	}
	return o.f.show(found, func() {
		o.f.printProducts(found)
		s := found.Family
		if s == nil {
			return
		}
		fmt.Fprintf(o.f.Out, "\n%d variations", s.Count)
		if s.Lowest != nil && s.Highest != nil {
			fmt.Fprintf(o.f.Out, ", %s to %s", s.Lowest.Display, s.Highest.Display)
		}
		fmt.Fprintf(o.f.Out, "; page %d of %d.\n", page, s.Pages)
		for _, d := range s.Varies {
			fmt.Fprintf(o.f.Out, "  %s: %s\n", d.Name, strings.Join(d.Values, ", "))
		}
	})
}
