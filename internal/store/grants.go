package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

var _ broker.Store = (*Store)(nil)

// The columns of grants and of grant_token, in the order in which scanGrant and stateFields read them.
const (
	grantColumns = `g.id, g.name, g.program, g.kind, g.realm, g.app, g.client_id, g.region, g.scopes, g.credential, g.created_at, g.revoked_at,
		g.signs, g.version, g.ineligible, g.ineligible_at, g.eligibility_at`
	stateColumns = `t.rev, t.generation, t.health, t.problem, t.since, t.failures, t.obtained_at, t.expires_at, t.refresh_at, t.forced_at, t.rotated_at,
		t.lease_owner, t.lease_epoch, t.lease_until, t.intent_attempt, t.intent_at, t.intent_deadline, t.intent_fingerprint,
		t.sends, t.wrote, t.lost_at, t.version, t.fingerprint, t.attempts, t.last_good`
)

// An instant scans integer milliseconds into a time; 0 is the zero time.
type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (m instant) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("reading a time: %T", v)
	}
	*m.t = time.Time{}
	if n != 0 {
		*m.t = time.UnixMilli(n).UTC()
	}
	return nil
}

func stateFields(s *broker.State) []any {
	return []any{
		&s.Rev, &s.Generation, &s.Health, &s.Problem,
		instant{&s.Since},
		&s.Failures,
		instant{&s.Obtained},
		instant{&s.Expires},
		instant{&s.RefreshAt},
		instant{&s.ForcedAt},
		instant{&s.RotatedAt},
		&s.Lease.Owner, &s.Lease.Epoch,
		instant{&s.Lease.Until},
		&s.Intent.Attempt,
		instant{&s.Intent.At},
		instant{&s.Intent.Deadline},
		&s.Intent.Fingerprint,
		&s.Sends, &s.Wrote,
		instant{&s.LostAt},
		&s.Version, &s.Presented, &s.Attempts, &s.LastGood,
	}
}

func scanGrant(row scanner, g *broker.Grant, access *[]byte) error {
	var scopes, signs string
	e := &g.Eligibility
	fields := []any{
		&g.ID, &g.Name, &g.Program, &g.Kind, &g.Realm, &g.App, &g.ClientID, &g.Region, &scopes, &g.Credential,
		instant{&g.Created},
		instant{&g.Revoked},
		&signs, &g.AmazonVersion, &e.Problem,
		instant{&e.Since},
		instant{&e.Checked},
	}
	if err := row.Scan(append(append(fields, stateFields(&g.State)...), access)...); err != nil {
		return err
	}
	if signs != "" {
		if err := json.Unmarshal([]byte(signs), &g.Signs); err != nil {
			return err
		}
	}
	return json.Unmarshal([]byte(scopes), &g.Scopes)
}

// Grants implements broker.Store.
func (s *Store) Grants(ctx context.Context, each func(broker.Grant, []byte) error) error {
	accounts, err := s.accounts(ctx)
	if err != nil {
		return err
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+grantColumns+`, `+stateColumns+`, t.access FROM grants g JOIN grant_token t ON t.grant_id = g.id WHERE g.revoked_at = 0`)
	if err != nil {
		return fmt.Errorf("reading grants: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g broker.Grant
		var access []byte
		if err := scanGrant(rows, &g, &access); err != nil {
			return fmt.Errorf("reading a grant: %w", err)
		}
		g.Accounts = accounts[g.ID]
		if err := each(g, access); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) accounts(ctx context.Context) (map[id.Grant][]canon.Account, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT grant_id, detail FROM account ORDER BY grant_id, place`)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := map[id.Grant][]canon.Account{}
	for rows.Next() {
		var g id.Grant
		var detail string
		var a canon.Account
		if err := rows.Scan(&g, &detail); err != nil {
			return nil, fmt.Errorf("reading an account: %w", err)
		}
		if err := json.Unmarshal([]byte(detail), &a); err != nil {
			return nil, fmt.Errorf("reading an account: %w", err)
		}
		all[g] = append(all[g], a)
	}
	return all, rows.Err()
}

// GrantByID implements broker.Store.
func (s *Store) GrantByID(ctx context.Context, grant id.Grant) (broker.Grant, []byte, error) {
	var g broker.Grant
	var access []byte
	row := s.rdb.QueryRowContext(ctx, `SELECT `+grantColumns+`, `+stateColumns+`, t.access FROM grants g JOIN grant_token t ON t.grant_id = g.id WHERE g.id = $1`, grant)
	if err := scanGrant(row, &g, &access); errors.Is(err, sql.ErrNoRows) {
		return g, nil, broker.ErrNoGrant
	} else if err != nil {
		return g, nil, fmt.Errorf("reading a grant: %w", err)
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT detail FROM account WHERE grant_id = $1 ORDER BY place`, grant)
	if err != nil {
		return g, nil, fmt.Errorf("reading a grant's accounts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var detail string
		var a canon.Account
		if err := errors.Join(rows.Scan(&detail), json.Unmarshal([]byte(detail), &a)); err != nil {
			return g, nil, fmt.Errorf("reading a grant's accounts: %w", err)
		}
		g.Accounts = append(g.Accounts, a)
	}
	return g, access, rows.Err()
}

// AddGrant implements broker.Store. The refresh token becomes a credential in the same transaction.
func (s *Store) AddGrant(ctx context.Context, g broker.Grant, t broker.SealedTokens, a broker.Attempt) error {
	scopes, err := json.Marshal(g.Scopes)
	if err != nil {
		return fmt.Errorf("storing a grant: %w", err)
	}
	signs, kind := "", vault.RefreshToken
	if g.Kind == broker.KeyPair {
		text, err := json.Marshal(g.Signs)
		if err != nil {
			return fmt.Errorf("storing a grant: %w", err)
		}
		signs, kind = string(text), vault.AccessKey
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		var taken int
		if err := tx.QueryRow(`SELECT count(*) FROM grants WHERE name = $1 AND id <> $2`, g.Name, g.ID).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return broker.ErrNameTaken
		}
		if _, err := tx.Exec(`INSERT INTO grants (id, name, program, kind, realm, app, client_id, region, scopes, credential, created_at, version, signs) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			ON CONFLICT (id) DO NOTHING`,
			g.ID, g.Name, g.Program, g.Kind, g.Realm, g.App, g.ClientID, g.Region, string(scopes), g.Credential, millis(g.Created), g.AmazonVersion, signs); err != nil {
			return fmt.Errorf("storing a grant: %w", err)
		}
		if _, err := tx.Exec(`INSERT INTO grant_token (grant_id, rev, generation, health, since, obtained_at, expires_at, refresh_at, version, fingerprint, refresh, access, attempts, last_good, problem)
			VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13) ON CONFLICT (grant_id) DO NOTHING`,
			g.ID, t.Generation, g.Health, millis(g.Since), millis(t.Obtained), millis(t.Expires), millis(t.RefreshAt), t.Version, t.Fingerprint, t.Refresh, t.Access, a.ID, g.Problem); err != nil {
			return fmt.Errorf("storing a grant's tokens: %w", err)
		}
		if g.Credential != "" {
			if _, err := tx.Exec(`INSERT INTO credential (id, kind, owner, label, realm, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
				g.Credential, kind, g.ID, g.Name, g.Realm, millis(g.Created)); err != nil {
				return fmt.Errorf("storing a grant's credential: %w", err)
			}
		}
		if err := s.addVersion(&t, time.Time{}); err != nil {
			return err
		}
		return s.addAttempt(1, a)
	})
}

// SetAccounts implements broker.Store.
func (s *Store) SetAccounts(ctx context.Context, grant id.Grant, accounts []canon.Account) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM account WHERE grant_id = $1`, grant); err != nil {
			return fmt.Errorf("replacing accounts: %w", err)
		}
		for i, a := range accounts {
			detail, err := json.Marshal(a)
			if err != nil {
				return fmt.Errorf("replacing accounts: %w", err)
			}
			if _, err := tx.Exec(`INSERT INTO account (grant_id, place, account, region, detail) VALUES ($1, $2, $3, $4, $5)`, grant, i, a.ID, a.Region, string(detail)); err != nil {
				return fmt.Errorf("replacing accounts: %w", err)
			}
		}
		return nil
	})
}
