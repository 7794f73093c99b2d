// Package jobs runs durable work: broadcasts, rotations, repeated probes.
//
// It keeps nothing itself. Each kind derives from its own tables what is due, claims it in its own leased row and works it, so what a
// kill leaves behind is simply due again, and no second database can disagree with the first (decision 0004). The runner asks
// the kinds, works what they name, never the same subject twice at once, and gives a subject that failed a growing pause.
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
)

// A Kind is one sort of durable work.
type Kind struct {
	Name string // "push.broadcast"

	// Due names what is to be worked at now, and when to ask again at the latest: the zero time where only Poke can bring work.
	// It must be cheap, since it is asked after every piece of work.
	Due func(ctx context.Context, now time.Time) (subjects []string, next time.Time, err error)

	// Work claims one subject in the kind's own leased row and works it until done, or until ctx ends. It returns ErrTaken where
	// another owner holds the lease. After any other error the subject rests for a second, two, four, and so on to a minute.
	Work func(ctx context.Context, subject string) error

	// Limit is how many subjects are worked at once. Defaults to 1.
	Limit int
}

// ErrTaken says that somebody else holds a subject's lease.
var ErrTaken = errors.New("another owner works on it")

// Config is what a Runner needs.
type Config struct {
	Kinds []Kind

	// Now is the clock that kinds are asked by. It may jump; it is looked at every Tick. Defaults to time.Now.
	Now func() time.Time

	// Log is told of what fails. Defaults to slog's discard handler.
	Log *slog.Logger

	// Owner is the name under which this process claims leases; it stands in the log. Defaults to "lockkeeper".
	Owner string

	// Tick is how often the clock is looked at, in real time. Defaults to a second.
	Tick time.Duration

	// Ask is how long, in real time, a kind goes unasked at most. Defaults to a minute.
	Ask time.Duration
}

// A Runner works what its kinds have due. Make it with New.
type Runner struct {
	cfg   Config
	lanes []*lane
}

// New returns a Runner. Run starts it.
func New(cfg Config) *Runner {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Owner == "" {
		cfg.Owner = "lockkeeper"
	}
	if cfg.Tick <= 0 {
		cfg.Tick = time.Second
	}
	if cfg.Ask <= 0 {
		cfg.Ask = time.Minute
	}
	r := &Runner{cfg: cfg}
	for _, k := range cfg.Kinds {
		if k.Limit <= 0 {
			k.Limit = 1
		}
		r.lanes = append(r.lanes, &lane{
			runner: r, kind: k, log: cfg.Log.With("kind", k.Name, "owner", cfg.Owner),
			poke: make(chan struct{}, 1), ended: make(chan end), busy: map[string]bool{}, rests: map[string]rest{},
		})
	}
	return r
}

// Poke has every kind asked at once, as after new work was written down.
func (r *Runner) Poke() {
	for _, l := range r.lanes {
		select {
		case l.poke <- struct{}{}:
		default: // one poke that waits is as good as two
		}
	}
}

// Run works until ctx ends and all work that was under way has returned. It returns nil.
func (r *Runner) Run(ctx context.Context) error {
	var wait sync.WaitGroup
	for _, l := range r.lanes {
		wait.Go(func() { l.run(ctx) })
	}
	wait.Wait()
	return nil
}

// guarded calls Work and turns a panic into an error: the other work must go on.
func (l *lane) guarded(ctx context.Context, subject string) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			l.log.Error("working: a mistake of ours", "subject", subject, "at", obs.Whence())
			err = errors.New("the work panicked")
		}
	}()
	return l.kind.Work(ctx, subject)
}
