package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

const targetColumns = `t.device, r.registration, r.name, t.outcome, t.tries, t.next_at, t.status, t.problem, t.at, r.retired_at > 0`

func scanTarget(row scanner) (push.Target, error) {
	var t push.Target
	var retired bool
	err := row.Scan((*string)(&t.Device), &t.Registration, &t.Name, &t.Fate, &t.Tries, instant{&t.Next}, &t.Status, (*string)(&t.Problem), instant{&t.At}, &retired)
	return t.WithRetired(retired), err
}

const fromTargets = ` FROM push_target t JOIN push_registration r ON r.id = t.device WHERE t.broadcast = $1`

// Targets implements push.Store. Where nobody else waits, those are looked for once more that were taken up before and not sent to.
func (s *Store) Targets(ctx context.Context, b id.Broadcast, after id.Registration, now time.Time, limit int) ([]push.Target, time.Time, error) {
	page, err := s.waiting(ctx, `AND t.next_at = 0 AND t.device > $2 ORDER BY t.device`, b, string(after), limit)
	if err == nil && len(page) == 0 {
		page, err = s.waiting(ctx, `AND t.next_at > 0 AND t.next_at <= $2 ORDER BY t.next_at, t.device`, b, now.UnixMilli(), limit)
	}
	if err != nil || len(page) > 0 {
		return page, time.Time{}, err
	}
	var next int64
	err = s.rdb.QueryRowContext(ctx, `SELECT coalesce(min(next_at), 0) FROM push_target WHERE broadcast = $1 AND outcome = '' AND next_at > 0`, string(b)).Scan(&next)
	if err != nil {
		return nil, time.Time{}, explain(fmt.Errorf("reading when a device is due: %w", err))
	}
	if next == 0 && after != "" {
		return s.Targets(ctx, b, "", now, limit)
	}
	return nil, moment(next), nil
}

// waiting reads devices that have no fate, with what it takes to send to them.
func (s *Store) waiting(ctx context.Context, which string, b id.Broadcast, from any, limit int) ([]push.Target, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT t.device, r.registration, t.tries, t.next_at, r.retired_at`+fromTargets+`
		AND t.outcome = '' `+which+` LIMIT $3`, string(b), from, limit)
	var next, retired int64
	var into push.Target // all rows are read into one, by one list of columns
	columns := []any{(*string)(&into.Device), &into.Registration, &into.Tries, &next, &retired}
	return gather(limit, rows, err, func(row scanner) (push.Target, error) {
		err := row.Scan(columns...)
		into.Next = moment(next)
		return into.WithRetired(retired > 0), err
	})
}

// Unmarked implements push.Store.
func (s *Store) Unmarked(ctx context.Context, b id.Broadcast, m push.Mark) ([]push.Target, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+targetColumns+fromTargets+` AND t.outcome = ''
		AND ((t.tries = 0 AND t.device <= $2) OR (t.tries > 0 AND t.next_at <= $3)) ORDER BY t.device`, string(b), string(m.Device), millis(m.Retry))
	return collect(rows, err, scanTarget)
}

// Results implements push.Store.
func (s *Store) Results(ctx context.Context, b id.Broadcast, after id.Registration, limit int) ([]push.Target, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+targetColumns+fromTargets+` AND t.device > $2 ORDER BY t.device LIMIT $3`, string(b), string(after), limit)
	return collect(rows, err, scanTarget)
}

// SettleTargets implements push.Store: each fate once, the registrations that it speaks of, and the counts, in one transaction.
func (s *Store) SettleTargets(ctx context.Context, b id.Broadcast, taken []push.Span, others []push.Target) (state push.State, counts map[string]int, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		var grant, text string
		if err := tx.QueryRow(`SELECT grant_id, state, counts FROM push_broadcast WHERE id = $1`, string(b)).Scan(&grant, (*string)(&state), &text); err != nil {
			return fmt.Errorf("reading a broadcast: %w", err)
		}
		counts = map[string]int{}
		if err := json.Unmarshal([]byte(text), &counts); err != nil {
			return fmt.Errorf("reading a broadcast's counts: %w", err)
		}
		for _, span := range taken {
			n, err := s.settleSpan(b, span)
			if err != nil {
				return err
			}
			counts[push.Waiting] -= n
			counts[string(adm.Accepted)] += n
		}
		for _, t := range others {
			n, err := s.settleTarget(b, t)
			if err != nil {
				return err
			}
			if n == 0 || t.Fate == push.Waiting {
				continue // it has its fate already, or has none yet
			}
			counts[push.Waiting]--
			counts[t.Fate]++
			if err := s.settleRegistration(grant, t); err != nil {
				return err
			}
		}
		if len(taken)+len(others) == 0 {
			return nil
		}
		out, err := json.Marshal(counts)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE push_broadcast SET counts = $2 WHERE id = $1`, string(b), string(out))
		return err
	})
	return state, counts, err
}

// settleSpan writes down that a row of devices was taken. It returns for how many.
func (s *Store) settleSpan(b id.Broadcast, span push.Span) (int, error) {
	put, err := s.hot(`UPDATE push_target SET outcome = 'accepted', tries = 1, status = 200, at = $4
		WHERE broadcast = $1 AND device >= $2 AND device <= $3 AND outcome = '' AND next_at = 0`)
	if err != nil {
		return 0, err
	}
	res, err := put.Exec(string(b), string(span.From), string(span.To), millis(span.At))
	if err != nil {
		return 0, fmt.Errorf("settling devices: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// settleTarget writes down one fate. It reports 0 where there was one already.
func (s *Store) settleTarget(b id.Broadcast, t push.Target) (int64, error) {
	put, err := s.hot(`UPDATE push_target SET outcome = $3, tries = $4, next_at = $5, status = $6, problem = $7, at = $8
		WHERE broadcast = $1 AND device = $2 AND outcome = ''`)
	if err != nil {
		return 0, err
	}
	res, err := put.Exec(string(b), string(t.Device), t.Fate, t.Tries, millis(t.Next), t.Status, string(t.Problem), millis(t.At))
	if err != nil {
		return 0, fmt.Errorf("settling a device: %w", err)
	}
	return res.RowsAffected()
}

// settleRegistration applies what a fate says of the registration.
func (s *Store) settleRegistration(grant string, t push.Target) error {
	n := push.Note{At: t.At}
	switch t.Fate {
	case push.Moved:
		n.New = t.New
	case string(adm.Unregistered), string(adm.Invalid):
		n.Retire = string(t.Problem)
	default:
		return nil
	}
	read, err := s.hot(`SELECT registration FROM push_registration WHERE id = $1`)
	if err != nil {
		return err
	}
	if err := read.QueryRow(string(t.Device)).Scan(&n.Registration); err != nil {
		return fmt.Errorf("reading a registration: %w", err)
	}
	return s.noteRegistration(grant, n)
}
