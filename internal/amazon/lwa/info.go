package lwa

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Info is what tokeninfo says of an access token.
type Info struct {
	AppID    string        // the security profile's id
	Audience string        // the client id that the token was given to
	Issued   time.Time     // zero where Amazon does not say
	Left     time.Duration // how long it still lives
	UserID   string        // empty for tokens of client credentials
}

// A User is who consented, as far as the scopes let Amazon say.
type User struct {
	ID    string
	Name  string // needs scope profile
	Email string // needs scope profile
}

// TokenInfo asks what an access token is. The token goes in a header: Amazon takes it there too, and a query string ends up in logs
// (ads-lwa 1.9). The error is a problem.Problem.
func (c Client) TokenInfo(ctx context.Context, app App, access secret.Value) (Info, error) {
	var wire struct {
		AppID    string      `json:"app_id"`
		Audience string      `json:"aud"`
		Left     json.Number `json:"exp"` // seconds left, not a time (ads-lwa 1.9)
		Issued   json.Number `json:"iat"`
		UserID   string      `json:"user_id"`
	}
	if err := c.ask(ctx, app, InfoPath, amazon.Field{Name: "x-amz-access-token", Value: access}, &wire); err != nil {
		return Info{}, err
	}
	info := Info{AppID: wire.AppID, Audience: wire.Audience, UserID: wire.UserID}
	if left, err := wire.Left.Int64(); err == nil && left > 0 && left < int64(longestLifetime/time.Second) {
		info.Left = time.Duration(left) * time.Second
	}
	if issued, err := wire.Issued.Int64(); err == nil && issued > 0 {
		info.Issued = time.Unix(issued, 0).UTC()
	}
	if info.Audience == "" {
		return Info{}, problem.New(problem.LWABrokenAnswer).With("tokeninfo names no client id")
	}
	return info, nil
}

// Profile asks who consented. Without scope profile the error is the problem lwa.insufficient_scope.
func (c Client) Profile(ctx context.Context, app App, access secret.Value) (User, error) {
	var wire struct {
		ID    string `json:"user_id"`
		Name  string `json:"name"`
		Email string `json:"email"`
		Old   struct {
			ID    string `json:"CustomerId"`
			Name  string `json:"Name"`
			Email string `json:"PrimaryEmail"`
		} `json:"Profile"` // an old variant (ads-lwa 1.10)
	}
	if err := c.ask(ctx, app, ProfilePath, amazon.Field{Name: "Authorization", Prefix: "Bearer ", Value: access}, &wire); err != nil {
		return User{}, err
	}
	user := User{ID: wire.ID, Name: wire.Name, Email: wire.Email}
	if user.ID == "" {
		user = User(wire.Old)
	}
	if user.ID == "" {
		return User{}, problem.New(problem.LWABrokenAnswer).With("user/profile names no user")
	}
	return user, nil
}

// ask sends a GET with one credential header and reads a JSON answer into wire.
func (c Client) ask(ctx context.Context, app App, path string, credential amazon.Field, wire any) error {
	answer, err := c.send(ctx, app, amazon.Call{
		Method: http.MethodGet,
		Path:   path,
		Header: http.Header{"Accept": {"application/json"}},
		Inject: amazon.Injection{Headers: []amazon.Field{credential}},
	})
	if err != nil {
		return problem.New(problem.LWAUnreachable).Because(err)
	}
	if answer.Status != http.StatusOK {
		return Classify(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Now: c.now()})
	}
	if answer.Truncated || json.Unmarshal(answer.Body, wire) != nil {
		return c.odd(answer)
	}
	return nil
}
