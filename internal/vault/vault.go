// Package vault owns apps and credentials: what is registered at Amazon, and every secret that Lockkeeper holds, version by version.
//
// Each way in is one method that checks who asks and what was given, writes the audit entry, and only then seals, opens or
// destroys; there is no other way to a credential's text. A version is never overwritten: a new one is added, the one before it
// stays usable until an operator retires it, since Amazon's own change may take effect later than ours. The vault knows its
// database only as the Store that it declares.
package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Config is what a Vault needs.
type Config struct {
	Store     Store      // No default.
	Sealer    Sealer     // No default.
	Audit     audit.Sink // No default: what cannot be written down is not done.
	Publisher Publisher  // Told of apps after their commit. Defaults to nobody.

	Allow     func(ctx context.Context, by audit.Actor, action, object string) error // Says no by an error. Defaults to operators only.
	Dependent func(ctx context.Context, app id.App) ([]string, error)                // Names of grants that need the app, which then cannot be removed. Defaults to none.
	Programs  []string                                                               // Programs that an app may be for. Defaults to any.
	Check     func(program, clientID string, s secret.Value, version string) error   // Says what is wrong with an app's credential. Defaults to the forms of Login with Amazon.
	NoReveal  bool                                                                   // Refuses to reveal any credential. Defaults to false.
	Flush     time.Duration                                                          // How often last use is written down. Defaults to 30 seconds.
	Now       func() time.Time                                                       // Defaults to time.Now.
}

// Sealer is what the vault needs of *seal.Sealer.
type Sealer interface {
	Seal(seal.Place, secret.Value) ([]byte, error)
	Open(seal.Place, []byte) (secret.Value, error)
	Fingerprint(label string, v secret.Value) string
}

// Publisher is told of what the gateway needs to know of apps.
type Publisher interface {
	PublishApp(snapshot.App)
	RemoveApp(id.App)
}

// A Vault keeps apps and credentials. Its methods may be called from any goroutine.
type Vault struct {
	cfg Config

	mu   sync.Mutex
	used map[versionKey]LastUse // not written down yet
}

// New returns a Vault. It reads and starts nothing.
func New(cfg Config) *Vault {
	if cfg.Publisher == nil {
		cfg.Publisher = nobody{}
	}
	if cfg.Allow == nil {
		cfg.Allow = operatorsOnly
	}
	if cfg.Dependent == nil {
		cfg.Dependent = func(context.Context, id.App) ([]string, error) { return nil, nil }
	}
	if cfg.Check == nil {
		cfg.Check = CheckLogin
	}
	if cfg.Flush <= 0 {
		cfg.Flush = 30 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Vault{cfg: cfg, used: map[versionKey]LastUse{}}
}

// Load publishes every app. The server calls it once before it serves.
func (v *Vault) Load(ctx context.Context) error {
	apps, err := v.Apps(ctx)
	if err != nil {
		return fmt.Errorf("loading apps: %w", err)
	}
	for _, a := range apps {
		v.publish(a)
	}
	return nil
}

// Run writes down when credentials were last used, now and then and once more at the end.
func (v *Vault) Run(ctx context.Context) error {
	tick := time.NewTicker(v.cfg.Flush)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = v.FlushUsed(ctx) // what could not be written is kept for the next time
		case <-ctx.Done():
			return v.FlushUsed(context.WithoutCancel(ctx))
		}
	}
}

func (v *Vault) publish(a App) {
	v.cfg.Publisher.PublishApp(snapshot.App{ID: a.ID, Name: a.Name, Program: a.Program, Realm: a.Realm, Region: a.Region, ClientID: a.ClientID})
}

// permit asks whether by may do action on object. A refusal is written down too.
func (v *Vault) permit(ctx context.Context, by audit.Actor, action, object string) error {
	if by.Kind == audit.System && action == retire {
		return nil // the broker saw the newer version work; nothing is lost by it
	}
	no := v.cfg.Allow(ctx, by, action, object)
	if no == nil {
		return nil
	}
	if err := v.cfg.Audit.Record(ctx, v.entry(by, action, object, audit.Denied, "")); err != nil {
		return errors.Join(no, err)
	}
	return no
}

func (v *Vault) entry(by audit.Actor, action, object, outcome, detail string) audit.Entry {
	return audit.Entry{At: v.cfg.Now(), Actor: by, Action: action, Object: object, Outcome: outcome, Detail: detail}
}

func operatorsOnly(_ context.Context, by audit.Actor, _, _ string) error {
	if by.Kind != audit.Operator {
		return problem.New(problem.VaultOperatorsOnly)
	}
	return nil
}

type nobody struct{}

func (nobody) PublishApp(snapshot.App) {}
func (nobody) RemoveApp(id.App)        {}
