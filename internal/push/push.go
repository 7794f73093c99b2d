// Package push sends messages of Amazon Device Messaging to many devices and knows which of them are still there.
//
// It keeps the registrations that were told to it: Amazon's answers replace an id that moved, and retire one that has gone, with
// reason and date. A message to a few goes out at once; a broadcast is a job, whose truth is in its rows: who was listed, and what became
// of each. It survives a kill at any moment, and a device that Amazon answered for is never sent to again (sentlog.go says how).
// The pace adapts to what Amazon asks for. Nothing is retried whose fate is unknown, unless the operator says so.
package push

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Door makes the calls of a grant; *egress.Door is one.
type Door interface {
	For(g snapshot.Grant, p amazon.Program, tokens func() (snapshot.Token, bool)) amazon.Asker
}

// Grants tells of grants as they are now; *snapshot.Snapshot is one.
type Grants interface {
	Grant(g id.Grant) (*snapshot.Grant, bool)
	GrantNamed(name string) (*snapshot.Grant, bool)
	Grants() iter.Seq[*snapshot.Grant]
	Token(g id.Grant) (snapshot.Token, bool)
}

// Tokens gives access tokens that the snapshot does not hold; *broker.Broker is one.
type Tokens interface {
	Token(ctx context.Context, g id.Grant) (snapshot.Token, error)
	Invalid(ctx context.Context, g id.Grant, generation int64) (snapshot.Token, error)
}

// Config is what a Push needs.
type Config struct {
	Store  Store
	Door   Door
	Grants Grants
	Tokens Tokens
	Dir    string // The data folder, for the log of what is sent. Defaults to none: after a kill every claimed fate is then unknown.

	// Secret returns an app's newest client secret, for the registration of topics. Defaults to none.
	Secret func(ctx context.Context, app id.App) (secret.Value, error)

	// Poke is called when a broadcast was written down. Defaults to nothing.
	Poke func()

	// Audit is told of broadcasts that are begun and cancelled. Defaults to nobody.
	Audit audit.Sink

	// Owner is the name under which leases are held. Defaults to "lockkeeper".
	Owner string

	// InFlight is how many messages are under way at once. Defaults to 64.
	InFlight int

	// Page is how many devices are taken up together. Defaults to 8192.
	Page int

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log is told of what goes wrong here. Defaults to slog's discard handler.
	Log *slog.Logger
}

// A Push sends messages. It is safe for concurrent use.
type Push struct {
	cfg     Config
	program *adm.Program
	log     *slog.Logger
	live    live
}

// New returns a Push. Load must be called before its Kind is run.
func New(cfg Config) *Push {
	if cfg.Poke == nil {
		cfg.Poke = func() {}
	}
	if cfg.Owner == "" {
		cfg.Owner = "lockkeeper"
	}
	if cfg.InFlight <= 0 {
		cfg.InFlight = 64
	}
	if cfg.Page <= 0 {
		cfg.Page = 8192
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Push{cfg: cfg, program: adm.New(), log: cfg.Log, live: live{paces: map[id.Broadcast]*pace{}}}
}

// Load gives free what a process before this one held: the data folder is locked, so nobody else can.
func (p *Push) Load(ctx context.Context) error { return p.cfg.Store.FreeBroadcasts(ctx) }

// grant finds a grant of Device Messaging by name or id. With an empty name it is the only one there is.
func (p *Push) grant(name string) (*snapshot.Grant, error) {
	if name == "" {
		return p.only()
	}
	g, ok := p.cfg.Grants.GrantNamed(name)
	if !ok {
		g, ok = p.cfg.Grants.Grant(id.Grant(name))
	}
	if !ok || g.Program != "adm" {
		return nil, problem.New(problem.PushNoGrant).With("%q", name)
	}
	return g, nil
}

// only is the only grant of Device Messaging.
func (p *Push) only() (*snapshot.Grant, error) {
	var names []string
	var found *snapshot.Grant
	for g := range p.cfg.Grants.Grants() {
		if g.Program == "adm" {
			found, names = g, append(names, g.Name)
		}
	}
	switch len(names) {
	case 0:
		return nil, problem.New(problem.PushNoGrant)
	case 1:
		return found, nil
	}
	slices.Sort(names)
	return nil, problem.New(problem.PushWhichGrant).With("%s", strings.Join(names, ", "))
}

// token is the grant's token that is good now, waiting for a refresh if it must.
func (p *Push) token(ctx context.Context, g id.Grant) (snapshot.Token, error) {
	if now, ok := p.cfg.Grants.Grant(g); !ok || now.Health == snapshot.Disabled {
		return snapshot.Token{}, problem.New(problem.PushNoGrant)
	}
	if t, ok := p.cfg.Grants.Token(g); ok && p.cfg.Now().Before(t.Expires) {
		return t, nil
	}
	return p.cfg.Tokens.Token(ctx, g)
}

// A line is one worker's way to Amazon, with the token that it used last.
type line struct {
	push  *Push
	grant snapshot.Grant
	asker amazon.Asker
	each  *adm.Sender // of the message of a broadcast; nil outside one
	used  snapshot.Token
	err   error // why there is no token
}

func (p *Push) line(ctx context.Context, g *snapshot.Grant) *line {
	l := &line{push: p, grant: *g}
	l.asker = p.cfg.Door.For(*g, p.program, func() (snapshot.Token, bool) {
		l.used, l.err = p.token(ctx, g.ID)
		return l.used, l.err == nil
	})
	return l
}

// do makes a call, and makes it once more where Amazon says that the token is no longer good and a newer one is to be had. Many lines may
// hear so at once: the first forces the refresh, the others find its token.
func (l *line) do(ctx context.Context, call func(amazon.Asker) adm.Result) adm.Result {
	r := call(l.asker)
	if r.Outcome == adm.TokenRefused {
		if newer, ok := l.push.cfg.Grants.Token(l.grant.ID); ok && newer.Generation > l.used.Generation {
			return call(l.asker)
		}
		if _, err := l.push.cfg.Tokens.Invalid(ctx, l.grant.ID, l.used.Generation); err != nil {
			if known, ok := problem.Of(err); ok {
				r.Problem = known
			}
			return r
		}
		r = call(l.asker)
	}
	if r.Outcome == adm.Unsent && l.err != nil && !errors.Is(l.err, context.Canceled) {
		r.Outcome = adm.TokenRefused // there is none: no other device will fare better
		if known, ok := problem.Of(l.err); ok {
			r.Problem = known
		}
	}
	return r
}
