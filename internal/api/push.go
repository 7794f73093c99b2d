package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

// Push is what the API needs of *push.Push.
type Push interface {
	Post(ctx context.Context, by audit.Actor, choose push.Choose, in push.Post) (int, push.Posted, error)
	ChangeGroup(ctx context.Context, grant, operation, group string, to []string) (adm.GroupChange, error)
	RegisterTopics(ctx context.Context, grant string) error
	Broadcast(ctx context.Context, b id.Broadcast) (push.Progress, error)
	Broadcasts(ctx context.Context, limit int) ([]push.Broadcast, error)
	Results(ctx context.Context, b id.Broadcast, after id.Registration, limit int) ([]push.Target, error)
	Cancel(ctx context.Context, by audit.Actor, b id.Broadcast) error
	Import(ctx context.Context, grant string, rows []push.Row) (push.Imported, error)
	Registrations(ctx context.Context, grant string, f push.Filter) ([]push.Registration, error)
	Count(ctx context.Context, grant string) (push.Count, error)
	Retire(ctx context.Context, grant string, texts []string) (int, error)
}

// A Broadcast is one message to many devices.
type Broadcast struct {
	ID          string         `json:"id"`
	Grant       string         `json:"grant"`
	State       string         `json:"state" enum:"listing,sending,held,done,stopped,cancelled"`
	Tags        []string       `json:"tags" doc:"whom it is for; everybody where there are none"`
	Devices     int            `json:"devices" doc:"how many it is for"`
	Waiting     int            `json:"waiting" doc:"of those, how many are still to be sent to"`
	Counts      map[string]int `json:"counts" doc:"devices by what became of them: accepted, moved, unregistered, invalid, refused, lost, failed, skipped"`
	PerSecond   float64        `json:"per_second" doc:"messages that leave a second; 0 where it is not under way"`
	Limit       float64        `json:"limit,omitempty" doc:"messages a second that may leave, as asked for or as found out"`
	PausedUntil time.Time      `json:"paused_until,omitzero" doc:"Amazon asked to wait"`
	HeldUntil   time.Time      `json:"held_until,omitzero"`
	By          string         `json:"by,omitempty"`
	Created     time.Time      `json:"created"`
	Ended       time.Time      `json:"ended,omitzero"`

	Problem *problem.Problem `json:"problem,omitempty" doc:"why it is held or stopped"`
}

// BroadcastResult is what became of one device.
type BroadcastResult struct {
	Device       string    `json:"device" doc:"give the last one as after to read on"`
	Registration string    `json:"registration" doc:"the registration id that is good now"`
	Name         string    `json:"name,omitempty"`
	Outcome      string    `json:"outcome" doc:"empty for a device that still waits"`
	Problem      string    `json:"problem,omitempty"`
	Status       int       `json:"status,omitempty"`
	Tries        int       `json:"tries"`
	At           time.Time `json:"at,omitzero"`
}

// Registration is one app on one device.
type Registration struct {
	ID           string    `json:"id"`
	Registration string    `json:"registration"`
	Name         string    `json:"name,omitempty"`
	Tags         []string  `json:"tags"`
	Added        time.Time `json:"added"`
	Moved        time.Time `json:"moved,omitzero" doc:"when Amazon last told a newer id"`
	Retired      time.Time `json:"retired,omitzero"`
	Reason       string    `json:"reason,omitempty" doc:"why it was retired: a problem's code, replaced or removed"`
}

// NewRegistrations are registrations to be kept.
type NewRegistrations struct {
	Grant string    `json:"grant,omitempty" doc:"empty for the only one"`
	Rows  []PushRow `json:"rows" maxItems:"10000"`
}

// PushRow is a registration as people list it.
type PushRow struct {
	Registration string   `json:"registration"`
	Name         string   `json:"name,omitempty"`
	Tags         []string `json:"tags,omitempty"`
}

// PushTargets names registrations.
type PushTargets struct {
	Grant     string   `json:"grant,omitempty" doc:"empty for the only one"`
	Operation string   `json:"operation,omitempty" enum:"create,add,remove" doc:"what to do to a group"`
	To        []string `json:"to" doc:"registration ids, or names under which they are kept" maxItems:"10000"`
}

// PushChanged tells what became of registrations.
type PushChanged struct {
	Success int      `json:"success"`
	Failed  []string `json:"failed,omitempty"`
}

type (
	registrationQuery struct {
		Grant   string   `query:"grant"`
		Tag     []string `query:"tag,explode"`
		After   string   `query:"after"`
		Limit   int      `query:"limit" maximum:"10000"`
		Retired bool     `query:"retired"`
	}
	resultQuery struct {
		Name  string `path:"name" maxLength:"128"`
		After string `query:"after"`
		Limit int    `query:"limit" maximum:"10000"`
	}
	grantQuery struct {
		Grant string `query:"grant"`
	}
	posted struct {
		Status int
		Body   push.Posted
	}
)

func (a *API) pushRoutes(h huma.API) {
	add(h, route{id: "push", method: "POST", path: "/push", summary: "Send a push message, or begin a broadcast", tag: "push"},
		func(ctx context.Context, in *with[push.Post]) (*posted, error) {
			status, out, err := a.cfg.Push.Post(ctx, actor(ctx), a.anyGrant, in.Body)
			if err != nil {
				return nil, err
			}
			return &posted{status, out}, nil
		})
	add(h, route{id: "list-broadcasts", method: "GET", path: "/push/broadcasts", summary: "List the newest broadcasts", tag: "push"},
		func(ctx context.Context, _ *none) (*body[[]Broadcast], error) {
			all, err := a.cfg.Push.Broadcasts(ctx, 50)
			out := make([]Broadcast, 0, len(all))
			for _, b := range all {
				out = append(out, a.broadcast(push.Progress{Broadcast: b}))
			}
			return answer(out, err)
		})
	add(h, route{id: "get-broadcast", method: "GET", path: "/push/broadcasts/{name}", summary: "How a broadcast fares", tag: "push"},
		func(ctx context.Context, in *named) (*body[Broadcast], error) {
			p, err := a.cfg.Push.Broadcast(ctx, id.Broadcast(in.Name))
			return answer(a.broadcast(p), err)
		})
	add(h, route{id: "cancel-broadcast", method: "DELETE", path: "/push/broadcasts/{name}", summary: "Send nothing more of a broadcast", tag: "push"},
		func(ctx context.Context, in *named) (*none, error) {
			return nil, a.cfg.Push.Cancel(ctx, actor(ctx), id.Broadcast(in.Name))
		})
	add(h, route{id: "broadcast-results", method: "GET", path: "/push/broadcasts/{name}/results", summary: "What became of each device", tag: "push"},
		func(ctx context.Context, in *resultQuery) (*body[[]BroadcastResult], error) {
			if _, err := a.cfg.Push.Broadcast(ctx, id.Broadcast(in.Name)); err != nil {
				return nil, err
			}
			all, err := a.cfg.Push.Results(ctx, id.Broadcast(in.Name), id.Registration(in.After), most(in.Limit))
			out := make([]BroadcastResult, 0, len(all))
			for _, t := range all {
				out = append(out, BroadcastResult{
					Device: string(t.Device), Registration: t.Registration, Name: t.Name, Outcome: t.Fate, Problem: string(t.Problem), Status: t.Status, Tries: t.Tries, At: t.At,
				})
			}
			return answer(out, err)
		})
	a.registrationRoutes(h)
}

func (a *API) registrationRoutes(h huma.API) {
	add(h, route{id: "list-registrations", method: "GET", path: "/push/registrations", summary: "List the devices that are kept", tag: "push"},
		func(ctx context.Context, in *registrationQuery) (*body[[]Registration], error) {
			all, err := a.cfg.Push.Registrations(ctx, in.Grant, push.Filter{Tags: in.Tag, Retired: in.Retired, After: id.Registration(in.After), Limit: most(in.Limit)})
			out := make([]Registration, 0, len(all))
			for _, r := range all {
				out = append(out, Registration{string(r.ID), r.Registration, r.Name, r.Tags, r.Added, r.Moved, r.Retired, r.Reason})
			}
			return answer(out, err)
		})
	add(h, route{id: "import-registrations", method: "POST", path: "/push/registrations", summary: "Keep devices", tag: "push"},
		func(ctx context.Context, in *with[NewRegistrations]) (*body[push.Imported], error) {
			rows := make([]push.Row, len(in.Body.Rows))
			for i, r := range in.Body.Rows {
				rows[i] = push.Row(r)
			}
			return answer(a.cfg.Push.Import(ctx, in.Body.Grant, rows))
		})
	add(h, route{id: "retire-registrations", method: "POST", path: "/push/registrations/retire", summary: "Send to these devices no more", tag: "push"},
		func(ctx context.Context, in *with[PushTargets]) (*body[PushChanged], error) {
			n, err := a.cfg.Push.Retire(ctx, in.Body.Grant, in.Body.To)
			return answer(PushChanged{Success: n}, err)
		})
	add(h, route{id: "count-registrations", method: "GET", path: "/push/count", summary: "How many devices are there, and how many have gone", tag: "push"},
		func(ctx context.Context, in *grantQuery) (*body[push.Count], error) {
			return answer(a.cfg.Push.Count(ctx, in.Grant))
		})
	add(h, route{id: "change-group", method: "POST", path: "/push/groups/{name}", summary: "Create a group at Amazon, add devices to it or remove them", tag: "push"},
		func(ctx context.Context, in *namedWith[PushTargets]) (*body[PushChanged], error) {
			g, err := a.cfg.Push.ChangeGroup(ctx, in.Body.Grant, in.Body.Operation, in.Name, in.Body.To)
			return answer(PushChanged{g.Success, g.Failed}, err)
		})
	add(h, route{id: "register-topics", method: "POST", path: "/push/topics", summary: "Register the security profile for topics, once", tag: "push"},
		func(ctx context.Context, in *grantQuery) (*none, error) {
			return nil, a.cfg.Push.RegisterTopics(ctx, in.Grant)
		})
}

func most(limit int) int {
	if limit <= 0 {
		return 1000
	}
	return limit
}

// anyGrant lets an operator use every grant of Device Messaging; an empty name is the only one.
func (a *API) anyGrant(name, _ string) (string, error) { return name, nil }

func (a *API) broadcast(p push.Progress) Broadcast {
	out := Broadcast{
		ID: string(p.ID), State: string(p.State), Tags: p.Tags, Counts: map[string]int{}, PerSecond: p.PerSecond, Limit: p.Limit, PausedUntil: p.PausedUntil,
		HeldUntil: p.HeldUntil, By: p.By, Created: p.Created, Ended: p.Ended,
	}
	for _, g := range a.cfg.Broker.Grants() {
		if g.ID == p.Grant {
			out.Grant = g.Name
		}
	}
	for fate, n := range p.Counts {
		if out.Devices += n; fate == push.Waiting {
			out.Waiting = n
		} else {
			out.Counts[fate] = n
		}
	}
	if known, ok := problem.Known(p.Problem); ok {
		out.Problem = &known
	}
	return out
}
