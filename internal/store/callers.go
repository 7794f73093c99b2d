package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

// AddCaller implements policy.Store.
func (s *Store) AddCaller(ctx context.Context, c policy.Caller, e audit.Entry) error {
	rules, err := json.Marshal(c.Rules)
	if err != nil {
		return fmt.Errorf("writing a caller's rules: %w", err)
	}
	err = s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO caller (id, name, rules, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5)`,
			string(c.ID), c.Name, string(rules), millis(c.Created), millis(c.Revoked))
		if err != nil {
			return fmt.Errorf("inserting a caller: %w", err)
		}
		for _, p := range c.Passes {
			if err := insertPass(tx, c.ID, p); err != nil {
				return err
			}
		}
		return appendAudit(tx, e)
	})
	if IsTaken(err) {
		return fmt.Errorf("%w: %w", policy.ErrTaken, err)
	}
	return err
}

// AddPass implements policy.Store.
func (s *Store) AddPass(ctx context.Context, c id.Caller, p policy.Pass, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := insertPass(tx, c, p); err != nil {
			return err
		}
		return appendAudit(tx, e)
	})
}

func insertPass(tx *sql.Tx, c id.Caller, p policy.Pass) error {
	vend := 0
	if p.Vend {
		vend = 1
	}
	_, err := tx.Exec(`INSERT INTO pass (id, caller, kind, hash, vend, created_at, expires_at, revoked_at, key_id, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		string(p.ID), string(c), string(p.Kind), hex.EncodeToString(p.Hash[:]), vend, millis(p.Created), millis(p.Expires), millis(p.Revoked), p.KeyID, p.Sealed)
	if err != nil {
		return fmt.Errorf("inserting a pass: %w", err)
	}
	return nil
}

// SetRules implements policy.Store.
func (s *Store) SetRules(ctx context.Context, c id.Caller, rules []policy.Rule, e audit.Entry) error {
	text, err := json.Marshal(rules)
	if err != nil {
		return fmt.Errorf("writing a caller's rules: %w", err)
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := changedOne(tx.Exec(`UPDATE caller SET rules = $1 WHERE id = $2`, string(text), string(c))); err != nil {
			return fmt.Errorf("changing a caller's rules: %w", err)
		}
		return appendAudit(tx, e)
	})
}

// RevokeCaller implements policy.Store.
func (s *Store) RevokeCaller(ctx context.Context, c id.Caller, at time.Time, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := changedOne(tx.Exec(`UPDATE caller SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0`, millis(at), string(c))); err != nil {
			return fmt.Errorf("revoking a caller: %w", err)
		}
		if _, err := tx.Exec(`UPDATE pass SET revoked_at = $1 WHERE caller = $2 AND revoked_at = 0`, millis(at), string(c)); err != nil {
			return fmt.Errorf("revoking a caller's passes: %w", err)
		}
		return appendAudit(tx, e)
	})
}

// RevokePass implements policy.Store.
func (s *Store) RevokePass(ctx context.Context, p id.Pass, at time.Time, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := changedOne(tx.Exec(`UPDATE pass SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0`, millis(at), string(p))); err != nil {
			return fmt.Errorf("revoking a pass: %w", err)
		}
		return appendAudit(tx, e)
	})
}

// Callers implements policy.Store.
func (s *Store) Callers(ctx context.Context) ([]policy.Caller, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT id, name, rules, created_at, revoked_at FROM caller ORDER BY name`)
	callers, err := collect(rows, err, scanCaller)
	if err != nil {
		return nil, err
	}
	rows, err = s.rdb.QueryContext(ctx, `SELECT caller, id, kind, hash, vend, created_at, expires_at, revoked_at, key_id, sealed FROM pass ORDER BY created_at, id`)
	passes, err := collect(rows, err, scanPass)
	if err != nil {
		return nil, err
	}
	at := map[id.Caller]int{}
	for i := range callers {
		at[callers[i].ID] = i
	}
	for _, p := range passes {
		if i, ok := at[p.caller]; ok { // a caller added between the two reads is published by who added it
			callers[i].Passes = append(callers[i].Passes, p.Pass)
		}
	}
	return callers, nil
}

func scanCaller(row scanner) (policy.Caller, error) {
	var c policy.Caller
	var rules string
	var created, revoked int64
	if err := row.Scan((*string)(&c.ID), &c.Name, &rules, &created, &revoked); err != nil {
		return c, err
	}
	c.Created, c.Revoked = moment(created), moment(revoked)
	if err := json.Unmarshal([]byte(rules), &c.Rules); err != nil {
		return c, fmt.Errorf("reading the rules of caller %s: %w", c.ID, err)
	}
	return c, nil
}

// A passOf is a pass and whose it is.
type passOf struct {
	policy.Pass
	caller id.Caller
}

func scanPass(row scanner) (passOf, error) {
	var p passOf
	var hash string
	var vend, created, expires, revoked int64
	if err := row.Scan((*string)(&p.caller), (*string)(&p.ID), (*string)(&p.Kind), &hash, &vend, &created, &expires, &revoked, &p.KeyID, &p.Sealed); err != nil {
		return p, err
	}
	if n, err := hex.Decode(p.Hash[:], []byte(hash)); err != nil || n != len(p.Hash) {
		return p, fmt.Errorf("reading pass %s: its hash is damaged", p.ID)
	}
	p.Vend, p.Created, p.Expires, p.Revoked = vend != 0, moment(created), moment(expires), moment(revoked)
	return p, nil
}

// AddUsage implements gateway.UsageStore: rows of one key are added up.
func (s *Store) AddUsage(ctx context.Context, rows []policy.Usage) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		stmt, err := tx.Prepare(`INSERT INTO usage (minute, pass, grant_id, operation, status, calls) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (minute, pass, grant_id, operation, status) DO UPDATE SET calls = usage.calls + excluded.calls`)
		if err != nil {
			return fmt.Errorf("preparing to count use: %w", err)
		}
		defer func() { _ = stmt.Close() }()
		for _, u := range rows {
			if _, err := stmt.Exec(u.Minute.Unix()/60, string(u.Pass), string(u.Grant), u.Operation, u.Status, u.Count); err != nil {
				return fmt.Errorf("counting use: %w", err)
			}
		}
		return nil
	})
}

// Usage returns what was counted from a time on, oldest first; of one pass, or of all where it is empty.
func (s *Store) Usage(ctx context.Context, p id.Pass, since time.Time) ([]policy.Usage, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT minute, pass, grant_id, operation, status, calls FROM usage
		WHERE minute >= $1 AND ($2 = '' OR pass = $2) ORDER BY minute, pass, grant_id, operation, status`, since.Unix()/60, string(p))
	return collect(rows, err, scanUsage)
}

func scanUsage(row scanner) (policy.Usage, error) {
	var u policy.Usage
	var minute int64
	err := row.Scan(&minute, (*string)(&u.Pass), (*string)(&u.Grant), &u.Operation, &u.Status, &u.Count)
	u.Minute = time.Unix(minute*60, 0).UTC()
	return u, err
}
