package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
)

const auditColumns = `seq, at, actor_kind, actor_id, actor_name, action, object, outcome, detail, hash`

// Record implements audit.Sink.
func (s *Store) Record(ctx context.Context, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error { return appendAudit(tx, e) })
}

// appendAudit adds an entry within another change's transaction, so that neither is there without the other.
func appendAudit(tx *sql.Tx, e audit.Entry) error {
	var seq int64
	var hash string
	err := tx.QueryRow(`SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&seq, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("reading the audit's end: %w", err)
	}
	seq++
	_, err = tx.Exec(`INSERT INTO audit (`+auditColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		seq, e.At.UnixMilli(), e.Actor.Kind, e.Actor.ID, e.Actor.Name, e.Action, e.Object, e.Outcome, e.Detail, audit.Link(hash, seq, e))
	if err != nil {
		return fmt.Errorf("adding to the audit: %w", err)
	}
	return nil
}

// AuditEntries returns the newest entries first: those before a number (0: from the end), about an object ("": any).
func (s *Store) AuditEntries(ctx context.Context, object string, before int64, limit int) ([]audit.Recorded, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit
		WHERE ($1 = '' OR object = $1) AND ($2 = 0 OR seq < $2) ORDER BY seq DESC LIMIT $3`, object, before, limit)
	return collect(rows, err, scanAudit)
}

// VerifyAudit walks the whole chain and returns its length and last hash, or the number of the first entry that does not fit.
func (s *Store) VerifyAudit(ctx context.Context) (length int64, last string, err error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit ORDER BY seq`)
	if err != nil {
		return 0, "", explain(fmt.Errorf("reading the audit: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return length, last, fmt.Errorf("reading the audit: %w", err)
		}
		if r.Seq != length+1 || r.Hash != audit.Link(last, r.Seq, r.Entry) {
			return length, last, fmt.Errorf("verifying the audit: entry %d is missing or was changed", length+1)
		}
		length, last = r.Seq, r.Hash
	}
	return length, last, rows.Err()
}

func scanAudit(row scanner) (audit.Recorded, error) {
	var r audit.Recorded
	var at int64
	err := row.Scan(&r.Seq, &at, &r.Actor.Kind, &r.Actor.ID, &r.Actor.Name, &r.Action, &r.Object, &r.Outcome, &r.Detail, &r.Hash)
	r.At = moment(at)
	return r, err
}
