package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

// Tags stand as " a b c " so that one is found by its blanks on both sides; a tag holds none.
func tagText(tags []string) string {
	if len(tags) == 0 {
		return " "
	}
	return " " + strings.Join(tags, " ") + " "
}

// putStep is how many registrations share a write. The engine's journal of a statement grows with the writes before it, so that one large
// transaction would take time by the square of its size, and hold up everybody.
const putStep = 500

// PutRegistrations implements push.Store.
func (s *Store) PutRegistrations(ctx context.Context, all []push.Registration) (added int, err error) {
	for len(all) > 0 {
		n := min(len(all), putStep)
		some, err := s.putRegistrations(ctx, all[:n])
		if added += some; err != nil {
			return added, err
		}
		all = all[n:]
	}
	return added, nil
}

func (s *Store) putRegistrations(ctx context.Context, all []push.Registration) (added int, err error) {
	err = s.Write(ctx, func(*sql.Tx) error {
		added = 0
		put, err := s.hot(`INSERT INTO push_registration (id, grant_id, registration, name, tags, added_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (grant_id, registration) DO UPDATE SET name = excluded.name, tags = excluded.tags, retired_at = 0, reason = ''
			RETURNING id`)
		if err != nil {
			return err
		}
		for _, r := range all {
			var is string
			if err := put.QueryRow(string(r.ID), string(r.Grant), r.Registration, r.Name, tagText(r.Tags), millis(r.Added)).Scan(&is); err != nil {
				return fmt.Errorf("keeping a registration: %w", err)
			}
			if is == string(r.ID) {
				added++
			}
		}
		return nil
	})
	return added, err
}

const registrationColumns = `id, grant_id, registration, name, tags, added_at, moved_at, retired_at, reason`

func scanRegistration(row scanner) (push.Registration, error) {
	var r push.Registration
	var tags string
	err := row.Scan((*string)(&r.ID), (*string)(&r.Grant), &r.Registration, &r.Name, &tags, instant{&r.Added}, instant{&r.Moved}, instant{&r.Retired}, &r.Reason)
	r.Tags = strings.Fields(tags)
	return r, err
}

// meant is the condition of a filter, with its arguments after those that stand before it.
func meant(f push.Filter, args []any) (string, []any) {
	args = append(args, string(f.Grant), string(f.After))
	where := fmt.Sprintf("grant_id = $%d AND id > $%d", len(args)-1, len(args))
	if !f.Retired {
		where += " AND retired_at = 0"
	}
	for _, t := range f.Tags {
		args = append(args, " "+t+" ")
		where += fmt.Sprintf(" AND instr(tags, $%d) > 0", len(args))
	}
	return where, args
}

// Registrations implements push.Store.
func (s *Store) Registrations(ctx context.Context, f push.Filter) ([]push.Registration, error) {
	where, args := meant(f, nil)
	args = append(args, f.Limit)
	rows, err := s.rdb.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM push_registration WHERE %s ORDER BY id LIMIT $%d`, registrationColumns, where, len(args)), args...)
	return collect(rows, err, scanRegistration)
}

// RegistrationsNamed implements push.Store.
func (s *Store) RegistrationsNamed(ctx context.Context, g id.Grant, texts []string) ([]push.Registration, error) {
	var all []push.Registration
	for len(texts) > 0 { // an engine takes so many arguments and no more
		n := min(len(texts), 400)
		args, marks := []any{string(g)}, make([]string, n)
		for i, t := range texts[:n] {
			args, marks[i] = append(args, t), fmt.Sprintf("$%d", i+2)
		}
		texts = texts[n:]
		list := strings.Join(marks, ", ")
		// Two lists in place of an OR, which would read every row.
		for _, column := range []string{"registration", "name"} {
			rows, err := s.rdb.QueryContext(ctx, `SELECT `+registrationColumns+` FROM push_registration WHERE grant_id = $1 AND `+column+` IN (`+list+`) ORDER BY id`, args...)
			some, err := collect(rows, err, scanRegistration)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
	}
	return all, nil
}

// CountRegistrations implements push.Store.
func (s *Store) CountRegistrations(ctx context.Context, g id.Grant) (push.Count, error) {
	c := push.Count{Retired: map[string]int{}}
	rows, err := s.rdb.QueryContext(ctx, `SELECT reason, retired_at > 0, count(*), sum(CASE WHEN moved_at > 0 THEN 1 ELSE 0 END)
		FROM push_registration WHERE grant_id = $1 GROUP BY reason, retired_at > 0`, string(g))
	_, err = collect(rows, err, func(row scanner) (struct{}, error) {
		var reason string
		var retired bool
		var n, moved int
		err := row.Scan(&reason, &retired, &n, &moved)
		if retired {
			c.Retired[reason] += n
		} else {
			c.Live += n
			c.Moved += moved
		}
		return struct{}{}, err
	})
	return c, err
}

// NoteRegistrations implements push.Store.
func (s *Store) NoteRegistrations(ctx context.Context, g id.Grant, notes []push.Note) error {
	return s.Write(ctx, func(*sql.Tx) error {
		for _, n := range notes {
			if err := s.noteRegistration(string(g), n); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteRegistration applies one answer, within the running transaction. Where the new id is kept already, the old row is retired.
func (s *Store) noteRegistration(grant string, n push.Note) error {
	const byGrant = ` WHERE grant_id = $1 AND registration = $2 AND retired_at = 0`
	if n.New != "" {
		move, err := s.hot(`UPDATE push_registration SET registration = $3, moved_at = $4` + byGrant + `
			AND NOT EXISTS (SELECT 1 FROM push_registration o WHERE o.grant_id = $1 AND o.registration = $3)`)
		if err != nil {
			return err
		}
		res, err := move.Exec(grant, n.Registration, n.New, millis(n.At))
		if err != nil {
			return fmt.Errorf("replacing a registration's id: %w", err)
		}
		if changed, err := res.RowsAffected(); err != nil || changed > 0 {
			return err
		}
		n.Retire = "replaced"
	}
	retire, err := s.hot(`UPDATE push_registration SET retired_at = $3, reason = $4` + byGrant)
	if err != nil {
		return err
	}
	if _, err := retire.Exec(grant, n.Registration, millis(n.At), n.Retire); err != nil {
		return fmt.Errorf("retiring a registration: %w", err)
	}
	return nil
}
