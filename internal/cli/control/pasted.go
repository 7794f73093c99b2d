package control

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// Look says which keys a text holds.
func (c *Client) Look(ctx context.Context, in api.Paste) (api.Pasted, error) {
	return post[api.Pasted](ctx, c, "/pasted", in)
}

// KeepPasted keeps what was confirmed.
func (c *Client) KeepPasted(ctx context.Context, ticket string, in api.KeepPasted) ([]api.KeptItem, error) {
	return post[[]api.KeptItem](ctx, c, "/pasted/"+seg(ticket)+"/keep", in)
}

// ForgetPasted drops what waits.
func (c *Client) ForgetPasted(ctx context.Context, ticket string) error {
	return c.do(ctx, "DELETE", base+"/pasted/"+seg(ticket), nil, nil)
}
