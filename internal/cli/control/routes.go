package control

import (
	"context"
	"net/url"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

const base = "/api/v1"

func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	var out T
	return out, c.do(ctx, "GET", base+path, nil, &out)
}

func post[T any](ctx context.Context, c *Client, path string, in any) (T, error) {
	var out T
	return out, c.do(ctx, "POST", base+path, in, &out)
}

func seg(s string) string { return url.PathEscape(s) }

// Status asks what the server is.
func (c *Client) Status(ctx context.Context) (api.Status, error) {
	return get[api.Status](ctx, c, "/status")
}

// Apps lists the apps.
func (c *Client) Apps(ctx context.Context) ([]api.App, error) { return get[[]api.App](ctx, c, "/apps") }

// App returns one app.
func (c *Client) App(ctx context.Context, name string) (api.App, error) {
	return get[api.App](ctx, c, "/apps/"+seg(name))
}

// AddApp keeps an app.
func (c *Client) AddApp(ctx context.Context, in api.NewApp) (api.App, error) {
	return post[api.App](ctx, c, "/apps", in)
}

// RotateApp replaces an app's client secret.
func (c *Client) RotateApp(ctx context.Context, name string, in api.NewSecret) (api.App, error) {
	return post[api.App](ctx, c, "/apps/"+seg(name)+"/rotate", in)
}

// RemoveApp forgets an app.
func (c *Client) RemoveApp(ctx context.Context, name string) error {
	return c.do(ctx, "DELETE", base+"/apps/"+seg(name), nil, nil)
}

// Grants lists the grants.
func (c *Client) Grants(ctx context.Context) ([]api.Grant, error) {
	return get[[]api.Grant](ctx, c, "/grants")
}

// Grant returns one grant with its attempts.
func (c *Client) Grant(ctx context.Context, name string) (api.Grant, error) {
	return get[api.Grant](ctx, c, "/grants/"+seg(name))
}

// RefreshGrant gets a new access token now.
func (c *Client) RefreshGrant(ctx context.Context, name string) (api.Grant, error) {
	return post[api.Grant](ctx, c, "/grants/"+seg(name)+"/refresh", nil)
}

// VerifyGrant asks Amazon again which accounts the grant opens.
func (c *Client) VerifyGrant(ctx context.Context, name string) (api.Grant, error) {
	return post[api.Grant](ctx, c, "/grants/"+seg(name)+"/verify", nil)
}

// RevokeGrant forgets a grant's tokens.
func (c *Client) RevokeGrant(ctx context.Context, name string) error {
	return c.do(ctx, "DELETE", base+"/grants/"+seg(name), nil, nil)
}

// Connect begins a consent.
func (c *Client) Connect(ctx context.Context, in api.Connect) (api.Consent, error) {
	return post[api.Consent](ctx, c, "/consents", in)
}

// Adopt makes a grant of a refresh token.
func (c *Client) Adopt(ctx context.Context, in api.Adopt) (api.Grant, error) {
	return post[api.Grant](ctx, c, "/grants", in)
}

// Consent tells how a consent fares.
func (c *Client) Consent(ctx context.Context, consent string) (api.ConsentState, error) {
	return get[api.ConsentState](ctx, c, "/consents/"+seg(consent))
}

// Finish brings back the address that Amazon sent a browser elsewhere to.
func (c *Client) Finish(ctx context.Context, consent string, in api.Returned) (api.Grant, error) {
	return post[api.Grant](ctx, c, "/consents/"+seg(consent)+"/finish", in)
}

// Credentials lists the credentials.
func (c *Client) Credentials(ctx context.Context) ([]api.Credential, error) {
	return get[[]api.Credential](ctx, c, "/credentials")
}

// Credential returns one credential.
func (c *Client) Credential(ctx context.Context, name string) (api.Credential, error) {
	return get[api.Credential](ctx, c, "/credentials/"+seg(name))
}

// Reveal returns the text of a credential.
func (c *Client) Reveal(ctx context.Context, name string, in api.Reveal) (api.Revealed, error) {
	return post[api.Revealed](ctx, c, "/credentials/"+seg(name)+"/reveal", in)
}

// Callers lists the callers.
func (c *Client) Callers(ctx context.Context) ([]api.Caller, error) {
	return get[[]api.Caller](ctx, c, "/callers")
}

// AddCaller lets software in. The answer holds its pass, which is not shown again.
func (c *Client) AddCaller(ctx context.Context, in api.NewCaller) (api.Caller, error) {
	return post[api.Caller](ctx, c, "/callers", in)
}

// RevokeCaller stops a caller at its next request.
func (c *Client) RevokeCaller(ctx context.Context, name string) error {
	return c.do(ctx, "DELETE", base+"/callers/"+seg(name), nil, nil)
}

// Call calls Amazon as the operator.
func (c *Client) Call(ctx context.Context, in api.Call) (api.Called, error) {
	return post[api.Called](ctx, c, "/call", in)
}

// Doctor has an app, a grant or everything looked at.
func (c *Client) Doctor(ctx context.Context, in api.Examine) ([]api.Finding, error) {
	return post[[]api.Finding](ctx, c, "/doctor", in)
}
