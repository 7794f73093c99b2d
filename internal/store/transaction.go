package store

import (
	"context"
	"database/sql"
	"fmt"
)

// A transaction is shared by its members, each of which ran within a savepoint of its own.
type transaction struct {
	w       *writer
	tx      *sql.Tx
	members []*write // ran without error; they are told after the commit
	running *write   // between its first and last statement
	lost    bool     // the engine gave the whole transaction up
	ended   bool
}

func (w *writer) begin() (*transaction, error) {
	tx, err := w.conn.BeginTx(context.Background(), nil)
	if err != nil {
		return nil, fmt.Errorf("beginning a transaction: %w", err)
	}
	return &transaction{w: w, tx: tx}, nil
}

// run gives m its turn. Some failures (disk full, an interrupt, an I/O error) make SQLite roll back the whole transaction,
// not only the statement; then the savepoint is gone, and that is how lost is recognised.
func (t *transaction) run(m *write) {
	if err := t.exec("SAVEPOINT turn"); err != nil {
		t.lost = true
		m.finish(explain(err))
		return
	}
	t.running = m
	err := m.call(t.tx)
	t.running = nil
	if err == nil {
		if err = t.exec("RELEASE turn"); err == nil {
			t.members = append(t.members, m)
			return
		}
		t.lost = true
		m.finish(explain(err))
		return
	}
	if undo := t.exec("ROLLBACK TO turn"); undo != nil {
		t.lost = true
	} else if undo := t.exec("RELEASE turn"); undo != nil {
		t.lost = true
	}
	if t.lost {
		t.abandon()
	}
	m.finish(explain(err))
}

func (t *transaction) commit() error {
	if f := t.w.cfg.FaultFlush; f != nil {
		if err := f(); err != nil {
			t.abandon()
			return fmt.Errorf("committing: %w", err)
		}
	}
	t.ended = true
	if len(t.members) == 0 {
		_ = t.tx.Rollback()
		return nil
	}
	if err := t.tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// abandon undoes what was not committed. After a lost transaction the engine has nothing left to undo and says so.
func (t *transaction) abandon() {
	if !t.ended {
		t.ended = true
		_ = t.tx.Rollback()
	}
	if m := t.running; m != nil { // its fn ended the writer's goroutine
		t.running = nil
		m.finish(errPanicked)
		for _, other := range t.members {
			other.finish(errPanicked)
		}
	}
}

func (t *transaction) exec(query string) error {
	stmt, err := t.w.prepared(query)
	if err != nil {
		return err
	}
	_, err = stmt.Exec()
	return err
}
