package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// dropParts ends the parts of a condition that nobody wants any more: they were made for jobs, all of which have ended, and not for the nights.
// One that is worked at just now ends when it is saved. A report that Amazon made for it is to be deleted there, unless it was found there.
const dropParts = `UPDATE report_part SET state = 'cancelled', problem = '', detail = '', tries = 0, next_at = 0,
	at_amazon = CASE WHEN report_id = '' THEN '' WHEN found = 1 THEN 'left' ELSE 'deleting' END,
	ended_at = (SELECT max(o.ended_at) FROM report_job_part l JOIN report_job o ON o.id = l.job WHERE l.part = report_part.id)
	WHERE state IN ('waiting', 'asked') AND lease_owner = '' AND standing = 0
	AND EXISTS (SELECT 1 FROM report_job_part l WHERE l.part = report_part.id)
	AND NOT EXISTS (SELECT 1 FROM report_job_part l JOIN report_job o ON o.id = l.job WHERE l.part = report_part.id AND o.state = 'running')`

// DueReportDrops implements report.Store.
func (s *Store) DueReportDrops(ctx context.Context, now time.Time) (due []id.ReportPart, next time.Time, err error) {
	type row struct {
		part id.ReportPart
		at   time.Time
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT id, next_at FROM report_part WHERE at_amazon = 'deleting' ORDER BY next_at LIMIT $1`, mostDue)
	all, err := collect(rows, err, func(at scanner) (r row, err error) { return r, at.Scan((*string)(&r.part), instant{&r.at}) })
	for _, r := range all {
		if r.at.After(now) {
			return due, r.at, err
		}
		due = append(due, r.part)
	}
	return due, time.Time{}, err
}

// ClaimReportDrop implements report.Store.
func (s *Store) ClaimReportDrop(ctx context.Context, p id.ReportPart, owner string) (got report.Part, won bool, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		won = false
		_, err := tx.Exec(`UPDATE report_part SET at_amazon = 'left' WHERE id = $1 AND at_amazon = 'deleting' AND lease_owner IN ('', $2)
			AND EXISTS (SELECT 1 FROM report_part o WHERE o.realm = report_part.realm AND o.account = report_part.account AND o.channel = report_part.channel
			AND o.level = report_part.level AND o.first_day = report_part.first_day AND o.last_day = report_part.last_day AND o.state IN ('waiting', 'asked'))`,
			string(p), owner)
		if err != nil {
			return fmt.Errorf("leaving a report to its twin: %w", err)
		}
		got, err = scanPart(tx.QueryRow(`UPDATE report_part SET lease_owner = $2 WHERE id = $1 AND lease_owner IN ('', $2) AND at_amazon = 'deleting'
			RETURNING `+partColumns, string(p), owner))
		if won = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return got, won, err
}
