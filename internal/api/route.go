package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const base = "/api/v1"

// body wraps what a route answers with.
type body[T any] struct{ Body T }

// none is the input or answer of a route that has none.
type none struct{}

// named is the input of a route about one thing.
type named struct {
	Name string `path:"name" doc:"its name, or its id" maxLength:"128"`
}

// namedWith is the input of a route that does something to one thing.
type namedWith[T any] struct {
	Name string `path:"name" doc:"its name, or its id" maxLength:"128"`
	Body T
}

// with is the input of a route that takes a body.
type with[T any] struct{ Body T }

// route is one row of the API's table.
type route struct {
	id, method, path, summary, tag string
	open                           bool // needs no session
}

// add puts a route up. Answers that are nil are 204.
func add[I, O any](h huma.API, r route, do func(ctx context.Context, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: base + r.path, Summary: r.summary, Tags: []string{r.tag},
		MaxBodyBytes: 16 << 20, Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity},
	}
	if r.open {
		op.Security = []map[string][]string{}
	}
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, fail(err)
		}
		return out, nil
	})
}

// answer wraps v for the framework.
func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}
