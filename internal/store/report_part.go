package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

const partColumns = `id, realm, account, channel, level, grant_id, region, first_day, last_day, state, report_id, tries, polls, remade,
	asked_at, next_at, ended_at, rows, problem, detail`

func scanPart(row scanner) (report.Part, error) {
	var p report.Part
	err := row.Scan((*string)(&p.ID), (*string)(&p.Realm), &p.Account, (*string)(&p.Channel), (*string)(&p.Level), (*string)(&p.Grant), (*string)(&p.Region),
		(*string)(&p.First), (*string)(&p.Last), (*string)(&p.State), &p.ReportID, &p.Tries, &p.Polls, &p.Remade,
		instant{&p.Asked}, instant{&p.Next}, instant{&p.Ended}, &p.Rows, (*string)(&p.Problem), &p.Detail)
	return p, err
}

// FreeReportParts implements report.Store.
func (s *Store) FreeReportParts(ctx context.Context) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE report_part SET lease_owner = '' WHERE lease_owner <> ''`)
		return err
	})
}

// mostDue is how many parts are named at a time.
const mostDue = 200

// DueReportParts implements report.Store.
func (s *Store) DueReportParts(ctx context.Context, now time.Time, room func(canon.Region, int) int) (due []id.ReportPart, next time.Time, err error) {
	later := func(ms int64) {
		if at := moment(ms); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, region := range canon.Regions() {
		_, asked, err := s.ReportQueue(ctx, region)
		if err != nil {
			return nil, next, err
		}
		for _, c := range []struct {
			state string
			most  int
		}{{"asked", mostDue}, {"waiting", min(mostDue, room(region, asked))}} {
			type row struct {
				part id.ReportPart
				at   int64
			}
			rows, err := s.rdb.QueryContext(ctx, `SELECT id, next_at FROM report_part WHERE region = $1 AND state = $2 AND state IN ('waiting', 'asked')
				ORDER BY next_at, id LIMIT $3`, string(region), c.state, c.most)
			all, err := collect(rows, err, func(at scanner) (r row, err error) { return r, at.Scan((*string)(&r.part), &r.at) })
			if err != nil {
				return nil, next, err
			}
			for _, r := range all {
				if r.at > now.UnixMilli() {
					later(r.at)
					break
				}
				due = append(due, r.part)
			}
		}
	}
	return due, next, nil
}

// ReportQueue implements report.Store.
func (s *Store) ReportQueue(ctx context.Context, region canon.Region) (waiting, asked int, err error) {
	err = s.rdb.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'asked')
		FROM report_part WHERE region = $1 AND state IN ('waiting', 'asked')`, string(region)).Scan(&waiting, &asked)
	if err != nil {
		return 0, 0, explain(fmt.Errorf("counting reports: %w", err))
	}
	return waiting, asked, nil
}

// ClaimReportPart implements report.Store.
func (s *Store) ClaimReportPart(ctx context.Context, p id.ReportPart, owner string) (got report.Part, won bool, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		got, err = scanPart(tx.QueryRow(`UPDATE report_part SET lease_owner = $2 WHERE id = $1 AND lease_owner IN ('', $2) AND state IN ('waiting', 'asked')
			RETURNING `+partColumns, string(p), owner))
		if won = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil || got.State == report.Waiting {
			return err
		}
		_, err = tx.Exec(`DELETE FROM report_rows WHERE version = $1`, string(p))
		return err
	})
	return got, won, err
}

// SaveReportPart implements report.Store.
func (s *Store) SaveReportPart(ctx context.Context, p report.Part) error {
	return s.Write(ctx, func(tx *sql.Tx) error { return savePart(tx, p) })
}

func savePart(tx *sql.Tx, p report.Part) error {
	_, err := tx.Exec(`UPDATE report_part SET state = $2, report_id = $3, tries = $4, polls = $5, remade = $6, asked_at = $7, next_at = $8, ended_at = $9,
		rows = $10, problem = $11, detail = $12, lease_owner = '' WHERE id = $1`,
		string(p.ID), string(p.State), p.ReportID, p.Tries, p.Polls, p.Remade, millis(p.Asked), millis(p.Next), millis(p.Ended), p.Rows,
		string(p.Problem), p.Detail)
	if err != nil || !p.State.Ended() {
		return err
	}
	if p.State != report.Done {
		if _, err := tx.Exec(`DELETE FROM report_rows WHERE version = $1`, string(p.ID)); err != nil {
			return err
		}
	}
	_, err = tx.Exec(settleReports+`IN (SELECT job FROM report_job_part WHERE part = $2)`, millis(p.Ended), string(p.ID))
	return err
}

// AddReportRows implements report.Store.
func (s *Store) AddReportRows(ctx context.Context, p id.ReportPart, chunks []report.Chunk) error {
	return s.Write(ctx, func(*sql.Tx) error {
		put, err := s.hot(`INSERT INTO report_rows (version, day, body) VALUES ($1, $2, $3)`)
		if err != nil {
			return err
		}
		for _, c := range chunks {
			if _, err := put.Exec(string(p), string(c.Day), c.Body); err != nil {
				return fmt.Errorf("keeping a report's rows: %w", err)
			}
		}
		return nil
	})
}

// EndReportPart implements report.Store.
func (s *Store) EndReportPart(ctx context.Context, p report.Part, days []report.Kept) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		for _, k := range days {
			key := []any{string(p.Realm), p.Account, string(p.Channel), string(p.Level), string(k.Day)}
			_, err := tx.Exec(`DELETE FROM report_rows WHERE day = $5 AND version = (SELECT version FROM report_day
				WHERE realm = $1 AND account = $2 AND channel = $3 AND level = $4 AND day = $5)`, key...)
			if err != nil {
				return fmt.Errorf("dropping what was kept of a day: %w", err)
			}
			_, err = tx.Exec(`INSERT INTO report_day (realm, account, channel, level, day, version, rows, final, fetched_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
				ON CONFLICT (realm, account, channel, level, day) DO UPDATE SET version = excluded.version, rows = excluded.rows, final = excluded.final,
				fetched_at = excluded.fetched_at`, append(key, string(k.Version), k.Rows, flag(k.Final), millis(k.Fetched))...)
			if err != nil {
				return fmt.Errorf("keeping a day: %w", err)
			}
		}
		return savePart(tx, p)
	})
}
