package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// ErrClosed is returned by Write once the store is closing: nothing was written.
var ErrClosed = errors.New("writing to the store: it is closed")

// Write runs fn inside a transaction that it may share with other callers, and returns when that transaction is durable.
//
// What fn returns as an error undoes fn's own changes only, and comes back as it is. fn runs on the writer's goroutine and
// holds up everybody, so it does nothing but SQL; it must close its rows, must not call Write, and may run a second time
// if a neighbour's failure took the shared transaction along, so it sets results rather than adding to them.
// Use tx.Exec rather than tx.ExecContext with ctx: a context that ends between two statements of a shared transaction
// would have to undo it for all.
//
// ctx only ends the wait for a turn: Write then returns its error and fn has not run and will not. Once fn has its turn,
// the outcome is always awaited and told.
func (s *Store) Write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	if s.writer == nil {
		return problem.New(problem.StoreOpenedReadOnly)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting to write: %w", err)
	}
	w := &write{fn: fn, done: make(chan struct{})}
	select {
	case s.writer.queue <- w:
	case <-ctx.Done():
		return fmt.Errorf("waiting to write: %w", ctx.Err())
	case <-s.writer.stopped:
		return ErrClosed
	}
	select {
	case <-w.done:
		return w.result()
	case <-ctx.Done():
		if w.turn.CompareAndSwap(false, true) {
			return fmt.Errorf("waiting to write: %w", ctx.Err())
		}
	case <-s.writer.stopped:
		if w.turn.CompareAndSwap(false, true) {
			return ErrClosed
		}
	}
	<-w.done
	return w.result()
}

// hot returns a statement prepared once on the writer's connection. It may be used only inside a Write's fn, where it
// acts in that fn's transaction; it spares the hot paths SQLite's parser.
func (s *Store) hot(query string) (*statement, error) {
	return s.writer.prepared(query)
}

// A write is one caller's turn.
type write struct {
	fn       func(*sql.Tx) error
	turn     atomic.Bool // taken by the writer, or withdrawn by the caller: whoever is first
	done     chan struct{}
	err      error
	panicked any
}

func (w *write) finish(err error) {
	w.err = err
	close(w.done)
}

// result is called by the caller after done. A panic of fn is the caller's own.
func (w *write) result() error {
	if w.panicked != nil {
		panic(w.panicked)
	}
	return w.err
}

// call runs fn and turns a panic into an error, since the writer's goroutine must go on for the others.
func (w *write) call(tx *sql.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked, err = p, errPanicked
		}
	}()
	return w.fn(tx)
}

var errPanicked = errors.New("writing to the store: the function panicked")
