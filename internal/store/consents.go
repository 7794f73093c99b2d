package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
)

const consentColumns = `state, id, binding, verifier, name, grant_id, app, program, region, scopes, return_url, begun_by, created_at, expires_at, used_at`

func scanConsent(row scanner) (broker.PendingConsent, error) {
	var c broker.PendingConsent
	var scopes string
	err := row.Scan(&c.State, &c.ID, &c.Binding, &c.Verifier, &c.Name, &c.Grant, &c.App, &c.Program, &c.Region, &scopes, &c.Return, &c.By, instant{&c.Created}, instant{&c.Expires}, instant{&c.Used})
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(scopes), &c.Scopes)
}

// AddConsent implements broker.Store. Consents that ended a day ago go at the same time.
func (s *Store) AddConsent(ctx context.Context, c broker.PendingConsent) error {
	scopes, err := json.Marshal(c.Scopes)
	if err != nil {
		return fmt.Errorf("storing a consent: %w", err)
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM consent WHERE expires_at < $1`, millis(c.Created.Add(-24*time.Hour))); err != nil {
			return fmt.Errorf("removing old consents: %w", err)
		}
		if _, err := tx.Exec(`INSERT INTO consent (`+consentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)`,
			c.State, c.ID, c.Binding, c.Verifier, c.Name, c.Grant, c.App, c.Program, c.Region, string(scopes), c.Return, c.By, millis(c.Created), millis(c.Expires)); err != nil {
			return fmt.Errorf("storing a consent: %w", err)
		}
		return nil
	})
}

// PeekConsent implements broker.Store.
func (s *Store) PeekConsent(ctx context.Context, state string) (broker.PendingConsent, error) {
	c, err := scanConsent(s.rdb.QueryRowContext(ctx, `SELECT `+consentColumns+` FROM consent WHERE state = $1`, state))
	if errors.Is(err, sql.ErrNoRows) {
		return c, broker.ErrNoConsent
	}
	if err != nil {
		return c, fmt.Errorf("reading a consent: %w", err)
	}
	return c, nil
}

// UseConsent implements broker.Store. Its code verifier is of no use afterwards and is emptied.
func (s *Store) UseConsent(ctx context.Context, state string, at time.Time) (bool, error) {
	var n int64
	err := s.Write(ctx, func(tx *sql.Tx) error {
		r, err := tx.Exec(`UPDATE consent SET used_at = $1, verifier = $2 WHERE state = $3 AND used_at = 0`, millis(at), []byte{}, state)
		if err != nil {
			return fmt.Errorf("using a consent: %w", err)
		}
		n, err = r.RowsAffected()
		return err
	})
	return n == 1, err
}

// Waiting implements broker.Store.
func (s *Store) Waiting(ctx context.Context, now time.Time) ([]broker.PendingConsent, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+consentColumns+` FROM consent WHERE used_at = 0 AND expires_at > $1 ORDER BY created_at`, millis(now))
	if err != nil {
		return nil, fmt.Errorf("reading consents: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []broker.PendingConsent
	for rows.Next() {
		c, err := scanConsent(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a consent: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
