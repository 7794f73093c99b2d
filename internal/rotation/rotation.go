// Package rotation replaces access keys without a break: a new key, proved, taken into use, and only then the old one ended.
//
// A rotation is one row, written before and after every call that changes something, so that a process that ends anywhere is followed
// by one that knows what may have happened. AWS shows a new key's secret once: a key whose secret was lost with a process is recognised by
// what the row says was there before, and deleted only where it was never used. At no moment are both keys dead: the old one is made
// inactive only while the new one is seen to work, and deleted only after a time in which it could be made active again. What AWS refuses for
// the moment is asked again later; what a person must mend is named and waits.
package rotation

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Step is how far a rotation is. Each is durable before the next begins.
type Step string

// The steps, in their order.
const (
	Begun     Step = "begun"     // wanted; nothing was asked of AWS
	Asked     Step = "asked"     // what keys there are was written down, and AWS is asked for a new one: it may have made it
	Created   Step = "created"   // the new key's secret is kept
	Proved    Step = "proved"    // AWS takes the new key, and says it is the same user's
	Published Step = "published" // the grant uses the new key; the old one waits until nobody uses it
	Retired   Step = "retired"   // the old key is inactive, and could be made active again
	Done      Step = "done"      // the old key is deleted
	Stopped   Step = "stopped"   // given up before anything changed; a person must act
)

// A Rotation is one replacement of a grant's key pair.
type Rotation struct {
	ID        id.Rotation
	Grant     id.Grant
	Step      Step
	User      string // at IAM
	Old       string // key ids
	New       string
	Known     []string   // the user's key ids before a new one was asked for
	Attempt   id.Attempt // under which the new key is published, once
	By        string
	Begun     time.Time
	Asked     time.Time // when AWS was last asked for a new key
	Created   time.Time
	Proved    time.Time
	Published time.Time
	Retired   time.Time
	Ended     time.Time // zero while it goes on
	Next      time.Time // when it is looked at again
	Tries     int       // of the present step
	Problem   problem.Code
	Detail    string // what was seen, for people
}

// Store is what rotations need of a database. Each changing method is one durable transaction.
type Store interface {
	// BeginRotation stores a new rotation. ErrUnderWay where the grant has one that has not ended.
	BeginRotation(ctx context.Context, r Rotation) error
	// SaveRotation stores how far it is; sealed is the new key's secret where it is known for the first time, else nil.
	SaveRotation(ctx context.Context, r Rotation, sealed []byte) error
	// RotationSecret returns the new key's sealed secret.
	RotationSecret(ctx context.Context, r id.Rotation) ([]byte, error)
	// Rotation returns the newest rotation of a grant. ErrNone where there is none.
	Rotation(ctx context.Context, g id.Grant) (Rotation, error)
	// OpenRotations returns those that have not ended.
	OpenRotations(ctx context.Context) ([]Rotation, error)
}

// Errors of a Store.
var (
	ErrUnderWay = errors.New("beginning a rotation: the grant has one under way")
	ErrNone     = errors.New("looking for a rotation: the grant has none")
)

// Broker is what rotations need of *broker.Broker.
type Broker interface {
	KeyOf(g id.Grant) (broker.Grant, snapshot.Token, error)
	ReplaceKey(ctx context.Context, g id.Grant, attempt id.Attempt, keyID string, s secret.Value) error
}

// Keys is what they need of *keypair.Keeper: to look at a user's keys anew.
type Keys interface {
	Sync(ctx context.Context, g id.Grant) ([]keypair.Key, error)
}

// Sealer is what they need of *seal.Sealer.
type Sealer interface {
	Seal(seal.Place, secret.Value) ([]byte, error)
	Open(seal.Place, []byte) (secret.Value, error)
}

// Config is what a Rotator needs.
type Config struct {
	Store  Store
	Broker Broker
	Keys   Keys
	Sealer Sealer
	AWS    *aws.Client
	Audit  audit.Sink

	// Quiet is how long after the change the old key's last use is first looked at. AWS tells of a use some hours late, and software
	// keeps what it was lent for an hour. Defaults to 24 hours.
	Quiet time.Duration

	// Cool is how long the old key stays inactive before it is deleted. Defaults to 72 hours.
	Cool time.Duration

	// Point is called between any two steps with the name of the one before. Tests end the process there. Defaults to nothing.
	Point func(name string)

	Now func() time.Time // Defaults to time.Now.
	Log *slog.Logger     // Defaults to nowhere.
}

// A Rotator replaces keys.
type Rotator struct {
	cfg Config

	mu   sync.Mutex
	busy map[id.Grant]*sync.Mutex
}

// New returns a Rotator. It starts nothing: the jobs' runner drives it by Due and Work.
func New(cfg Config) *Rotator {
	if cfg.Quiet <= 0 {
		cfg.Quiet = 24 * time.Hour
	}
	if cfg.Cool <= 0 {
		cfg.Cool = 72 * time.Hour
	}
	if cfg.Point == nil {
		cfg.Point = func(string) {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Rotator{cfg: cfg, busy: map[id.Grant]*sync.Mutex{}}
}

// Begin begins a rotation and takes it as far as it goes at once.
func (r *Rotator) Begin(ctx context.Context, by audit.Actor, g id.Grant) (Rotation, error) {
	grant, token, err := r.cfg.Broker.KeyOf(g)
	if err != nil {
		return Rotation{}, err
	}
	user, root := keypair.UserOf(grant)
	if root {
		return Rotation{}, problem.New(problem.AWSRootKey).With("the root user's keys are replaced in the AWS console only")
	}
	now := r.cfg.Now()
	rot := Rotation{
		ID: id.New[id.Rotation](now), Grant: g, Step: Begun, User: user, Old: token.KeyID, Known: []string{}, Attempt: id.New[id.Attempt](now), By: by.Name,
		Begun: now, Next: now,
	}
	if err := r.cfg.Store.BeginRotation(context.WithoutCancel(ctx), rot); errors.Is(err, ErrUnderWay) {
		return Rotation{}, problem.New(problem.AWSRotating).With("%s", grant.Name)
	} else if err != nil {
		return Rotation{}, problem.New(problem.BrokerStoreFails).Because(err)
	}
	r.record(ctx, by, rot, audit.Started, rot.Old)
	if err := r.Work(ctx, string(g)); err != nil {
		r.cfg.Log.Info("rotating a key: it goes on later", "grant", grant.Name, "error", err)
	}
	return r.Of(ctx, g)
}

// Of returns a grant's newest rotation.
func (r *Rotator) Of(ctx context.Context, g id.Grant) (Rotation, error) {
	rot, err := r.cfg.Store.Rotation(ctx, g)
	if errors.Is(err, ErrNone) {
		return rot, problem.New(problem.AWSNotRotated)
	}
	return rot, err
}

// Due names the grants whose rotation is to be looked at, for the jobs' runner.
func (r *Rotator) Due(ctx context.Context, now time.Time) (due []string, next time.Time, err error) {
	open, err := r.cfg.Store.OpenRotations(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, o := range open {
		switch {
		case !o.Next.After(now):
			due = append(due, string(o.Grant))
		case next.IsZero() || o.Next.Before(next):
			next = o.Next
		}
	}
	return due, next, nil
}

// Work takes a grant's rotation as far as it goes now.
func (r *Rotator) Work(ctx context.Context, subject string) error {
	lock := r.lock(id.Grant(subject))
	lock.Lock()
	defer lock.Unlock()
	for {
		rot, err := r.cfg.Store.Rotation(ctx, id.Grant(subject))
		if errors.Is(err, ErrNone) {
			return nil
		}
		if err != nil || !rot.Ended.IsZero() || rot.Next.After(r.cfg.Now()) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		before := rot.Step
		if err := r.step(context.WithoutCancel(ctx), rot); err != nil {
			return err
		}
		r.cfg.Point(string(before))
	}
}

func (r *Rotator) lock(g id.Grant) *sync.Mutex {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[g] == nil {
		r.busy[g] = &sync.Mutex{}
	}
	return r.busy[g]
}
