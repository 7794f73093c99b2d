package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// KeyFingerprint is the name in meta of the fingerprint of the keyset that seals this database's rows.
const KeyFingerprint = "key_fingerprint"

// Meta returns what the installation knows of itself under name, or "".
func (s *Store) Meta(ctx context.Context, name string) (string, error) {
	var value string
	err := s.rdb.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", explain(fmt.Errorf("reading %s: %w", name, err))
	}
	return value, nil
}

// SetMeta keeps a value under name.
func (s *Store) SetMeta(ctx context.Context, name, value string) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		if err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		return nil
	})
}
