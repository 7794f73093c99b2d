package broker

import (
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// errUnsaved is what Run returns where an answer could be saved neither in the store nor beside it.
var errUnsaved = errors.New("saving refreshed tokens at shutdown: neither the store nor the data folder took them")

// drain ends Run: nothing new is sent, exchanges under way are waited for until the hard deadline and then cut off, and
// what was received is stored, or else spooled.
func (b *Broker) drain(l *lander) error {
	b.mu.Lock()
	b.closing = true
	for _, f := range b.queue {
		b.end(f, problem.New(problem.BrokerShuttingDown), f.cell.grant.RefreshAt)
	}
	b.queue = nil
	b.mu.Unlock()

	hard := time.AfterFunc(b.cfg.Drain, func() {
		b.cancel()
		close(l.cut)
	})
	defer hard.Stop()
	b.others.Wait() // each has its own timeout, and ends with b.base
	close(l.stop)
	<-l.landed
	b.cancel()
	return b.spoolAll()
}

// enter counts in what drain waits for. Once the broker ends it says no.
func (b *Broker) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closing {
		b.others.Add(1)
	}
	return !b.closing
}

// spoolAll writes what the store did not take into the data folder, and ends the flights that waited for it.
func (b *Broker) spoolAll() error {
	b.mu.Lock()
	left := b.done
	b.done = nil
	b.mu.Unlock()
	var first error
	for _, l := range left {
		if l.settlement.Tokens != nil {
			if err := writeSpool(b.cfg.Dir, l.settlement); err != nil {
				b.log.Error("spooling an answer failed", "grant", l.settlement.Grant, "error", err)
				first = errors.Join(errUnsaved, err)
			}
		}
		if l.flight != nil {
			b.mu.Lock()
			b.end(l.flight, problem.New(problem.BrokerStoreFails), l.flight.cell.grant.RefreshAt)
			b.mu.Unlock()
		}
	}
	if first != nil {
		return fmt.Errorf("ending refreshes: %w", first)
	}
	return nil
}
