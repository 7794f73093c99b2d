package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
)

var _ rotation.Store = (*Store)(nil)

const rotationColumns = `id, grant_id, step, user_name, old_key, new_key, known, attempt, begun_by, begun_at, asked_at, created_at, proved_at, published_at, inactive_at,
	ended_at, next_at, tries, problem, detail`

// BeginRotation implements rotation.Store. The index over open rotations is what keeps a grant from having two.
func (s *Store) BeginRotation(ctx context.Context, r rotation.Rotation) error {
	known, err := json.Marshal(r.Known)
	if err != nil {
		return fmt.Errorf("beginning a rotation: %w", err)
	}
	err = s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO rotation (`+rotationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
			string(r.ID), string(r.Grant), string(r.Step), r.User, r.Old, r.New, string(known), string(r.Attempt), r.By, millis(r.Begun), millis(r.Asked), millis(r.Created),
			millis(r.Proved), millis(r.Published), millis(r.Retired), millis(r.Ended), millis(r.Next), r.Tries, string(r.Problem), r.Detail)
		return err
	})
	if IsTaken(err) {
		return rotation.ErrUnderWay
	}
	return err
}

// SaveRotation implements rotation.Store. A rotation that has ended keeps no secret: the grant has it, or nobody needs it.
func (s *Store) SaveRotation(ctx context.Context, r rotation.Rotation, sealed []byte) error {
	known, err := json.Marshal(r.Known)
	if err != nil {
		return fmt.Errorf("storing a rotation: %w", err)
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.Exec(`UPDATE rotation SET step = $1, new_key = $2, known = $3, asked_at = $4, created_at = $5, proved_at = $6, published_at = $7, inactive_at = $8, ended_at = $9,
				next_at = $10, tries = $11, problem = $12, detail = $13, sealed = CASE WHEN $9 <> 0 THEN NULL WHEN $14 = 1 THEN $15 ELSE sealed END WHERE id = $16 AND ended_at = 0`,
			string(r.Step), r.New, string(known), millis(r.Asked), millis(r.Created), millis(r.Proved), millis(r.Published), millis(r.Retired), millis(r.Ended),
			millis(r.Next), r.Tries, string(r.Problem), r.Detail, flag(sealed != nil), sealed, string(r.ID))
		if err := changedOne(res, err); err != nil {
			return fmt.Errorf("storing a rotation: %w", err)
		}
		return nil
	})
}

// RotationSecret implements rotation.Store.
func (s *Store) RotationSecret(ctx context.Context, r id.Rotation) ([]byte, error) {
	var sealed []byte
	err := s.rdb.QueryRowContext(ctx, `SELECT sealed FROM rotation WHERE id = $1`, string(r)).Scan(&sealed)
	if err != nil {
		return nil, fmt.Errorf("reading a rotation's secret: %w", err)
	}
	return sealed, nil
}

// Rotation implements rotation.Store.
func (s *Store) Rotation(ctx context.Context, g id.Grant) (rotation.Rotation, error) {
	r, err := scanRotation(s.rdb.QueryRowContext(ctx, `SELECT `+rotationColumns+` FROM rotation WHERE grant_id = $1 ORDER BY begun_at DESC, id DESC LIMIT 1`, string(g)))
	if errors.Is(err, sql.ErrNoRows) {
		return r, rotation.ErrNone
	}
	return r, err
}

// OpenRotations implements rotation.Store.
func (s *Store) OpenRotations(ctx context.Context) ([]rotation.Rotation, error) {
	rows, err := s.rdb.QueryContext(ctx, `SELECT `+rotationColumns+` FROM rotation WHERE ended_at = 0 ORDER BY next_at`)
	return collect(rows, err, scanRotation)
}

func scanRotation(row scanner) (rotation.Rotation, error) {
	var r rotation.Rotation
	var known string
	err := row.Scan((*string)(&r.ID), (*string)(&r.Grant), (*string)(&r.Step), &r.User, &r.Old, &r.New, &known, (*string)(&r.Attempt), &r.By,
		instant{&r.Begun}, instant{&r.Asked}, instant{&r.Created}, instant{&r.Proved}, instant{&r.Published}, instant{&r.Retired}, instant{&r.Ended}, instant{&r.Next},
		&r.Tries, (*string)(&r.Problem), &r.Detail)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(known), &r.Known)
}
