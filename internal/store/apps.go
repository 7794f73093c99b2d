package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

const appColumns = `id, name, program, realm, region, client_id, security_profile_id, return_url, credential, created_at, removed_at, version`

// AddApp implements vault.Store.
func (s *Store) AddApp(ctx context.Context, a vault.App, c vault.Credential, v vault.SealedVersion, e audit.Entry) error {
	return taken(s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO app (`+appColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			string(a.ID), a.Name, a.Program, string(a.Realm), string(a.Region), a.ClientID, a.SecurityProfileID, a.ReturnURL,
			string(a.Credential), millis(a.Created), millis(a.Removed), a.Version)
		if err != nil {
			return fmt.Errorf("inserting an app: %w", err)
		}
		if err := insertCredential(tx, c); err != nil {
			return err
		}
		if err := insertVersion(tx, c.ID, v); err != nil {
			return err
		}
		return appendAudit(tx, e)
	}))
}

// Apps implements vault.Store.
func (s *Store) Apps(ctx context.Context) ([]vault.App, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+appColumns+` FROM app WHERE removed_at = 0 ORDER BY name`)
	return collect(rows, err, scanApp)
}

// App implements vault.Store.
func (s *Store) App(ctx context.Context, app id.App) (vault.App, error) {
	return one(scanApp(s.rdb.QueryRowContext(ctx, `SELECT `+appColumns+` FROM app WHERE id = $1`, string(app))))
}

// AppNamed implements vault.Store.
func (s *Store) AppNamed(ctx context.Context, name string) (vault.App, error) {
	return one(scanApp(s.rdb.QueryRowContext(ctx, `SELECT `+appColumns+` FROM app WHERE name = $1 AND removed_at = 0`, name)))
}

// RemoveApp implements vault.Store.
func (s *Store) RemoveApp(ctx context.Context, app id.App, at time.Time, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.Exec(`UPDATE app SET removed_at = $1 WHERE id = $2 AND removed_at = 0`, millis(at), string(app))
		if err := changedOne(res, err); err != nil {
			return fmt.Errorf("removing an app: %w", err)
		}
		_, err = tx.Exec(`UPDATE credential_version SET status = $1, sealed = NULL, destroyed_at = $2
			WHERE destroyed_at = 0 AND credential IN (SELECT id FROM credential WHERE owner = $3)`,
			string(vault.Destroyed), millis(at), string(app))
		if err != nil {
			return fmt.Errorf("destroying an app's secrets: %w", err)
		}
		return appendAudit(tx, e)
	})
}

func scanApp(row scanner) (vault.App, error) {
	var a vault.App
	var created, removed int64
	err := row.Scan((*string)(&a.ID), &a.Name, &a.Program, (*string)(&a.Realm), (*string)(&a.Region), &a.ClientID,
		&a.SecurityProfileID, &a.ReturnURL, (*string)(&a.Credential), &created, &removed, &a.Version)
	a.Created, a.Removed = moment(created), moment(removed)
	return a, err
}
