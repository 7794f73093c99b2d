// Package operator owns the people who administer Lockkeeper: their names, passwords, roles and sessions.
//
// The first operator is made by `lockkeeper init` from a prompt or a file; there is no sign-up over HTTP, so nobody can be
// quicker than the owner. Passwords are kept as Argon2id hashes only. A session is a random bearer token, kept as its SHA-256,
// for the control API over TCP; the control socket needs none, since the kernel says who is there.
package operator

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Role says what an operator may do.
type Role string

// The roles.
const (
	Viewer Role = "viewer"   // may look at everything but secrets
	Admin  Role = "operator" // may do everything
)

// An Operator is a person who administers Lockkeeper.
type Operator struct {
	ID      id.Operator
	Name    string
	Role    Role
	Created time.Time
}

// Actor is the operator as the audit log names him. A viewer is an actor of another kind, so that whoever asks for an operator
// refuses him without knowing of roles.
func (o Operator) Actor() audit.Actor {
	kind := audit.Operator
	if o.Role != Admin {
		kind = audit.Viewer
	}
	return audit.Actor{Kind: kind, ID: string(o.ID), Name: o.Name}
}

// A Row is an operator as stored.
type Row struct {
	Operator
	Password string // Argon2id in PHC form
}

// A Session is a sign-in as stored.
type Session struct {
	Hash     [32]byte
	Operator id.Operator
	Expires  time.Time
}

// Store keeps operators and sessions. Of missing rows it says ErrUnknown.
type Store interface {
	// CreateOperator inserts; with first set only if there is no operator yet, else it fails with ErrNotFirst.
	CreateOperator(ctx context.Context, row Row, first bool) error
	OperatorNamed(ctx context.Context, name string) (Row, error)
	Operators(ctx context.Context) ([]Operator, error)
	SaveSession(ctx context.Context, s Session) error
	SessionByHash(ctx context.Context, hash [32]byte) (Session, Operator, error)
	DeleteSession(ctx context.Context, hash [32]byte) error
	// SetPassword changes an operator's password and ends all his sessions, in one transaction.
	SetPassword(ctx context.Context, op id.Operator, password string) error
}

// What can be wrong with an operator.
var (
	ErrUnknown  = errors.New("there is no such operator")
	ErrNotFirst = errors.New("there is an operator already")
	ErrDenied   = errors.New("name and password do not match")
	ErrTooMany  = errors.New("too many wrong passwords")
)

// Config is what a Registry needs.
type Config struct {
	Store Store
	Audit audit.Sink
	Now   func() time.Time

	// Life is how long a session lasts. Defaults to 12 hours.
	Life time.Duration
}

// Registry is the one way to operators and their sessions.
type Registry struct {
	cfg   Config
	tries tries
	work  chan struct{} // a place for each password check at a time
}

// New returns a Registry.
func New(cfg Config) *Registry {
	if cfg.Life == 0 {
		cfg.Life = 12 * time.Hour
	}
	return &Registry{cfg: cfg, tries: tries{byName: map[string]*failures{}}, work: make(chan struct{}, checks)}
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// CanonicalName is the form in which a name is stored, compared and counted, so that letter case gives nobody more tries.
func CanonicalName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// ShortestPassword is the least length that is taken.
const ShortestPassword = 12

// First makes the first operator. A second one made this way is refused.
func (r *Registry) First(ctx context.Context, name string, password secret.Value) (Operator, error) {
	return r.create(ctx, audit.Actor{Kind: "system", Name: "init"}, name, Admin, password, true)
}

// Add makes a further operator.
func (r *Registry) Add(ctx context.Context, by audit.Actor, name string, role Role, password secret.Value) (Operator, error) {
	return r.create(ctx, by, name, role, password, false)
}

func (r *Registry) create(ctx context.Context, by audit.Actor, name string, role Role, password secret.Value, first bool) (Operator, error) {
	name = CanonicalName(name)
	if !nameForm.MatchString(name) {
		return Operator{}, fmt.Errorf("the name %q must be made of a-z, 0-9, dots and dashes", name)
	}
	if role != Viewer && role != Admin {
		return Operator{}, fmt.Errorf("the role %q is none: viewer or operator", role)
	}
	if password.Len() < ShortestPassword {
		return Operator{}, fmt.Errorf("the password has %d characters and needs at least %d", password.Len(), ShortestPassword)
	}
	hash, err := hashPassword(password)
	if err != nil {
		return Operator{}, err
	}
	now := r.cfg.Now()
	op := Operator{ID: id.New[id.Operator](now), Name: name, Role: role, Created: now}
	if err := r.cfg.Store.CreateOperator(ctx, Row{Operator: op, Password: hash}, first); err != nil {
		return Operator{}, fmt.Errorf("storing operator %s: %w", name, err)
	}
	err = r.cfg.Audit.Record(ctx, audit.Entry{At: now, Actor: by, Action: "operator.add", Object: string(op.ID), Outcome: "done", Detail: name + " as " + string(role)})
	return op, err
}

// All lists the operators.
func (r *Registry) All(ctx context.Context) ([]Operator, error) { return r.cfg.Store.Operators(ctx) }
