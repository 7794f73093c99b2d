package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// ReportLanes implements report.Store.
func (s *Store) ReportLanes(ctx context.Context) ([]report.Learned, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT realm, region, "window", settling, held_at, probe_at, wait, quiet, takes FROM report_lane ORDER BY realm, region`)
	return collect(rows, err, func(row scanner) (l report.Learned, err error) {
		var wait, quiet, takes int64
		err = row.Scan((*string)(&l.Realm), (*string)(&l.Region), &l.Window, &l.Settling, instant{&l.Held}, instant{&l.Probe}, &wait, &quiet, &takes)
		l.Wait, l.Quiet, l.Takes = time.Duration(wait)*time.Millisecond, time.Duration(quiet)*time.Millisecond, time.Duration(takes)*time.Millisecond
		return l, err
	})
}

// SaveReportLane implements report.Store.
func (s *Store) SaveReportLane(ctx context.Context, l report.Learned) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO report_lane (realm, region, "window", settling, held_at, probe_at, wait, quiet, takes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (realm, region) DO UPDATE SET "window" = excluded."window", settling = excluded.settling, held_at = excluded.held_at,
			probe_at = excluded.probe_at, wait = excluded.wait, quiet = excluded.quiet, takes = excluded.takes`,
			string(l.Realm), string(l.Region), l.Window, flag(l.Settling), millis(l.Held), millis(l.Probe),
			l.Wait.Milliseconds(), l.Quiet.Milliseconds(), l.Takes.Milliseconds())
		if err != nil {
			return fmt.Errorf("keeping what was learned of a queue of reports: %w", err)
		}
		return nil
	})
}
