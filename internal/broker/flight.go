package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A flight is the one refresh of a grant that is under way. Whoever wants the grant refreshed joins it; nobody who leaves
// ends it, since by then Amazon may have acted (X1).
type flight struct {
	cell   *cell
	asked  bool // somebody wants it now, whether or not the grant is due
	forced bool // a 401 is why
	from   int64
	tries  int
	ctx    context.Context // the broker's own
	done   chan struct{}
	err    error // why there is no newer token; set before done is closed
}

// board returns the cell's flight, beginning one where there is none. The lock is held.
func (b *Broker) board(ctx context.Context, c *cell, asked, forced bool) *flight {
	if f := c.flight; f != nil {
		f.asked = f.asked || asked
		return f
	}
	f := &flight{cell: c, asked: asked, forced: forced, from: c.grant.Generation, ctx: b.base, done: make(chan struct{})}
	if mutantCallerContext {
		f.ctx = ctx
	}
	c.flight = f
	if b.closing { // nobody would take it from the queue
		b.end(f, problem.New(problem.BrokerShuttingDown), c.grant.RefreshAt)
		return f
	}
	b.queue = append(b.queue, f)
	b.poke(b.wake)
	return f
}

// end finishes a flight and puts its cell back into the heap. The lock is held.
func (b *Broker) end(f *flight, err error, due time.Time) {
	c := f.cell
	f.err = err
	c.flight = nil
	if b.cells[c.grant.ID] == c && c.grant.Revoked.IsZero() {
		b.schedule(c, due)
	}
	close(f.done)
}

// Refresh replaces the grant's token now, unless it is blocked or disabled. It joins a refresh under way. When ctx ends it
// returns, and the refresh goes on.
func (b *Broker) Refresh(ctx context.Context, g id.Grant) (Grant, error) {
	b.mu.Lock()
	c, ok := b.cells[g]
	if !ok {
		b.mu.Unlock()
		return Grant{}, noGrant(string(g))
	}
	if err := errors.Join(resting(&c.grant), nothingToRefresh(&c.grant)); err != nil {
		defer b.mu.Unlock()
		return c.grant, err
	}
	f := b.board(ctx, c, true, false)
	b.mu.Unlock()
	if err := f.wait(ctx); err != nil {
		return b.grantOr(g), err
	}
	return b.grantOr(g), nil
}

// wait ends with the flight or with ctx.
func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return fmt.Errorf("waiting for a refresh that goes on: %w", context.Cause(ctx))
	}
}

// Token returns the grant's access token. One that has not ended yet is returned at once, also while refreshing fails or a
// refresh is under way; otherwise a refresh is waited for.
func (b *Broker) Token(ctx context.Context, g id.Grant) (snapshot.Token, error) {
	b.mu.Lock()
	c, ok := b.cells[g]
	if !ok {
		b.mu.Unlock()
		return snapshot.Token{}, noGrant(string(g))
	}
	if c.good(b.now()) {
		defer b.mu.Unlock()
		return c.token, nil
	}
	if err := errors.Join(resting(&c.grant), nothingToRefresh(&c.grant)); err != nil {
		defer b.mu.Unlock()
		return snapshot.Token{}, err
	}
	f := b.board(ctx, c, false, false)
	b.mu.Unlock()
	err := f.wait(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.good(b.now()) {
		return c.token, nil
	}
	if err == nil {
		err = problem.New(problem.BrokerNoToken)
	}
	return snapshot.Token{}, err
}

// good reports whether the cell's token may be used: it has not ended, and nobody switched the grant off. A blocked grant's
// token is good until its end.
func (c *cell) good(now time.Time) bool {
	return c.token.Good(now) && c.grant.Health != snapshot.Disabled && c.grant.Revoked.IsZero()
}

// Rules of a refresh that a 401 forces (DESIGN, "401").
const (
	leastAge    = 60 * time.Second // a token younger than this is not Amazon's reason
	forcedPause = 5 * time.Minute  // between two forced refreshes of one grant
)

// Invalid reports that Amazon called the grant's token of the given generation invalid. Where a newer token is at hand it is
// returned, to replay the call with. Otherwise a refresh is forced: only for the current generation, only if it is older than
// 60 seconds, at most once per grant in 5 minutes, and never while the grant is blocked or disabled.
func (b *Broker) Invalid(ctx context.Context, g id.Grant, generation int64) (snapshot.Token, error) {
	b.mu.Lock()
	c, ok := b.cells[g]
	if !ok {
		b.mu.Unlock()
		return snapshot.Token{}, noGrant(string(g))
	}
	now := b.now()
	if c.token.Generation > generation && c.good(now) {
		defer b.mu.Unlock()
		return c.token, nil
	}
	if err := errors.Join(resting(&c.grant), nothingToRefresh(&c.grant)); err != nil {
		defer b.mu.Unlock()
		return snapshot.Token{}, err
	}
	f := c.flight
	if f == nil {
		if p, refuse := mayForce(c, generation, now); refuse {
			b.mu.Unlock()
			return snapshot.Token{}, p
		}
		c.grant.ForcedAt = now
		f = b.board(ctx, c, true, true)
	}
	b.mu.Unlock()
	err := f.wait(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.token.Generation > generation && c.good(b.now()) {
		return c.token, nil
	}
	if err == nil {
		err = problem.New(problem.BrokerTokenRefused)
	}
	return snapshot.Token{}, err
}

// mayForce holds the rules of Invalid.
func mayForce(c *cell, generation int64, now time.Time) (problem.Problem, bool) {
	refused := problem.New(problem.BrokerTokenRefused)
	switch age := now.Sub(c.token.Obtained); {
	case generation != c.grant.Generation:
		return refused.With("the token refused is not the current one"), true
	case age < leastAge:
		return refused.With("the token is only %s old", age.Round(time.Second)), true
	case !c.grant.ForcedAt.IsZero() && now.Sub(c.grant.ForcedAt) < forcedPause:
		p := refused.With("it was refreshed for this reason at %s", c.grant.ForcedAt.UTC().Format(time.RFC3339))
		p.RetryAt = c.grant.ForcedAt.Add(forcedPause)
		return p, true
	}
	return problem.Problem{}, false
}
