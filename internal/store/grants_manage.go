package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// ReplaceTokens implements broker.Store. A new consent counts more than any exchange under way: it moves the generation, so
// that what was sent before loses its compare-and-swap.
func (s *Store) ReplaceTokens(ctx context.Context, g broker.Grant, t broker.SealedTokens, a broker.Attempt) (broker.State, error) {
	var st broker.State
	scopes, err := json.Marshal(g.Scopes)
	if err != nil {
		return st, fmt.Errorf("storing a new consent: %w", err)
	}
	err = s.Write(ctx, func(tx *sql.Tx) error {
		before, _, err := s.state(g.ID)
		if err != nil {
			return err
		}
		row := tx.QueryRow(`UPDATE grant_token SET rev = rev + 1, generation = $1, health = 'ok', problem = '', since = $2, failures = 0, obtained_at = $3, expires_at = $4, refresh_at = $5,
				intent_attempt = '', intent_at = 0, intent_deadline = 0, intent_fingerprint = '', sends = 0, wrote = 0, lost_at = 0, access = $6, attempts = attempts + 1, last_good = $7,
				previous = CASE WHEN $8 = 1 THEN refresh ELSE previous END, previous_version = CASE WHEN $8 = 1 THEN version ELSE previous_version END, previous_at = CASE WHEN $8 = 1 THEN $3 ELSE previous_at END,
				refresh = CASE WHEN $8 = 1 THEN $9 ELSE refresh END, fingerprint = CASE WHEN $8 = 1 THEN $10 ELSE fingerprint END, version = CASE WHEN $8 = 1 THEN $11 ELSE version END
			WHERE grant_id = $12 AND generation = $13 AND EXISTS (SELECT 1 FROM grants WHERE id = $12 AND revoked_at = 0) RETURNING `+returned,
			t.Generation, millis(t.Obtained), millis(t.Obtained), millis(t.Expires), millis(t.RefreshAt), t.Access, a.ID,
			flag(t.Refresh != nil), t.Refresh, t.Fingerprint, t.Version, g.ID, t.Generation-1)
		if err := row.Scan(stateFields(&st)...); errors.Is(err, sql.ErrNoRows) {
			now, _, err := s.state(g.ID)
			if err == nil && now.LastGood == a.ID {
				st = now
				return nil
			}
			return errors.Join(errMoved, err)
		} else if err != nil {
			return fmt.Errorf("storing a new consent: %w", err)
		}
		if _, err := tx.Exec(`UPDATE grants SET region = $1, scopes = $2, client_id = CASE WHEN kind = $3 THEN $4 ELSE client_id END WHERE id = $5`,
			g.Region, string(scopes), broker.KeyPair, g.ClientID, g.ID); err != nil {
			return fmt.Errorf("storing where a new consent was given: %w", err)
		}
		if err := s.addVersion(&t, before.Obtained); err != nil {
			return err
		}
		return s.addAttempt(st.Attempts, a)
	})
	return st, err
}

// errMoved makes the broker seal the tokens again for the generation that the row has now.
var errMoved = errors.New("storing a new consent: the grant was refreshed meanwhile")

// SetHealth implements broker.Store.
func (s *Store) SetHealth(ctx context.Context, grant id.Grant, h snapshot.Health, p problem.Code, at time.Time) (broker.State, error) {
	var st broker.State
	err := s.Write(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRow(`UPDATE grant_token SET rev = rev + 1, health = $1, problem = $2, since = $3 WHERE grant_id = $4 RETURNING `+returned, h, p, millis(at), grant).Scan(stateFields(&st)...)
		if errors.Is(err, sql.ErrNoRows) {
			return broker.ErrNoGrant
		}
		return err
	})
	return st, err
}

// SetClient implements broker.Store.
func (s *Store) SetClient(ctx context.Context, grant id.Grant, clientID, version string) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE grants SET client_id = $1, version = $2 WHERE id = $3`, clientID, version, grant); err != nil {
			return fmt.Errorf("noting which credential gave a token: %w", err)
		}
		return nil
	})
}

// SetEligibility implements broker.Store.
func (s *Store) SetEligibility(ctx context.Context, grant id.Grant, e broker.Eligibility) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE grants SET ineligible = $1, ineligible_at = $2, eligibility_at = $3 WHERE id = $4`,
			e.Problem, millis(e.Since), millis(e.Checked), grant); err != nil {
			return fmt.Errorf("keeping whether Amazon answers for a grant: %w", err)
		}
		return nil
	})
}

// Revoke implements broker.Store. The generation moves, so that no answer still under way is stored.
func (s *Store) Revoke(ctx context.Context, grant id.Grant, at time.Time) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0`, millis(at), grant); err != nil {
			return fmt.Errorf("revoking a grant: %w", err)
		}
		if _, err := tx.Exec(`UPDATE grant_token SET rev = rev + 1, generation = generation + 1, health = 'disabled', problem = $1, since = $2, refresh = NULL, previous = NULL, access = NULL,
			intent_attempt = '', sends = 0, wrote = 0 WHERE grant_id = $3`, problem.BrokerRevoked, millis(at), grant); err != nil {
			return fmt.Errorf("forgetting a grant's tokens: %w", err)
		}
		if _, err := tx.Exec(`UPDATE credential_version SET status = $1, sealed = NULL, destroyed_at = $2 WHERE credential = (SELECT credential FROM grants WHERE id = $3) AND destroyed_at = 0`,
			vault.Destroyed, millis(at), grant); err != nil {
			return fmt.Errorf("destroying a grant's credential: %w", err)
		}
		return nil
	})
}

// Attempts implements broker.Store.
func (s *Store) Attempts(ctx context.Context, grant id.Grant, limit int) ([]broker.Attempt, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT id, at, kind, outcome, status, amazon_error, problem, took_us, rotated, checked, sent FROM attempt WHERE grant_id = $1 ORDER BY seq DESC LIMIT $2`, grant, limit)
	if err != nil {
		return nil, fmt.Errorf("reading attempts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []broker.Attempt
	for rows.Next() {
		a := broker.Attempt{Grant: grant}
		var micros, rotated, checked int64
		if err := rows.Scan(&a.ID, instant{&a.At}, &a.Kind, &a.Outcome, &a.Status, &a.AmazonError, &a.Problem, &micros, &rotated, &checked, &a.Sent); err != nil {
			return nil, fmt.Errorf("reading an attempt: %w", err)
		}
		a.Took, a.Rotated, a.Check = time.Duration(micros)*time.Microsecond, rotated == 1, checked == 1
		all = append(all, a)
	}
	return all, rows.Err()
}
