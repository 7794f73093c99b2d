package cli

import (
	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

// kept asks a running server for the ids that it keeps.
func (o *linkOptions) kept(cmd *cobra.Command) ([]associates.Store, error) {
	c, err := o.f.client(cmd)
	if err != nil {
		return nil, err
	}
	all, err := c.Sites(cmd.Context())
	if err != nil {
		return nil, err
	}
	var stores []associates.Store
	for _, s := range all {
		m, _ := associates.MarketplaceOf(s.Country)
		stores = append(stores, associates.Store{ID: s.SiteID, Marketplace: m, Also: s.Tracking})
	}
	return stores, nil
}
