package broker

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

func noGrant(name string) error { return problem.New(problem.BrokerNoGrant).With("%s", name) }

// dueOf is when the sweep must look at a grant: its time to refresh, or earlier where a configured margin says so.
func (b *Broker) dueOf(g *Grant) time.Time {
	if g.Health == snapshot.OK && NeedsRefresh(g.Obtained, g.Expires, b.now(), b.cfg.Margin) {
		return b.now()
	}
	return g.RefreshAt
}

// Grants returns all grants that were not revoked, by name. Blocked ones are among them.
func (b *Broker) Grants() []Grant {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Grant, 0, len(b.cells))
	for _, c := range b.cells {
		all = append(all, c.grant)
	}
	slices.SortFunc(all, func(x, y Grant) int { return strings.Compare(x.Name, y.Name) })
	return all
}

// Grant returns one grant.
func (b *Broker) Grant(g id.Grant) (Grant, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.cells[g]; ok {
		return c.grant, true
	}
	return Grant{}, false
}

// GrantNamed returns the grant of that name.
func (b *Broker) GrantNamed(name string) (Grant, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.names[name]; ok {
		return c.grant, true
	}
	return Grant{}, false
}

// Attempts returns the newest exchanges of a grant first.
func (b *Broker) Attempts(ctx context.Context, g id.Grant, limit int) ([]Attempt, error) {
	attempts, err := b.cfg.Store.Attempts(ctx, g, limit)
	if err != nil {
		return nil, fmt.Errorf("reading a grant's attempts: %w", err)
	}
	return attempts, nil
}

// SetAccounts stores which accounts a grant opens, as verified with Amazon.
func (b *Broker) SetAccounts(ctx context.Context, g id.Grant, accounts []canon.Account) error {
	before, ok := b.Grant(g)
	if !ok {
		return noGrant(string(g))
	}
	accounts = stamped(accounts, before.Accounts, b.cfg.Now())
	if err := b.cfg.Store.SetAccounts(ctx, g, accounts); err != nil {
		return fmt.Errorf("storing a grant's accounts: %w", err)
	}
	b.change(g, func(grant *Grant) { grant.Accounts = slices.Clone(accounts) })
	return nil
}

// SetEligibility keeps what Amazon said of whether it answers for a grant at all: no problem means that it does. Since when it does not
// stays what it was while the problem stays. It reports whether the grant's standing changed.
func (b *Broker) SetEligibility(ctx context.Context, g id.Grant, why problem.Code) (bool, error) {
	before, ok := b.Grant(g)
	if !ok {
		return false, noGrant(string(g))
	}
	now := b.now()
	e := Eligibility{Problem: why, Checked: now}
	if why != "" {
		e.Since = now
		if before.Eligibility.Problem == why {
			e.Since = before.Eligibility.Since
		}
	}
	if err := b.cfg.Store.SetEligibility(ctx, g, e); err != nil {
		return false, fmt.Errorf("storing whether Amazon answers for a grant: %w", err)
	}
	b.change(g, func(grant *Grant) { grant.Eligibility = e })
	return why != before.Eligibility.Problem, nil
}

// stamped notes when each account was confirmed, now if the list does not say, and when it was first listed.
func stamped(accounts, before []canon.Account, now time.Time) []canon.Account {
	out := slices.Clone(accounts)
	for i := range out {
		a := &out[i]
		if a.VerifiedAt.IsZero() {
			a.VerifiedAt = now
		}
		if j := slices.IndexFunc(before, func(b canon.Account) bool { return b.ID == a.ID && b.Region == a.Region }); j >= 0 && !before[j].FirstSeen.IsZero() {
			a.FirstSeen = before[j].FirstSeen
		} else if a.FirstSeen.IsZero() {
			a.FirstSeen = a.VerifiedAt
		}
	}
	return out
}

// Disable switches a grant off: nothing is sent for it and its token is not lent, until Enable.
func (b *Broker) Disable(ctx context.Context, by audit.Actor, g id.Grant) error {
	return b.setHealth(ctx, by, g, snapshot.Disabled, problem.BrokerDisabled, "grant.disable")
}

// Enable switches a disabled grant on again. A grant that was blocked before is found out to be so by its next refresh.
func (b *Broker) Enable(ctx context.Context, by audit.Actor, g id.Grant) error {
	if grant, ok := b.Grant(g); ok && grant.Health != snapshot.Disabled {
		return nil
	}
	return b.setHealth(ctx, by, g, snapshot.OK, "", "grant.enable")
}

func (b *Broker) setHealth(ctx context.Context, by audit.Actor, g id.Grant, h snapshot.Health, code problem.Code, action string) error {
	if _, ok := b.Grant(g); !ok {
		return noGrant(string(g))
	}
	s, err := b.cfg.Store.SetHealth(ctx, g, h, code, b.now())
	if err != nil {
		return fmt.Errorf("changing a grant's health: %w", err)
	}
	b.change(g, func(grant *Grant) {
		if s.Rev >= grant.Rev {
			grant.State = s
		}
	})
	b.mu.Lock()
	if c := b.cells[g]; c != nil && c.flight == nil {
		b.schedule(c, b.dueOf(&c.grant))
	}
	b.mu.Unlock()
	return b.cfg.Audit.Record(ctx, audit.Entry{At: b.now(), Actor: by, Action: action, Object: string(g), Outcome: audit.Done})
}

// Revoke forgets a grant's tokens here. LWA has no way to revoke from outside (ads-lwa 1.7), so the tokens stay good at
// Amazon until the account's owner withdraws the consent there; the returned problem says where. The name is not reused.
func (b *Broker) Revoke(ctx context.Context, by audit.Actor, g id.Grant) (problem.Problem, error) {
	if _, ok := b.Grant(g); !ok {
		return problem.Problem{}, noGrant(string(g))
	}
	at := b.now()
	if err := b.cfg.Store.Revoke(ctx, g, at); err != nil {
		return problem.Problem{}, fmt.Errorf("revoking a grant: %w", err)
	}
	b.mu.Lock()
	c := b.cells[g]
	if c == nil { // somebody else did it at the same time
		b.mu.Unlock()
		return problem.Problem{}, noGrant(string(g))
	}
	c.grant.Revoked = at
	c.token = snapshot.Token{}
	delete(b.cells, g)
	delete(b.names, c.grant.Name)
	if c.place >= 0 {
		heap.Remove(&b.due, c.place)
	}
	b.mu.Unlock()
	b.publish(c)
	err := b.cfg.Audit.Record(ctx, audit.Entry{At: at, Actor: by, Action: "grant.revoke", Object: string(g), Outcome: audit.Done})
	return problem.New(problem.BrokerWithdrawAtAmazon), err
}

// publish tells the gateway of a grant as it is by now. Those who publish wait for one another and look at the grant only then, so
// that an older state never comes after a newer one, and nothing after a revocation.
func (b *Broker) publish(c *cell) {
	b.publishing.Lock()
	defer b.publishing.Unlock()
	g := b.copyOf(c)
	if !g.Revoked.IsZero() {
		b.cfg.Publisher.RemoveGrant(g.ID)
		return
	}
	b.cfg.Publisher.PublishGrant(g.Published())
}

// change alters a grant in memory after its commit, and publishes it.
func (b *Broker) change(g id.Grant, alter func(*Grant)) {
	b.mu.Lock()
	c, ok := b.cells[g]
	if !ok {
		b.mu.Unlock()
		return
	}
	before, _, _ := c.grant.Standing()
	alter(&c.grant)
	now := c.grant
	b.mu.Unlock()
	b.publish(c)
	if after, _, _ := now.Standing(); before != after {
		b.cfg.Observer.HealthChanged(now)
	}
}
