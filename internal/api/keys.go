package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// KeyPairs is what the API needs of *keypair.Keeper.
type KeyPairs interface {
	Add(ctx context.Context, by audit.Actor, in keypair.Pair) (broker.Grant, []problem.Problem, error)
	Keys(ctx context.Context, g id.Grant) ([]keypair.Key, error)
	Sync(ctx context.Context, g id.Grant) ([]keypair.Key, error)
	SetStatus(ctx context.Context, by audit.Actor, g id.Grant, keyID, status string) error
	Delete(ctx context.Context, by audit.Actor, g id.Grant, keyID string) error
	CreateUser(ctx context.Context, by audit.Actor, in keypair.NewUser) (broker.Grant, error)
}

// Rotations is what it needs of *rotation.Rotator.
type Rotations interface {
	Begin(ctx context.Context, by audit.Actor, g id.Grant) (rotation.Rotation, error)
	Of(ctx context.Context, g id.Grant) (rotation.Rotation, error)
	Work(ctx context.Context, grant string) error
}

// NewKeyPair is an AWS access key pair that somebody has.
type NewKeyPair struct {
	Name       string `json:"name" doc:"of the grant to be"`
	Realm      string `json:"realm,omitempty" doc:"amazon or sandbox; empty for amazon"`
	KeyID      string `json:"key_id" doc:"Access Key ID, AKIA..."`
	Secret     string `json:"secret" doc:"Secret Access Key"`
	Service    string `json:"service,omitempty" doc:"what the gateway signs with it: iam, sts, sqs, sns or firehose; empty for sts"`
	Region     string `json:"region,omitempty" doc:"AWS's region of that service; empty for us-east-1"`
	RootAnyway bool   `json:"root_anyway,omitempty" doc:"keep it although it is the root user's"`
}

// KeptKeyPair is a pair that was kept, and what the person should know of it.
type KeptKeyPair struct {
	Grant Grant             `json:"grant"`
	Notes []problem.Problem `json:"notes"`
}

// AccessKey is one of a user's keys with the columns of AWS's own console. No secret is ever among them.
type AccessKey struct {
	Created         time.Time `json:"created"`
	Deleted         time.Time `json:"deleted,omitzero" doc:"when it was found to be gone"`
	ID              string    `json:"access_key_id"`
	LastUsed        time.Time `json:"last_used,omitzero" doc:"absent: never, if use_known"`
	LastUsedRegion  string    `json:"last_used_region,omitempty"`
	LastUsedService string    `json:"last_used_service,omitempty"`
	UseKnown        bool      `json:"use_known" doc:"the user may ask AWS for its last use"`
	Status          string    `json:"status" doc:"Active or Inactive"`
	User            string    `json:"user"`
	InUse           bool      `json:"in_use" doc:"it is the pair that the grant uses"`
}

// KeyStatus is what a key is to be.
type KeyStatus struct {
	Status string `json:"status" enum:"Active,Inactive"`
}

// NewUser is an IAM user to be made with a grant's rights.
type NewUser struct {
	User     string `json:"user" doc:"its name at IAM"`
	Purpose  string `json:"purpose" doc:"rotate, queue, topic, delivery, bucket-read or bucket-upload"`
	Resource string `json:"resource,omitempty" doc:"ARN of the one thing that it is about"`
	Name     string `json:"name,omitempty" doc:"of the grant to be; empty for the user's"`
	Service  string `json:"service,omitempty"`
	Region   string `json:"region,omitempty"`
}

// Rotation is how far a key's replacement is.
type Rotation struct {
	Step      string           `json:"step" doc:"begun, asked, created, proved, published, retired, done or stopped"`
	Old       string           `json:"old" doc:"Access Key ID"`
	New       string           `json:"new,omitempty"`
	User      string           `json:"user"`
	By        string           `json:"by"`
	Begun     time.Time        `json:"begun"`
	Created   time.Time        `json:"created,omitzero"`
	Proved    time.Time        `json:"proved,omitzero"`
	Published time.Time        `json:"published,omitzero" doc:"since when the grant uses the new key"`
	Retired   time.Time        `json:"retired,omitzero" doc:"since when the old key is inactive"`
	Ended     time.Time        `json:"ended,omitzero"`
	Next      time.Time        `json:"next,omitzero" doc:"when it is looked at again"`
	Tries     int              `json:"tries,omitempty"`
	Problem   *problem.Problem `json:"problem,omitempty"`
}

// keyed is the input of a route about one key of a grant's user.
type keyed struct {
	Name string `path:"name" doc:"the grant's name" maxLength:"128"`
	Key  string `path:"key" doc:"Access Key ID" maxLength:"128"`
}

func (a *API) keyRoutes(h huma.API) {
	add(h, route{id: "add-key", method: "POST", path: "/keys", summary: "Ask AWS whose an access key is, and keep it", tag: "keys"},
		func(ctx context.Context, in *with[NewKeyPair]) (*body[KeptKeyPair], error) {
			return answer(a.addKey(ctx, in.Body))
		})
	add(h, route{id: "list-keys", method: "GET", path: "/grants/{name}/keys", summary: "List the keys of a grant's user as AWS last told of them", tag: "keys"},
		func(ctx context.Context, in *named) (*body[[]AccessKey], error) {
			return answer(a.keys(ctx, in.Name, a.cfg.KeyPairs.Keys))
		})
	add(h, route{id: "sync-keys", method: "POST", path: "/grants/{name}/keys", summary: "Ask AWS for the keys and when each was last used", tag: "keys"},
		func(ctx context.Context, in *named) (*body[[]AccessKey], error) {
			return answer(a.keys(ctx, in.Name, a.cfg.KeyPairs.Sync))
		})
	add(h, route{id: "set-key-status", method: "POST", path: "/grants/{name}/keys/{key}", summary: "Make a key active or inactive", tag: "keys"},
		func(ctx context.Context, in *struct {
			Name string `path:"name" doc:"the grant's name" maxLength:"128"`
			Key  string `path:"key" doc:"Access Key ID" maxLength:"128"`
			Body KeyStatus
		},
		) (*body[[]AccessKey], error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			if err := a.cfg.KeyPairs.SetStatus(ctx, actor(ctx), g.ID, in.Key, in.Body.Status); err != nil {
				return nil, err
			}
			return answer(a.keys(ctx, in.Name, a.cfg.KeyPairs.Keys))
		})
	add(h, route{id: "delete-key", method: "DELETE", path: "/grants/{name}/keys/{key}", summary: "Delete an inactive key, for good", tag: "keys"},
		func(ctx context.Context, in *keyed) (*none, error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			return nil, a.cfg.KeyPairs.Delete(ctx, actor(ctx), g.ID, in.Key)
		})
	add(h, route{id: "create-user", method: "POST", path: "/grants/{name}/users", summary: "Make an IAM user that may do one thing, and keep its key", tag: "keys"},
		func(ctx context.Context, in *namedWith[NewUser]) (*body[Grant], error) {
			return answer(a.createUser(ctx, in.Name, in.Body))
		})
	add(h, route{id: "rotate-key", method: "POST", path: "/grants/{name}/rotation", summary: "Replace a grant's access key without a break", tag: "keys"},
		func(ctx context.Context, in *named) (*body[Rotation], error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			r, err := a.cfg.Rotations.Begin(ctx, actor(ctx), g.ID)
			return answer(rotated(r), err)
		})
	add(h, route{id: "get-rotation", method: "GET", path: "/grants/{name}/rotation", summary: "Show how far a key's replacement is", tag: "keys"},
		func(ctx context.Context, in *named) (*body[Rotation], error) {
			g, err := a.grantNamed(in.Name)
			if err != nil {
				return nil, err
			}
			if err := a.cfg.Rotations.Work(ctx, string(g.ID)); err != nil { // who looks need not wait for the next look of ours
				return nil, err
			}
			r, err := a.cfg.Rotations.Of(ctx, g.ID)
			return answer(rotated(r), err)
		})
}

func (a *API) addKey(ctx context.Context, in NewKeyPair) (KeptKeyPair, error) {
	if in.Realm == "" {
		in.Realm = string(amazon.Real)
	}
	if in.Realm != string(amazon.Real) && in.Realm != string(amazon.Sandbox) {
		return KeptKeyPair{}, problem.New(problem.APIBadRequest).With("the realm is amazon or sandbox")
	}
	if in.Realm == string(amazon.Sandbox) && a.cfg.Status().Sandbox == "" {
		return KeptKeyPair{}, problem.New(problem.ServerNoSandbox)
	}
	if in.Name == "" {
		in.Name = "aws"
	}
	in.KeyID, _ = tidy("access key id", in.KeyID)
	in.Secret, _ = tidy("secret access key", in.Secret)
	g, notes, err := a.cfg.KeyPairs.Add(ctx, actor(ctx), keypair.Pair{
		Name: in.Name, Realm: amazon.Realm(in.Realm), KeyID: in.KeyID, Secret: secret.New(in.Secret), Service: in.Service, Region: in.Region, RootAnyway: in.RootAnyway,
	})
	if err != nil {
		return KeptKeyPair{}, err
	}
	return KeptKeyPair{Grant: a.grant(g, nil), Notes: notes}, nil
}

func (a *API) keys(ctx context.Context, name string, list func(context.Context, id.Grant) ([]keypair.Key, error)) ([]AccessKey, error) {
	g, err := a.grantNamed(name)
	if err != nil {
		return nil, err
	}
	all, err := list(ctx, g.ID)
	out := make([]AccessKey, 0, len(all))
	for _, k := range all {
		out = append(out, AccessKey{
			Created: k.Created, Deleted: k.Deleted, ID: k.ID, LastUsed: k.Used, LastUsedRegion: k.UsedRegion, LastUsedService: k.UsedService,
			UseKnown: k.UseKnown, Status: k.Status, User: k.User, InUse: k.ID == g.ClientID,
		})
	}
	return out, err
}

func (a *API) createUser(ctx context.Context, by string, in NewUser) (Grant, error) {
	g, err := a.grantNamed(by)
	if err != nil {
		return Grant{}, err
	}
	if in.Name == "" {
		in.Name = in.User
	}
	made, err := a.cfg.KeyPairs.CreateUser(ctx, actor(ctx), keypair.NewUser{
		By: g.ID, User: in.User, Purpose: in.Purpose, Resource: in.Resource, Name: in.Name, Service: in.Service, Region: in.Region,
	})
	if err != nil {
		return Grant{}, err
	}
	return a.grant(made, nil), nil
}

func rotated(r rotation.Rotation) Rotation {
	out := Rotation{
		Step: string(r.Step), Old: r.Old, New: r.New, User: r.User, By: r.By, Begun: r.Begun, Created: r.Created, Proved: r.Proved, Published: r.Published,
		Retired: r.Retired, Ended: r.Ended, Tries: r.Tries,
	}
	if r.Ended.IsZero() {
		out.Next = r.Next
	}
	if p, ok := problem.Known(r.Problem); ok {
		p.Detail = r.Detail
		out.Problem = &p
	}
	return out
}
