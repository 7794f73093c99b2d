package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

const (
	previousKept  = 6 * time.Hour // how long the refresh token before the current one stays
	versionsKept  = 20            // of a refresh token that rotates, at least
	versionsSwept = 8             // older ones go at every so manyth version, since a sweep costs as much as a new version
	attemptSlots  = 128           // attempts kept of each grant
)

// The parts of a settlement that all of them share.
const (
	freeLease = `lease_owner = CASE WHEN lease_owner = $1 AND lease_epoch = $2 THEN '' ELSE lease_owner END,
		lease_until = CASE WHEN lease_owner = $1 AND lease_epoch = $2 THEN 0 ELSE lease_until END`
	endIntent = `rev = rev + 1, intent_attempt = '', intent_at = 0, intent_deadline = 0, intent_fingerprint = '', attempts = attempts + 1`
)

// Tokens are stored where the generation is still the one that was presented, whoever holds the lease by now: so a holder
// that stalled past its lease still saves the newest token. A block does not move the generation and does not stop it.
const tokensSQL = `UPDATE grant_token SET ` + endIntent + `, ` + freeLease + `,
		generation = generation + 1, access = $3, obtained_at = $4, expires_at = $5, refresh_at = $6, sends = 0, wrote = 0, lost_at = 0, failures = 0,
		since = CASE WHEN health IN ('ok', 'disabled') THEN since ELSE $7 END,
		problem = CASE WHEN health = 'disabled' THEN problem ELSE '' END,
		health = CASE WHEN health = 'disabled' THEN health ELSE 'ok' END,
		last_good = $8,
		previous = CASE WHEN $9 = 1 THEN refresh WHEN previous_at < $10 THEN NULL ELSE previous END,
		previous_version = CASE WHEN $9 = 1 THEN version ELSE previous_version END,
		previous_at = CASE WHEN $9 = 1 THEN $4 ELSE previous_at END,
		rotated_at = CASE WHEN $9 = 1 THEN $4 ELSE rotated_at END,
		refresh = CASE WHEN $9 = 1 THEN $11 ELSE refresh END,
		fingerprint = CASE WHEN $9 = 1 THEN $12 ELSE fingerprint END,
		version = CASE WHEN $9 = 1 THEN $13 ELSE version END
	WHERE grant_id = $14`

// tokensReturned is what a commit of tokens may have left as it was; the rest it set.
const tokensReturned = `rev, generation, health, problem, since, forced_at, rotated_at, lease_owner, lease_epoch, lease_until, version, fingerprint, attempts`

const failureSQL = `UPDATE grant_token SET ` + endIntent + `, ` + freeLease + `,
		sends = CASE WHEN sends > $3 THEN sends - $3 ELSE 0 END, wrote = wrote + $4, lost_at = CASE WHEN lost_at = 0 THEN $5 ELSE lost_at END, failures = $6, refresh_at = $7,
		since = CASE WHEN health = 'disabled' OR health = $8 AND problem = $9 THEN since ELSE $10 END,
		problem = CASE WHEN health = 'disabled' THEN problem ELSE $9 END,
		health = CASE WHEN health = 'disabled' THEN health ELSE $8 END
	WHERE grant_id = $11`

// Settle implements broker.Store: one transaction for all that waited.
func (s *Store) Settle(ctx context.Context, settlements []broker.Settlement) ([]broker.Settled, error) {
	results := make([]broker.Settled, len(settlements))
	err := s.Write(ctx, func(*sql.Tx) error {
		for i := range settlements {
			r, err := s.settle(&settlements[i])
			if err != nil {
				return fmt.Errorf("settling an exchange: %w", err)
			}
			results[i] = r
		}
		return crashPoint("P7")
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (s *Store) settle(x *broker.Settlement) (broker.Settled, error) {
	if x.Only {
		return broker.Settled{Won: true}, s.addOnly(x)
	}
	var r broker.Settled
	row, err := s.settleRow(x)
	if err != nil {
		return r, err
	}
	if x.Tokens != nil {
		err = scanSettled(row, x, &r.State)
	} else {
		err = row.Scan(stateFields(&r.State)...)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return s.overtaken(x)
	}
	if err != nil {
		return r, err
	}
	r.Won = true
	if x.Tokens != nil {
		if err := s.addVersion(x.Tokens, x.Tokens.Obtained); err != nil {
			return r, err
		}
	}
	return r, s.addAttempt(r.State.Attempts, x.Attempt)
}

func scanSettled(row scanner, x *broker.Settlement, s *broker.State) error {
	t := x.Tokens
	s.Obtained, s.Expires, s.RefreshAt, s.LastGood = moment(millis(t.Obtained)), moment(millis(t.Expires)), moment(millis(t.RefreshAt)), x.Attempt.ID
	return row.Scan(
		&s.Rev, &s.Generation, &s.Health, &s.Problem, instant{&s.Since}, instant{&s.ForcedAt}, instant{&s.RotatedAt},
		&s.Lease.Owner, &s.Lease.Epoch, instant{&s.Lease.Until}, &s.Version, &s.Presented, &s.Attempts,
	)
}

func (s *Store) settleRow(x *broker.Settlement) (*sql.Row, error) {
	now := x.Attempt.At.Add(x.Attempt.Took)
	if t := x.Tokens; t != nil {
		query, args := tokensSQL, []any{
			x.Owner, x.Epoch, t.Access, millis(t.Obtained), millis(t.Expires), millis(t.RefreshAt), millis(now), string(x.Attempt.ID),
			flag(t.Refresh != nil), millis(now.Add(-previousKept)), t.Refresh, t.Fingerprint, t.Version, string(x.Grant),
		}
		if !mutantBlindWrite {
			query, args = query+` AND generation = $15`, append(args, x.Sent)
		}
		return s.hotRow(query+` RETURNING `+tokensReturned, args...)
	}
	query, args := failureSQL, []any{
		x.Owner, x.Epoch, flag(x.Refund), flag(x.Wrote), millis(x.LostAt), x.Failures, millis(x.RefreshAt), x.Health, x.Problem, millis(now), x.Grant,
	}
	switch {
	case x.Rev != 0:
		query, args = query+` AND rev = $12`, append(args, x.Rev)
	case !mutantNoReread: // the re-read: what was refused must still be what is stored, and the intent ours
		query, args = query+` AND generation = $12 AND intent_attempt = $13`, append(args, x.Sent, x.Attempt.ID)
	}
	return s.hotRow(query+` RETURNING `+returned, args...)
}

func (s *Store) hotRow(query string, args ...any) (*sql.Row, error) {
	stmt, err := s.hot(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryRow(args...), nil
}

// overtaken settles an exchange whose row has moved on. Tokens of ours are kept as previous; that the row has moved on by
// this very answer means that an earlier commit took effect although it was reported as failed.
func (s *Store) overtaken(x *broker.Settlement) (broker.Settled, error) {
	st, access, err := s.state(x.Grant)
	if err != nil {
		return broker.Settled{}, err
	}
	if st.LastGood == x.Attempt.ID {
		return broker.Settled{Won: true, State: st}, nil
	}
	if done, err := s.recorded(x); err != nil || done {
		return broker.Settled{State: st, Taken: access}, err
	}
	if x.Tokens == nil && x.Rev == 0 && st.Generation == x.Sent {
		// Another took the lease over and the outcome is still news: what is known of this send counts.
		if err := s.exec(`UPDATE grant_token SET rev = rev + 1, sends = CASE WHEN sends > $1 THEN sends - $1 ELSE 0 END, wrote = wrote + $2,
			lost_at = CASE WHEN lost_at = 0 THEN $3 ELSE lost_at END WHERE grant_id = $4`, flag(x.Refund), flag(x.Wrote), millis(x.LostAt), x.Grant); err != nil {
			return broker.Settled{}, err
		}
	}
	if t := x.Tokens; t != nil && t.Refresh != nil {
		if err := s.exec(`UPDATE grant_token SET rev = rev + 1, previous = $1, previous_version = $2, previous_at = $3 WHERE grant_id = $4 AND refresh IS NOT NULL`,
			t.Refresh, t.Version, millis(t.Obtained), x.Grant); err != nil {
			return broker.Settled{}, err
		}
	}
	if x.Attempt.Outcome != broker.Lost {
		if st.Generation > x.Sent {
			x.Attempt.Outcome = broker.Superseded
		}
		if err := s.addOnly(x); err != nil {
			return broker.Settled{}, err
		}
	}
	st, access, err = s.state(x.Grant)
	return broker.Settled{State: st, Taken: access}, err
}

// recorded reports whether this very exchange was settled before: a commit that was reported as failed can have taken effect.
func (s *Store) recorded(x *broker.Settlement) (bool, error) {
	row, err := s.hotRow(`SELECT count(*) FROM attempt WHERE grant_id = $1 AND id = $2`, x.Grant, x.Attempt.ID)
	if err != nil {
		return false, err
	}
	var n int
	err = row.Scan(&n)
	return n > 0, err
}

func (s *Store) exec(query string, args ...any) error {
	stmt, err := s.hot(query)
	if err != nil {
		return err
	}
	_, err = stmt.Exec(args...)
	return err
}

// addOnly keeps an attempt and changes nothing else.
func (s *Store) addOnly(x *broker.Settlement) error {
	row, err := s.hotRow(`UPDATE grant_token SET attempts = attempts + 1 WHERE grant_id = $1 RETURNING attempts`, x.Grant)
	if err != nil {
		return err
	}
	var seq int64
	if err := row.Scan(&seq); err != nil {
		return err
	}
	return s.addAttempt(seq, x.Attempt)
}

// The statements of a new version. The one before it stays as it is, and the one before that loses its text.
const (
	addVersionSQL = `INSERT INTO credential_version (credential, version, status, sealed, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (credential, version) DO NOTHING`
	ageVersionsSQL = `UPDATE credential_version SET status = CASE version WHEN $2 THEN $3 ELSE $4 END, sealed = CASE version WHEN $2 THEN sealed END,
		destroyed_at = CASE version WHEN $2 THEN destroyed_at ELSE $5 END,
		last_used_at = CASE WHEN version = $2 AND $7 > created_at THEN $7 ELSE last_used_at END,
		last_region = CASE version WHEN $2 THEN $8 ELSE last_region END, last_program = CASE version WHEN $2 THEN $9 ELSE last_program END
		WHERE credential = $1 AND version IN ($2, $6)`
	dropVersionsSQL = `DELETE FROM credential_version WHERE credential = $1 AND version <= $2`
)

// addVersion makes a refresh token that is another than before the active version of its credential. The one before it was last
// used at the time given.
func (s *Store) addVersion(t *broker.SealedTokens, used time.Time) error {
	if t.Refresh == nil || t.Credential == "" {
		return nil
	}
	at := millis(t.Obtained)
	err := s.exec(ageVersionsSQL, string(t.Credential), t.Version-1, string(vault.Previous), string(vault.Destroyed), at, t.Version-2,
		millis(used), string(t.Use.Region), t.Use.Program)
	if err == nil && t.Version%versionsSwept == 0 {
		err = s.exec(dropVersionsSQL, string(t.Credential), t.Version-versionsKept)
	}
	if err == nil {
		err = s.exec(addVersionSQL, string(t.Credential), t.Version, string(vault.Active), t.Refresh, t.Fingerprint, at)
	}
	if err != nil {
		return fmt.Errorf("storing a refresh token's version: %w", err)
	}
	return nil
}

// addAttempt puts an attempt into its slot of the ring.
func (s *Store) addAttempt(seq int64, a broker.Attempt) error {
	stmt, err := s.hot(`INSERT INTO attempt (grant_id, slot, seq, id, at, kind, outcome, status, amazon_error, problem, took_us, rotated, checked, sent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (grant_id, slot) DO UPDATE SET seq = excluded.seq, id = excluded.id, at = excluded.at, kind = excluded.kind, outcome = excluded.outcome, status = excluded.status,
			amazon_error = excluded.amazon_error, problem = excluded.problem, took_us = excluded.took_us, rotated = excluded.rotated, checked = excluded.checked, sent = excluded.sent`)
	if err != nil {
		return err
	}
	if _, err := stmt.Exec(string(a.Grant), seq%attemptSlots, seq, string(a.ID), millis(a.At), a.Kind, string(a.Outcome), int64(a.Status), a.AmazonError, string(a.Problem), a.Took.Microseconds(), flag(a.Rotated), flag(a.Check), a.Sent); err != nil {
		return fmt.Errorf("storing an attempt: %w", err)
	}
	return nil
}
