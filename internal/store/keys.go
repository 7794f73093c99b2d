package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
)

var _ keypair.Store = (*Store)(nil)

const accessKeyColumns = `key_id, user_name, status, created_at, deleted_at, used_at, used_region, used_service, use_known, seen_at`

// AccessKeys implements keypair.Store.
func (s *Store) AccessKeys(ctx context.Context, g id.Grant) ([]keypair.Key, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+accessKeyColumns+` FROM access_key WHERE grant_id = $1 ORDER BY created_at, key_id`, string(g))
	return collect(rows, err, func(row scanner) (keypair.Key, error) {
		var k keypair.Key
		var known int64
		err := row.Scan(&k.ID, &k.User, &k.Status, instant{&k.Created}, instant{&k.Deleted}, instant{&k.Used}, &k.UsedRegion, &k.UsedService, &known, instant{&k.Seen})
		k.UseKnown = known == 1
		return k, err
	})
}

// SaveAccessKeys implements keypair.Store. What is known of a key's use is not lost where AWS may not be asked for it any more.
func (s *Store) SaveAccessKeys(ctx context.Context, g id.Grant, listed []keypair.Key, at time.Time) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE access_key SET deleted_at = $1 WHERE grant_id = $2 AND deleted_at = 0`, millis(at), string(g)); err != nil {
			return fmt.Errorf("marking access keys that are gone: %w", err)
		}
		for _, k := range listed {
			if _, err := tx.Exec(`INSERT INTO access_key (grant_id, `+accessKeyColumns+`) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10)
				ON CONFLICT (grant_id, key_id) DO UPDATE SET user_name = excluded.user_name, status = excluded.status, deleted_at = 0, seen_at = excluded.seen_at,
					used_at = CASE WHEN excluded.use_known = 1 THEN excluded.used_at ELSE used_at END,
					used_region = CASE WHEN excluded.use_known = 1 THEN excluded.used_region ELSE used_region END,
					used_service = CASE WHEN excluded.use_known = 1 THEN excluded.used_service ELSE used_service END,
					use_known = CASE WHEN excluded.use_known = 1 THEN 1 ELSE use_known END`,
				string(g), k.ID, k.User, k.Status, millis(k.Created), millis(k.Used), k.UsedRegion, k.UsedService, flag(k.UseKnown), millis(at)); err != nil {
				return fmt.Errorf("storing an access key: %w", err)
			}
		}
		return nil
	})
}
