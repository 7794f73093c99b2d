package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

func (a *API) callRoutes(h huma.API) {
	add(h, route{id: "call", method: "POST", path: "/call", summary: "Call Amazon once, as the operator", tag: "calls"},
		func(ctx context.Context, in *with[Call]) (*body[Called], error) {
			return answer(a.cfg.Call(ctx, actor(ctx), in.Body))
		})
	add(h, route{id: "doctor", method: "POST", path: "/doctor", summary: "Have an app, a grant or everything looked at", tag: "calls"},
		func(ctx context.Context, in *with[Examine]) (*body[[]Finding], error) {
			found, err := a.cfg.Doctor(ctx, in.Body.Name)
			if found == nil {
				found = []Finding{}
			}
			return answer(found, err)
		})
}
