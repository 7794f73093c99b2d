// Package keypair looks after access keys: whose they are, what became of them at AWS, and the sessions lent from them.
//
// A grant of kind key holds one pair of an IAM user. The Keeper asks AWS whose a pair is before it is kept, copies what AWS's own
// console shows of the user's keys, makes users that may do one thing, and hands out session credentials, never the pair itself. It
// refuses to end the pair that a grant is using; replacing that is internal/rotation's work. Every change is audited.
package keypair

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Key is one access key of a grant's user, as AWS last told of it.
type Key struct {
	ID          string
	User        string
	Status      string // Active, Inactive
	Created     time.Time
	Deleted     time.Time // when it was found to be gone; zero while it is there
	Used        time.Time // zero: never, where UseKnown
	UsedRegion  string
	UsedService string
	UseKnown    bool // AWS told of its use; else it may not be asked
	Seen        time.Time
}

// Store is what the keeper needs of a database.
type Store interface {
	AccessKeys(ctx context.Context, g id.Grant) ([]Key, error)
	// SaveAccessKeys stores what AWS listed at a time. Keys known before and not listed are marked as deleted then.
	SaveAccessKeys(ctx context.Context, g id.Grant, listed []Key, at time.Time) error
}

// Broker is what it needs of *broker.Broker.
type Broker interface {
	AddKey(ctx context.Context, by audit.Actor, in broker.NewKey) (broker.Grant, error)
	KeyOf(g id.Grant) (broker.Grant, snapshot.Token, error)
	GrantNamed(name string) (broker.Grant, bool)
}

// Config is what a Keeper needs.
type Config struct {
	Store  Store
	Broker Broker
	AWS    *aws.Client
	Audit  audit.Sink
	Now    func() time.Time // Defaults to time.Now.
	Log    *slog.Logger     // Defaults to nowhere.
}

// A Keeper looks after key pairs. Its methods may be called from any goroutine.
type Keeper struct {
	cfg Config

	mu       sync.Mutex
	sessions map[id.Grant]*lent
}

// New returns a Keeper. It reads and starts nothing.
func New(cfg Config) *Keeper {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{cfg: cfg, sessions: map[id.Grant]*lent{}}
}

// young is how long AWS may take to know a new key everywhere, at the most generous.
const young = 15 * time.Minute

// key is a grant's pair, ready to sign.
func (k *Keeper) key(g id.Grant) (aws.Key, broker.Grant, error) {
	grant, t, err := k.cfg.Broker.KeyOf(g)
	if err != nil {
		return aws.Key{}, grant, err
	}
	return aws.Key{Realm: grant.Realm, ID: t.KeyID, Secret: t.Access, Fresh: k.cfg.Now().Sub(t.Obtained) < young && grant.Version > 1}, grant, nil
}

// UserOf is the IAM user of a grant's account, and whether it is the root.
func UserOf(g broker.Grant) (user string, root bool) {
	for _, a := range g.Accounts {
		i := aws.Identity{Account: a.ID, ARN: a.Entity}
		return i.User(), i.Root()
	}
	return "", false
}

func (k *Keeper) record(ctx context.Context, by audit.Actor, action string, g id.Grant, err error, detail string) error {
	outcome := audit.Done
	if err != nil {
		outcome = audit.Failed
		if p, ok := problem.Of(err); ok {
			detail = strings.TrimSpace(detail + " " + string(p.Code))
		}
	}
	return k.cfg.Audit.Record(context.WithoutCancel(ctx), audit.Entry{
		At: k.cfg.Now(), Actor: by, Action: action, Object: string(g), Outcome: outcome, Detail: detail,
	})
}
