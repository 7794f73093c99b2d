package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
)

// AddSite implements sites.Store.
func (s *Store) AddSite(ctx context.Context, x sites.Site, e audit.Entry) error {
	return s.writeSite(ctx, e, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO site (id, tag, country, signed_up, accepted, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			string(x.ID), x.Tag, x.Country, millis(x.SignedUp), millis(x.Accepted), millis(x.Created))
		if err != nil {
			return fmt.Errorf("inserting a site: %w", err)
		}
		return insertTracking(tx, x)
	})
}

// ChangeSite implements sites.Store.
func (s *Store) ChangeSite(ctx context.Context, x sites.Site, e audit.Entry) error {
	return s.writeSite(ctx, e, func(tx *sql.Tx) error {
		done, err := tx.Exec(`UPDATE site SET country = $1, signed_up = $2, accepted = $3 WHERE id = $4`, x.Country, millis(x.SignedUp), millis(x.Accepted), string(x.ID))
		if err := hit(done, err); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM site_tracking WHERE site = $1`, string(x.ID)); err != nil {
			return fmt.Errorf("deleting tracking ids: %w", err)
		}
		return insertTracking(tx, x)
	})
}

// SetSales implements sites.Store.
func (s *Store) SetSales(ctx context.Context, site id.Site, sales []sites.Sale, e audit.Entry) error {
	return s.writeSite(ctx, e, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM site WHERE id = $1`, string(site)).Scan(&n); err != nil || n == 0 {
			return firstError(err, sites.ErrUnknown)
		}
		for _, x := range sales {
			var err error
			if x.Count == 0 {
				_, err = tx.Exec(`DELETE FROM site_sale WHERE site = $1 AND day = $2`, string(site), millis(x.Day))
			} else {
				_, err = tx.Exec(`INSERT INTO site_sale (site, day, count) VALUES ($1, $2, $3) ON CONFLICT (site, day) DO UPDATE SET count = excluded.count`,
					string(site), millis(x.Day), x.Count)
			}
			if err != nil {
				return fmt.Errorf("writing sales: %w", err)
			}
		}
		return nil
	})
}

// RemoveSite implements sites.Store.
func (s *Store) RemoveSite(ctx context.Context, site id.Site, e audit.Entry) error {
	return s.writeSite(ctx, e, func(tx *sql.Tx) error {
		done, err := tx.Exec(`DELETE FROM site WHERE id = $1`, string(site))
		return hit(done, err)
	})
}

// Sites implements sites.Store.
func (s *Store) Sites(ctx context.Context) ([]sites.Site, error) {
	var all []sites.Site
	at := map[id.Site]int{}
	err := each(ctx, s.Read(), `SELECT id, tag, country, signed_up, accepted, created_at FROM site ORDER BY tag`, func(rows *sql.Rows) error {
		var x sites.Site
		var up, accepted, created int64
		if err := rows.Scan(&x.ID, &x.Tag, &x.Country, &up, &accepted, &created); err != nil {
			return err
		}
		x.SignedUp, x.Accepted, x.Created = dayOf(up), dayOf(accepted), dayOf(created)
		at[x.ID] = len(all)
		all = append(all, x)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading sites: %w", err)
	}
	err = each(ctx, s.Read(), `SELECT site, tag FROM site_tracking ORDER BY tag`, func(rows *sql.Rows) error {
		var site id.Site
		var tag string
		if err := rows.Scan(&site, &tag); err != nil {
			return err
		}
		if i, ok := at[site]; ok {
			all[i].Tracking = append(all[i].Tracking, tag)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading tracking ids: %w", err)
	}
	err = each(ctx, s.Read(), `SELECT site, day, count FROM site_sale ORDER BY day`, func(rows *sql.Rows) error {
		var site id.Site
		var day int64
		var x sites.Sale
		if err := rows.Scan(&site, &day, &x.Count); err != nil {
			return err
		}
		x.Day = dayOf(day)
		if i, ok := at[site]; ok {
			all[i].Sales = append(all[i].Sales, x)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading sales: %w", err)
	}
	return all, nil
}

func (s *Store) writeSite(ctx context.Context, e audit.Entry, do func(tx *sql.Tx) error) error {
	err := s.Write(ctx, func(tx *sql.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return appendAudit(tx, e)
	})
	if IsTaken(err) {
		return fmt.Errorf("%w: %w", sites.ErrExists, err)
	}
	return err
}

func insertTracking(tx *sql.Tx, x sites.Site) error {
	for _, tag := range x.Tracking {
		if _, err := tx.Exec(`INSERT INTO site_tracking (tag, site) VALUES ($1, $2)`, tag, string(x.ID)); err != nil {
			return fmt.Errorf("inserting a tracking id: %w", err)
		}
	}
	return nil
}

// hit says ErrUnknown where a statement met no row.
func hit(done sql.Result, err error) error {
	if err != nil {
		return fmt.Errorf("changing a site: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return firstError(err, sites.ErrUnknown)
	}
	return nil
}

func firstError(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// each runs a query and hands over its rows.
func each(ctx context.Context, db *sql.DB, query string, row func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// dayOf is the time of a stored number, in UTC since days are.
func dayOf(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
