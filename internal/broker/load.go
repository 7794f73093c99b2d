package broker

import (
	"context"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Load brings the store up to what is known of the last process (answers it could not store, exchanges it began), reads all
// grants and publishes them with their tokens. Run does so where it was not done; a server does it before it listens.
func (b *Broker) Load(ctx context.Context) error {
	b.mu.Lock()
	loaded := b.loaded
	b.loaded = true
	b.mu.Unlock()
	if loaded {
		return nil
	}
	if err := b.mergeSpool(ctx); err != nil {
		return err
	}
	fate, err := readSent(b.cfg.Dir)
	if err != nil {
		return err
	}
	if !b.cfg.Shared {
		fates := map[id.Attempt]Fate{}
		open, err := b.cfg.Store.Recover(ctx, func(a id.Attempt) Fate {
			fates[a] = fate(a)
			return fates[a]
		})
		if err != nil {
			return fmt.Errorf("closing what the last process left open: %w", err)
		}
		if open > 0 {
			b.log.Info("refreshes were under way when the last process ended", "refreshes", open,
				"sent", count(fates, SurelySent), "not_sent", count(fates, NeverSent), "perhaps_sent", count(fates, FateUnknown))
		}
	}
	if b.sent, err = startSent(b.cfg.Dir); err != nil {
		return err
	}
	if err := b.cfg.Store.Grants(ctx, func(g Grant, sealed []byte) error {
		b.insert(g, b.openAccess(&g, sealed))
		return nil
	}); err != nil {
		return fmt.Errorf("reading the grants: %w", err)
	}
	return nil
}

func count(fates map[id.Attempt]Fate, which Fate) int {
	n := 0
	for _, f := range fates {
		if f == which {
			n++
		}
	}
	return n
}

// openAccess opens a stored access token. One that does not open is treated as absent: the refresh will tell.
func (b *Broker) openAccess(g *Grant, sealed []byte) snapshot.Token {
	if len(sealed) == 0 {
		return snapshot.Token{}
	}
	access, err := b.cfg.Sealer.Open(accessPlace(g, g.Generation), sealed)
	if err != nil {
		b.log.Error("a stored access token does not open", "grant", g.Name, "error", err)
		return snapshot.Token{}
	}
	if g.Kind == KeyPair {
		return keyToken(g, access)
	}
	return snapshot.Token{Access: access, Generation: g.Generation, Obtained: g.Obtained, Expires: g.Expires}
}

// insert takes a grant into memory, publishes it and schedules it.
func (b *Broker) insert(g Grant, t snapshot.Token) {
	b.mu.Lock()
	c := &cell{grant: g, token: t, place: -1}
	b.cells[g.ID] = c
	b.names[g.Name] = c
	b.mu.Unlock()
	b.publish(c)
	if !t.Access.IsZero() {
		b.cfg.Publisher.PublishToken(g.ID, t)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if resting(&g) == nil {
		b.schedule(c, b.dueOf(&g))
	} else {
		b.schedule(c, b.now().Add(idleLook))
	}
}

// resting says why nothing is sent for a grant, if so.
func resting(g *Grant) error {
	switch {
	case !g.Revoked.IsZero():
		return problem.New(problem.BrokerRevoked).With("%s", g.Name)
	case g.Health == snapshot.Disabled:
		return problem.New(problem.BrokerDisabled).With("%s", g.Name)
	case g.Health == snapshot.Blocked:
		p, ok := problem.Known(g.Problem)
		if !ok {
			p = problem.New(problem.BrokerBlocked)
		}
		return p.With("%s, since %s", g.Name, g.Since.UTC().Format("2006-01-02 15:04 MST"))
	}
	return nil
}
