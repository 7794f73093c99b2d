// Package egress is the one door out to Amazon: the only place that reveals an injection and opens a connection.
//
// A call comes in as data (amazon.Call). The door drops every credential header it did not make itself, puts the injection
// on, decides from realm and host where to dial (netguard has the last word), and hands the answer back with nothing followed,
// nothing retried after a byte may have left, and no secret in any error. Send is for whole answers, Stream for the gateway,
// For for the background work of a grant. What Amazon throttles is remembered for each grant and region.
package egress

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
)

// Config is what a Door needs.
type Config struct {
	// Programs tell which hosts may be called, and which headers are nobody's but ours.
	Programs []amazon.Program

	// Hosts are Amazon's other hosts: those of Login with Amazon. Defaults to none.
	Hosts []string

	// SandboxURL is where realm sandbox is dialled, such as "http://127.0.0.1:7080". Defaults to none: that realm is closed.
	SandboxURL string

	// SandboxRoots verify the sandbox where SandboxURL is https. Defaults to the system's, which know no sandbox.
	SandboxRoots *x509.CertPool

	// Guard dials. Defaults to a netguard.Guard that admits the sandbox's address.
	Guard *netguard.Guard

	// Roots verify Amazon's hosts. Defaults to the system's.
	Roots *x509.CertPool

	// UserAgent names us in calls of our own; a caller's is passed on. Defaults to "lockkeeper".
	UserAgent string

	// Idle is how many connections to one host are kept open for the next call. Defaults to 256.
	Idle int

	// HeadTimeout bounds the wait for an answer's first line in Stream where the call says nothing. Defaults to 60 seconds.
	HeadTimeout time.Duration

	// StallTimeout is how long a streamed body may stand still in either direction. Defaults to 60 seconds.
	StallTimeout time.Duration

	// StreamTimeout bounds a whole streamed exchange, so that a revoked pass does not live on in an open stream. Defaults to 15 minutes.
	StreamTimeout time.Duration

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log is told of calls that were refused. Defaults to slog's discard handler.
	Log *slog.Logger
}

// A Door sends calls to Amazon. It is safe for concurrent use. Close lets its idle connections go.
type Door struct {
	cfg     Config
	hosts   map[string]bool // every host that may be called, in canonical spelling
	held    map[string]bool // headers that are never taken from a call, in MIME-canonical spelling
	real    upstream
	sandbox upstream // nil where there is none
	limits  *limits
	paces   paces
	pace    map[string]amazon.Pace        // by host
	queues  map[string][]amazon.Operation // by program: those with a queue of their own
	play    string                        // the sandbox's own address, which its links may lead to
}

// New returns a Door.
func New(cfg Config) (*Door, error) {
	d := &Door{cfg: cfg.withDefaults(), hosts: map[string]bool{}, held: map[string]bool{}, pace: map[string]amazon.Pace{}, queues: map[string][]amazon.Operation{}}
	d.paces = paces{now: d.cfg.Now, keys: map[LimitKey]*pace{}}
	d.limits = newLimits(d.cfg.Now)
	if err := d.learn(); err != nil {
		return nil, err
	}
	sandbox, err := sandboxAddress(cfg.SandboxURL)
	if err != nil {
		return nil, err
	}
	if d.cfg.Guard == nil {
		if d.cfg.Guard, err = netguard.New(netguard.Config{Sandbox: sandbox.Host}); err != nil {
			return nil, err
		}
	}
	d.play = sandbox.Host
	d.real = newPool(d.cfg, realDialer(d.cfg))
	if sandbox.Host != "" {
		d.sandbox = newPool(d.cfg, sandboxDialer(d.cfg, sandbox.Scheme == "https"))
	}
	return d, nil
}

func (c Config) withDefaults() Config {
	if c.UserAgent == "" {
		c.UserAgent = "lockkeeper"
	}
	if c.Idle == 0 {
		c.Idle = 256
	}
	if c.HeadTimeout == 0 {
		c.HeadTimeout = 60 * time.Second
	}
	if c.StallTimeout == 0 {
		c.StallTimeout = 60 * time.Second
	}
	if c.StreamTimeout == 0 {
		c.StreamTimeout = 15 * time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// learn collects hosts and header names. Hosts are whole names, never patterns: "api.amazon.com.evil.example" matches nothing.
func (d *Door) learn() error {
	maps.Copy(d.held, always)
	maps.Copy(d.held, outward)
	hosts := append([]string(nil), d.cfg.Hosts...)
	for _, p := range d.cfg.Programs {
		desc := p.Descriptor()
		for _, op := range desc.Operations {
			if op.Queue != "" {
				d.queues[desc.Code] = append(d.queues[desc.Code], op)
			}
		}
		for _, h := range desc.Hosts {
			d.pace[h] = desc.Pace
			hosts = append(hosts, h)
		}
		hosts = append(hosts, desc.Also...)
		hosts = slices.AppendSeq(hosts, maps.Values(desc.Files))
		for _, places := range desc.Uploads {
			hosts = append(hosts, places...)
		}
		for _, h := range desc.Headers.Credential {
			d.held[http.CanonicalHeaderKey(h)] = true
		}
		for _, s := range desc.Headers.Selector {
			d.held[http.CanonicalHeaderKey(s.Header)] = true
		}
	}
	for _, h := range hosts {
		host, err := netguard.CanonicalHost(h)
		if err != nil {
			return fmt.Errorf("reading the hosts that may be called: %w", err)
		}
		d.hosts[host] = true
	}
	return nil
}

// sandboxAddress splits the sandbox's URL; an empty one gives an empty address.
func sandboxAddress(raw string) (*url.URL, error) {
	if raw == "" {
		return &url.URL{}, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" || u.User != nil {
		return nil, fmt.Errorf("reading the sandbox's address: it must look like http://127.0.0.1:7080")
	}
	return u, nil
}

// Close lets all idle connections go. Calls under way are not disturbed.
func (d *Door) Close() {
	d.real.close()
	if d.sandbox != nil {
		d.sandbox.close()
	}
}

// Hold keeps a key's calls back until a time that an answer's body named. It takes the place of a wait that was chosen for want of it.
func (d *Door) Hold(k LimitKey, until time.Time) { d.limits.hold(k, until) }

// Throttled tells until when Amazon asked that a key's calls be kept back; the zero time if it did not, or that time is over.
func (d *Door) Throttled(k LimitKey) time.Time { return d.limits.until(k) }
