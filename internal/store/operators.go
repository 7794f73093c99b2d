package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
)

// CreateOperator implements operator.Store. Whether somebody was first is decided inside the transaction, of which there is one
// at a time, so two first operators cannot both win (attack case H5).
func (s *Store) CreateOperator(ctx context.Context, row operator.Row, first bool) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if first {
			var n int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM operator`).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return operator.ErrNotFirst
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO operator (id, name, role, password, created_at) VALUES ($1, $2, $3, $4, $5)`,
			row.ID, row.Name, row.Role, row.Password, row.Created.UnixMilli())
		return err
	})
}

// OperatorNamed implements operator.Store.
func (s *Store) OperatorNamed(ctx context.Context, name string) (operator.Row, error) {
	var row operator.Row
	var created int64
	err := s.Read().QueryRowContext(ctx, `SELECT id, name, role, password, created_at FROM operator WHERE name = $1`, name).
		Scan(&row.ID, &row.Name, &row.Role, &row.Password, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return operator.Row{}, operator.ErrUnknown
	}
	row.Created = time.UnixMilli(created)
	return row, err
}

// Operators implements operator.Store.
func (s *Store) Operators(ctx context.Context) ([]operator.Operator, error) {
	rows, err := s.Read().QueryContext(ctx, `SELECT id, name, role, created_at FROM operator ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []operator.Operator
	for rows.Next() {
		var o operator.Operator
		var created int64
		if err := rows.Scan(&o.ID, &o.Name, &o.Role, &created); err != nil {
			return nil, err
		}
		o.Created = time.UnixMilli(created)
		all = append(all, o)
	}
	return all, rows.Err()
}

// SaveSession implements operator.Store.
func (s *Store) SaveSession(ctx context.Context, se operator.Session) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO operator_session (hash, operator, expires_at) VALUES ($1, $2, $3)`, se.Hash[:], se.Operator, se.Expires.UnixMilli())
		return err
	})
}

// SessionByHash implements operator.Store.
func (s *Store) SessionByHash(ctx context.Context, hash [32]byte) (operator.Session, operator.Operator, error) {
	se := operator.Session{Hash: hash}
	var op operator.Operator
	var expires, created int64
	err := s.Read().QueryRowContext(ctx, `SELECT s.expires_at, o.id, o.name, o.role, o.created_at
		FROM operator_session s JOIN operator o ON o.id = s.operator WHERE s.hash = $1`, hash[:]).
		Scan(&expires, &op.ID, &op.Name, &op.Role, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return se, op, operator.ErrUnknown
	}
	se.Operator, se.Expires, op.Created = id.Operator(op.ID), time.UnixMilli(expires), time.UnixMilli(created)
	return se, op, err
}

// DeleteSession implements operator.Store.
func (s *Store) DeleteSession(ctx context.Context, hash [32]byte) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM operator_session WHERE hash = $1`, hash[:])
		return err
	})
}

// SetPassword implements operator.Store.
func (s *Store) SetPassword(ctx context.Context, op id.Operator, password string) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE operator SET password = $1 WHERE id = $2`, password, op); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM operator_session WHERE operator = $1`, op)
		return err
	})
}
