package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

type deniedKey struct {
	pass      id.Pass
	grant     id.Grant
	operation string
}

// deniedMost bounds how many kinds of denial one minute remembers.
const deniedMost = 4096

// deniedLog audits what policy denied, once a minute for each pass, grant and operation, so that a caller that tries again
// and again does not fill the audit trail. The flusher writes; a request never waits for the database.
type deniedLog struct {
	sink audit.Sink

	mu     sync.Mutex
	minute int64
	seen   map[deniedKey]bool
	queue  []audit.Entry
}

func newDeniedLog(sink audit.Sink) *deniedLog {
	return &deniedLog{sink: sink, seen: map[deniedKey]bool{}}
}

func (d *deniedLog) add(at time.Time, who bearer, grant id.Grant, operation, reason string) {
	if d.sink == nil {
		return
	}
	k := deniedKey{who.Pass.ID, grant, operation}
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := at.Unix() / 60; m != d.minute {
		d.minute = m
		clear(d.seen)
	}
	if d.seen[k] || len(d.seen) >= deniedMost {
		return
	}
	d.seen[k] = true
	d.queue = append(d.queue, audit.Entry{
		At: at, Actor: audit.Actor{Kind: audit.Caller, ID: string(who.Caller.ID), Name: who.Caller.Name},
		Action: "call.make", Object: string(grant), Outcome: audit.Denied, Detail: operation + ": " + reason,
	})
}

func (d *deniedLog) flush(ctx context.Context) error {
	d.mu.Lock()
	queue := d.queue
	d.queue = nil
	d.mu.Unlock()
	for i, e := range queue {
		if err := d.sink.Record(ctx, e); err != nil {
			d.mu.Lock()
			if len(d.queue) < deniedMost {
				d.queue = append(queue[i:], d.queue...)
			}
			d.mu.Unlock()
			return err
		}
	}
	return nil
}
