package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const sessionPath = base + "/session"

// signOutInput carries the session that ends.
type signOutInput struct {
	Authorization string `header:"Authorization" hidden:"true"`
}

func (a *API) sessionRoutes(h huma.API) {
	add(h, route{id: "sign-in", method: "POST", path: "/session", summary: "Sign in", tag: "session", open: true},
		func(ctx context.Context, in *with[SignIn]) (*body[Session], error) {
			token, expires, err := a.cfg.Operators.SignIn(ctx, in.Body.Name, secret.New(in.Body.Password))
			if err != nil {
				return nil, err
			}
			return &body[Session]{Session{Token: token.Reveal(), Expires: expires}}, nil
		})
	add(h, route{id: "sign-out", method: "DELETE", path: "/session", summary: "Sign out", tag: "session"},
		func(ctx context.Context, in *signOutInput) (*none, error) {
			return nil, a.cfg.Operators.SignOut(ctx, trimBearer(in.Authorization))
		})
}

func trimBearer(h string) string {
	const bearer = "Bearer "
	if len(h) > len(bearer) {
		return h[len(bearer):]
	}
	return ""
}
