package control

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// AddKey keeps an AWS access key.
func (c *Client) AddKey(ctx context.Context, in api.NewKeyPair) (api.KeptKeyPair, error) {
	return post[api.KeptKeyPair](ctx, c, "/keys", in)
}

// Keys lists the keys of a grant's user as they were last seen.
func (c *Client) Keys(ctx context.Context, grant string) ([]api.AccessKey, error) {
	return get[[]api.AccessKey](ctx, c, "/grants/"+seg(grant)+"/keys")
}

// SyncKeys asks AWS for them.
func (c *Client) SyncKeys(ctx context.Context, grant string) ([]api.AccessKey, error) {
	return post[[]api.AccessKey](ctx, c, "/grants/"+seg(grant)+"/keys", nil)
}

// SetKeyStatus makes a key active or inactive.
func (c *Client) SetKeyStatus(ctx context.Context, grant, key, status string) ([]api.AccessKey, error) {
	return post[[]api.AccessKey](ctx, c, "/grants/"+seg(grant)+"/keys/"+seg(key), api.KeyStatus{Status: status})
}

// DeleteKey deletes an inactive key.
func (c *Client) DeleteKey(ctx context.Context, grant, key string) error {
	return c.do(ctx, "DELETE", base+"/grants/"+seg(grant)+"/keys/"+seg(key), nil, nil)
}

// CreateUser makes an IAM user and keeps its key.
func (c *Client) CreateUser(ctx context.Context, grant string, in api.NewUser) (api.Grant, error) {
	return post[api.Grant](ctx, c, "/grants/"+seg(grant)+"/users", in)
}

// RotateKey begins to replace a grant's key.
func (c *Client) RotateKey(ctx context.Context, grant string) (api.Rotation, error) {
	return post[api.Rotation](ctx, c, "/grants/"+seg(grant)+"/rotation", nil)
}

// Rotation tells how far that is.
func (c *Client) Rotation(ctx context.Context, grant string) (api.Rotation, error) {
	return get[api.Rotation](ctx, c, "/grants/"+seg(grant)+"/rotation")
}
