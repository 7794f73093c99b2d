// Package report asks Amazon for reports of advertising and keeps what they say, day by day.
//
// A job names accounts, days and a level. What of it is not kept yet, or may still change, is asked of Amazon in parts: one of its reports
// each, of one account, one channel and at most a month. A part's truth is a leased row, so that a kill at any moment leaves it due again, and
// the same part is never made twice at a time. Rows are kept as they are read, a day becoming visible as a whole, and outlive Amazon's own 60
// to 95 days; days that Amazon may still restate are read again every night. All else is worked out of what is kept when somebody reads it.
package report

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Program has advertising that can be read and reported on; *ads.Program is one.
type Program interface {
	amazon.AdsModel
	amazon.AdsReporter
}

// Grants tells of grants as they are now; *snapshot.Snapshot is one.
type Grants interface {
	Grant(g id.Grant) (*snapshot.Grant, bool)
}

// An Asker makes the calls of a grant, and fetches the files that Amazon made for it.
type Asker interface {
	amazon.Asker
	amazon.Fetcher
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Program Program
	Grants  Grants

	// Asker makes the calls of a grant with a token that is good.
	Asker func(g *snapshot.Grant) Asker

	// Poke is called when work was written down. Defaults to nothing.
	Poke func()

	// Owner is the name under which leases are held. Defaults to "lockkeeper".
	Owner string

	// Queue is how many unfinished reports a region is given at most; Amazon's own bound is learned from its refusals, since it publishes
	// none (ads-lwa 7). Defaults to 100.
	Queue int

	// Workers is how many parts are worked at once. Defaults to 16.
	Workers int

	// Fresh is how old what is kept of a day that may still change may be before it is asked for again. Defaults to an hour.
	Fresh time.Duration

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log is told of what goes wrong here. Defaults to slog's discard handler.
	Log *slog.Logger
}

// A Service asks for reports and keeps them. It is safe for concurrent use.
type Service struct {
	cfg     Config
	lanes   lanes
	keeping sync.Mutex // of what the lanes learned
	cancels atomic.Int64
}

// New returns a Service. Load must be called before its Kinds are run.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Program == nil || cfg.Grants == nil || cfg.Asker == nil {
		return nil, errors.New("building reports: the store, the program, the grants or the way to Amazon is missing")
	}
	if cfg.Poke == nil {
		cfg.Poke = func() {}
	}
	if cfg.Owner == "" {
		cfg.Owner = "lockkeeper"
	}
	if cfg.Queue <= 0 {
		cfg.Queue = 100
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 16
	}
	if cfg.Fresh <= 0 {
		cfg.Fresh = time.Hour
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{cfg: cfg, lanes: newLanes(cfg.Queue)}, nil
}

// Load takes up what a process before this one learned of Amazon's queues, and gives free what it held: the data folder is locked, so nobody else
// can hold it.
func (s *Service) Load(ctx context.Context) error {
	learned, err := s.cfg.Store.ReportLanes(ctx)
	if err != nil {
		return err
	}
	s.lanes.load(learned)
	return s.cfg.Store.FreeReportParts(ctx)
}
