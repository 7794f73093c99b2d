package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// A Batch is what Config.Observe is told about one shared transaction.
type Batch struct {
	Writes int           // how many callers shared it
	Took   time.Duration // from its begin to the end of its commit
	Commit time.Duration // the commit alone, which holds the flush to disk
	Err    error         // why it was not committed
}

// A writer owns the one connection that writes. Callers queue; the writer takes whoever waits into one transaction,
// each within a savepoint, commits, and only then tells them. While it commits, the next batch gathers by itself.
type writer struct {
	cfg     Config
	conn    *sql.Conn
	queue   chan *write
	closing chan struct{}
	stopped chan struct{}
	once    sync.Once

	statements map[string]*statement // touched by the writer's goroutine alone

	lastSize   int           // of the batch before this one
	lastCommit time.Duration // how long its commit took
}

func startWriter(ctx context.Context, db *sql.DB, cfg Config) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("taking the writer's connection: %w", err)
	}
	w := &writer{
		cfg: cfg, conn: conn,
		queue:   make(chan *write, 1024),
		closing: make(chan struct{}), stopped: make(chan struct{}),
		statements: map[string]*statement{},
	}
	go w.run()
	return w, nil
}

func (w *writer) close() {
	w.once.Do(func() { close(w.closing) })
	<-w.stopped
}

func (w *writer) run() {
	ended := false
	defer func() {
		if !ended { // a fn ended this goroutine (a test's Fatal inside it): its caller is told, the others go on
			go w.run()
		}
	}()
	for !ended {
		select {
		case first := <-w.queue:
			w.batch(first)
		case <-w.closing:
			w.drain()
			ended = true
		}
	}
	for _, stmt := range w.statements {
		_ = stmt.stmt.Close()
	}
	_ = w.conn.Close()
	close(w.stopped)
}

// drain writes what already waits when the store closes.
func (w *writer) drain() {
	for {
		select {
		case first := <-w.queue:
			w.batch(first)
		default:
			return
		}
	}
}

// batch runs one shared transaction, from its first member to telling all of them.
func (w *writer) batch(first *write) {
	began := time.Now()
	t, err := w.begin()
	if err != nil {
		w.refuse(first, explain(err))
		return // whoever waits meanwhile is refused too: each would wait as long again
	}
	defer t.abandon()
	for m := first; m != nil; m = w.next(t, began) {
		if !m.turn.CompareAndSwap(false, true) {
			continue // its caller went away before its turn
		}
		if t.run(m); t.lost {
			t.abandon()
			w.alone(t.members)
			return
		}
	}
	commit := time.Now()
	err = t.commit()
	if err != nil && isConstraint(err) && len(t.members) > 1 {
		w.alone(t.members) // a constraint checked only at the commit: one of them is to blame, not all
		return
	}
	now := time.Now()
	w.lastSize, w.lastCommit = len(t.members), now.Sub(commit)
	if w.cfg.Observe != nil {
		w.cfg.Observe(Batch{Writes: len(t.members), Took: now.Sub(began), Commit: now.Sub(commit), Err: err})
	}
	err = explain(err)
	for _, m := range t.members {
		m.finish(err)
	}
}

// next returns who else waits, or nil when it is time to commit. It lingers only where a flush is slow and the batch before
// was larger, since then those who were just released are about to come back.
func (w *writer) next(t *transaction, began time.Time) *write {
	if len(t.members) >= w.cfg.MaxBatch {
		return nil
	}
	select {
	case m := <-w.queue:
		return m
	default:
	}
	wait := min(w.cfg.Linger, w.lastCommit/2) - time.Since(began)
	if len(t.members) >= w.lastSize || w.lastCommit < time.Millisecond || wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case m := <-w.queue:
		return m
	case <-timer.C:
		return nil
	case <-w.closing:
		return nil
	}
}

// alone gives each of the members a transaction of its own, after the shared one was lost through no fault of theirs.
func (w *writer) alone(members []*write) {
	for _, m := range members {
		t, err := w.begin()
		if err == nil {
			if t.run(m); len(t.members) == 0 {
				t.abandon()
				continue // its own failure, already told
			}
			err = t.commit()
		}
		m.finish(explain(err))
	}
}

// refuse tells m, and all who wait by now.
func (w *writer) refuse(m *write, err error) {
	for {
		if m.turn.CompareAndSwap(false, true) {
			m.finish(err)
		}
		select {
		case m = <-w.queue:
		default:
			return
		}
	}
}

// prepared returns the statement for query, prepared once on the writer's connection.
func (w *writer) prepared(query string) (*statement, error) {
	if s := w.statements[query]; s != nil {
		return s, nil
	}
	text, order := positional(query)
	stmt, err := w.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, fmt.Errorf("preparing a statement: %w", err)
	}
	s := &statement{stmt, order}
	w.statements[query] = s
	return s, nil
}
