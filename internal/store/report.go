package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

const reportColumns = `id, ask, sources, grants, missing, state, begun_by, created_at, ended_at`

func scanReport(row scanner) (report.Job, error) {
	var j report.Job
	var ask, sources, grants, missing string
	err := row.Scan((*string)(&j.ID), &ask, &sources, &grants, &missing, (*string)(&j.State), &j.By, instant{&j.Created}, instant{&j.Ended})
	if err != nil {
		return j, err
	}
	err = errors.Join(json.Unmarshal([]byte(ask), &j.Ask), json.Unmarshal([]byte(sources), &j.Sources),
		json.Unmarshal([]byte(grants), &j.Grants), json.Unmarshal([]byte(missing), &j.Missing))
	if err != nil {
		return j, fmt.Errorf("reading report %s: %w", j.ID, err)
	}
	return j, nil
}

// AddReport implements report.Store.
func (s *Store) AddReport(ctx context.Context, j report.Job, parts []report.Part, e audit.Entry) error {
	var texts [4]string
	for i, v := range []any{j.Ask, j.Sources, j.Grants, j.Missing} {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("writing a report: %w", err)
		}
		texts[i] = string(text)
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO report_job (id, ask, sources, grants, missing, state, begun_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			string(j.ID), texts[0], texts[1], texts[2], texts[3], string(j.State), j.By, millis(j.Created))
		if err != nil {
			return fmt.Errorf("keeping a report: %w", err)
		}
		for _, p := range parts {
			is, err := joinPart(tx, p, false)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO report_job_part (job, part) VALUES ($1, $2) ON CONFLICT DO NOTHING`, string(j.ID), is); err != nil {
				return fmt.Errorf("keeping a report's parts: %w", err)
			}
		}
		return appendAudit(tx, e)
	})
}

// JoinParts implements report.Store.
func (s *Store) JoinParts(ctx context.Context, parts []report.Part) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		for _, p := range parts {
			if _, err := joinPart(tx, p, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// joinPart writes a part, or finds the same one that is under way, and returns its id.
func joinPart(tx *sql.Tx, p report.Part, standing bool) (string, error) {
	_, err := tx.Exec(`INSERT INTO report_part (id, realm, account, channel, level, grant_id, region, first_day, last_day, state, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0) ON CONFLICT DO NOTHING`,
		string(p.ID), string(p.Realm), p.Account, string(p.Channel), string(p.Level), string(p.Grant), string(p.Region), string(p.First), string(p.Last))
	if err != nil {
		return "", fmt.Errorf("keeping a part of a report: %w", err)
	}
	var is string
	err = tx.QueryRow(`SELECT id FROM report_part WHERE realm = $1 AND account = $2 AND channel = $3 AND level = $4 AND first_day = $5 AND last_day = $6
		AND state IN ('waiting', 'asked')`, string(p.Realm), p.Account, string(p.Channel), string(p.Level), string(p.First), string(p.Last)).Scan(&is)
	if err == nil && standing {
		_, err = tx.Exec(`UPDATE report_part SET standing = 1 WHERE id = $1`, is)
	}
	if err != nil {
		return "", fmt.Errorf("finding a part of a report: %w", err)
	}
	return is, nil
}

// Report implements report.Store.
func (s *Store) Report(ctx context.Context, j id.Report) (report.Job, error) {
	got, err := scanReport(s.rdb.QueryRowContext(ctx, `SELECT `+reportColumns+` FROM report_job WHERE id = $1`, string(j)))
	if errors.Is(err, sql.ErrNoRows) {
		return got, report.ErrNotFound
	}
	if err != nil {
		return got, explain(fmt.Errorf("reading a report: %w", err))
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+partColumns+` FROM report_part WHERE id IN (SELECT part FROM report_job_part WHERE job = $1) ORDER BY id`, string(j))
	got.Parts, err = collect(rows, err, scanPart)
	return got, err
}

// Reports implements report.Store.
func (s *Store) Reports(ctx context.Context, limit int) ([]report.Job, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+reportColumns+` FROM report_job ORDER BY id DESC LIMIT $1`, limit)
	return collect(rows, err, scanReport)
}

// settleReports ends the jobs of a condition whose parts all have ended.
const settleReports = `UPDATE report_job SET ended_at = $1, state = CASE
	WHEN NOT EXISTS (SELECT 1 FROM report_job_part l JOIN report_part p ON p.id = l.part WHERE l.job = report_job.id AND p.state <> 'done') THEN 'done'
	WHEN EXISTS (SELECT 1 FROM report_job_part l JOIN report_part p ON p.id = l.part WHERE l.job = report_job.id AND p.state = 'done') THEN 'partial'
	ELSE 'failed' END
	WHERE state = 'running' AND NOT EXISTS (SELECT 1 FROM report_job_part l JOIN report_part p ON p.id = l.part
		WHERE l.job = report_job.id AND p.state IN ('waiting', 'asked')) AND id `

// SettleReport implements report.Store.
func (s *Store) SettleReport(ctx context.Context, j id.Report, now time.Time) (state report.State, err error) {
	err = s.rdb.QueryRowContext(ctx, `SELECT state FROM report_job WHERE id = $1`, string(j)).Scan((*string)(&state))
	if errors.Is(err, sql.ErrNoRows) {
		return "", report.ErrNotFound
	}
	if err != nil {
		return "", explain(fmt.Errorf("reading a report: %w", err))
	}
	if state != report.Running {
		return state, nil
	}
	err = s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(settleReports+`= $2`, millis(now), string(j)); err != nil {
			return fmt.Errorf("ending a report: %w", err)
		}
		return tx.QueryRow(`SELECT state FROM report_job WHERE id = $1`, string(j)).Scan((*string)(&state))
	})
	return state, err
}

// CancelReport implements report.Store.
func (s *Store) CancelReport(ctx context.Context, j id.Report, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		var state report.State
		err := tx.QueryRow(`SELECT state FROM report_job WHERE id = $1`, string(j)).Scan((*string)(&state))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return report.ErrNotFound
		case err != nil:
			return fmt.Errorf("reading a report: %w", err)
		case state != report.Running:
			return nil
		}
		if _, err := tx.Exec(`UPDATE report_job SET state = 'cancelled', ended_at = $2 WHERE id = $1`, string(j), millis(e.At)); err != nil {
			return fmt.Errorf("cancelling a report: %w", err)
		}
		if _, err := tx.Exec(dropParts+` AND id IN (SELECT part FROM report_job_part WHERE job = $1)`, string(j)); err != nil {
			return fmt.Errorf("cancelling a report's parts: %w", err)
		}
		return appendAudit(tx, e)
	})
}
