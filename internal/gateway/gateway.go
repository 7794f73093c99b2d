// Package gateway is where other software meets Lockkeeper: to it, the gateway looks like Amazon.
//
// A request comes in with a pass or a token of ours. The gateway settles which program, operation, grant, account and region
// it is for, asks policy, and sends it out through egress with Amazon's credentials on it; bodies stream both ways. What it
// needs to know it reads from the snapshot: no lock, no database. What two servers could read in two ways is refused, nothing
// is followed, and nothing is sent twice that could happen twice. Every refusal of ours is a problem of the catalogue.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Door is the way out; *egress.Door is one.
type Door interface {
	Stream(ctx context.Context, s egress.Stream) (*egress.Reply, error)
	Throttled(k egress.LimitKey) time.Time
	// Hold keeps a key's calls back until a time that Amazon named elsewhere than in the header.
	Hold(k egress.LimitKey, until time.Time)
}

// A Refresher gives access tokens that the snapshot does not hold; *broker.Broker is one. What it begins goes on when ctx ends.
type Refresher interface {
	// Token returns a grant's valid token, waiting for a refresh if it must.
	Token(ctx context.Context, g id.Grant) (snapshot.Token, error)
	// Invalid reports that Amazon called the token of that generation invalid. It returns a newer one, or an error where
	// none may be had: a forced refresh is rare by its own rules (refresh-protocol).
	Invalid(ctx context.Context, g id.Grant, generation int64) (snapshot.Token, error)
}

// Config is what a Gateway needs.
type Config struct {
	Snapshot  *snapshot.Snapshot // what is true now
	Door      Door
	Refresher Refresher
	Programs  []amazon.Program
	Vender    Vender // Lends session credentials of key pairs. Defaults to nobody, so that none are lent.
	MAC       MAC

	// Services are paths of ours that do more than pass a call on. Defaults to none.
	Services []Service

	// Usage keeps the counts of use. Defaults to none.
	Usage UsageStore

	// Audit is told of what policy denies, once a minute for each pass, grant and operation. Defaults to none.
	Audit audit.Sink

	// Access takes the access log, one JSON object a line. Defaults to io.Discard.
	Access io.Writer

	// Log is for what goes wrong in Lockkeeper itself. Defaults to slog's discard handler.
	Log *slog.Logger

	// Standing is told when an answer shows that Amazon does not answer for a grant's account (the code says why), or does so again (no
	// code). It must not block. Defaults to nobody.
	Standing func(grant id.Grant, why problem.Code)

	// Metrics is where the metrics are registered. Defaults to nowhere.
	Metrics prometheus.Registerer

	// Hosts are further host names that the gateway answers for, without port. Loopback's always belong to it. Defaults to none.
	Hosts []string

	// TokenHosts are Login with Amazon's hosts, which the gateway answers for over TLS beside those of the programs.
	// Defaults to none.
	TokenHosts []string

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	HeaderLimit int           // Most bytes of a request's header. Defaults to 64 KiB.
	HeaderLines int           // Most lines of it. Defaults to 256.
	URLLimit    int           // Most bytes of path and query. Defaults to 8 KiB.
	ReplayLimit int64         // A body up to this size is held so that the call can be repeated where that is safe. Defaults to 1 MiB.
	MergeLimit  int64         // Most bytes of one region's answer where all are merged. Defaults to 8 MiB.
	StallLimit  time.Duration // How long a body may stand still on the caller's side. Defaults to 60 seconds.
	StreamLimit time.Duration // Longest request as a whole, so that a revoked pass does not live on in an open stream. Defaults to 15 minutes.
	TokenWait   time.Duration // How long a request waits for a refresh. Defaults to 20 seconds.
	Negative    time.Duration // How long a repeated refusal of Amazon's is answered without asking again. Defaults to 2 seconds.
	LogBuffer   int           // Most bytes of access log that wait to be written. Defaults to 4 MiB.
	UsageBuffer int           // Most counts that wait to be stored. Defaults to 65,536.
	FlushEvery  time.Duration // How often both are handed on. Defaults to 250 milliseconds.
}

// A Gateway is an http.Handler. Run hands its records on until it ends.
type Gateway struct {
	cfg         Config
	programs    map[string]*program
	roots       []root
	fronts      []*front
	amazon      map[string]hostAs
	names       map[string]bool
	rules       rules
	credentials []string // headers that may hold a pass verbatim
	timings     map[string]timing
	metrics     *metrics
	access      *accessLog
	usage       *usage
	denied      *deniedLog
	negative    *negative
	forced      *forced
	vend        *operation
	lend        *operation

	serves  *operation
	none    *operation
	buffers sync.Pool // for bodies
	lines   sync.Pool // for the access log
}

// New returns a Gateway. It fails where two programs overlap.
func New(cfg Config) (*Gateway, error) {
	if cfg.Snapshot == nil || cfg.Door == nil || cfg.Refresher == nil || cfg.MAC == nil {
		return nil, errors.New("building the gateway: snapshot, door, refresher or MAC is missing")
	}
	cfg = cfg.withDefaults()
	g := &Gateway{cfg: cfg, programs: map[string]*program{}, names: map[string]bool{}, timings: map[string]timing{}}
	var programs []*program
	for _, p := range cfg.Programs {
		made := newProgram(p)
		if g.programs[made.code] != nil {
			return nil, fmt.Errorf("building the gateway: program %s stands twice", made.code)
		}
		g.programs[made.code] = made
		programs = append(programs, made)
		if made.front != nil {
			g.fronts = append(g.fronts, made.front)
		}
	}
	var err error
	if g.roots, g.amazon, err = learn(programs); err != nil {
		return nil, fmt.Errorf("building the gateway: %w", err)
	}
	if g.metrics, err = newMetrics(cfg.Metrics); err != nil {
		return nil, fmt.Errorf("registering the gateway's metrics: %w", err)
	}
	for _, name := range append(loopback, cfg.Hosts...) {
		g.names[strings.ToLower(name)] = true
	}
	for _, name := range cfg.TokenHosts {
		g.amazon[strings.ToLower(name)] = hostAs{} // of no program: the path says which token endpoint is meant
	}
	g.rules = newRules(programs)
	seen := map[string]bool{"Authorization": true}
	for _, p := range programs {
		g.timings[p.code] = g.metrics.timing(p.code)
		for _, name := range p.desc.Headers.Credential {
			if key := http.CanonicalHeaderKey(name); !seen[key] {
				seen[key] = true
				g.credentials = append(g.credentials, key)
			}
		}
	}
	g.timings[""] = g.metrics.timing("none")
	g.access = newAccessLog(cfg.Access, cfg.LogBuffer, g.lost("access"))
	g.usage = newUsage(cfg.Usage, cfg.UsageBuffer, g.lost("usage"))
	g.denied = newDeniedLog(cfg.Audit)
	g.negative = newNegative(cfg.Negative)
	g.forced = newForced()
	g.vend = &operation{Operation: amazon.Operation{ID: "token", Effect: amazon.Read}, name: "lockkeeper.token"}
	g.lend = &operation{Operation: amazon.Operation{ID: "credentials", Effect: amazon.Write}, name: "aws.credentials"}

	g.serves = &operation{Operation: amazon.Operation{ID: "service", Effect: amazon.Write}, name: "lockkeeper.service"}
	g.none = &operation{Operation: amazon.Operation{ID: "none", Effect: amazon.Read}, name: "none"}
	g.lines.New = func() any { b := make([]byte, 0, 768); return &b }
	g.buffers.New = func() any { b := make([]byte, 32<<10); return &b }
	return g, nil
}

func (g *Gateway) lost(kind string) func(int) {
	c := g.metrics.lost.WithLabelValues(kind)
	return func(n int) { c.Add(float64(n)) }
}

func (c Config) withDefaults() Config {
	or := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	size := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	if c.Access == nil {
		c.Access = io.Discard
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Standing == nil {
		c.Standing = func(id.Grant, problem.Code) {}
	}
	if c.ReplayLimit == 0 {
		c.ReplayLimit = 1 << 20
	}
	if c.MergeLimit == 0 {
		c.MergeLimit = 8 << 20
	}
	size(&c.HeaderLimit, 64<<10)
	size(&c.HeaderLines, 256)
	size(&c.URLLimit, 8<<10)
	size(&c.LogBuffer, 4<<20)
	size(&c.UsageBuffer, 65536)
	or(&c.StallLimit, time.Minute)
	or(&c.StreamLimit, 15*time.Minute)
	or(&c.TokenWait, 20*time.Second)
	or(&c.Negative, 2*time.Second)
	or(&c.FlushEvery, 250*time.Millisecond)
	return c
}

// Run hands access log and counts on until ctx ends, then once more. It returns nil.
func (g *Gateway) Run(ctx context.Context) error {
	tick := time.NewTicker(g.cfg.FlushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			g.flush(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			g.flush(last)
			return nil
		}
	}
}

// Flush hands on at once what waits, as Run does by itself.
func (g *Gateway) Flush(ctx context.Context) { g.flush(ctx) }

func (g *Gateway) flush(ctx context.Context) {
	if err := g.access.flush(g.cfg.Now()); err != nil {
		g.cfg.Log.Error("writing the access log", "error", err)
	}
	if err := g.usage.flush(ctx); err != nil {
		g.cfg.Log.Error("storing the counts of use", "error", err)
	}
	if err := g.denied.flush(ctx); err != nil {
		g.cfg.Log.Error("recording what was denied", "error", err)
	}
}

// full reports whether what is done can no longer be written down.
func (g *Gateway) full() bool { return g.access.full.Load() || g.usage.full.Load() }

// Server returns a server for this gateway with the limits and timeouts that it counts on.
func (g *Gateway) Server() *http.Server {
	return &http.Server{
		Handler:           g,
		MaxHeaderBytes:    g.cfg.HeaderLimit - 4096, // net/http allows 4 KiB more than it is told
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       g.cfg.StreamLimit,
		WriteTimeout:      g.cfg.StreamLimit + g.cfg.StallLimit,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(g.cfg.Log.Handler(), slog.LevelDebug),
		Protocols:         protocols(),
	}
}

// AmazonHosts are the names of Amazon's that the gateway answers for over TLS.
func (g *Gateway) AmazonHosts() []string { return slices.Sorted(maps.Keys(g.amazon)) }

// protocols are HTTP/1.1, and HTTP/2 over TLS alone: a plain connection is never turned into another (CVE-2026-88008).
func protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	return p
}
