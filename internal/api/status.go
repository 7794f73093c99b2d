package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

func (a *API) statusRoutes(h huma.API) {
	add(h, route{id: "status", method: "GET", path: "/status", summary: "What runs, and where", tag: "server"},
		func(context.Context, *none) (*body[Status], error) {
			s := a.cfg.Status()
			s.Version, s.Grants = a.cfg.Version, map[string]int{}
			for _, g := range a.cfg.Broker.Grants() {
				health, _, _ := g.Standing()
				s.Grants[string(health)]++
			}
			return &body[Status]{s}, nil
		})
}
