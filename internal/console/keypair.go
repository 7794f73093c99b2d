package console

import (
	"context"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
)

// KeyPairs is what the console needs of *keypair.Keeper.
type KeyPairs interface {
	Keys(ctx context.Context, g id.Grant) ([]keypair.Key, error)
	Sync(ctx context.Context, g id.Grant) ([]keypair.Key, error)
}

// Rotations is what it needs of *rotation.Rotator.
type Rotations interface {
	Begin(ctx context.Context, by audit.Actor, g id.Grant) (rotation.Rotation, error)
	Of(ctx context.Context, g id.Grant) (rotation.Rotation, error)
}

// keyPage is all about one AWS access key: what AWS's own console shows of the user's keys, and how far a replacement is.
type keyPage struct {
	verdict
	As       string // the ARN
	Root     bool
	Keys     []keypair.Key
	Rotation *rotation.Rotation
	Stage    string           // of the rotation, in words
	Trouble  *problem.Problem // of the rotation
	Findings []Finding
	Looked   bool
	Gateway  string
}

func (keyPage) template() string { return "keypair" }
func (p keyPage) title() string  { return p.Grant.Name }

// stages say how far a rotation is.
var stages = map[rotation.Step]string{
	rotation.Begun: "Begun; nothing was changed yet.", rotation.Asked: "AWS is asked for a new key.",
	rotation.Created: "The new key is kept; AWS does not take it everywhere yet.", rotation.Proved: "The new key works and is taken into use next.",
	rotation.Published: "The new key is in use. The old one stays active until nobody has used it for a day.",
	rotation.Retired:   "The old key is inactive, and could be made active again.", rotation.Done: "Done: the old key is deleted.",
	rotation.Stopped: "Stopped. The key in use is the one that works.",
}

func (c *Console) showKeyPair(w http.ResponseWriter, r *http.Request, op operator.Operator, g broker.Grant, found []Finding, looked bool) {
	p := keyPage{verdict: judge(g, c.cfg.Now()), Findings: found, Looked: looked, Gateway: c.cfg.Gateway}
	for _, a := range g.Accounts {
		p.As = a.Entity
	}
	_, p.Root = keypair.UserOf(g)
	var err error
	if p.Keys, err = c.cfg.KeyPairs.Keys(r.Context(), g.ID); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	if rot, err := c.cfg.Rotations.Of(r.Context(), g.ID); err == nil {
		p.Rotation, p.Stage = &rot, stages[rot.Step]
		if trouble, ok := problem.Known(rot.Problem); ok {
			trouble.Detail = rot.Detail
			p.Trouble = &trouble
		}
	}
	render(c, w, r, op, http.StatusOK, p)
}

func (c *Console) syncKeys(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "looked", func(ctx context.Context, g broker.Grant) error {
		_, err := c.cfg.KeyPairs.Sync(ctx, g.ID)
		return err
	})
}

func (c *Console) rotateKey(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "rotating", func(ctx context.Context, g broker.Grant) error {
		_, err := c.cfg.Rotations.Begin(ctx, op.Actor(), g.ID)
		return err
	})
}
