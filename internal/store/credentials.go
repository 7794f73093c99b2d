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

const (
	credentialColumns = `id, kind, owner, label, realm, created_at`
	versionColumns    = `version, status, sealed, fingerprint, created_at, last_used_at, last_region, last_program, destroyed_at, client_id, amazon_version`
)

// Credentials implements vault.Store.
func (s *Store) Credentials(ctx context.Context) ([]vault.Credential, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+credentialColumns+` FROM credential ORDER BY label, kind, id`)
	all, err := collect(rows, err, scanCredential)
	if err != nil {
		return nil, err
	}
	place := make(map[id.Credential]int, len(all))
	for i, c := range all {
		place[c.ID] = i
	}
	type version struct {
		of id.Credential
		vault.SealedVersion
	}
	rows, err = s.rdb.QueryContext(ctx, `SELECT credential, version, status, NULL, fingerprint, created_at, last_used_at, last_region,
		last_program, destroyed_at, client_id, amazon_version FROM credential_version ORDER BY credential, version DESC`)
	versions, err := collect(rows, err, func(row scanner) (version, error) {
		var v version
		sealed, err := scanVersionOf(row, (*string)(&v.of))
		v.SealedVersion = sealed
		return v, err
	})
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if i, ok := place[v.of]; ok { // one added between the two queries is left for the next time
			all[i].Versions = append(all[i].Versions, v.Version)
		}
	}
	return all, s.refreshUse(ctx, "", func(c id.Credential) *vault.Credential {
		if i, ok := place[c]; ok {
			return &all[i]
		}
		return nil
	})
}

// refreshUse fills in when the refresh tokens in use were last taken by Amazon. A refresh writes no credential's row unless the token changed,
// so it stands where the refresh wrote: with the access token that it gave.
func (s *Store) refreshUse(ctx context.Context, only id.Credential, find func(id.Credential) *vault.Credential) error {
	rows, err := s.rdb.QueryContext(ctx, `SELECT g.credential, t.version, t.obtained_at, g.region, g.program FROM grants g JOIN grant_token t ON t.grant_id = g.id
		WHERE g.credential <> '' AND g.revoked_at = 0 AND ($1 = '' OR g.credential = $1)`, string(only))
	uses, err := collect(rows, err, func(row scanner) (vault.LastUse, error) {
		var u vault.LastUse
		var at int64
		err := row.Scan((*string)(&u.Credential), &u.Version, &at, (*string)(&u.Region), &u.Program)
		u.At = moment(at)
		return u, err
	})
	if err != nil {
		return err
	}
	for _, u := range uses {
		c := find(u.Credential)
		if c == nil {
			continue
		}
		for i := range c.Versions {
			if v := &c.Versions[i]; v.Version == u.Version && u.At.After(v.Created) && u.At.After(v.LastUsed) {
				v.LastUsed, v.LastRegion, v.LastProgram = u.At, u.Region, u.Program
			}
		}
	}
	return nil
}

// Credential implements vault.Store.
func (s *Store) Credential(ctx context.Context, c id.Credential) (vault.Credential, error) {
	found, err := one(scanCredential(s.rdb.QueryRowContext(ctx, `SELECT `+credentialColumns+` FROM credential WHERE id = $1`, string(c))))
	if err != nil {
		return found, err
	}
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+versionColumns+` FROM credential_version WHERE credential = $1 ORDER BY version DESC`, string(c))
	versions, err := collect(rows, err, scanVersion)
	if err != nil {
		return found, err
	}
	for _, v := range versions {
		found.Versions = append(found.Versions, v.Version)
	}
	return found, s.refreshUse(ctx, c, func(id.Credential) *vault.Credential { return &found })
}

// AddVersion implements vault.Store: the active version becomes the previous one, and the one before that is retired.
func (s *Store) AddVersion(ctx context.Context, c id.Credential, v vault.SealedVersion, e audit.Entry) error {
	return taken(s.Write(ctx, func(tx *sql.Tx) error {
		for _, step := range [][2]vault.Status{{vault.Previous, vault.Retired}, {vault.Active, vault.Previous}} {
			_, err := tx.Exec(`UPDATE credential_version SET status = $1 WHERE credential = $2 AND status = $3`,
				string(step[1]), string(c), string(step[0]))
			if err != nil {
				return fmt.Errorf("setting older versions back: %w", err)
			}
		}
		if err := insertVersion(tx, c, v); err != nil {
			return err
		}
		if v.ClientID != "" {
			if _, err := tx.Exec(`UPDATE app SET client_id = $1, version = $2 WHERE credential = $3`, v.ClientID, v.AmazonVersion, string(c)); err != nil {
				return fmt.Errorf("moving an app to its new client id: %w", err)
			}
		}
		return appendAudit(tx, e)
	}))
}

// Usable implements vault.Store.
func (s *Store) Usable(ctx context.Context, c id.Credential) ([]vault.SealedVersion, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+versionColumns+` FROM credential_version
		WHERE credential = $1 AND status IN ($2, $3) AND sealed IS NOT NULL ORDER BY version DESC`,
		string(c), string(vault.Active), string(vault.Previous))
	return collect(rows, err, scanVersion)
}

// Sealed implements vault.Store.
func (s *Store) Sealed(ctx context.Context, c id.Credential, version int64) (vault.SealedVersion, error) {
	return one(scanVersion(s.rdb.QueryRowContext(ctx, `SELECT `+versionColumns+` FROM credential_version
		WHERE credential = $1 AND version = $2 AND sealed IS NOT NULL`, string(c), version)))
}

// SetStatus implements vault.Store.
func (s *Store) SetStatus(ctx context.Context, c id.Credential, version int64, status vault.Status, at time.Time, e audit.Entry) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		query, args := `UPDATE credential_version SET status = $1 WHERE credential = $2 AND version = $3 AND destroyed_at = 0`,
			[]any{string(status), string(c), version}
		if status == vault.Destroyed {
			query = `UPDATE credential_version SET status = $1, sealed = NULL, destroyed_at = $4 WHERE credential = $2 AND version = $3 AND destroyed_at = 0`
			args = append(args, millis(at))
		}
		res, err := tx.Exec(query, args...)
		if err := changedOne(res, err); err != nil {
			return fmt.Errorf("setting a version's status: %w", err)
		}
		return appendAudit(tx, e)
	})
}

// SetLastUsed implements vault.Store.
func (s *Store) SetLastUsed(ctx context.Context, uses []vault.LastUse) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		for _, u := range uses {
			_, err := tx.Exec(`UPDATE credential_version SET last_used_at = $1, last_region = $2, last_program = $3
				WHERE credential = $4 AND version = $5 AND last_used_at < $1`,
				millis(u.At), string(u.Region), u.Program, string(u.Credential), u.Version)
			if err != nil {
				return fmt.Errorf("setting a version's last use: %w", err)
			}
		}
		return nil
	})
}

func insertCredential(tx *sql.Tx, c vault.Credential) error {
	_, err := tx.Exec(`INSERT INTO credential (`+credentialColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(c.ID), string(c.Kind), c.Owner, c.Label, string(c.Realm), millis(c.Created))
	if err != nil {
		return fmt.Errorf("inserting a credential: %w", err)
	}
	return nil
}

func insertVersion(tx *sql.Tx, c id.Credential, v vault.SealedVersion) error {
	_, err := tx.Exec(`INSERT INTO credential_version (credential, `+versionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		string(c), v.Version.Version, string(v.Status), v.Sealed, v.Fingerprint, millis(v.Created), millis(v.LastUsed), string(v.LastRegion),
		v.LastProgram, millis(v.Destroyed), v.ClientID, v.AmazonVersion)
	if err != nil {
		return fmt.Errorf("inserting a credential's version: %w", err)
	}
	return nil
}

func scanCredential(row scanner) (vault.Credential, error) {
	var c vault.Credential
	var created int64
	err := row.Scan((*string)(&c.ID), (*string)(&c.Kind), &c.Owner, &c.Label, (*string)(&c.Realm), &created)
	c.Created = moment(created)
	return c, err
}

func scanVersion(row scanner) (vault.SealedVersion, error) { return scanVersionOf(row) }

// scanVersionOf reads versionColumns, and before them whatever else the query selects.
func scanVersionOf(row scanner, before ...any) (vault.SealedVersion, error) {
	var v vault.SealedVersion
	var created, used, destroyed int64
	err := row.Scan(append(before, &v.Version.Version, (*string)(&v.Status), &v.Sealed, &v.Fingerprint, &created, &used,
		(*string)(&v.LastRegion), &v.LastProgram, &destroyed, &v.ClientID, &v.AmazonVersion)...)
	v.Created, v.LastUsed, v.Destroyed = moment(created), moment(used), moment(destroyed)
	return v, err
}
