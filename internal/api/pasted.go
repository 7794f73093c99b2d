package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/intake"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Intake is what the API needs of *intake.Intake.
type Intake interface {
	Look(ctx context.Context, by audit.Actor, p intake.Paste) intake.Look
	Keep(ctx context.Context, by audit.Actor, ticket string, choices []intake.Choice) ([]intake.Kept, error)
	Forget(by audit.Actor, ticket string) error
}

// Paste is text that may hold keys.
type Paste struct {
	Text  string `json:"text,omitempty" doc:"whatever was pasted: it is looked at, never logged, and not kept"`
	Data  []byte `json:"data,omitempty" doc:"the same as the bytes of a file, in place of text"`
	Ask   bool   `json:"ask,omitempty" doc:"whether Amazon may be asked about it; nothing changes there by it"`
	Realm string `json:"realm,omitempty" doc:"amazon or sandbox; empty for amazon"`
}

// Pasted is what a text was found to hold.
type Pasted struct {
	Ticket   string            `json:"ticket,omitempty" doc:"under which it waits to be kept; empty where nothing can be"`
	Expires  time.Time         `json:"expires,omitzero"`
	Items    []PastedItem      `json:"items"`
	Warnings []problem.Problem `json:"warnings,omitempty"`
}

// PastedItem is one thing that was recognised. It holds no secret.
type PastedItem struct {
	Kind     string            `json:"kind"`
	Program  string            `json:"program"`
	Region   string            `json:"region"`
	Version  string            `json:"version" doc:"of a Creators API credential"`
	Hint     string            `json:"hint,omitempty" doc:"how such values begin and, of what is no secret, the last four characters"`
	Has      []string          `json:"has,omitempty" doc:"which of its parts are there"`
	Line     int               `json:"line,omitempty"`
	Whole    bool              `json:"whole"`
	State    string            `json:"state" enum:"unasked,works,proven,pending,refused,unclear"`
	Asked    []string          `json:"asked,omitempty" doc:"hosts that were asked, at most once each while they refused"`
	Detail   string            `json:"detail,omitempty" doc:"whose it is, as Amazon says"`
	Name     string            `json:"name,omitempty" doc:"proposed; empty where it cannot be kept"`
	Problems []problem.Problem `json:"problems"`
	Careful  []problem.Problem `json:"careful,omitempty" doc:"what speaks against keeping it, although it works"`
	Notes    []string          `json:"notes,omitempty"`
}

// KeepPasted says which of them shall be kept.
type KeepPasted struct {
	Items []KeepItem `json:"items"`
}

// KeepItem is one of them.
type KeepItem struct {
	Item       int    `json:"item" doc:"its place, from 0"`
	Name       string `json:"name,omitempty" doc:"empty for the proposed one"`
	Program    string `json:"program,omitempty" doc:"where its form fits several; empty for ads"`
	RootAnyway bool   `json:"root_anyway,omitempty" doc:"keep an AWS key although it is the root user's"`
}

// KeptItem is what became of it.
type KeptItem struct {
	Item    int              `json:"item"`
	Name    string           `json:"name"`
	As      string           `json:"as,omitempty" doc:"app, grant or site"`
	Health  string           `json:"health,omitempty"`
	Next    string           `json:"next,omitempty" doc:"what to do next"`
	Notes   []string         `json:"notes,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty" doc:"why it was not kept"`
}

func (a *API) pastedRoutes(h huma.API) {
	add(h, route{id: "look-at-paste", method: "POST", path: "/pasted", summary: "Say which keys a text holds and, if allowed, ask Amazon about them", tag: "pasted"},
		func(ctx context.Context, in *with[Paste]) (*body[Pasted], error) { return answer(a.look(ctx, in.Body)) })
	add(h, route{id: "keep-pasted", method: "POST", path: "/pasted/{name}/keep", summary: "Keep what was confirmed", tag: "pasted"},
		func(ctx context.Context, in *namedWith[KeepPasted]) (*body[[]KeptItem], error) {
			var choices []intake.Choice
			for _, c := range in.Body.Items {
				choices = append(choices, intake.Choice{Item: c.Item, Name: c.Name, Program: c.Program, RootAnyway: c.RootAnyway})
			}
			kept, err := a.cfg.Intake.Keep(ctx, actor(ctx), in.Name, choices)
			out := make([]KeptItem, 0, len(kept))
			for _, k := range kept {
				out = append(out, KeptItem{k.Item, k.Name, k.As, k.Health, k.Next, k.Notes, k.Problem})
			}
			return answer(out, err)
		})
	add(h, route{id: "forget-pasted", method: "DELETE", path: "/pasted/{name}", summary: "Forget what was pasted", tag: "pasted"},
		func(ctx context.Context, in *named) (*none, error) {
			return nil, a.cfg.Intake.Forget(actor(ctx), in.Name)
		})
}

func (a *API) look(ctx context.Context, in Paste) (Pasted, error) {
	realm := amazon.Realm(in.Realm)
	switch {
	case in.Realm == "":
		realm = amazon.Real
	case realm != amazon.Real && realm != amazon.Sandbox:
		return Pasted{}, problem.New(problem.APIBadRequest).With("the realm is amazon or sandbox")
	case realm == amazon.Sandbox && a.cfg.Status().Sandbox == "":
		return Pasted{}, problem.New(problem.ServerNoSandbox)
	}
	text := in.Data
	if len(text) == 0 {
		text = []byte(in.Text)
	}
	look := a.cfg.Intake.Look(ctx, actor(ctx), intake.Paste{Text: text, Realm: realm, Ask: in.Ask})
	out := Pasted{Ticket: look.Ticket, Expires: look.Expires, Items: []PastedItem{}, Warnings: look.Warnings}
	for _, i := range look.Items {
		item := PastedItem{
			Kind: i.Kind, Program: i.Program, Region: i.Region, Version: i.Version, Hint: i.Hint, Line: i.Line, Whole: i.Whole, State: string(i.State),
			Asked: i.Asked, Detail: i.Detail, Name: i.Name, Problems: i.Problems, Careful: i.Careful, Notes: i.Notes,
		}
		for _, r := range i.Has {
			item.Has = append(item.Has, string(r))
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}
