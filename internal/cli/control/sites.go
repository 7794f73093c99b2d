package control

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// Sites lists the Site IDs.
func (c *Client) Sites(ctx context.Context) ([]api.Site, error) {
	return get[[]api.Site](ctx, c, "/sites")
}

// AddSite keeps a Site ID.
func (c *Client) AddSite(ctx context.Context, in api.NewSite) (api.Site, error) {
	return post[api.Site](ctx, c, "/sites", in)
}

// ChangeSite changes a Site ID's country, days or Tracking IDs.
func (c *Client) ChangeSite(ctx context.Context, site string, in api.SiteChange) (api.Site, error) {
	return post[api.Site](ctx, c, "/sites/"+seg(site)+"/change", in)
}

// SetSales says how many qualified sales days had.
func (c *Client) SetSales(ctx context.Context, site string, in []api.Sales) (api.Site, error) {
	return post[api.Site](ctx, c, "/sites/"+seg(site)+"/sales", in)
}

// RemoveSite forgets a Site ID.
func (c *Client) RemoveSite(ctx context.Context, site string) error {
	return c.do(ctx, "DELETE", base+"/sites/"+seg(site), nil, nil)
}

// TagLinks puts the right id on links.
func (c *Client) TagLinks(ctx context.Context, in api.TagLinks) ([]api.Link, error) {
	return post[[]api.Link](ctx, c, "/links", in)
}
