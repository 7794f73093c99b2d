package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// ofSource is the condition of one source, whose arguments come first.
const ofSource = ` realm = $1 AND account = $2 AND channel = $3 AND level = $4`

func sourceArgs(s report.Source, more ...any) []any {
	return append([]any{string(s.Realm), s.Account, string(s.Channel), string(s.Level)}, more...)
}

// ReportDays implements report.Store.
func (s *Store) ReportDays(ctx context.Context, of report.Source, first, last canon.Day) ([]report.Kept, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT day, version, rows, final, fetched_at FROM report_day WHERE`+ofSource+` AND day BETWEEN $5 AND $6 ORDER BY day`,
		sourceArgs(of, string(first), string(last))...)
	return collect(rows, err, func(row scanner) (k report.Kept, err error) {
		return k, row.Scan((*string)(&k.Day), (*string)(&k.Version), &k.Rows, &k.Final, instant{&k.Fetched})
	})
}

// ReportRows implements report.Store. It reads a few chunks at a time, so that a slow reader holds no connection.
func (s *Store) ReportRows(ctx context.Context, v id.ReportPart, day canon.Day, each func(body []byte) error) error {
	type chunk struct {
		id   int64
		body []byte
	}
	for after := int64(0); ; {
		rows, err := s.rdb.QueryContext(ctx, `SELECT id, body FROM report_rows WHERE version = $1 AND day = $2 AND id > $3 ORDER BY id LIMIT 16`,
			string(v), string(day), after)
		chunks, err := collect(rows, err, func(row scanner) (c chunk, err error) { return c, row.Scan(&c.id, &c.body) })
		if err != nil || len(chunks) == 0 {
			return err
		}
		for _, c := range chunks {
			if err := each(c.body); err != nil {
				return err
			}
			after = c.id
		}
	}
}

// SaveSeries implements report.Store.
func (s *Store) SaveSeries(ctx context.Context, r report.Series) error {
	return s.Write(ctx, func(tx *sql.Tx) error { return saveSeries(tx, r) })
}

func saveSeries(tx *sql.Tx, r report.Series) error {
	_, err := tx.Exec(`INSERT INTO report_series (realm, account, channel, level, grant_id, follow, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (realm, account, channel, level) DO UPDATE SET grant_id = excluded.grant_id, follow = max(follow, excluded.follow),
		next_at = excluded.next_at`, sourceArgs(r.Source, string(r.Grant), flag(r.Follow), millis(r.Next))...)
	if err != nil {
		return fmt.Errorf("keeping a series of reports: %w", err)
	}
	return nil
}

// DropSeries implements report.Store.
func (s *Store) DropSeries(ctx context.Context, of report.Source) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM report_series WHERE`+ofSource, sourceArgs(of)...)
		return err
	})
}

// DueSeries implements report.Store.
func (s *Store) DueSeries(ctx context.Context, now time.Time) (due []report.Series, next time.Time, err error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT realm, account, channel, level, grant_id, follow, next_at FROM report_series ORDER BY next_at LIMIT $1`, mostDue)
	all, err := collect(rows, err, func(row scanner) (r report.Series, err error) {
		return r, row.Scan((*string)(&r.Realm), &r.Account, (*string)(&r.Channel), (*string)(&r.Level), (*string)(&r.Grant), &r.Follow, instant{&r.Next})
	})
	for _, r := range all {
		if r.Next.After(now) {
			return due, r.Next, err
		}
		due = append(due, r)
	}
	return due, time.Time{}, err
}

// LastDay implements report.Store.
func (s *Store) LastDay(ctx context.Context, of report.Source) (canon.Day, error) {
	var d canon.Day
	err := s.rdb.QueryRowContext(ctx, `SELECT coalesce(max(day), '') FROM report_day WHERE`+ofSource, sourceArgs(of)...).Scan((*string)(&d))
	if err != nil {
		return "", explain(fmt.Errorf("reading the last day that is kept: %w", err))
	}
	return d, nil
}

// ReportShelves implements report.Store.
func (s *Store) ReportShelves(ctx context.Context) ([]report.Shelf, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT d.realm, d.account, d.channel, d.level, min(d.day), max(d.day), count(*), sum(d.rows), sum(d.final), min(d.fetched_at),
		coalesce(s.follow, 0), coalesce(s.next_at, 0)
		FROM report_day d LEFT JOIN report_series s ON s.realm = d.realm AND s.account = d.account AND s.channel = d.channel AND s.level = d.level
		GROUP BY d.realm, d.account, d.channel, d.level
		UNION ALL SELECT s.realm, s.account, s.channel, s.level, '', '', 0, 0, 0, 0, s.follow, s.next_at FROM report_series s
		WHERE NOT EXISTS (SELECT 1 FROM report_day d WHERE d.realm = s.realm AND d.account = s.account AND d.channel = s.channel AND d.level = s.level)
		ORDER BY 1, 2, 3, 4`)
	return collect(rows, err, func(row scanner) (k report.Shelf, err error) {
		return k, row.Scan((*string)(&k.Realm), &k.Account, (*string)(&k.Channel), (*string)(&k.Level), (*string)(&k.First), (*string)(&k.Last), &k.Days, &k.Rows,
			&k.Final, instant{&k.AsOf}, &k.Follow, instant{&k.Next})
	})
}

// StopSeries implements report.Store.
func (s *Store) StopSeries(ctx context.Context, of []report.Source, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		for _, one := range of {
			if _, err := tx.Exec(`UPDATE report_series SET follow = 0 WHERE`+ofSource, sourceArgs(one)...); err != nil {
				return fmt.Errorf("ending a series of reports: %w", err)
			}
		}
		return appendAudit(tx, e)
	})
}
