package broker

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

const (
	longestTick  = time.Second           // a clock that jumps, as the sandbox's does, is noticed within this
	mostClaims   = 200                   // claims of one transaction
	claimFresh   = 50 * time.Millisecond // a claim older than this is taken anew before anything is sent on it
	mostRetakes  = 3                     // then the machine is too busy for it to help; the lease still covers the exchange
	mostDecision = 4                     // decisions on one flight that another's change made void
	idleLook     = time.Hour             // how soon the sweep looks again at a grant that rests
)

// Run refreshes every grant when it is due, until ctx ends. Then it sends nothing new and waits for what is under way, at
// most until the hard deadline; answers that the store still has not taken are saved to a sealed file.
func (b *Broker) Run(ctx context.Context) error {
	if err := b.Load(ctx); err != nil {
		return err
	}
	l := newLander()
	go b.land(l)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(b.step())
		select {
		case <-ctx.Done():
		case <-b.wake:
		case <-timer.C:
		}
	}
	err := b.drain(l)
	b.sent.close()
	return err
}

// Poke makes the sweep look at the clock now, after it was moved.
func (b *Broker) Poke() { b.poke(b.wake) }

func (b *Broker) poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// step starts what is due and what is asked for, as far as send slots are free, and says when to look again at the latest.
func (b *Broker) step() time.Duration {
	now := b.now()
	b.mu.Lock()
	for at, ok := b.due.next(); ok && !at.After(now); at, ok = b.due.next() {
		c := heap.Pop(&b.due).(*cell)
		if c.flight == nil {
			b.board(b.base, c, false, false)
		}
	}
	// A group is at most the free slots, so that every claim's send starts right after the commit.
	n := min(len(b.queue), b.free, mostClaims)
	group := make([]*flight, n)
	copy(group, b.queue)
	b.queue = append(b.queue[:0], b.queue[n:]...)
	b.free -= n
	b.cfg.Observer.Load(len(b.queue), b.cfg.Slots-b.free, len(b.done)+b.landing)
	wait := longestTick
	if at, ok := b.due.next(); ok {
		wait = min(wait, max(at.Sub(now), 0))
	}
	more := len(b.queue) > 0 && b.free > 0
	b.mu.Unlock()
	if n > 0 {
		b.claim(group)
	}
	if more {
		return 0
	}
	return wait
}

// schedule puts a cell into the heap. The lock is held.
func (b *Broker) schedule(c *cell, due time.Time) {
	if c.grant.Kind == KeyPair {
		return // it has nothing that the sweep could refresh
	}
	c.due = due
	if c.place >= 0 {
		heap.Fix(&b.due, c.place)
	} else {
		heap.Push(&b.due, c)
	}
	if c.place == 0 {
		b.poke(b.wake)
	}
}

// A ticket is a flight that may be sent: its claim, and what it is sent with.
type ticket struct {
	flight  *flight
	claim   Claim
	secrets appSecrets
	check   bool
}

// claim takes leases and writes intents for a group in one transaction, and starts their exchanges after its commit.
// Every flight of the group holds a send slot; those that are not sent give it back.
func (b *Broker) claim(group []*flight) {
	now := b.now()
	tickets := make([]ticket, 0, len(group))
	for _, f := range group {
		if t, ok := b.decide(f, now); ok {
			tickets = append(tickets, t)
		} else {
			b.giveSlot()
		}
	}
	if len(tickets) == 0 {
		return
	}
	crashPoint("P1")
	claims := make([]Claim, len(tickets))
	for i := range tickets {
		claims[i] = tickets[i].claim
	}
	claimed, err := b.cfg.Store.Claim(b.base, claims)
	if err != nil {
		b.unclaimed(tickets, err)
		return
	}
	crashPoint("P2")
	at := b.now()
	for i, t := range tickets {
		if !claimed[i].Won {
			b.giveSlot()
			b.releaseBreakers(b.copyOf(t.flight.cell), t.secrets)
			b.overtaken(t.flight, claimed[i].State)
			continue
		}
		b.mu.Lock()
		t.flight.cell.unsent = nil
		b.mu.Unlock()
		b.adopt(t.flight.cell, claimed[i].State, nil)
		b.others.Add(1) // before Run's loop can end, so that drain waits for it
		go func() {
			defer b.others.Done()
			defer b.giveSlot()
			b.exchange(t, claimed[i], at)
		}()
	}
}

func (b *Broker) giveSlot() {
	b.mu.Lock()
	b.free++
	waiting := len(b.queue) > 0
	b.mu.Unlock()
	if waiting {
		b.poke(b.wake)
	}
}

// decide says whether a flight may be sent now. Where it may not, the flight has ended.
func (b *Broker) decide(f *flight, now time.Time) (ticket, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := f.cell
	g := &c.grant
	switch {
	case b.closing:
		b.end(f, problem.New(problem.BrokerShuttingDown), g.RefreshAt)
		return ticket{}, false
	case f.forced && g.Generation > f.from, !f.asked && g.RefreshAt.After(now) && c.good(now):
		b.end(f, nil, g.RefreshAt) // somebody else did it meanwhile
		return ticket{}, false
	}
	known := *g
	unsent := g.Intent.Open() && slices.Contains(c.unsent, g.Intent.Attempt)
	if unsent {
		known.Sends-- // its claim was counted, but nothing was sent on it
	}
	todo, until := b.reader().next(&known, now)
	switch todo {
	case rest:
		b.end(f, resting(g), now.Add(idleLook))
		return ticket{}, false
	case wait:
		p := problem.New(problem.BrokerElsewhere)
		p.RetryAt = until
		b.end(f, p, until)
		return ticket{}, false
	case giveUp:
		lost := answerLost(g, now)
		b.hand(&landing{flight: f, err: lost, settlement: Settlement{
			Grant: g.ID, Rev: g.Rev, Sent: g.Generation, Health: snapshot.Blocked, Problem: lost.Code, Failures: g.Failures, RefreshAt: g.RefreshAt, LostAt: g.LostAt,
			Attempt: Attempt{ID: id.New[id.Attempt](now), Grant: g.ID, At: now, Kind: g.attemptKind(), Outcome: Lost, Problem: lost.Code, Sent: g.Generation},
		}})
		return ticket{}, false
	}
	secrets, retry, err := b.admit(g, now)
	if err != nil {
		b.end(f, err, b.spread(retry, now))
		return ticket{}, false
	}
	whole := b.cfg.Timeout * time.Duration(max(1, len(secrets.secrets)))
	t := ticket{flight: f, secrets: secrets, check: todo == check, claim: Claim{
		Grant: g.ID, Rev: g.Rev, Owner: b.cfg.Owner, Attempt: id.New[id.Attempt](now), At: now, Forced: f.forced, Retake: unsent,
		Deadline: now.Add(whole + claimFresh), Until: now.Add(2*whole + b.cfg.Skew), // a lease always outlives its call
	}}
	if mutantNoIntent {
		t.claim.Attempt = ""
	}
	return t, true
}

// spread moves a time a little, so that those who were sent away together do not come back together.
func (b *Broker) spread(at, now time.Time) time.Time {
	return at.Add(time.Duration(b.cfg.Jitter() * float64(min(max(at.Sub(now), time.Second), time.Minute)) / 4))
}

// admit asks the breakers, and returns the secrets that may be tried, newest first. The lock is held; the secrets come from
// memory or from the vault.
func (b *Broker) admit(g *Grant, now time.Time) (appSecrets, time.Time, error) {
	secrets, err := b.secrets.get(b.base, g.App, vault.Use{Region: g.Region, Program: g.Program})
	if err != nil {
		return secrets, now.Add(noSecretRest), problem.New(problem.BrokerNoSecret).Because(err)
	}
	endpoint := endpointKey(g)
	if ok, retry := b.breakers.admit(endpoint, now); !ok {
		p := problem.New(problem.BrokerEndpointResting)
		p.RetryAt = retry
		return secrets, retry, p
	}
	open, retry := secrets.secrets[:0:0], time.Time{}
	for _, s := range secrets.secrets {
		ok, at := b.breakers.admit(secretKey(g.App, s.Version), now)
		if ok {
			open = append(open, s)
		} else if retry.IsZero() || at.Before(retry) {
			retry = at
		}
	}
	if len(open) == 0 {
		b.breakers.letGo(endpoint)
		if retry.IsZero() {
			retry = now.Add(noSecretRest)
		}
		p := problem.New(problem.BrokerSecretRefused)
		p.RetryAt = retry
		return secrets, retry, p
	}
	secrets.secrets = open
	return secrets, time.Time{}, nil
}

func endpointKey(g *Grant) breakerKey {
	return breakerKey{app: string(g.App), region: string(g.Region)}
}

func secretKey(app id.App, version int64) breakerKey {
	return breakerKey{app: string(app), secret: version}
}

// unclaimed ends flights whose claim the store did not take: nothing is sent without an intent. The commit may have taken
// effect all the same, so what those intents would say is remembered to be untrue.
func (b *Broker) unclaimed(tickets []ticket, err error) {
	now := b.now()
	b.log.Warn("claiming due grants failed", "grants", len(tickets), "error", err)
	p := problem.New(problem.BrokerStoreFails).Because(err)
	b.mu.Lock()
	for _, t := range tickets {
		b.free++
		t.flight.cell.neverSent(t.claim.Attempt)
		b.releaseBreakers(&t.flight.cell.grant, t.secrets)
		b.end(t.flight, p, now.Add(pause(1, b.cfg.Jitter())))
	}
	b.mu.Unlock()
}

func (b *Broker) releaseBreakers(g *Grant, secrets appSecrets) {
	b.breakers.letGo(endpointKey(g))
	for _, s := range secrets.secrets {
		b.breakers.letGo(secretKey(g.App, s.Version))
	}
}

var errOvertaken = errors.New("deciding on a refresh: the grant keeps changing")

// overtaken takes over a row that changed since the decision, and has it decided on again.
func (b *Broker) overtaken(f *flight, s State) {
	c := f.cell
	b.mu.Lock()
	known := c.grant.Generation
	b.mu.Unlock()
	if s.Generation > known {
		b.reread(c)
	} else {
		b.adopt(c, s, nil)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		b.end(f, problem.New(problem.BrokerShuttingDown), c.grant.RefreshAt)
		return
	}
	if f.tries++; f.tries >= mostDecision {
		b.end(f, problem.New(problem.BrokerStoreFails).Because(errOvertaken), b.now().Add(pause(1, b.cfg.Jitter())))
		return
	}
	b.queue = append(b.queue, f)
	b.poke(b.wake)
}
