package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// BeginAdsWrite implements writes.Store.
func (s *Store) BeginAdsWrite(ctx context.Context, w writes.Write, e audit.Entry) error {
	err := s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO ads_write (id, grant_id, kind, verb, by_kind, by_id, by_name, at, undoes, order_key, digest)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, string(w.ID), string(w.Grant), string(w.Kind), string(w.Verb),
			w.By.Kind, w.By.ID, w.By.Name, millis(w.At), string(w.Undoes), w.Key, w.Digest)
		if err != nil {
			return fmt.Errorf("beginning a write: %w", err)
		}
		add, err := s.hot(`INSERT INTO ads_change (write_id, row_no, account, channel, object, action, before, after, state, same, refusal, undoes)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
		if err != nil {
			return err
		}
		for _, c := range w.Changes {
			refusal, err := refusalText(c.Refusal)
			if err != nil {
				return err
			}
			if _, err := add.Exec(string(w.ID), c.Row, c.Account, string(c.Channel), c.Object, string(c.Action), string(c.Before), string(c.After),
				string(c.State), flag(c.Same), refusal, c.Undoes); err != nil {
				return fmt.Errorf("writing a change down: %w", err)
			}
		}
		return appendAudit(tx, e)
	})
	if IsTaken(err) {
		return fmt.Errorf("%w: %w", writes.ErrKeyUsed, err)
	}
	return err
}

func refusalText(r *writes.Refusal) (string, error) {
	if r == nil {
		return "", nil
	}
	text, err := json.Marshal(r)
	return string(text), err
}

// SendAdsChanges implements writes.Store.
func (s *Store) SendAdsChanges(ctx context.Context, w id.AdsWrite, rows []int) error {
	return s.Write(ctx, func(*sql.Tx) error {
		send, err := s.hot(`UPDATE ads_change SET state = 'sent' WHERE write_id = $1 AND row_no = $2 AND state = 'waiting'`)
		if err != nil {
			return err
		}
		for _, row := range rows {
			res, err := send.Exec(string(w), row)
			if err != nil {
				return fmt.Errorf("marking a change as sent: %w", err)
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				return errors.Join(fmt.Errorf("marking change %d of write %s as sent: it does not wait", row, w), err)
			}
		}
		return nil
	})
}

// SettleAdsChanges implements writes.Store.
func (s *Store) SettleAdsChanges(ctx context.Context, w id.AdsWrite, changes []writes.Change) error {
	return s.Write(ctx, func(*sql.Tx) error {
		settle, err := s.hot(`UPDATE ads_change SET object = $3, after = $4, state = $5, refusal = $6 WHERE write_id = $1 AND row_no = $2`)
		if err != nil {
			return err
		}
		undone, err := s.hot(`UPDATE ads_change SET undone_by = $1 WHERE row_no = $2 AND write_id = (SELECT undoes FROM ads_write WHERE id = $1 AND undoes <> '')`)
		if err != nil {
			return err
		}
		for _, c := range changes {
			refusal, err := refusalText(c.Refusal)
			if err != nil {
				return err
			}
			if _, err := settle.Exec(string(w), c.Row, c.Object, string(c.After), string(c.State), refusal); err != nil {
				return fmt.Errorf("settling a change: %w", err)
			}
			if c.State != writes.Done {
				continue
			}
			if _, err := undone.Exec(string(w), c.Undoes); err != nil {
				return fmt.Errorf("marking a change as undone: %w", err)
			}
		}
		return nil
	})
}

// EndAdsWrite implements writes.Store.
func (s *Store) EndAdsWrite(ctx context.Context, w id.AdsWrite, at time.Time, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE ads_write SET ended_at = $2 WHERE id = $1 AND ended_at = 0`, string(w), millis(at)); err != nil {
			return fmt.Errorf("ending a write: %w", err)
		}
		return appendAudit(tx, e)
	})
}

// LoseAdsWrites implements writes.Store.
func (s *Store) LoseAdsWrites(ctx context.Context, at time.Time) (lost int, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE ads_change SET state = CASE state WHEN 'sent' THEN 'unknown' ELSE 'not_sent' END
			WHERE state IN ('sent', 'waiting') AND write_id IN (SELECT id FROM ads_write WHERE ended_at = 0)`); err != nil {
			return fmt.Errorf("settling changes that were left: %w", err)
		}
		res, err := tx.Exec(`UPDATE ads_write SET ended_at = $1 WHERE ended_at = 0`, millis(at))
		if err != nil {
			return fmt.Errorf("ending writes that were left: %w", err)
		}
		n, err := res.RowsAffected()
		lost = int(n)
		return err
	})
	return lost, err
}

const adsWriteColumns = `id, grant_id, kind, verb, by_kind, by_id, by_name, at, ended_at, undoes, order_key, digest`

func scanAdsWrite(row scanner) (writes.Write, error) {
	var w writes.Write
	err := row.Scan((*string)(&w.ID), (*string)(&w.Grant), (*string)(&w.Kind), (*string)(&w.Verb), &w.By.Kind, &w.By.ID, &w.By.Name,
		instant{&w.At}, instant{&w.Ended}, (*string)(&w.Undoes), &w.Key, &w.Digest)
	return w, err
}

// AdsWrite implements writes.Store.
func (s *Store) AdsWrite(ctx context.Context, w id.AdsWrite) (writes.Write, error) {
	return s.wholeAdsWrite(ctx, `id = $1`, string(w))
}

// AdsWriteByKey implements writes.Store.
func (s *Store) AdsWriteByKey(ctx context.Context, g id.Grant, by, key string) (writes.Write, error) {
	return s.wholeAdsWrite(ctx, `grant_id = $1 AND by_id = $2 AND order_key = $3 AND order_key <> ''`, string(g), by, key)
}

func (s *Store) wholeAdsWrite(ctx context.Context, where string, args ...any) (writes.Write, error) {
	w, err := scanAdsWrite(s.rdb.QueryRowContext(ctx, `SELECT `+adsWriteColumns+` FROM ads_write WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return w, writes.ErrNotFound
	}
	if err != nil {
		return w, explain(fmt.Errorf("reading a write: %w", err))
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT row_no, account, channel, object, action, before, after, state, same, refusal, undoes, undone_by
		FROM ads_change WHERE write_id = $1 ORDER BY row_no`, string(w.ID))
	w.Changes, err = collect(rows, err, scanAdsChange)
	w.Counts = map[writes.State]int{}
	for _, c := range w.Changes {
		w.Counts[c.State]++
	}
	return w, err
}

func scanAdsChange(row scanner) (writes.Change, error) {
	var c writes.Change
	var before, after, refusal string
	err := row.Scan(&c.Row, &c.Account, (*string)(&c.Channel), &c.Object, (*string)(&c.Action), &before, &after, (*string)(&c.State), &c.Same,
		&refusal, &c.Undoes, (*string)(&c.UndoneBy))
	if before != "" {
		c.Before = json.RawMessage(before)
	}
	if after != "" {
		c.After = json.RawMessage(after)
	}
	if refusal != "" && err == nil {
		c.Refusal = &writes.Refusal{}
		err = json.Unmarshal([]byte(refusal), c.Refusal)
	}
	return c, err
}

// AdsWrites implements writes.Store.
func (s *Store) AdsWrites(ctx context.Context, f writes.Filter) ([]writes.Write, error) {
	args := []any{string(f.Grant)}
	where := []string{"grant_id = $1"}
	add := func(condition string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if f.Object != "" {
		add("id IN (SELECT write_id FROM ads_change WHERE object = $%d)", f.Object)
	}
	if f.Kind != "" {
		add("kind = $%d", f.Kind)
	}
	if f.Before != "" {
		add("id < $%d", string(f.Before))
	}
	if !f.Since.IsZero() {
		add("at >= $%d", millis(f.Since))
	}
	args = append(args, f.Limit)
	rows, err := s.rdb.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM ads_write WHERE %s ORDER BY id DESC LIMIT $%d`, adsWriteColumns, strings.Join(where, " AND "), len(args)), args...)
	all, err := collect(rows, err, scanAdsWrite)
	for i := 0; i < len(all) && err == nil; i++ {
		all[i].Counts, err = s.countAdsChanges(ctx, all[i].ID)
	}
	return all, err
}

func (s *Store) countAdsChanges(ctx context.Context, w id.AdsWrite) (map[writes.State]int, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT state, count(*) FROM ads_change WHERE write_id = $1 GROUP BY state`, string(w))
	counts := map[writes.State]int{}
	_, err = collect(rows, err, func(row scanner) (struct{}, error) {
		var state string
		var n int
		err := row.Scan(&state, &n)
		counts[writes.State(state)] = n
		return struct{}{}, err
	})
	return counts, err
}
