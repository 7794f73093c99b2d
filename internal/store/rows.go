package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// What the files of table groups share.

// A scanner is a row of one or of many.
type scanner interface{ Scan(...any) error }

// millis is how times are stored: integer milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// one turns the absence of a row into vault's word for it.
func one[T any](v T, err error) (T, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return v, vault.ErrNotFound
	}
	if err != nil {
		return v, explain(fmt.Errorf("reading a row: %w", err))
	}
	return v, nil
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	return gather(0, rows, err, scan)
}

// gather is collect with room for so many rows, where there is any.
func gather[T any](room int, rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, explain(fmt.Errorf("reading rows: %w", err))
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		if all == nil {
			all = make([]T, 0, room)
		}
		v, err := scan(rows)
		if err != nil {
			return nil, explain(fmt.Errorf("reading a row: %w", err))
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, explain(fmt.Errorf("reading rows: %w", err))
	}
	return all, nil
}

// changedOne is ErrNotFound where a statement changed nothing.
func changedOne(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return vault.ErrNotFound
	}
	return nil
}

func taken(err error) error {
	if IsTaken(err) {
		return fmt.Errorf("%w: %w", vault.ErrTaken, err)
	}
	return err
}
