package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// returned is stateColumns for a RETURNING clause, which knows no alias.
const returned = `rev, generation, health, problem, since, failures, obtained_at, expires_at, refresh_at, forced_at, rotated_at,
		lease_owner, lease_epoch, lease_until, intent_attempt, intent_at, intent_deadline, intent_fingerprint,
		sends, wrote, lost_at, version, fingerprint, attempts, last_good`

// The send is counted here, before it is made: what a kill leaves behind errs on the careful side.
const claimSQL = `UPDATE grant_token SET rev = rev + 1, lease_owner = $1, lease_epoch = lease_epoch + 1, lease_until = $2,
		intent_attempt = $3, intent_at = $4, intent_deadline = $5, intent_fingerprint = fingerprint, sends = sends + $6,
		forced_at = CASE WHEN $7 = 1 THEN $4 ELSE forced_at END
	WHERE grant_id = $8 AND rev = $9 AND health NOT IN ('blocked', 'disabled')
	RETURNING rev, generation, health, problem, since, failures, obtained_at, expires_at, refresh_at, forced_at, rotated_at,
		lease_epoch, sends, wrote, lost_at, version, fingerprint, attempts, last_good, refresh`

const stateSQL = `SELECT ` + returned + `, access FROM grant_token WHERE grant_id = $1`

// Claim implements broker.Store: one transaction for the whole group.
func (s *Store) Claim(ctx context.Context, claims []broker.Claim) ([]broker.Claimed, error) {
	results := make([]broker.Claimed, len(claims))
	err := s.Write(ctx, func(*sql.Tx) error {
		take, err := s.hot(claimSQL)
		if err != nil {
			return err
		}
		for i, c := range claims {
			r := broker.Claimed{Won: true}
			row := take.QueryRow(c.Owner, millis(c.Until), string(c.Attempt), millis(c.At), millis(c.Deadline), flag(!c.Retake), flag(c.Forced), string(c.Grant), c.Rev)
			err := scanClaimed(row, c, &r)
			if errors.Is(err, sql.ErrNoRows) {
				r.Won = false
				r.State, _, err = s.state(c.Grant)
			}
			if err != nil {
				return fmt.Errorf("claiming a grant: %w", err)
			}
			results[i] = r
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// scanClaimed reads what a claim left alone; what it set is known.
func scanClaimed(row scanner, c broker.Claim, r *broker.Claimed) error {
	s := &r.State
	err := row.Scan(
		&s.Rev, &s.Generation, &s.Health, &s.Problem, instant{&s.Since}, &s.Failures, instant{&s.Obtained}, instant{&s.Expires}, instant{&s.RefreshAt},
		instant{&s.ForcedAt}, instant{&s.RotatedAt}, &s.Lease.Epoch, &s.Sends, &s.Wrote, instant{&s.LostAt}, &s.Version, &s.Presented, &s.Attempts,
		&s.LastGood, &r.Refresh,
	)
	s.Lease.Owner, s.Lease.Until = c.Owner, moment(millis(c.Until))
	s.Intent = broker.Intent{Attempt: c.Attempt, At: moment(millis(c.At)), Deadline: moment(millis(c.Deadline)), Fingerprint: s.Presented}
	return err
}

// state reads a row as it is within the running transaction.
func (s *Store) state(grant id.Grant) (broker.State, []byte, error) {
	var st broker.State
	var access []byte
	read, err := s.hot(stateSQL)
	if err != nil {
		return st, nil, err
	}
	err = read.QueryRow(string(grant)).Scan(append(stateFields(&st), &access)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = broker.ErrNoGrant
	}
	return st, access, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Recover implements broker.Store.
func (s *Store) Recover(ctx context.Context, fate func(id.Attempt) broker.Fate) (int, error) {
	open := 0
	err := s.Write(ctx, func(tx *sql.Tx) error {
		open = 0
		states, err := openIntents(tx)
		if err != nil {
			return err
		}
		for grant, st := range states {
			open++
			f := fate(st.Intent.Attempt)
			if err := s.recover(tx, grant, st, f); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`UPDATE grant_token SET lease_owner = '', lease_until = 0, rev = rev + 1 WHERE lease_owner <> ''`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("closing open intents: %w", err)
	}
	return open, nil
}

func openIntents(tx *sql.Tx) (map[id.Grant]broker.State, error) {
	rows, err := tx.Query(`SELECT grant_id, ` + returned + ` FROM grant_token WHERE intent_attempt <> ''`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	states := map[id.Grant]broker.State{}
	for rows.Next() {
		var g id.Grant
		var st broker.State
		if err := rows.Scan(append([]any{&g}, stateFields(&st)...)...); err != nil {
			return nil, err
		}
		states[g] = st
	}
	return states, rows.Err()
}

// recover closes one intent, and makes the refresh due that it was for: where a loss is possible, the sooner it is looked at
// the better (a server with a grace window still takes the old token). What was never sent gives its count back; everything else is an answer that was lost, and has
// its attempt kept, so that the loss can be told by id and time.
func (s *Store) recover(tx *sql.Tx, grant id.Grant, st broker.State, f broker.Fate) error {
	const closing = `UPDATE grant_token SET rev = rev + 1, intent_attempt = '', intent_at = 0, intent_deadline = 0, intent_fingerprint = '',
		sends = sends - $1, wrote = wrote + $2, lost_at = CASE WHEN lost_at = 0 THEN $3 ELSE lost_at END, attempts = attempts + $4,
		refresh_at = CASE WHEN refresh_at > intent_at THEN intent_at ELSE refresh_at END WHERE grant_id = $5`
	if f == broker.NeverSent {
		_, err := tx.Exec(closing, min(st.Sends, 1), 0, 0, 0, grant)
		return err
	}
	if _, err := tx.Exec(closing, 0, flag(f == broker.SurelySent), millis(st.Intent.At), 1, grant); err != nil {
		return err
	}
	return s.addAttempt(st.Attempts+1, broker.Attempt{
		ID: st.Intent.Attempt, Grant: grant, At: st.Intent.At, Kind: "refresh", Outcome: broker.Ambiguous, Problem: broker.CutOff, Check: st.Sends > 1, Sent: st.Generation,
	})
}
