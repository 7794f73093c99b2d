// Package server builds a whole Lockkeeper from its settings and runs it.
//
// It is the only place that knows every part: store, seal, vault, broker, policy, gateway, egress, console and API are made here
// and handed to each other, and nothing else is global. New opens what must be open before anything is promised (key, folder,
// ports, in this order, so that a refusal leaves everything as it was); Run serves until its context ends and then lets what is
// under way finish.
package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/authority"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/console"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/intake"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Options are what a server needs besides its settings.
type Options struct {
	Config  config.Config
	Log     *slog.Logger
	Version string
	Ask     Ask // for a passphrase. Defaults to nobody to ask.

	// Access takes the gateway's access log. Defaults to nowhere.
	Access io.Writer

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Tick is how often, in real time, the clock is looked at for durable work that is due, such as reports: often for a clock that runs fast.
	// Defaults to a second.
	Tick time.Duration

	// FreePorts takes any free port where the wanted one is busy. Defaults to false.
	FreePorts bool
}

// Server is a whole Lockkeeper.
type Server struct {
	opt     Options
	cfg     config.Config
	log     *slog.Logger
	started time.Time

	store    *store.Store
	sealer   *seal.Sealer
	snapshot *snapshot.Snapshot
	vault    *vault.Vault
	broker   *broker.Broker
	policy   *policy.Registry
	people   *operator.Registry
	sites    *sites.Registry
	egress   *egress.Door
	gateway  *gateway.Gateway
	console  *console.Console
	api      *api.API
	metrics  *prometheus.Registry
	numbers  *numbers
	keys     *keypair.Keeper
	rotator  *rotation.Rotator
	rechecks rechecks
	copies   copies
	jobs     *jobs.Runner
	push     *push.Push
	ads      *unified.Ads
	reports  *report.Service
	writer   *writes.Writer
	intake   *intake.Intake

	authority *authority.Authority // nil where the gateway does not answer for Amazon's hosts
	programs  map[string]amazon.Program
	self      *self
	standings *standings

	doors   []*door
	closers []func() error
}

// New opens the key, the data folder and the ports. It starts nothing; Close undoes it where Run is not called.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := o.Config.Check(); err != nil {
		return nil, err
	}
	s := &Server{opt: o, cfg: o.Config, log: o.Log, started: o.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.sealer, err = openKeys(ctx, s.cfg, o.Ask); err != nil {
		return nil, err
	}
	s.metrics = obs.NewRegistry(o.Version)
	s.numbers = newNumbers(s.metrics)
	if s.store, err = store.Open(ctx, store.Config{Dir: s.cfg.Data, Observe: s.numbers.committed}); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, s.store.Close)
	ports, err := s.listen()
	if err != nil {
		return nil, err
	}
	if err := s.build(ctx); err != nil {
		return nil, err
	}
	return s, s.openDoors(ports)
}

// Close gives back what New took. It is for a server that does not Run, and Run calls it at its end.
func (s *Server) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Run serves until ctx ends, then shuts the doors, lets exchanges under way finish and closes the store.
func (s *Server) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, failed := errgroup.WithContext(work)
	for _, run := range []func(context.Context) error{s.vault.Run, s.broker.Run, s.gateway.Run, s.standings.run, s.jobs.Run} {
		group.Go(func() error { return run(work) })
	}
	for _, d := range s.doors {
		group.Go(d.serve)
	}
	select {
	case <-ctx.Done():
		s.log.Info("stopping", "waits_for", s.cfg.Drain)
	case <-failed.Done():
	}
	s.shutDoors()
	stop()
	err := group.Wait()
	return errors.Join(err, s.Close())
}

// shutDoors lets requests under way finish, for as long as the settings say.
func (s *Server) shutDoors() {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Drain)
	defer cancel()
	done := make(chan struct{}, len(s.doors))
	for _, d := range s.doors {
		go func() {
			d.shut(ctx)
			done <- struct{}{}
		}()
	}
	for range s.doors {
		<-done
	}
}

// Status tells what runs and where.
func (s *Server) Status() api.Status {
	st := s.Addresses()
	st.Started, st.Now = s.started, s.opt.Now()
	return st
}

// ready tells whether the server can do its work.
func (s *Server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return s.store.Alive(ctx)
}

var _ obs.Ready = (*Server)(nil).ready
