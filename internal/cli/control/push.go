package control

import (
	"context"
	"net/url"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

// Push sends a message, or begins a broadcast.
func (c *Client) Push(ctx context.Context, in push.Post) (push.Posted, error) {
	return post[push.Posted](ctx, c, "/push", in)
}

// Broadcasts lists the newest broadcasts.
func (c *Client) Broadcasts(ctx context.Context) ([]api.Broadcast, error) {
	return get[[]api.Broadcast](ctx, c, "/push/broadcasts")
}

// Broadcast tells how one fares.
func (c *Client) Broadcast(ctx context.Context, id string) (api.Broadcast, error) {
	return get[api.Broadcast](ctx, c, "/push/broadcasts/"+seg(id))
}

// CancelBroadcast sends nothing more of one.
func (c *Client) CancelBroadcast(ctx context.Context, id string) error {
	return c.do(ctx, "DELETE", base+"/push/broadcasts/"+seg(id), nil, nil)
}

// BroadcastResults tells what became of each device, after one of them.
func (c *Client) BroadcastResults(ctx context.Context, id, after string, limit int) ([]api.BroadcastResult, error) {
	q := url.Values{"after": {after}, "limit": {strconv.Itoa(limit)}}
	return get[[]api.BroadcastResult](ctx, c, "/push/broadcasts/"+seg(id)+"/results?"+q.Encode())
}

// Registrations lists the devices that are kept, after one of them.
func (c *Client) Registrations(ctx context.Context, grant string, tags []string, retired bool, after string, limit int) ([]api.Registration, error) {
	q := url.Values{"grant": {grant}, "tag": tags, "after": {after}, "limit": {strconv.Itoa(limit)}, "retired": {strconv.FormatBool(retired)}}
	return get[[]api.Registration](ctx, c, "/push/registrations?"+q.Encode())
}

// ImportRegistrations keeps devices.
func (c *Client) ImportRegistrations(ctx context.Context, in api.NewRegistrations) (push.Imported, error) {
	return post[push.Imported](ctx, c, "/push/registrations", in)
}

// RetireRegistrations sends to these devices no more.
func (c *Client) RetireRegistrations(ctx context.Context, in api.PushTargets) (api.PushChanged, error) {
	return post[api.PushChanged](ctx, c, "/push/registrations/retire", in)
}

// CountRegistrations tells how many devices there are.
func (c *Client) CountRegistrations(ctx context.Context, grant string) (push.Count, error) {
	return get[push.Count](ctx, c, "/push/count?"+url.Values{"grant": {grant}}.Encode())
}

// ChangeGroup creates a group at Amazon, adds devices to it or removes them.
func (c *Client) ChangeGroup(ctx context.Context, name string, in api.PushTargets) (api.PushChanged, error) {
	return post[api.PushChanged](ctx, c, "/push/groups/"+seg(name), in)
}

// RegisterTopics registers the security profile for topics.
func (c *Client) RegisterTopics(ctx context.Context, grant string) error {
	return c.do(ctx, "POST", base+"/push/topics?"+url.Values{"grant": {grant}}.Encode(), nil, nil)
}
