package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

const broadcastColumns = `id, grant_id, message, tags, rate, resend_lost, state, problem, begun_by, created_at, ended_at, held_until,
	listed_to, listed_until, mark_device, mark_retry, counts`

func scanBroadcast(row scanner) (push.Broadcast, error) {
	var b push.Broadcast
	var message, tags, counts string
	err := row.Scan((*string)(&b.ID), (*string)(&b.Grant), &message, &tags, &b.Rate, &b.ResendLost, (*string)(&b.State), (*string)(&b.Problem), &b.By,
		instant{&b.Created}, instant{&b.Ended}, instant{&b.HeldUntil}, (*string)(&b.Listed.To), (*string)(&b.Listed.Until), (*string)(&b.Mark.Device),
		instant{&b.Mark.Retry}, &counts)
	if err != nil {
		return b, err
	}
	b.Tags = strings.Fields(tags)
	if err := errors.Join(json.Unmarshal([]byte(message), &b.Message), json.Unmarshal([]byte(counts), &b.Counts)); err != nil {
		return b, fmt.Errorf("reading broadcast %s: %w", b.ID, err)
	}
	return b, nil
}

// AddBroadcast implements push.Store.
func (s *Store) AddBroadcast(ctx context.Context, b push.Broadcast) error {
	message, err := json.Marshal(b.Message)
	if err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO push_broadcast (id, grant_id, message, tags, rate, resend_lost, state, begun_by, created_at, listed_until)
			SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce(max(id), '') FROM push_registration WHERE grant_id = $2`,
			string(b.ID), string(b.Grant), string(message), tagText(b.Tags), b.Rate, flag(b.ResendLost), string(push.Listing), b.By, millis(b.Created))
		if err != nil {
			return fmt.Errorf("beginning a broadcast: %w", err)
		}
		return nil
	})
}

// Broadcast implements push.Store.
func (s *Store) Broadcast(ctx context.Context, b id.Broadcast) (push.Broadcast, error) {
	got, err := scanBroadcast(s.rdb.QueryRowContext(ctx, `SELECT `+broadcastColumns+` FROM push_broadcast WHERE id = $1`, string(b)))
	if errors.Is(err, sql.ErrNoRows) {
		return got, push.ErrNotFound
	}
	if err != nil {
		return got, explain(fmt.Errorf("reading a broadcast: %w", err))
	}
	return got, nil
}

// Broadcasts implements push.Store.
func (s *Store) Broadcasts(ctx context.Context, limit int) ([]push.Broadcast, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+broadcastColumns+` FROM push_broadcast ORDER BY id DESC LIMIT $1`, limit)
	return collect(rows, err, scanBroadcast)
}

// FreeBroadcasts implements push.Store.
func (s *Store) FreeBroadcasts(ctx context.Context) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE push_broadcast SET lease_owner = '' WHERE lease_owner <> ''`)
		return err
	})
}

const open = ` state IN ('listing', 'sending', 'held')`

// DueBroadcasts implements push.Store.
func (s *Store) DueBroadcasts(ctx context.Context, now time.Time) (due []id.Broadcast, next time.Time, err error) {
	type row struct {
		id   id.Broadcast
		held int64
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT id, held_until FROM push_broadcast WHERE`+open+` ORDER BY held_until, id LIMIT 100`)
	all, err := collect(rows, err, func(at scanner) (r row, err error) { return r, at.Scan((*string)(&r.id), &r.held) })
	for _, r := range all {
		if r.held <= now.UnixMilli() {
			due = append(due, r.id)
		} else if next.IsZero() {
			next = moment(r.held)
		}
	}
	return due, next, err
}

// ClaimBroadcast implements push.Store.
func (s *Store) ClaimBroadcast(ctx context.Context, b id.Broadcast, owner string) (got push.Broadcast, won bool, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		got, err = scanBroadcast(tx.QueryRow(`UPDATE push_broadcast SET lease_owner = $2, held_until = 0, problem = '',
			state = CASE WHEN state = 'held' THEN 'sending' ELSE state END
			WHERE id = $1 AND lease_owner IN ('', $2) AND`+open+` RETURNING `+broadcastColumns, string(b), owner))
		if won = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return got, won, err
}

// ListTargets implements push.Store.
func (s *Store) ListTargets(ctx context.Context, b id.Broadcast, limit int) (got push.Broadcast, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		if got, err = scanBroadcast(tx.QueryRow(`SELECT `+broadcastColumns+` FROM push_broadcast WHERE id = $1`, string(b))); err != nil {
			return err
		}
		where, args := meant(push.Filter{Grant: got.Grant, After: got.Listed.To, Tags: got.Tags}, []any{string(b), string(got.Listed.Until)})
		args = append(args, limit)
		res, err := tx.Exec(fmt.Sprintf(`INSERT INTO push_target (broadcast, device) SELECT $1, id FROM push_registration WHERE id <= $2 AND %s
			ORDER BY id LIMIT $%d`, where, len(args)), args...)
		if err != nil {
			return fmt.Errorf("listing a broadcast's devices: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		got.Counts[push.Waiting] += int(n)
		if int(n) < limit {
			got.State = push.Sending
		}
		if err := tx.QueryRow(`SELECT coalesce(max(device), '') FROM push_target WHERE broadcast = $1`, string(b)).Scan((*string)(&got.Listed.To)); err != nil {
			return err
		}
		return s.saveBroadcast(tx, got)
	})
	return got, err
}

// saveBroadcast writes the counts, and the state while the list is made.
func (s *Store) saveBroadcast(tx *sql.Tx, b push.Broadcast) error {
	counts, err := json.Marshal(b.Counts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE push_broadcast SET counts = $2, listed_to = $3, state = CASE WHEN state = 'listing' THEN $4 ELSE state END WHERE id = $1`,
		string(b.ID), string(counts), string(b.Listed.To), string(b.State))
	return err
}

// MarkBroadcast implements push.Store.
func (s *Store) MarkBroadcast(ctx context.Context, b id.Broadcast, m push.Mark) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		return changedOne(tx.Exec(`UPDATE push_broadcast SET mark_device = $2, mark_retry = $3 WHERE id = $1`, string(b), string(m.Device), millis(m.Retry)))
	})
}

// EndBroadcast implements push.Store.
func (s *Store) EndBroadcast(ctx context.Context, b id.Broadcast, state push.State, p problem.Code, at, heldUntil time.Time) error {
	if !state.Ended() {
		at = time.Time{}
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE push_broadcast SET lease_owner = '', mark_device = '', mark_retry = 0, held_until = $2,
			state = CASE WHEN $3 <> '' AND`+open+` THEN $3 ELSE state END, problem = CASE WHEN`+open+` THEN $4 ELSE problem END,
			ended_at = CASE WHEN ended_at = 0 THEN $5 ELSE ended_at END WHERE id = $1`, string(b), millis(heldUntil), string(state), string(p), millis(at))
		return err
	})
}

// CancelBroadcast implements push.Store.
func (s *Store) CancelBroadcast(ctx context.Context, b id.Broadcast, at time.Time) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE push_broadcast SET state = 'cancelled', ended_at = $2, held_until = 0 WHERE id = $1 AND`+open, string(b), millis(at))
		return err
	})
}
