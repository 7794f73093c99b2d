// Package broker owns grants: how they are had, how they are kept alive, and what is known of their health.
//
// Each grant's access token is replaced at its margin whether or not anybody calls, by one exchange at a time, of which the
// intent is durable before it is sent and the answer is durable before anybody gets it. What may be sent after an answer was
// lost is decided by what the token endpoint is believed to do with a token presented twice (ServerPolicy). The broker knows
// its database only as the Store that it declares, and tells the gateway of changes through a Publisher, after the commit.
package broker

import (
	"context"
	"crypto/rand"
	"log/slog"
	mrand "math/rand/v2"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Config is what a Broker needs.
type Config struct {
	Store     Store         // No default.
	Sealer    Sealer        // No default.
	Apps      Apps          // No default.
	LWA       Exchanger     // No default.
	Publisher Publisher     // Told of every change after its commit. Defaults to nobody.
	Audit     audit.Sink    // Defaults to nowhere.
	Observer  Observer      // Defaults to nobody.
	Log       *slog.Logger  // Defaults to nowhere.
	Dir       string        // The data folder, for what must outlive a kill. Defaults to none: then nothing does but the store.
	Owner     string        // This process's name in leases. Defaults to a random one.
	Shared    bool          // Other processes use the same store, so that leases found at start are theirs. Defaults to false.
	Skew      time.Duration // By how much other processes' clocks may be off. Defaults to 5 seconds.
	Policy    ServerPolicy  // What the token endpoint does with a token presented twice. Defaults to Static.
	Margin    time.Duration // How long before its end a token is replaced. Defaults to min(5 minutes, a tenth of its lifetime).
	Slots     int           // Most exchanges under way. Defaults to 64.
	Timeout   time.Duration // Of one exchange. Defaults to 30 seconds.
	Drain     time.Duration // How long the end of Run waits for exchanges under way. Defaults to Timeout and 5 seconds.

	Now       func() time.Time                        // Defaults to time.Now.
	Jitter    func() float64                          // In [0, 1). Defaults to chance.
	Authorize func(amazon.Realm, canon.Region) string // Base address of the consent page. Defaults to Amazon's.
	Connected func(ctx context.Context, g Grant)      // Called after a person consented, e.g. to list the accounts. Defaults to nothing.
}

// Sealer is what the broker needs of *seal.Sealer.
type Sealer interface {
	Seal(seal.Place, secret.Value) ([]byte, error)
	Open(seal.Place, []byte) (secret.Value, error)
	Fingerprint(label string, v secret.Value) string
}

// Exchanger is Login with Amazon's token endpoint: lwa.Client is one.
type Exchanger interface {
	Exchange(ctx context.Context, app lwa.App, code lwa.Code) lwa.Result
	Refresh(ctx context.Context, app lwa.App, refresh secret.Value) lwa.Result
	ClientCredentials(ctx context.Context, app lwa.App, scopes ...string) lwa.Result
}

// Publisher is told of what the gateway needs to know.
type Publisher interface {
	PublishGrant(snapshot.Grant)
	PublishToken(id.Grant, snapshot.Token)
	RemoveGrant(id.Grant)
}

// Observer is told what happens, for metrics. Its methods are called often and must not block.
type Observer interface {
	Exchanged(g Grant, a Attempt)       // an exchange ended
	HealthChanged(g Grant)              // a grant's health is another than before
	Load(queued, underway, unsaved int) // refreshes that wait, exchanges sent, and answers that the store has not taken yet
}

// A Broker keeps grants. Its methods may be called from any goroutine; refreshes happen while Run runs.
type Broker struct {
	cfg      Config
	log      *slog.Logger
	breakers *breakers
	secrets  *secretCache
	sent     *sentLog
	wake     chan struct{} // to the pilot: something is to be done
	full     chan struct{} // to the committer: an exchange ended
	base     context.Context
	cancel   context.CancelFunc // ends exchanges, at the hard deadline of a shutdown

	publishing sync.Mutex // held while a grant is published; taken before mu

	mu      sync.Mutex // guards everything below and all of the cells
	cells   map[id.Grant]*cell
	names   map[string]*cell
	due     dueHeap
	queue   []*flight
	free    int        // send slots
	done    []*landing // exchanges that ended and wait for their commit
	landing int        // those that the committer holds
	loaded  bool
	closing bool
	others  sync.WaitGroup // exchanges and consents under way
}

// A cell is a grant in memory.
type cell struct {
	grant  Grant
	token  snapshot.Token
	flight *flight      // the one refresh under way, if any
	due    time.Time    // when the sweep looks at it next
	place  int          // in the heap; -1 where it is in none
	unsent []id.Attempt // claims whose commit failed, perhaps after it took effect: nothing was sent. Emptied by the next that is won
}

// mostUnsent bounds what is kept while the store fails for long. Of what is dropped, one check more is sent than was needed.
const mostUnsent = 64

// neverSent notes that nothing was sent on a claim that the store may have taken all the same. The lock is held.
func (c *cell) neverSent(a id.Attempt) {
	if len(c.unsent) >= mostUnsent {
		c.unsent = append(c.unsent[:0], c.unsent[1:]...)
	}
	c.unsent = append(c.unsent, a)
}

// New returns a Broker. It reads and starts nothing until Load or Run.
func New(cfg Config) *Broker {
	cfg = cfg.withDefaults()
	b := &Broker{
		cfg: cfg, log: cfg.Log,
		breakers: newBreakers(),
		wake:     make(chan struct{}, 1),
		full:     make(chan struct{}, 1),
		cells:    map[id.Grant]*cell{},
		names:    map[string]*cell{},
		free:     cfg.Slots,
	}
	b.secrets = newSecretCache(cfg.Apps)
	b.base, b.cancel = context.WithCancel(context.Background())
	return b
}

func (c Config) withDefaults() Config {
	if c.Publisher == nil {
		c.Publisher = nobody{}
	}
	if c.Audit == nil {
		c.Audit = nobody{}
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Owner == "" {
		c.Owner = rand.Text()
	}
	if c.Skew <= 0 {
		c.Skew = 5 * time.Second
	}
	if c.Policy == "" {
		c.Policy = Static
	}
	if c.Slots <= 0 {
		c.Slots = 64
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Drain <= 0 {
		c.Drain = c.Timeout + 5*time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = mrand.Float64
	}
	if c.Authorize == nil {
		c.Authorize = func(amazon.Realm, canon.Region) string { return "" }
	}
	return c
}

// now is the wall clock without its monotonic part: machines sleep, and leases and lifetimes go on meanwhile.
func (b *Broker) now() time.Time { return b.cfg.Now().Round(0) }

func (b *Broker) reader() reader {
	return reader{owner: b.cfg.Owner, shared: b.cfg.Shared, skew: b.cfg.Skew, policy: b.cfg.Policy}
}

// nobody is told, and nowhere is written to.
type nobody struct{}

func (nobody) PublishGrant(snapshot.Grant)               {}
func (nobody) PublishToken(id.Grant, snapshot.Token)     {}
func (nobody) RemoveGrant(id.Grant)                      {}
func (nobody) Record(context.Context, audit.Entry) error { return nil }
func (nobody) Exchanged(Grant, Attempt)                  {}
func (nobody) HealthChanged(Grant)                       {}
func (nobody) Load(int, int, int)                        {}
