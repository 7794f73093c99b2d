package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

const partColumns = `id, realm, account, channel, level, grant_id, region, first_day, last_day, state, report_id, tries, remade,
	asked_at, next_at, ended_at, rows, problem, detail, found, at_amazon`

func scanPart(row scanner) (report.Part, error) {
	var p report.Part
	err := row.Scan((*string)(&p.ID), (*string)(&p.Realm), &p.Account, (*string)(&p.Channel), (*string)(&p.Level), (*string)(&p.Grant), (*string)(&p.Region),
		(*string)(&p.First), (*string)(&p.Last), (*string)(&p.State), &p.ReportID, &p.Tries, &p.Remade,
		instant{&p.Asked}, instant{&p.Next}, instant{&p.Ended}, &p.Rows, (*string)(&p.Problem), &p.Detail, &p.Found,
		(*string)(&p.AtAmazon))
	return p, err
}

// FreeReportParts implements report.Store.
func (s *Store) FreeReportParts(ctx context.Context) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE report_part SET lease_owner = '' WHERE lease_owner <> ''`); err != nil {
			return fmt.Errorf("freeing parts of reports: %w", err)
		}
		_, err := tx.Exec(dropParts)
		return err
	})
}

// mostDue is how many parts are named at a time.
const mostDue = 200

// DueReportParts implements report.Store.
func (s *Store) DueReportParts(ctx context.Context, now time.Time, room func(report.Lane, report.Load) int) (due []id.ReportPart, next time.Time, err error) {
	tx, end, err := s.still(ctx) // what is counted and what is listed must fit
	if err != nil {
		return nil, next, err
	}
	defer end()
	loads, err := reportLoads(ctx, tx)
	if err != nil {
		return nil, next, err
	}
	for _, l := range loads {
		for _, c := range []struct {
			which string
			most  int
		}{
			{`state IN ('waiting', 'asked') AND lease_owner > ''`, mostDue}, // under way, or it could not be saved
			{`state = 'asked' AND lease_owner = '' ORDER BY next_at, id`, mostDue},
			{`state = 'waiting' AND lease_owner = '' ORDER BY next_at, id`, min(mostDue, room(l.Lane, l.Load))},
		} {
			type row struct {
				part id.ReportPart
				at   int64
			}
			rows, err := tx.QueryContext(ctx, `SELECT id, next_at FROM report_part WHERE realm = $1 AND region = $2 AND state IN ('waiting', 'asked') AND `+c.which+` LIMIT $3`,
				string(l.Realm), string(l.Region), c.most)
			all, err := collect(rows, err, func(at scanner) (r row, err error) { return r, at.Scan((*string)(&r.part), &r.at) })
			if err != nil {
				return nil, next, err
			}
			for _, r := range all {
				if r.at > now.UnixMilli() {
					if at := moment(r.at); next.IsZero() || at.Before(next) {
						next = at
					}
					break
				}
				due = append(due, r.part)
			}
		}
	}
	return due, next, nil
}

type reportLoad struct {
	report.Lane
	report.Load
}

// reportLoads counts what has not ended, by the index alone.
func reportLoads(ctx context.Context, tx *sql.Conn) ([]reportLoad, error) {
	rows, err := tx.QueryContext(ctx, `SELECT realm, region, count(*) FILTER (WHERE state = 'waiting' AND lease_owner = ''),
		count(*) FILTER (WHERE state = 'waiting' AND lease_owner > ''), count(*) FILTER (WHERE state = 'asked')
		FROM report_part WHERE state IN ('waiting', 'asked') GROUP BY realm, region`)
	all, err := collect(rows, err, func(at scanner) (l reportLoad, err error) {
		return l, at.Scan((*string)(&l.Realm), (*string)(&l.Region), &l.Waiting, &l.Creating, &l.Asked)
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	rows, err = tx.QueryContext(ctx, `SELECT realm, region, count(*) FROM report_part WHERE at_amazon = 'deleting' GROUP BY realm, region`)
	going, err := collect(rows, err, func(at scanner) (l reportLoad, err error) {
		return l, at.Scan((*string)(&l.Realm), (*string)(&l.Region), &l.Asked)
	})
	for _, g := range going { // they hold their places until Amazon has deleted them
		if i := slices.IndexFunc(all, func(l reportLoad) bool { return l.Lane == g.Lane }); i >= 0 {
			all[i].Asked += g.Asked
		}
	}
	return all, err
}

// ReportQueue implements report.Store.
func (s *Store) ReportQueue(ctx context.Context, lane report.Lane, last id.ReportPart) (asked []time.Time, waiting int, err error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT state, asked_at FROM report_part WHERE realm = $1 AND region = $2 AND state IN ('waiting', 'asked')
		AND (state = 'asked' OR id <= $3)`, string(lane.Realm), string(lane.Region), string(last))
	_, err = collect(rows, err, func(at scanner) (struct{}, error) {
		var state report.State
		var when time.Time
		err := at.Scan((*string)(&state), instant{&when})
		if state == report.Waiting {
			waiting++
		} else {
			asked = append(asked, when)
		}
		return struct{}{}, err
	})
	return asked, waiting, err
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
	_, err := tx.Exec(`UPDATE report_part SET state = $2, report_id = $3, tries = $4, remade = $5, asked_at = $6, next_at = $7, ended_at = $8,
		rows = $9, problem = $10, detail = $11, found = $12, at_amazon = $13, lease_owner = '' WHERE id = $1`,
		string(p.ID), string(p.State), p.ReportID, p.Tries, p.Remade, millis(p.Asked), millis(p.Next), millis(p.Ended), p.Rows,
		string(p.Problem), p.Detail, flag(p.Found), string(p.AtAmazon))
	if err != nil {
		return fmt.Errorf("saving a part of a report: %w", err)
	}
	if !p.State.Ended() {
		_, err = tx.Exec(dropParts+` AND id = $1`, string(p.ID))
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
	return s.Write(ctx, func(*sql.Tx) error { return s.addRows(p, chunks) })
}

func (s *Store) addRows(p id.ReportPart, chunks []report.Chunk) error {
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
}

// EndReportPart implements report.Store.
func (s *Store) EndReportPart(ctx context.Context, p report.Part, last []report.Chunk, days []report.Kept, again *report.Series) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := s.addRows(p.ID, last); err != nil {
			return err
		}
		if again != nil {
			if err := saveSeries(tx, *again); err != nil {
				return err
			}
		}
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

// still is a connection whose reads are all of one moment, until end.
func (s *Store) still(ctx context.Context) (c *sql.Conn, end func(), err error) {
	if c, err = s.rdb.Conn(ctx); err != nil {
		return nil, nil, explain(fmt.Errorf("reading parts of reports: %w", err))
	}
	if _, err := c.ExecContext(ctx, "BEGIN"); err != nil { // sql.Tx would begin one that writes
		return nil, nil, errors.Join(explain(fmt.Errorf("reading parts of reports: %w", err)), c.Close())
	}
	return c, func() {
		_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		_ = c.Close()
	}, nil
}
