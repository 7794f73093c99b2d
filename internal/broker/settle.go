package broker

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A landing is an exchange that ended and waits for its commit.
type landing struct {
	flight     *flight // nil for a settlement that only records an attempt
	settlement Settlement
	access     secret.Value // of a 200
	began      time.Time
	err        error // for the flight, where there are no tokens
}

// token is the access token as published.
func (l *landing) token() snapshot.Token {
	t := l.settlement.Tokens
	return snapshot.Token{Access: l.access, Generation: t.Generation, Obtained: t.Obtained, Expires: t.Expires}
}

// assumed is the state that a commit would have left, for the mutant that does not wait for it.
func (b *Broker) assumed(l *landing) State {
	s := b.grantOr(l.settlement.Grant).State
	if t := l.settlement.Tokens; t != nil {
		s.Generation, s.Obtained, s.Expires, s.RefreshAt = t.Generation, t.Obtained, t.Expires, t.RefreshAt
	}
	return s
}

// hand gives a landing to the committer. The lock is held.
func (b *Broker) hand(l *landing) {
	b.done = append(b.done, l)
	b.poke(b.full)
}

const (
	mostRows   = 200                   // of one commit
	firstPause = 50 * time.Millisecond // after a commit that failed; doubled up to the longest
	longPause  = time.Second
)

// land is the committer: it takes all that waits, at most 200, into one transaction, and begins the next as soon as that is
// durable. Nobody lingers for company, since company gathers by itself while a commit runs; so an answer waits for at most
// one commit before its own. A commit that fails is tried again until the process ends: a 200 that was received is the only
// copy of a token there is. (Renewing its lease meanwhile would be a write to the same store that fails; a peer that takes
// the lease over finds the generation unmoved, and whoever commits first wins.)
func (b *Broker) land(l *lander) {
	defer close(l.landed)
	rest := time.Duration(0)
	for {
		batch := b.takeLandings()
		if len(batch) == 0 {
			select {
			case <-b.full:
				continue
			case <-l.stop:
				if batch = b.takeLandings(); len(batch) == 0 {
					return
				}
			}
		}
		if b.commit(batch) {
			rest = 0
			continue
		}
		rest = min(max(2*rest, firstPause), longPause)
		timer := time.NewTimer(rest)
		select {
		case <-timer.C:
		case <-l.cut:
			timer.Stop()
			return
		}
	}
}

// A lander is the committer's run: stop ends it once nothing waits, cut ends it at once.
type lander struct {
	stop, cut, landed chan struct{}
}

func newLander() *lander {
	return &lander{make(chan struct{}), make(chan struct{}), make(chan struct{})}
}

func (b *Broker) takeLandings() []*landing {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.done), mostRows)
	batch := make([]*landing, n)
	copy(batch, b.done)
	b.done = append(b.done[:0], b.done[n:]...)
	b.landing = n
	return batch
}

// commit stores a batch and, only after that, publishes it and ends its flights. Where it fails the batch is put back.
func (b *Broker) commit(batch []*landing) bool {
	if len(batch) == 0 {
		return true
	}
	settlements := make([]Settlement, len(batch))
	for i, l := range batch {
		settlements[i] = l.settlement
	}
	settled, err := b.cfg.Store.Settle(context.Background(), settlements)
	if err != nil && mutantSwallowCommit {
		settled, err = make([]Settled, len(batch)), nil
		for i, l := range batch {
			settled[i] = Settled{Won: true, State: b.assumed(l)}
		}
	}
	if err != nil {
		b.log.Error("storing refreshes failed; they are kept and tried again", "refreshes", len(batch), "error", err)
		b.mu.Lock()
		b.done = append(batch, b.done...)
		b.landing = 0
		b.mu.Unlock()
		return false
	}
	crashPoint("P8")
	for i, l := range batch {
		b.settled(l, settled[i])
	}
	b.mu.Lock()
	b.landing = 0
	b.mu.Unlock()
	return true
}

// settled brings memory up to the row, publishes, and ends the flight.
func (b *Broker) settled(l *landing, s Settled) {
	if l.settlement.Only {
		b.tellExchange(l.settlement)
		return
	}
	if l.flight == nil {
		return
	}
	c := l.flight.cell
	err := l.err
	switch {
	case s.Won && l.settlement.Tokens != nil:
		t := l.token()
		b.adopt(c, s.State, &t)
	case s.Won:
		b.adopt(c, s.State, nil)
	case s.State.Generation > l.settlement.Sent:
		b.takeOver(c, s) // a peer was first: its tokens are the grant's, ours are kept as previous
		err = nil
	default:
		b.adopt(c, s.State, nil)
	}
	if l.settlement.Attempt.Outcome != Lost {
		b.tellExchange(l.settlement)
	}
	b.mu.Lock()
	due := c.grant.RefreshAt
	if c.grant.Health == snapshot.Blocked || c.grant.Health == snapshot.Disabled {
		due = b.now().Add(idleLook)
	}
	b.end(l.flight, err, due)
	b.mu.Unlock()
}

func (b *Broker) tellExchange(s Settlement) {
	b.cfg.Observer.Exchanged(b.grantOr(s.Grant), s.Attempt)
}

// adopt makes s the grant's state in memory, and publishes what the gateway must know. An older state than the one known is
// left alone.
func (b *Broker) adopt(c *cell, s State, token *snapshot.Token) {
	b.mu.Lock()
	old := c.grant
	if s.Rev >= old.Rev {
		c.grant.State = s
	}
	fresh := token != nil && token.Generation >= c.token.Generation
	if fresh {
		c.token = *token
	}
	changed := old.Health != c.grant.Health || old.Problem != c.grant.Problem
	now := c.grant
	b.mu.Unlock()
	if fresh {
		b.cfg.Publisher.PublishToken(now.ID, *token)
	}
	if changed {
		b.publish(c)
		b.cfg.Observer.HealthChanged(now)
	}
}

// takeOver adopts a row whose tokens another stored.
func (b *Broker) takeOver(c *cell, s Settled) {
	g := b.copyOf(c)
	g.State = s.State
	access, err := b.cfg.Sealer.Open(accessPlace(g, s.State.Generation), s.Taken)
	if err != nil {
		b.adopt(c, s.State, nil)
		return
	}
	b.adopt(c, s.State, &snapshot.Token{Access: access, Generation: s.State.Generation, Obtained: s.State.Obtained, Expires: s.State.Expires})
}

// reread adopts the row as the store has it.
func (b *Broker) reread(c *cell) {
	g, sealed, err := b.cfg.Store.GrantByID(b.base, b.copyOf(c).ID)
	if err != nil {
		b.log.Error("reading a grant again failed", "error", err)
		return
	}
	b.takeOver(c, Settled{State: g.State, Taken: sealed})
}

func (b *Broker) copyOf(c *cell) *Grant {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := c.grant
	return &g
}

func (b *Broker) grantOr(g id.Grant) Grant {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.cells[g]; ok {
		return c.grant
	}
	return Grant{ID: g}
}
