// Package intake takes in what was pasted: looked at offline, asked about where the person allows it, and kept only once confirmed.
//
// Between the look and the confirmation the text's items wait in memory, under a random ticket that only the operator who pasted them can
// use, for a few minutes; pages and answers hold nothing of them. Asking follows the order of the programs' probes, at most one
// try at a host that did not accept the key. Keeping goes through vault, broker and the other owners, each of which checks again.
package intake

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

// Vault is what the intake needs of *vault.Vault.
type Vault interface {
	AddApp(ctx context.Context, by audit.Actor, n vault.NewApp) (vault.App, error)
	Apps(ctx context.Context) ([]vault.App, error)
	RemoveApp(ctx context.Context, by audit.Actor, app id.App) error
}

// Broker is what it needs of *broker.Broker.
type Broker interface {
	ConnectCredentials(ctx context.Context, by audit.Actor, in broker.Connect) (broker.Grant, error)
	Adopt(ctx context.Context, by audit.Actor, in broker.Connect, refresh secret.Value) (broker.Grant, error)
	Grants() []broker.Grant
}

// Keys is what it needs of *keypair.Keeper.
type Keys interface {
	Add(ctx context.Context, by audit.Actor, in keypair.Pair) (broker.Grant, []problem.Problem, error)
}

// Sites is what it needs of *sites.Registry.
type Sites interface {
	Add(ctx context.Context, by audit.Actor, n sites.NewSite) (sites.Site, []associates.Note, error)
}

// Config is what an Intake needs.
type Config struct {
	Detector *detect.Detector
	Probes   []func(amazon.Pair) []amazon.Probe // of all programs
	Sender   amazon.Sender
	Vault    Vault
	Broker   Broker
	Keys     Keys
	Sites    Sites

	Scopes    func(program string) []string // of a program's consents
	Authority func(program string) []string // of its apps' own authority
	ReturnURL string                        // of new apps

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log is told of what fails. Defaults to nowhere.
	Log *slog.Logger

	// Patience is how long items wait for a confirmation. Defaults to 10 minutes.
	Patience time.Duration
}

// Intake holds what waits for a confirmation. Its methods may be called from any goroutine.
type Intake struct {
	cfg Config

	mu      sync.Mutex
	waiting map[string]*held
}

// held is what one paste waits with.
type held struct {
	by      audit.Actor
	realm   amazon.Realm
	items   []Item
	expires time.Time
	busy    bool // being kept
}

// mostWaiting bounds memory: an operator forgets a paste more often than he confirms it.
const mostWaiting = 64

// New returns an Intake.
func New(cfg Config) *Intake {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 10 * time.Minute
	}
	return &Intake{cfg: cfg, waiting: map[string]*held{}}
}

// An Item is what was recognised, and what Amazon said of it.
type Item struct {
	detect.Item
	State   State             // what is known of it
	Asked   []string          // hosts that were asked, in this order
	Detail  string            // whose it is, in Amazon's words
	Careful []problem.Problem // what speaks against keeping it, although it works
	Name    string            // proposed name; empty where it cannot be kept
}

// A State says what is known of an item.
type State string

// The states.
const (
	Unasked State = "unasked" // nobody asked Amazon
	Good    State = "works"   // Amazon gave a token, or said whose it is
	Proven  State = "proven"  // id and secret belong together; what they may do needs a person's consent
	Waits   State = "pending" // refused, but it may be too new to be known yet
	Bad     State = "refused"
	Unclear State = "unclear" // Amazon could not be asked
)

// A Look is a verdict that waits.
type Look struct {
	Ticket   string // empty where nothing in it can be kept
	Expires  time.Time
	Realm    amazon.Realm
	Items    []Item
	Warnings []problem.Problem
}

// A Paste is what to look at.
type Paste struct {
	Text  []byte
	Realm amazon.Realm
	Ask   bool // the person allows to ask Amazon
}

// Look recognises what was pasted and, where that is allowed, asks Amazon about it.
func (n *Intake) Look(ctx context.Context, by audit.Actor, p Paste) Look {
	v := n.cfg.Detector.Look(p.Text)
	look := Look{Realm: p.Realm, Warnings: v.Warnings}
	for _, found := range v.Items {
		item := Item{Item: found, State: Unasked}
		if p.Ask {
			n.ask(ctx, p.Realm, &item)
		}
		look.Items = append(look.Items, item)
	}
	if n.propose(ctx, look.Items) {
		look.Ticket, look.Expires = n.hold(by, p.Realm, look.Items)
	}
	return look
}

// hold keeps items for their confirmation.
func (n *Intake) hold(by audit.Actor, realm amazon.Realm, items []Item) (ticket string, expires time.Time) {
	ticket, expires = rand.Text(), n.cfg.Now().Add(n.cfg.Patience)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sweep()
	n.waiting[ticket] = &held{by: by, realm: realm, items: items, expires: expires}
	return ticket, expires
}

// sweep drops what waited too long, and the oldest where there are too many.
func (n *Intake) sweep() {
	now := n.cfg.Now()
	var order []string
	for t, h := range n.waiting {
		if !h.expires.After(now) {
			delete(n.waiting, t)
			continue
		}
		order = append(order, t)
	}
	slices.SortFunc(order, func(a, b string) int { return n.waiting[a].expires.Compare(n.waiting[b].expires) })
	for i := 0; len(order)-i >= mostWaiting; i++ {
		delete(n.waiting, order[i])
	}
}

// Waiting shows again what waits under a ticket, to the operator who pasted it.
func (n *Intake) Waiting(by audit.Actor, ticket string) (Look, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h, err := n.of(by, ticket)
	if err != nil {
		return Look{}, err
	}
	return Look{Ticket: ticket, Expires: h.expires, Realm: h.realm, Items: slices.Clone(h.items)}, nil
}

// of finds what waits. Somebody else's ticket is answered like none.
func (n *Intake) of(by audit.Actor, ticket string) (*held, error) {
	n.sweep()
	h, ok := n.waiting[ticket]
	if !ok || h.by != by {
		return nil, problem.New(problem.IntakeGone)
	}
	return h, nil
}

// Forget drops what waits under a ticket.
func (n *Intake) Forget(by audit.Actor, ticket string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, err := n.of(by, ticket); err != nil {
		return err
	}
	delete(n.waiting, ticket)
	return nil
}

// Said says in words what asking Amazon brought.
func (i Item) Said() string {
	switch i.State {
	case Good:
		return "yes, Amazon accepts it"
	case Proven:
		return "Amazon knows id and secret together"
	case Waits:
		return "not yet, or not at all"
	case Bad:
		return "no"
	case Unclear:
		return "could not be asked"
	}
	return "not asked"
}

// Level says how good that is: "fine", "bad" or "off".
func (i Item) Level() string {
	switch i.State {
	case Good, Proven:
		return "fine"
	case Waits, Bad:
		return "bad"
	}
	return "off"
}

// Root reports whether it is or may be a root user's key.
func (i Item) Root() bool {
	is := func(p problem.Problem) bool { return p.Code == problem.AWSRootKey }
	return slices.ContainsFunc(i.Problems, is) || slices.ContainsFunc(i.Careful, is)
}
